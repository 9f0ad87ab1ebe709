-- A database with named parameters: db:query("SELECT * FROM mailboxes WHERE number = :number", { number = "100" }, function(row) ... end).
-- A colon that belongs to a time or a cast is left alone.

require "lib.functions.config"
local log = require "lib.functions.log".database
local Native = require "lib.functions.database.native"

local NULL = setmetatable({}, { __tostring = function() return "NULL" end })

-- A parameter begins at a colon that neither a letter, a digit nor another colon stands in front of.
local PARAMETER = "%f[%w:][:]([%a][%w_]*)"

local Database = setmetatable({}, { __index = Native })
Database.__index = Database
Database.NULL = NULL

function Database.new(dsn)
	return setmetatable(Native.new(dsn or config.database.dsn), Database)
end

function Database:statement(sql, values)
	local missing
	local text = sql:gsub(PARAMETER, function(name)
		local value = values[name]
		local kind = type(value)
		if value == NULL then return "NULL" end
		if kind == "string" then return self:quote(value) end
		if kind == "number" then return tostring(value) end
		if kind == "boolean" then return value and "1" or "0" end
		missing = missing or name
	end)
	if missing then
		return nil, "no value for the parameter " .. missing
	end
	return text
end

-- query(sql [, values] [, each]): calls each for every row.
function Database:query(sql, ...)
	local values, each
	for i = 1, select("#", ...) do
		local argument = select(i, ...)
		if type(argument) == "function" then
			each = argument
		elseif type(argument) == "table" then
			values = argument
		else
			assert(argument == nil, "argument #" .. tostring(i + 1) .. " is neither values nor a function")
		end
	end
	if values then
		sql = assert(self:statement(sql, values))
	end
	if debug["sql"] then
		log.debug("%s", (sql:gsub("%s+", " ")))
	end
	return self:run(sql, each)
end

-- first gives the first row, or nil.
function Database:first(sql, ...)
	local found
	local arguments = { ... }
	arguments[#arguments + 1] = function(row)
		found = row
		return 1
	end
	self:query(sql, unpack(arguments))
	return found
end

-- value gives the only column of the first row.
function Database:value(sql, ...)
	local row = self:first(sql, ...)
	if row then
		local _, v = next(row)
		return v
	end
end

function Database:all(sql, ...)
	local rows, arguments = {}, { ... }
	table.insert(arguments, function(row) table.insert(rows, row) end)
	self:query(sql, unpack(arguments))
	return rows
end

return Database
