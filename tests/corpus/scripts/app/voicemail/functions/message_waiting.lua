-- has the lamp of the telephone lit, or not
	function message_waiting()
		local new, saved = count_messages("new"), count_messages("saved");
		local event = freeswitch.Event("message_waiting");
		event:addHeader("MWI-Messages-Waiting", new == "0" and "no" or "yes");
		event:addHeader("MWI-Message-Account", "sip:" .. mailbox.number .. "@" .. domain);
		event:addHeader("MWI-Voice-Message", new .. "/" .. saved .. " (0/0)");
		event:fire();
	end
