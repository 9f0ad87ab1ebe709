-- Makes the tables of an office and fills them.

	require "lib.functions.config";
	local Database = require "lib.functions.database";
	local db = Database.new();

	for statement in ([[
		CREATE TABLE settings (category TEXT, name TEXT, domain TEXT, value TEXT, rank INTEGER, enabled INTEGER);
		CREATE TABLE mailboxes (id TEXT, domain TEXT, number TEXT, pin TEXT, enabled INTEGER);
		CREATE TABLE messages (id INTEGER PRIMARY KEY, mailbox TEXT, caller TEXT, file TEXT, seconds INTEGER, status TEXT, came INTEGER);
		CREATE TABLE subscribers (domain TEXT, number TEXT, password TEXT, context TEXT, name TEXT);
		CREATE TABLE extensions (context TEXT, name TEXT, rank INTEGER, field TEXT, expression TEXT, stop INTEGER);
		CREATE TABLE actions (extension TEXT, rank INTEGER, application TEXT, data TEXT);
		CREATE TABLE access (list TEXT, policy TEXT, cidr TEXT)]]):gmatch("[^;]+") do
		assert(db:query(statement));
	end

	local function insert(name, columns, ...)
		local names, places = {}, {};
		for column in columns:gmatch("%a+") do
			table.insert(names, column);
			table.insert(places, ":" .. column);
		end
		for _, values in ipairs({ ... }) do
			local row = {};
			for i, column in ipairs(names) do row[column] = values[i]; end
			db:query("INSERT INTO " .. name .. " (" .. table.concat(names, ", ") .. ") VALUES (" .. table.concat(places, ", ") .. ")", row);
		end
	end

	local none = Database.NULL;
	insert("settings", "category name domain value rank enabled",
		{ "voicemail", "max_seconds", none, "120", 1, true }, { "voicemail", "max_seconds", "north.example", "30", 1, true },
		{ "voicemail", "max_seconds", "south.example", "5", 1, false },
		{ "dial", "codec", none, "PCMU", 2, true }, { "dial", "codec", none, "OPUS", 1, true }, { "dial", "codec", none, "GSM", 3, false },
		{ "dial", "string", none, "{presence_id=${number}@${domain}}user/${number}@${domain}:${port:-{5060}}", 1, true });
	insert("mailboxes", "id domain number pin enabled",
		{ "box-100", "north.example", "100", "4711", true }, { "box-101", "north.example", "101", "1", false });
	insert("messages", "mailbox caller file seconds status came",
		{ "box-100", "+49301", "/rec/one.wav", 4, none, 1714564800 }, { "box-100", "anonymous", "/rec/two.wav", 75, none, 1714568400 },
		{ "box-100", "+49303", "/rec/old.wav", 3725, "saved", 1700000000 }, { "box-999", "x", "/rec/other.wav", 1, none, 1 });
	insert("subscribers", "domain number password context name",
		{ "north.example", "100", "it's <\"50%\"> & more", "north", "Zoë O'Neil" }, { "north.example", "101", ":name :number", "north", "101" });
	insert("extensions", "context name rank field expression stop",
		{ "north", "mailbox", 10, "destination_number", "^\\*97$", true },
		{ "north", "internal", 20, "destination_number", "^(1\\d\\d)$", true },
		{ "south", "nobody", 1, "destination_number", ".*", true });
	insert("actions", "extension rank application data",
		{ "mailbox", 1, "answer", "" }, { "mailbox", 2, "socket", "127.0.0.1:8084 async full app.lua voicemail check" },
		{ "internal", 10, "bridge", "user/$1@${domain_name}" }, { "internal", 5, "set", "call_timeout=20" });
	insert("access", "list policy cidr", { "trunks", "allow", "192.0.2.0/24" }, { "trunks", "deny", "192.0.2.9/32" }, { "lan", "allow", "10.0.0.0/8" });
	print("tables are made, " .. db:value("SELECT count(*) FROM messages") .. " messages");
	db:release();
