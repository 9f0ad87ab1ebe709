-- What the database class stands on: handles of the switch.

local Native = {}
Native.__index = Native

function Native.new(dsn)
	local handle = assert(freeswitch.Dbh(dsn))
	assert(handle:connected(), "no connection to " .. dsn)
	return setmetatable({ handle = handle }, Native)
end

function Native:run(sql, each)
	if each then return self.handle:query(sql, each) end
	return self.handle:query(sql)
end

function Native:quote(text)
	return "'" .. freeswitch.API():execute("sql_escape", text) .. "'"
end

function Native:affected_rows() return self.handle:affected_rows() end

function Native:connected() return self.handle ~= nil and self.handle:connected() end

function Native:release()
	if self.handle then
		self.handle:release()
		self.handle = nil
	end
end

return Native
