-- Gives a subscriber a new password: change.lua NUMBER PASSWORD.

	require "lib.functions.config";
	local db = require "lib.functions.database".new();
	db:query("UPDATE subscribers SET password = :password WHERE number = :number", { number = argv[1], password = argv[2] });
	assert(db:affected_rows() == 1);
	db:release();
