-- The access lists.

	local db = Database.new();
	local x = Xml.new():section("configuration"):open("configuration", { name = "acl.conf" }):open("network-lists");
	local lists = {};
	for _, row in ipairs(db:all("SELECT * FROM access ORDER BY list, policy")) do
		if (lists[#lists] ~= row.list) then
			if (#lists > 0) then x:close(); end
			table.insert(lists, row.list);
			x:open("list", { name = row.list, default = "deny" });
		end
		x:empty("node", { type = row.policy, cidr = row.cidr });
	end
	XML_STRING = x:text();
	db:release();
