-- A queue with announcements, in the native manner.
--
--   queue/main.lua support group/support@example.com     its name, and the dial string of its agents
--
-- Whoever waits longest rings the agents; the others hear music and, now and then, their place. Variables of the channel, all
-- of them optional:
--
--   queue_music      what is heard meanwhile, local_stream://moh: a stream, which goes on where the caller is between two looks
--   queue_ring       how many seconds the agents ring, 15
--   queue_announce   how many seconds there are between two announcements, 45
--   queue_longest    after how many seconds somebody leaves, 900, and queue_overflow the extension for that
--   queue_callback   the extension for those who press 1 to be called back, as that of examples/callback

local session = require("eslua").session

local queue, agents = argv and argv[1], argv and argv[2]
local function number(name, otherwise)
  return tonumber(session:get(name) or "") or otherwise
end

local music = session:get("queue_music") or "local_stream://moh"
local ring, between, longest = number("queue_ring", 15), number("queue_announce", 45), number("queue_longest", 900)
local overflow, callback = session:get("queue_overflow"), session:get("queue_callback")

local slice = 5 -- seconds of music between two looks at the line
-- Somebody who was not seen for so long is not there any more: the server has died with the call. It is longer than the time
-- between two looks with everything that may come in between.
local stale = ring + 60

local function log(level, text)
  freeswitch.consoleLog(level, "queue " .. tostring(queue) .. ": " .. text .. "\n")
end

----- the line

-- All calls see the same line in the database. When there is none the call goes on alone: everybody is the first then, and
-- rings the agents, which is better than to wait for nothing.
local dbh = freeswitch.Dbh("sqlite://queue")
local place_in_line -- the number of this call's row

local function quote(value)
  return "'" .. tostring(value):gsub("'", "''") .. "'"
end

local function query(sql)
  local ok, rows, why = dbh:query_rows(sql)
  if not ok then
    log("ERR", tostring(why) .. " in " .. sql)
    return nil
  end
  return rows
end

local function join()
  local made = dbh:connected() and query [[
    CREATE TABLE IF NOT EXISTS waiting (
      id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, uuid TEXT NOT NULL, since INTEGER NOT NULL, seen INTEGER NOT NULL)]]
  local now = os.time()
  local rows = made and query("INSERT INTO waiting (queue, uuid, since, seen) VALUES (" .. table.concat({
    quote(queue), quote(session:uuid()), now, now }, ", ") .. ") RETURNING id")
  if rows and rows[1] then
    place_in_line = rows[1].id
  else
    log("ERR", "there is no database, so that nobody waits for others")
  end
end

local function leave()
  if place_in_line then
    query("DELETE FROM waiting WHERE id = " .. place_in_line)
    place_in_line = nil
  end
end

-- How many are served before this call has its turn, and itself.
local function position()
  if not place_in_line then return 1 end
  local now = os.time()
  query("UPDATE waiting SET seen = " .. now .. " WHERE id = " .. place_in_line)
  local rows = query("SELECT count(*) AS n FROM waiting WHERE queue = " .. quote(queue) ..
    " AND id <= " .. place_in_line .. " AND seen > " .. now - stale)
  return rows and tonumber(rows[1].n) or 1
end

----- what is heard

-- Plays music for a little while: the key that was pressed. It ends by itself, so that nobody is left with it for ever when the
-- server dies with the script.
local function play_music()
  local done = session:exec("playback", ("%%[playback_timeout_sec=%d,playback_timeout_as_success=true,playback_terminators=%s]%s"):format(
    slice, callback and "1" or "none", music))
  return done and done:get("variable_playback_terminator_used")
end

-- Tells the place, and what else can be done: the key that was pressed, or nil.
local function announce(place)
  session:playback("ivr/ivr-thank_you_for_holding.wav")
  if place > 1 then
    session:playback("ivr/ivr-you_are_number.wav")
    session:say(tostring(place), { type = "number" })
  end
  if not callback then return nil end
  session:flush_digits() -- a key from before was no answer to this
  return (session:gather {
    prompt = "file_string://ivr/ivr-if_you_would_like_us_to_call_back.wav!digits/1.wav!ivr/ivr-to_wait_stay_on_the_line.wav",
    max = 1, timeout = 2, terminators = "",
  })
end

----- the call

-- Waits for an agent: how it has ended.
local function wait()
  local began, told = os.time(), -between
  while session:ready() do
    local waited = os.time() - began
    if waited >= longest then return "overflow" end
    local place = position()
    if place == 1 then
      local ok, why = session:bridge(agents, { leg_timeout = ring, ignore_early_media = true })
      if ok then return "answered" end
      log("INFO", "no agent: " .. why)
    end
    if session:ready() and waited - told >= between then
      told = waited
      if announce(place) == "1" then return "callback" end
    end
    if play_music() == "1" then return "callback" end
  end
  return "hung up"
end

if not agents then
  log("ERR", "the dialplan must say the name of the queue and the dial string of its agents")
  session:hangup("SERVICE_UNAVAILABLE")
  return
end

session:answer()
-- What the caller hears while the agents ring.
session:set("ringback", music)
session:set("transfer_ringback", music)

join()
-- The next one has its turn as soon as an agent has taken this call, not when it is over.
session:on("CHANNEL_BRIDGE", leave)
local began = os.time()
local ok, how = pcall(wait)
leave()
if not ok then error(how, 0) end

log("INFO", how .. " after " .. os.time() - began .. " s")
if how == "callback" and callback then
  session:transfer(callback)
elseif how == "overflow" and overflow then
  session:transfer(overflow)
else
  session:hangup()
end
