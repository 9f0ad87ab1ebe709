-- Fills a template: ${name} is replaced by a value, nested braces in a default count: ${name:-{none}}.
return function(template, values)
	return (template:gsub("%$(%b{})", function(braced)
		local name, default = braced:sub(2, -2):match("^([%a_][%w_]*):?%-?(.*)$")
		if name == nil then return nil end
		return tostring(values[name] ~= nil and values[name] or default)
	end))
end
