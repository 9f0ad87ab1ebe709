-- The menu of a small company, written for mod_lua: it runs unchanged inside FreeSWITCH and off it.
--
--   1  opening hours        2  an agent         3  leave a message       9  hear the menu again
--
-- Dialplan: examples/ivr/dialplan.xml. argv[1] is the number of the agents, default "agents".

local agents = argv and argv[1] or "agents"
local prompts = "ivr/"

local function log(text)
  freeswitch.consoleLog("INFO", text .. "\n")
end

-- Opening hours can be changed without touching this file: variables of the channel, or globals of the switch.
local function is_open()
  local from = tonumber(session:getVariable("open_from") or "8")
  local to = tonumber(session:getVariable("open_to") or "18")
  local hour = tonumber(session:getVariable("hour") or os.date("%H"))
  return hour >= from and hour < to
end

local function play(name)
  return session:streamFile(prompts .. name .. ".wav")
end

local function leave_message()
  play("leave-message")
  local file = "/var/spool/messages/" .. session:get_uuid() .. ".wav"
  session:execute("record", file .. " 60 200 3")
  local seconds = tonumber(session:getVariable("record_seconds") or "0")
  log("message of " .. seconds .. " s in " .. file)
  play("goodbye")
end

local function call_agent()
  if not is_open() then
    play("closed")
    return leave_message()
  end
  play("connecting")
  session:setVariable("hangup_after_bridge", "true")
  session:setVariable("continue_on_fail", "true")
  session:execute("bridge", "{leg_timeout=20}loopback/" .. agents .. "/default")
  if session:ready() then
    log("no agent: " .. (session:getVariable("originate_disposition") or "?"))
    play("nobody-there")
    leave_message()
  end
end

local choices = {
  ["1"] = function() play("opening-hours") end,
  ["2"] = call_agent,
  ["3"] = leave_message,
  ["9"] = function() end,
}

session:answer()
session:setVariable("ivr", "company")
log("call from " .. (session:getVariable("caller_id_number") or "unknown"))
session:sleep(300)
play("welcome")

for _ = 1, 5 do
  if not session:ready() then break end
  local key = session:playAndGetDigits(1, 1, 3, 4000, "#", prompts .. "menu.wav", prompts .. "wrong.wav", "[1239]", "choice")
  if key == "" then break end
  log("choice " .. key)
  choices[key]()
end

if session:ready() then
  play("goodbye")
  session:hangup()
end
