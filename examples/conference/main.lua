-- A conference room behind a PIN, in the native manner.
--
--   conference/main.lua 3000      the room; without it, the number that was dialled
--
-- Variables of the channel, set in the dialplan:
--
--   conference_pin             of those who take part; there is no room without one
--   conference_moderator_pin   of those who lead it: it begins and ends with them
--   conference_most            how many may be in it, 20
--   conference_profile         of conference.conf.xml, default
--
-- Everybody says a name at the door, which the others hear when somebody comes or goes.

local session = require("eslua").session

local room = argv and argv[1] or session:get("destination_number")
local pin, moderator_pin = session:get("conference_pin"), session:get("conference_moderator_pin")
local most = tonumber(session:get("conference_most") or "") or 20
local profile = session:get("conference_profile") or "default"

local function log(level, text)
  freeswitch.consoleLog(level, "conference " .. room .. ": " .. text .. "\n")
end

-- Asks for the PIN: "member", "moderator", or nil and why not.
local function who()
  for attempt = 1, 3 do
    local digits, why = session:gather {
      prompt = "conference/conf-enter_conf_pin.wav", max = 12, timeout = 8, interdigit = 4, terminators = "#",
    }
    if why == "hangup" then return nil, why end
    if digits == pin then return "member" end
    if digits and digits == moderator_pin then return "moderator" end
    log("NOTICE", "wrong PIN from " .. (session:get("caller_id_number") or "unknown"))
    session:playback("conference/conf-bad-pin.wav")
    session:sleep(attempt) -- guessing takes its time
  end
  return nil, "wrong PIN"
end

-- How many are in the room. A room that nobody is in does not exist, which is an error of the command.
local function members()
  return tonumber((session:api("conference", room .. " list count") or ""):match("^%d+")) or 0
end

-- Has all in the room hear something. It works for one who has hung up, too, and when nobody is left nobody minds.
local function announce(...)
  for _, file in ipairs { ... } do
    session:api("conference", room .. " play " .. file)
  end
end

-- Asks for the caller's name: the file of the recording, or nil when nothing was said.
local function name()
  session:playback("voicemail/vm-record_name1.wav")
  session:playback("tone_stream://%(300,0,640)")
  local file = (session:get("temp_dir") or "/tmp") .. "/conference-" .. session:uuid() .. ".wav"
  local seconds = session:record(file, { limit = 5, silence = 2, terminators = "0123456789*#" })
  if seconds and seconds > 0 then return file end
  return nil
end

local function enter()
  local role, why = who()
  if not role then return why end
  if role == "member" and members() >= most then
    session:playback("conference/conf-conference_is_full.wav")
    return "the room is full"
  end
  local said = name()
  if not session:ready() then return "hangup" end

  -- Where there are moderators the others hear music until one comes, and the room closes behind the last.
  local flags = ""
  if role == "moderator" then
    flags = "+flags{moderator|endconf}"
  elseif moderator_pin then
    flags = "+flags{wait-mod}"
  end
  if said then announce(said, "conference/conf-has_joined.wav") end
  log("INFO", (session:get("caller_id_number") or "unknown") .. " comes in as " .. role)
  local done
  done, why = session:exec("conference", room .. "@" .. profile .. flags)
  if said then announce(said, "conference/conf-has_left.wav") end
  return done and "has left" or why
end

if not pin or pin == "" or pin == moderator_pin then
  -- A room that is open by mistake is worse than one that is closed.
  log("ERR", "conference_pin is not set, or is that of the moderators")
  session:hangup("SERVICE_UNAVAILABLE")
  return
end

session:answer()
session:sleep(0.5)
session:playback("conference/conf-welcome.wav")
log("INFO", (session:get("caller_id_number") or "unknown") .. ": " .. enter())
session:playback("conference/conf-goodbye.wav")
session:hangup()
