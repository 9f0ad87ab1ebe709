-- Splits a text at a separator, which is plain text: split("a,,b", ",") is { "a", "", "b" }.
return function(s, separator)
	local parts = {}
	local escaped = separator:gsub("[%^%$%(%)%%%.%[%]%*%+%-%?]", "%%%0")
	for part in (s .. separator):gmatch("(.-)" .. escaped) do
		parts[#parts + 1] = part
	end
	return parts
end
