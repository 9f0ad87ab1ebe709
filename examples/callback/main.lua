-- Calls people back who do not want to wait, in the native manner.
--
--   callback/main.lua offer 5102       asks the caller for a number, and has the switch call the extension 5102 soon
--   callback/main.lua connect          what stands behind 5102: the agent hears who is to be called, and is connected
--
-- Variables of the channel, set in the dialplan:
--
--   callback_prefixes   which numbers may be called, as 0049,0043: without it none. Whoever types in a number has the company
--                       pay for that call, so that this list is to be short
--   callback_agents     (offer) the dial string of the agents, as group/support@example.com
--   callback_gateway    (connect) the dial string in front of the number, as sofia/gateway/carrier/
--   callback_seconds    (offer) how soon the first attempt is, 30
--
-- A wish is a task of the switch's scheduler. It outlives this script and a restart of eslua, not one of the switch.

local session = require("eslua").session

local task, extension = argv and argv[1], argv and argv[2]

local function log(level, text)
  freeswitch.consoleLog(level, "callback: " .. text .. "\n")
end

-- The number as it is dialled, or nil for one that may not be.
local function allowed(number)
  number = (number or ""):gsub("^%+", "00")
  if not number:match("^%d+$") or #number > 20 then return nil end
  for prefix in (session:get("callback_prefixes") or ""):gmatch("%d+") do
    if number:sub(1, #prefix) == prefix and #number > #prefix then return number end
  end
  return nil
end

-- Asks whether a number is right: plays the prompts in front of it, its digits, and what 1 is for. True, false, or nil and why
-- there was no answer. It is one prompt, so that a key stops all of it.
local function confirm(number, ...)
  local list = { ... }
  for digit in number:gmatch("%d") do
    list[#list + 1] = "digits/" .. digit .. ".wav"
  end
  list[#list + 1] = "ivr/ivr-to_accept_press_one.wav"
  local key, why = session:gather {
    prompt = "file_string://" .. table.concat(list, "!"), max = 1, tries = 2, timeout = 4, terminators = "",
  }
  if not key then return nil, why end
  return key == "1"
end

----- the caller

-- The number to be called, or nil and why there is none.
local function ask()
  local number = allowed(session:get("caller_id_number"))
  if number then
    local ok, why = confirm(number, "ivr/ivr-it_appears_that_your_phone_number_is.wav")
    if ok then return number end
    if why == "hangup" then return nil, why end
  end
  for _ = 1, 3 do
    local typed, why = session:gather {
      prompt = "ivr/ivr-please_enter_the_number_where_we_can_reach_you.wav", min = 3, max = 20, timeout = 8, interdigit = 4,
    }
    if why == "hangup" then return nil, why end
    number = allowed(typed)
    if number then
      local ok
      ok, why = confirm(number, "ivr/ivr-you_entered.wav")
      if ok then return number end
      if why == "hangup" then return nil, why end
    elseif typed then
      log("NOTICE", "not allowed: " .. typed)
      session:playback("ivr/ivr-invalid_number_format.wav")
    end
  end
  return nil, "no number"
end

-- Hands the wish to the switch. A second one of the same number takes the place of the first.
local function schedule(number)
  local agents = session:get("callback_agents")
  if not agents or not extension then return nil, "callback_agents or the extension of connect is not set" end
  local seconds = tonumber(session:get("callback_seconds") or "") or 30
  local group = "callback-" .. number
  session:api("sched_del", group)
  -- The agents are tried five times, two minutes apart. bgapi keeps the scheduler from waiting for them.
  local originate = ("bgapi originate {callback_number=%s,origination_caller_id_name=callback,origination_caller_id_number=%s,"):format(number, number)
    .. "ignore_early_media=true,originate_timeout=30,originate_retries=5,originate_retry_sleep_ms=120000}" .. agents .. " " .. extension
  return session:api("sched_api", ("+%d %s %s"):format(seconds, group, originate))
end

local function offer()
  session:answer()
  session:sleep(0.5)
  local number, why = ask()
  if number then
    -- From here on it will happen, whether the caller hears the rest or not.
    local ok
    ok, why = schedule(number)
    if ok then
      log("INFO", "will call " .. number)
      session:playback("ivr/ivr-we_will_return_your_call_at_this_number.wav")
    else
      log("ERR", "cannot call " .. number .. " later: " .. why)
      session:playback("ivr/ivr-im_sorry.wav")
    end
  elseif why ~= "hangup" then
    session:playback("ivr/ivr-im_sorry.wav")
  end
  session:playback("ivr/ivr-thank_you_for_calling.wav")
  session:hangup()
end

----- the agent

local function connect()
  local number = session:get("callback_number")
  local gateway = session:get("callback_gateway")
  if not number or not gateway then
    log("ERR", "callback_number or callback_gateway is not set")
    return session:hangup("SERVICE_UNAVAILABLE")
  end
  session:answer()
  -- Without an answer it is a mailbox that has taken the call.
  if not confirm(number, "ivr/ivr-connect_to_caller.wav") then
    log("NOTICE", "the agent did not want to call " .. number)
    return session:hangup()
  end
  for attempt = 1, 3 do
    session:playback("ivr/ivr-please_hold_while_party_contacted.wav")
    local connected, why = session:bridge(gateway .. number, { leg_timeout = 30 })
    if connected or why == "hangup" then
      log("INFO", number .. ": " .. (why or "done"))
      return session:hangup()
    end
    log("NOTICE", number .. ": attempt " .. attempt .. ": " .. why)
    session:playback("ivr/ivr-im_sorry.wav")
    -- The agent stays on the line and says when to try again.
    if not confirm(number, "ivr/ivr-to_redial_last_call.wav") then break end
  end
  session:hangup()
end

if task == "offer" then
  offer()
elseif task == "connect" then
  connect()
else
  log("ERR", "the dialplan must say offer or connect")
end
