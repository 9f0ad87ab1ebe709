	function check_pin(box, tries)
		tries = tries or 1;
		session:flushDigits();
		local pin = session:playAndGetDigits(2, 20, 1, 5000, "#", "phrase:office_enter_pin", "", "\\d+", "", 3000);
		if (pin == box.pin) then
			return true;
		end
		log.info("wrong pin of %s, try %d", box.number, tries);
		if (not session:ready()) then
			return false;
		end
		session:execute("playback", "phrase:office_wrong_pin");
		return tries < max_tries and check_pin(box, tries + 1);
	end
