-- Starts one of the applications: app.lua NAME ARGUMENT ...

	require "lib.functions.config";

	local name = argv[1];
	local words = {};
	for key, value in pairs(argv) do
		if (key > 1) then words[key - 1] = value; end
	end

	local application = assert(loadfile(scripts_dir .. "/app/" .. name .. "/index.lua"));
	application(unpack(words));
