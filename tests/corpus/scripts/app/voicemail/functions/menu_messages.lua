	function menu_messages(status)
		local condition = status == "new" and "(status IS NULL OR status = '')" or "status = :status";
		local messages = db:all("SELECT * FROM messages WHERE mailbox = :mailbox AND " .. condition .. " ORDER BY came",
			{ mailbox = mailbox.id, status = status });
		for number, message in ipairs(messages) do
			if (not session:ready()) then return; end
			local again = true;
			while (again and session:ready()) do
				again = false;
				local key = listen(number, message);
				if (key == "") then
					key = session:playAndGetDigits(1, 1, 2, 3000, "", "phrase:office_after_message", "", "[1239]");
				end
				if (key == "1") then
					again = true;
				elseif (key == "2" or key == "") then
					db:query("UPDATE messages SET status = :status WHERE id = :id", { status = "saved", id = tonumber(message.id) });
					session:execute("playback", "phrase:office_message_saved");
				elseif (key == "3") then
					db:query("DELETE FROM messages WHERE id = :id", { id = tonumber(message.id) });
					assert(db:affected_rows() == 1);
					session:execute("playback", "phrase:office_message_deleted");
				elseif (key == "9") then
					return;
				end
			end
		end
		message_waiting();
	end
