-- A ring group with failover, written for mod_lua.
--
--   ring-group/main.lua sales user/1001,user/1002 user/1003 sofia/gateway/carrier/4930123456
--
-- argv[1] is its name. Each further word is a stage: its destinations, with commas between them, ring at the same time, and
-- the next stage is tried when nobody has taken the call. Variables of the channel, all of them optional:
--
--   ring_seconds       how long each stage rings, 20
--   ring_fallback      the extension for calls that nobody takes; without one the caller hears the last stage's cause
--
-- A call that nobody takes is told to the rest of the company by an event, CUSTOM ring_group::missed.

local group = argv and argv[1] or "?"
local stages = {}
for i = 2, argv and #argv or 0 do
  stages[#stages + 1] = argv[i]
end

local function log(level, text)
  freeswitch.consoleLog(level, "ring group " .. group .. ": " .. text .. "\n")
end

-- Rings one stage. Gives nil when somebody took the call, else why nobody did.
local function ring(destinations, seconds)
  -- Without ignore_early_media one carrier's announcement would end the ringing of all other telephones.
  session:execute("bridge", "{ignore_early_media=true,leg_timeout=" .. seconds .. "}" .. destinations)
  local cause = session:getVariable("originate_disposition")
  if cause == "SUCCESS" then return nil end
  return cause or "DESTINATION_OUT_OF_ORDER"
end

local function tell_missed(cause)
  local event = freeswitch.Event("CUSTOM", "ring_group::missed")
  event:addHeader("Group", group)
  event:addHeader("Caller", session:getVariable("caller_id_number") or "unknown")
  event:addHeader("Cause", cause)
  event:fire() -- works behind a hang-up, too
end

local seconds = tonumber(session:getVariable("ring_seconds")) or 20
local fallback = session:getVariable("ring_fallback")

-- The caller goes on with the script when a stage fails, and hangs up together with whoever took the call.
session:setVariable("continue_on_fail", "true")
session:setVariable("hangup_after_bridge", "true")
session:setVariable("ringback", session:getVariable("us-ring") or "%(2000,4000,440,480)")

-- Until somebody answers nothing is answered here: the caller pays nothing, and other forwardings stay possible.
local cause = "NO_ROUTE_DESTINATION" ---@type string?
for number, destinations in ipairs(stages) do
  if not session:ready() then
    cause = "ORIGINATOR_CANCEL"
    break
  end
  log("INFO", "stage " .. number .. " of " .. #stages .. ": " .. destinations)
  cause = ring(destinations, seconds)
  if not cause then break end
  log("NOTICE", "stage " .. number .. ": " .. cause)
end

if #stages == 0 then
  log("ERR", "the dialplan names no destinations")
end
if not cause then
  log("INFO", "taken by " .. (session:getVariable("last_bridge_to") or "?"))
elseif not session:ready() then
  tell_missed("ORIGINATOR_CANCEL")
else
  tell_missed(cause)
  if fallback then
    log("INFO", "goes to " .. fallback)
    session:transfer(fallback)
  else
    session:hangup(cause)
  end
end
