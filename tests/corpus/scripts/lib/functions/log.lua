-- A logger for each part of the system: local log = require "lib.functions.log".voicemail; log.notice("%d messages", n).

local levels = { emerg = 0, alert = 1, crit = 2, err = 3, warning = 4, notice = 5, info = 6, debug = 7 }

local function logger(part)
	return setmetatable({}, {
		__index = function(self, level)
			assert(levels[level], "no such level: " .. tostring(level))
			local function write(format, ...)
				local text = select("#", ...) > 0 and string.format(format, ...) or tostring(format)
				freeswitch.consoleLog(level, "[" .. part .. "] " .. text .. "\n")
			end
			rawset(self, level, write)
			return write
		end,
	})
end

return setmetatable({}, {
	__index = function(self, part)
		local log = logger(part)
		rawset(self, part, log)
		return log
	end,
})
