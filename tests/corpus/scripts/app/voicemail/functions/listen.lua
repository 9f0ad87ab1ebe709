-- the callback: a key ends what is played
	function on_dtmf(s, kind, obj, arg)
		if (kind == "dtmf") then
			log.debug("key %s of %d samples", obj["digit"], obj["duration"]);
			pressed = pressed .. obj.digit;
			return "break";
		end
		return "";
	end

	function listen(number, message)
		pressed = "";
		session:flushDigits();
		session:setInputCallback("on_dtmf", "");
		log.info("message %d from %s, %s", number, message.caller, fn.text.clock(message.seconds));
		api:executeString("uuid_display " .. session:get_uuid() .. " " .. message.caller);
		session:streamFile("phrase:office_message:" .. number);
		if (pressed == "" and message.caller:find("^%+?%d+$")) then
			session:say(message.caller:gsub("%D", ""), "en", "name_spelled", "iterated");
		end
		if (pressed == "" and session:ready()) then
			session:streamFile(message.file);
		end
		session:unsetInputCallback();
		return pressed;
	end
