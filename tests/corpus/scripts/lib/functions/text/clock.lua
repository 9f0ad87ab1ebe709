-- A length of time in seconds as 1:02:03 or 2:03.
return function(seconds)
	seconds = math.floor(tonumber(seconds) or 0)
	local hours, rest = math.floor(seconds / 3600), seconds % 3600
	if hours > 0 then
		return ("%d:%02d:%02d"):format(hours, math.floor(rest / 60), rest % 60)
	end
	return ("%d:%02d"):format(math.floor(rest / 60), rest % 60)
end
