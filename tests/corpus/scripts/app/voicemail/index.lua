-- The voicemail of the office: app.lua voicemail check, app.lua voicemail leave NUMBER.

	local what, number = ...;

	Database = require "lib.functions.database";
	fn = require "lib.functions.lazy";
	log = require "lib.functions.log".voicemail;
	api = freeswitch.API();

	domain = session:getVariable("domain_name");
	db = Database.new();
	settings = require "lib.functions.settings".new(db, domain);
	max_tries = tonumber(config.voicemail.max_tries);
	dtmf_digits = "";
	timeouts = 0;

-- the functions of the menus, each in a file of its name
	for _, name in ipairs({ "mailbox", "check_pin", "main_menu", "menu_messages", "listen", "record_message", "message_waiting" }) do
		require("app.voicemail.functions." .. name);
	end

	if (what == "check") then
		session:answer();
		mailbox = find_mailbox(session:getVariable("caller_id_number"));
		if (mailbox and check_pin(mailbox)) then
			main_menu();
		end
		if (session:ready()) then
			session:execute("playback", "phrase:office_goodbye");
			session:hangup();
		end
	elseif (what == "leave") then
		mailbox = find_mailbox(number);
		if (mailbox) then
			session:answer();
			record_message();
		else
			log.warning("no mailbox %s in %s", number, domain);
			session:hangup("UNALLOCATED_NUMBER");
		end
	end
	db:release();
