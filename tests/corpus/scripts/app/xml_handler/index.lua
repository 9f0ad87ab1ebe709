-- Answers the switch's requests for XML from the database.

	if (not params) then
		params = {};
		function params:getHeader() end
	end

	fn = require "lib.functions.lazy";
	Database = require "lib.functions.database";
	Xml = require "lib.functions.xml";
	log = require "lib.functions.log".xml_handler;

	local section = XML_REQUEST["section"];
	local file = scripts_dir .. "/app/xml_handler/sections/" .. section .. ".lua";
	if (section == "configuration") then
		file = file:gsub("%.lua$", "/" .. XML_REQUEST["key_value"]:gsub("[^%w%.]", "") .. ".lua");
	end
	local there = io.open(file, "r");
	if (there) then
		there:close();
		dofile(file);
	else
		log.debug("nothing for %s %s", section, XML_REQUEST["key_value"]);
	end
