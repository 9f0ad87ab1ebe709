-- Runs one API command on a switch and prints its output, as single_command of the Event Socket Library does:
--   eslua run esl/single_command.lua status     with esl_allow: 127.0.0.1:8021
local ESL = require "ESL"

local command = table.remove(argv, 1)
local con = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon")
if con:connected() == 0 then
	error("there is no connection to the switch")
end
print(con:api(command, table.concat(argv, " ")):getBody())
con:disconnect()
