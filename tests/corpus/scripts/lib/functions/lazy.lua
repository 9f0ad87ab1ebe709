-- A library whose functions are loaded when they are first used, by dotted names: fn.text.split is lib/functions/text/split.lua.
-- What is a table in the first place may have more below it.

local function node(prefix)
	return setmetatable({}, {
		__index = function(self, name)
			local path = prefix .. "." .. name
			local ok, loaded = pcall(require, path)
			if not ok then
				if not tostring(loaded):find("module '" .. path .. "' not found", 1, true) then
					error(loaded, 2)
				end
				loaded = node(path)
			end
			rawset(self, name, loaded)
			return loaded
		end,
	})
end

return node("lib.functions")
