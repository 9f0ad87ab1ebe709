-- Finds out where the scripts are, and reads office.conf into the global table config: config.section.key.

	local source = debug.getinfo(1).source:gsub("^@", "");
	scripts_dir = string.match(source, "^(.*)/lib/functions/config%.lua$");

	debug["sql"] = debug["sql"] or false;

	if (config == nil) then
		config = {};
		local section = "main";
		local file = assert(io.open(scripts_dir .. "/office.conf", "r"));
		for line in file:lines() do
			line = line:gsub("%s*#.*$", "");
			local head = line:match("^%s*%[([%w_]+)%]%s*$");
			local key, value = line:match("^%s*([%w_]+)%s*=%s*(.-)%s*$");
			if (head) then
				section = head;
				config[section] = config[section] or {};
			elseif (key) then
				config[section][key] = value:match('^"(.*)"$') or value;
			end
		end
		file:close();
	end
