-- A cache in files, which all scripts share: cache.get(key), cache.set(key, value, seconds), cache.delete(key). A file has the time at
-- which it is out of date in its first line.

local api = freeswitch.API()
local Cache = {}

local directory

local function path(key)
	if directory == nil then
		directory = api:execute("global_getvar", "cache_dir")
	end
	return directory .. "/" .. key:gsub("[:\\/ ]", { [":"] = ".", ["\\"] = "_", ["/"] = "_", [" "] = "+" })
end

function Cache.get(key)
	local file = io.open(path(key), "rb")
	if not file then
		return nil, "NOT FOUND"
	end
	local head, value = file:read("*l", "*a")
	file:close()
	if tonumber(head) < os.time() then
		os.remove(path(key))
		return nil, "TIMEOUT"
	end
	return value
end

function Cache.set(key, value, seconds)
	local name = path(key)
	local beside = name .. "." .. api:execute("create_uuid", "") .. ".tmp"
	local file, why = io.open(beside, "wb")
	if not file then
		return nil, why
	end
	file:write(tostring(os.time() + seconds), "\n", value)
	file:close()
	return os.rename(beside, name)
end

function Cache.delete(key)
	return os.remove(path(key))
end

return Cache
