-- Calls somebody, waits for the answer and plays a message: argv[1] is the dial string, argv[2] the file.
local ESL = require "ESL"

local con = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon")
local reply = assert(con:api("create_uuid"), "there is no connection to the switch")
local uuid = assert(reply:getBody())
con:filter("Unique-ID", uuid)
con:filter("Job-UUID", "reminder")
con:events("plain", "BACKGROUND_JOB CHANNEL_ANSWER CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP")
con:bgapi("originate", "{origination_uuid=" .. uuid .. ",ignore_early_media=true}" .. argv[1] .. " &park()", "reminder")
while con:connected() == 1 do
	local ev = con:recvEventTimed(60000)
	if not ev then
		print("nobody has answered")
		break
	end
	local kind = ev:getType()
	if kind == "BACKGROUND_JOB" and ev:getBody():sub(1, 4) == "-ERR" then
		print("not reached: " .. ev:getBody():gsub("%s+$", ""))
		break
	elseif kind == "CHANNEL_ANSWER" then
		print("answered")
		con:execute("playback", argv[2], uuid)
	elseif kind == "CHANNEL_EXECUTE_COMPLETE" and ev:getHeader("Application") == "playback" then
		print("played")
		con:execute("hangup", "NORMAL_CLEARING", uuid)
	elseif kind == "CHANNEL_HANGUP" then
		print("hung up: " .. ev:getHeader("Hangup-Cause"))
		break
	end
end
con:disconnect()
