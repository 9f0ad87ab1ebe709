-- Reminds people of their appointments, written for mod_lua. It runs without a call, from a timer:
--
--   eslua run --config eslua.yaml --scripts examples reminder/main.lua sofia/gateway/carrier/ 4930999000
--
-- argv[1] is what stands in front of a number in the dial string, argv[2] the number that is shown. Inside of FreeSWITCH it is
-- luarun reminder/main.lua ... . Appointments are rows of a database that another program fills (README.md).

local gateway, shown = argv and argv[1], argv and argv[2] or "0000"

local soonest, latest = 2 * 3600, 24 * 3600 -- seconds from now to an appointment that people are reminded of
local first_hour, last_hour = 9, 20 -- between which people may be called
local attempts, pause = 3, 2 * 3600 -- for each appointment, and the seconds between two of them
local at_once = 50 -- calls of one run, so that runs do not grow beyond all bounds

local function log(level, text)
  freeswitch.consoleLog(level, "reminder: " .. text .. "\n")
end

local dbh = freeswitch.Dbh("sqlite://appointments")

local function query(sql)
  local ok, rows, why = dbh:query_rows(sql)
  if not ok then
    log("ERR", tostring(why) .. " in " .. sql)
    return nil
  end
  return rows
end

local function due(now)
  return query("SELECT id, number, starts, attempts FROM appointments WHERE state = 'planned' AND starts BETWEEN " ..
    now + soonest .. " AND " .. now + latest .. " AND attempts < " .. attempts .. " AND tried <= " .. now - pause ..
    " ORDER BY starts LIMIT " .. at_once)
end

-- Takes an appointment, so that no other run calls the same person. False when one was faster.
local function claim(appointment)
  query("UPDATE appointments SET attempts = attempts + 1, tried = " .. os.time() .. " WHERE id = " .. appointment.id ..
    " AND state = 'planned' AND attempts = " .. appointment.attempts)
  return dbh:affected_rows() == 1
end

-- Calls one person: "confirmed", "cancelled", or nil when nothing was said.
local function remind(appointment)
  local leg = freeswitch.Session("{originate_timeout=30,ignore_early_media=true,origination_caller_id_number=" .. shown .. "}" ..
    gateway .. appointment.number)
  if not leg:ready() then
    log("NOTICE", appointment.id .. ": " .. leg:hangupCause())
    return nil
  end
  leg:sleep(500)
  leg:streamFile("reminder/appointment.wav")
  leg:say(appointment.starts, "en", "short_date_time", "pronounced")
  local key = leg:playAndGetDigits(1, 1, 3, 4000, "#", "reminder/confirm-or-cancel.wav", "reminder/wrong.wav", "[12]")
  local answer = ({ ["1"] = "confirmed", ["2"] = "cancelled" })[key]
  if answer then
    -- Before the last words: whoever has pressed the key need not listen to them.
    query("UPDATE appointments SET state = '" .. answer .. "' WHERE id = " .. appointment.id)
    leg:streamFile("reminder/" .. answer .. ".wav")
  end
  leg:hangup()
  return answer
end

if not gateway then
  error("reminder: the dial string in front of the numbers is missing", 0)
end
if not dbh:connected() or not query [[
  CREATE TABLE IF NOT EXISTS appointments (
    id INTEGER PRIMARY KEY, number TEXT NOT NULL, starts INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'planned',
    attempts INTEGER NOT NULL DEFAULT 0, tried INTEGER NOT NULL DEFAULT 0)]] then
  error("reminder: there is no database: databases.root in the configuration of eslua", 0)
end

local called, reached = 0, 0
for _, appointment in ipairs(due(os.time()) or {}) do
  local hour = tonumber(os.date("%H")) -- it is looked at before each call: a run may take an hour
  if hour < first_hour or hour >= last_hour then
    log("INFO", "it is too early or too late to call anybody")
    break
  end
  if not appointment.number:match("^%+?%d+$") then
    log("WARNING", appointment.id .. ": '" .. appointment.number .. "' is no number")
  elseif claim(appointment) then
    local answer = remind(appointment)
    called, reached = called + 1, reached + (answer and 1 or 0)
    log("INFO", appointment.id .. ": " .. (answer or "no answer"))
  end
end
log("INFO", called .. " called, " .. reached .. " reached")
dbh:release()
