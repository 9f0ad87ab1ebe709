	function find_mailbox(number)
		return db:first([[SELECT * FROM mailboxes
			WHERE domain = :domain AND number = :number AND enabled = 1]], { domain = domain, number = number });
	end

-- how many messages of a status there are: a text, as databases give it
	function count_messages(status)
		local sql = "SELECT count(*) AS n FROM messages WHERE mailbox = :mailbox ";
		if (status == "new") then
			sql = sql .. "AND (status IS NULL OR status = '')";
		else
			sql = sql .. "AND status = :status";
		end
		return db:value(sql, { mailbox = mailbox.id, status = status });
	end
