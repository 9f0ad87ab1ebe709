	function record_message()
		local id = api:execute("create_uuid", "");
		local file = "/rec/msg_" .. id .. ".wav";
		local seconds = settings:number("voicemail", "max_seconds", 60);
		session:streamFile(config.voicemail.greeting);
		session:execute("playback", "tone_stream://L=1;%(500, 0, 640)");
		local began = os.time();
		session:recordFile(file, seconds, 200, 3);
		local lasted = os.time() - began;
		log.info("recorded for %d s of %d", lasted, seconds);
		if (lasted < 2) then
			return;
		end
		db:query([[INSERT INTO messages (mailbox, caller, file, seconds, status, came)
			VALUES (:mailbox, :caller, :file, :seconds, NULL, :came)]],
			{ mailbox = mailbox.id, caller = session:getVariable("caller_id_number"), file = file, seconds = lasted, came = began });
		message_waiting();
	end
