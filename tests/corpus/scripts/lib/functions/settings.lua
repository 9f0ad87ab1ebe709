-- The settings of a domain, over those of all: settings:get("voicemail", "max_seconds"). They are read when they are first asked for, and kept
-- in the cache; that there is none is kept, too.

local cache = require "lib.functions.cache"
local fn = require "lib.functions.lazy"

local NONE = "\0none"
local LIST = "/+/"

local Settings = {}
Settings.__index = Settings

function Settings.new(db, domain)
	return setmetatable({ db = db, domain = domain, known = {}, asked = 0 }, Settings)
end

function Settings:get(category, name)
	local key = ("setting:%s:%s:%s"):format(self.domain, category, name)
	local value = self.known[key]
	if value == nil then
		value = cache.get(key)
		if value == nil then
			value = self:load(category, name)
			cache.set(key, value, tonumber(config.cache.seconds))
		end
		self.known[key] = value
	end
	if value == NONE then return nil end
	if value:find(LIST, 1, true) then
		return fn.text.split(value, LIST)
	end
	return value
end

function Settings:number(category, name, default)
	return tonumber(self:get(category, name) or default)
end

function Settings:load(category, name)
	self.asked = self.asked + 1
	local values = {}
	self.db:query([[
		SELECT domain, value FROM settings
		WHERE category = :category AND name = :name AND enabled = :on AND (domain = :domain OR domain IS NULL)
		ORDER BY domain IS NULL, rank]], { category = category, name = name, domain = self.domain, on = true }, function(row)
		-- those of the domain come first, and those of all do not count then
		if #values == 0 or values.domain == row.domain then
			values.domain = row.domain
			values[#values + 1] = row.value
		end
	end)
	if #values == 0 then return NONE end
	return table.concat(values, LIST)
end

return Settings
