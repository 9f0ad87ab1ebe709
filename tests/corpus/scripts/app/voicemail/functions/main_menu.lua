-- plays a prompt, unless a key was pressed already, and takes the key that is pressed meanwhile
	local function prompt(timeout, phrase, ...)
		if (session:ready() and dtmf_digits == "") then
			local data = table.concat({ phrase, ... }, ":");
			dtmf_digits = session:playAndGetDigits(0, 1, 1, timeout, "#", "phrase:" .. data, "", "\\d+");
		end
	end

	function main_menu()
		dtmf_digits = "";
		session:flushDigits();
		session:execute("sleep", "500");

		local new, saved = count_messages("new"), count_messages("saved");
		log.notice("%s has %s new and %s saved messages", mailbox.number, new, saved);
		prompt(300, "office_count", new, "new");
		prompt(300, "office_count", saved, "saved");
		if (new ~= "0") then prompt(100, "office_choice", "new", "1"); end
		if (saved ~= "0") then prompt(100, "office_choice", "saved", "2"); end
		prompt(3000, "office_choice", "greeting", "5");

		if (not session:ready()) then return; end
		if (dtmf_digits == "1") then
			timeouts = 0;
			menu_messages("new");
			return main_menu();
		elseif (dtmf_digits == "2") then
			timeouts = 0;
			menu_messages("saved");
			return main_menu();
		elseif (dtmf_digits == "5") then
			session:streamFile(config.voicemail.greeting);
			return main_menu();
		elseif (dtmf_digits ~= "0") then
			timeouts = timeouts + 1;
			if (timeouts < max_tries) then
				return main_menu();
			end
		end
	end
