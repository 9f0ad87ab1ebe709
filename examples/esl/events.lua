-- Prints the events of a switch as they come, until it ends the connection or a call to 9999 is hung up.
local ESL = require "ESL"

local con = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon")
con:events("plain", "CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE CUSTOM my::event")
while con:connected() == 1 do
	local ev = con:recvEvent()
	print(ev:getType(), ev:getHeader("Event-Subclass") or ev:getHeader("Caller-Destination-Number"), ev:getHeader("Hangup-Cause"))
	if ev:getType() == "CHANNEL_HANGUP_COMPLETE" and ev:getHeader("Caller-Destination-Number") == "9999" then
		con:disconnect()
	end
end
