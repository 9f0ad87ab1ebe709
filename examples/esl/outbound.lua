-- Serves a call as a program that the socket application has connected to: answers it, plays a file, waits for its end, says
-- which digits were pressed meanwhile, and hangs up. The dialplan line is: socket 10.0.0.5:8084 async full esl/outbound.lua
local ESL = require "ESL"

local con = ESL.ESLconnection(0) -- any number is the connection of this call
local info = assert(con:getInfo())
local uuid = info:getHeader("Unique-ID")
print("call from " .. info:getHeader("Caller-Caller-ID-Number"))
con:sendRecv("myevents")
con:setEventLock("1") -- one application after the other
con:execute("answer")

local msg = ESL.ESLevent("CUSTOM")
msg:addHeader("call-command", "execute")
msg:addHeader("execute-app-name", "playback")
msg:addHeader("execute-app-arg", "welcome.wav")
msg:addHeader("event-uuid", "the-welcome")
con:sendMSG(msg, uuid)

while con:connected() == 1 do
	local ev = con:recvEvent()
	local kind = ev:getType()
	if kind == "DTMF" then
		print("digit " .. ev:getHeader("DTMF-Digit"))
	elseif kind == "CHANNEL_EXECUTE_COMPLETE" and ev:getHeader("Application-UUID") == "the-welcome" then
		print("played: " .. ev:getHeader("Application-Response"))
		con:execute("hangup", "USER_BUSY")
	elseif kind == "CHANNEL_HANGUP" then
		print("hung up: " .. ev:getHeader("Hangup-Cause"))
	end
end
