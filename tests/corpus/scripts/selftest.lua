-- What the library does, line by line.

	require "lib.functions.config";
	local Database = require "lib.functions.database";
	local Settings = require "lib.functions.settings";
	local fn = require "lib.functions.lazy";
	local db = Database.new();

	print("config", config.database.dsn, config.voicemail.greeting, config.voicemail.max_tries);
	print("statement", db:statement("SELECT ':no', a::text, 12:30, :a, (:b),:c_1 FROM t WHERE x=:d", { a = "it's", b = 1.5, c_1 = true, d = Database.NULL, no = "?", text = "?" }));
	print("missing", db:statement("SELECT :a, :b", { a = 1 }));
	print("misuse", pcall(db.query, db, "SELECT 1", 5));
	print("number", db:statement(":a :b :c :d", { a = 1e15, b = 0.1 + 0.2, c = 3, d = 1234567.891 }));
	print("first", db:first("SELECT caller, seconds FROM messages WHERE file = :file", { file = "/rec/two.wav" }).caller);
	print("all", #db:all("SELECT * FROM messages"), #db:all("SELECT * FROM messages WHERE status = :status", { status = "saved" }));

	local north, south = Settings.new(db, "north.example"), Settings.new(db, "south.example");
	print("settings", north:number("voicemail", "max_seconds"), south:number("voicemail", "max_seconds"), north:get("voicemail", "none"), north:number("x", "y", 7));
	print("list", table.concat(south:get("dial", "codec"), " "), north.asked, south.asked);
	print("again", north:get("voicemail", "max_seconds"), north:get("voicemail", "none"), north.asked);
	local other = Settings.new(db, "north.example");
	print("cached", other:get("voicemail", "max_seconds"), other:get("voicemail", "none"), other.asked);
	freeswitch.msleep(61000);
	db:query("UPDATE settings SET value = :v WHERE domain = :d", { v = 45, d = "north.example" });
	other = Settings.new(db, "north.example");
	print("later", other:get("voicemail", "max_seconds"), other.asked);

	print("lazy", fn.text.trim("  a b "), rawget(fn.text, "split") ~= nil, rawget(fn, "database"), type(fn.database.new), package.loaded["lib.functions.text.clock"]);
	print("text", fn.text.clock(75), fn.text.clock("3725"), #fn.text.split("a+.+b+.+", "+.+"));
	print("fill", fn.text.fill(south:get("dial", "string"), { number = 100, domain = "south.example" }));
	print("none", pcall(function() return fn.text.nothing() end));
	print("broken", pcall(function() return fn.broken end));
	db:release();
	print("released", db:connected());
