-- A user: their password, variables and dial string. Users are kept in the cache for a minute.

	local cache = require "lib.functions.cache";
	local domain, user = params:getHeader("domain"), params:getHeader("user");
	if (params:getHeader("purpose") == "gateways" or not domain or not user) then
		return;
	end

	local key = "directory:" .. user .. "@" .. domain;
	XML_STRING = cache.get(key);
	if (XML_STRING) then
		log.info("%s from the cache", key);
		return;
	end

	local db = Database.new();
	local row = db:first("SELECT * FROM subscribers WHERE domain = :domain AND number = :user", { domain = domain, user = user });
	if (row) then
		local settings = require "lib.functions.settings".new(db, domain);
		local box = db:first("SELECT * FROM mailboxes WHERE domain = :domain AND number = :user", { domain = domain, user = user });
		local x = Xml.new():section("directory");
		x:open("domain", { name = domain, alias = "true" }):open("user", { id = row.number });
		x:open("params");
		x:empty("param", { name = "password", value = row.password });
		x:empty("param", { name = "dial-string", value = fn.text.fill(settings:get("dial", "string"), { number = row.number, domain = domain }) });
		if (box) then
			x:empty("param", { name = "vm-enabled", value = box.enabled == "1" and "true" or "false" });
		end
		x:close():open("variables");
		x:empty("variable", { name = "user_context", value = row.context });
		x:empty("variable", { name = "effective_caller_id_name", value = row.name });
		x:empty("variable", { name = "absolute_codec_string", value = table.concat(settings:get("dial", "codec"), ",") });
		XML_STRING = x:text();
		cache.set(key, XML_STRING, tonumber(config.cache.seconds));
	end
	db:release();
