-- The extensions of a context, in their order, with the actions of each.

	local context = params:getHeader("Hunt-Context") or params:getHeader("Caller-Context");
	local number = params:getHeader("Hunt-Destination-Number") or params:getHeader("Caller-Destination-Number");
	local db = Database.new();
	local x = Xml.new():section("dialplan"):open("context", { name = context });
	local count = 0;
	db:query("SELECT * FROM extensions WHERE context = :context ORDER BY rank", { context = context }, function(row)
		count = count + 1;
		x:open("extension", { name = row.name, continue = row.stop == "1" and "false" or "true" });
		x:open("condition", { field = row.field, expression = row.expression });
		-- a query within the rows of another one
		db:query("SELECT * FROM actions WHERE extension = :name ORDER BY rank", { name = row.name }, function(action)
			x:empty("action", { application = action.application, data = action.data });
		end);
		x:close(2);
	end);
	db:release();
	if (count > 0) then
		XML_STRING = x:text();
	end
	log.notice("%d extensions in %s for %s", count, context, number);
