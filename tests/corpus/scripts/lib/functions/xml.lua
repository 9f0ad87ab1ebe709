-- Builds XML: local x = Xml.new(); x:open("user", { id = 5 }); x:close(); x:text().

local Xml = {}
Xml.__index = Xml

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&apos;" }

function Xml.escape(value)
	return (tostring(value):gsub("[&<>\"']", entities):gsub("%c", " "))
end

function Xml.new()
	return setmetatable({ parts = { '<?xml version="1.0" encoding="UTF-8" standalone="no"?>' }, stack = {} }, Xml)
end

local function tag(name, attributes)
	local names = {}
	for key in pairs(attributes or {}) do names[#names + 1] = key end
	table.sort(names)
	local text = "<" .. name
	for _, key in ipairs(names) do
		text = text .. string.format(' %s="%s"', key, Xml.escape(attributes[key]))
	end
	return text
end

function Xml:line(text)
	self.parts[#self.parts + 1] = ("\t"):rep(#self.stack) .. text
	return self
end

function Xml:open(name, attributes)
	self:line(tag(name, attributes) .. ">")
	self.stack[#self.stack + 1] = name
	return self
end

function Xml:empty(name, attributes) return self:line(tag(name, attributes) .. "/>") end

function Xml:close(levels)
	for _ = 1, levels or 1 do
		local name = table.remove(self.stack)
		self:line("</" .. name .. ">")
	end
	return self
end

function Xml:section(name)
	return self:open("document", { type = "freeswitch/xml" }):open("section", { name = name })
end

function Xml:text()
	self:close(#self.stack)
	return table.concat(self.parts, "\n") .. "\n"
end

return Xml
