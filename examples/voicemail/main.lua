-- Voicemail in an SQLite database, written for mod_lua.
--
--   voicemail/main.lua leave 1001     a caller leaves a message in mailbox 1001
--   voicemail/main.lua check [1001]   its owner listens to the messages; without a number the caller is asked for it
--
-- Mailboxes are made by hand (README.md). The recordings are files of the switch; the database knows their names.

local task, mailbox = argv and argv[1], argv and argv[2]

local shortest, longest, silence = 2, 180, 4 -- seconds of a message
local most_messages = 50
local tries, lock_minutes = 5, 15 -- wrong PINs, over all calls, and how long the mailbox is closed then
local beep = "tone_stream://%(500,0,640)"

local function log(level, text)
  freeswitch.consoleLog(level, "voicemail: " .. text .. "\n")
end

local function play(...)
  for _, name in ipairs({ ... }) do
    session:streamFile(name)
  end
end

----- the database

local dbh = freeswitch.Dbh("sqlite://voicemail")

local function quote(value)
  return "'" .. tostring(value):gsub("'", "''") .. "'"
end

-- The rows of a query, or nil when it failed.
local function query(sql)
  local ok, rows, why = dbh:query_rows(sql)
  if not ok then
    log("ERR", tostring(why) .. " in " .. sql)
    return nil
  end
  return rows
end

local function prepare()
  return dbh:connected() and query [[
    CREATE TABLE IF NOT EXISTS mailboxes (
      number TEXT PRIMARY KEY, pin TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS messages (
      id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, file TEXT NOT NULL, seconds INTEGER NOT NULL,
      caller_name TEXT, caller_number TEXT, received INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'new')]]
end

local function find(number)
  local rows = query("SELECT number, pin, failures, locked_until FROM mailboxes WHERE number = " .. quote(number))
  return rows and rows[1]
end

local function count(number, state)
  local rows = query("SELECT count(*) AS n FROM messages WHERE mailbox = " .. quote(number) .. " AND state = " .. quote(state))
  return rows and tonumber(rows[1].n) or 0
end

-- Turns the lamp of the telephone on or off. An event can be sent when the caller has hung up, too.
local function show_waiting(number)
  local new, saved = count(number, "new"), count(number, "saved")
  local event = freeswitch.Event("MESSAGE_WAITING")
  event:addHeader("MWI-Messages-Waiting", new > 0 and "yes" or "no")
  event:addHeader("MWI-Message-Account", "sip:" .. number .. "@" .. (session:getVariable("domain_name") or "localhost"))
  event:addHeader("MWI-Voice-Message", new .. "/" .. saved .. " (0/0)")
  event:fire()
end

----- leaving a message

local function store(take)
  local stored = query("INSERT INTO messages (mailbox, file, seconds, caller_name, caller_number, received) VALUES (" .. table.concat({
    quote(mailbox), quote(take.file), take.seconds,
    quote(session:getVariable("caller_id_name") or ""), quote(session:getVariable("caller_id_number") or ""), os.time(),
  }, ", ") .. ")")
  if not stored then
    log("CRIT", "mailbox " .. mailbox .. " lacks the message in " .. take.file) -- so that somebody can put it there
    return false
  end
  log("INFO", "message of " .. take.seconds .. " s for " .. mailbox)
  show_waiting(mailbox)
  return true
end

-- Records once. Gives nil when there is too little to keep.
local function record(number_of_take)
  play("voicemail/vm-record_message.wav", beep)
  if not session:ready() then return nil end
  local folder = session:getVariable("recordings_dir") or "/var/lib/freeswitch/recordings"
  local file = folder .. "/voicemail-" .. mailbox .. "-" .. session:get_uuid() .. "-" .. number_of_take .. ".wav"
  session:execute("record", file .. " " .. longest .. " 200 " .. silence)
  -- Behind a hang-up variables still say what was recorded before it.
  local seconds = tonumber(session:getVariable("record_seconds")) or 0
  if seconds < shortest then
    play("voicemail/vm-too-small.wav")
    return nil
  end
  return { file = file, seconds = seconds }
end

-- Asks what is to become of a recording: true when it is to be made again.
local function again(take)
  for _ = 1, 3 do
    local key = session:playAndGetDigits(1, 1, 2, 4000, "#", "ivr/ivr-save_review_record.wav", "ivr/ivr-that_was_an_invalid_entry.wav", "[123]")
    if key == "3" then return true end
    if key ~= "2" then return false end -- also after a hang-up: whoever has spoken has left a message
    play(take.file)
  end
  return false
end

local function leave()
  if not find(mailbox) then
    return play("voicemail/vm-no_answer_no_vm.wav")
  end
  if count(mailbox, "new") + count(mailbox, "saved") >= most_messages then
    return play("voicemail/vm-mailbox_full.wav")
  end
  play("voicemail/vm-person.wav")
  session:say(mailbox, "en", "telephone_number", "iterated")
  play("voicemail/vm-not_available.wav")
  session:setVariable("playback_terminators", "any") -- the prompt says that any key ends the recording

  local take -- the last one that is long enough counts, however the call ends
  for number_of_take = 1, 3 do
    if not session:ready() then break end
    local new = record(number_of_take)
    take = new or take
    if new and not again(new) then break end
  end
  if take then
    play(store(take) and "ivr/ivr-recording_saved.wav" or "ivr/ivr-im_sorry.wav")
  end
end

----- listening

-- Asks for mailbox and PIN. What is wrong is counted in the database, so that nobody gets further by calling again.
local function log_in()
  if not mailbox then
    mailbox = session:playAndGetDigits(1, 10, 3, 5000, "#", "voicemail/vm-enter_id.wav", "voicemail/vm-fail_auth.wav", "^\\d+$")
    if mailbox == "" then return false end
  end
  for _ = 1, 3 do
    local pin = session:playAndGetDigits(1, 10, 1, 5000, "#", "voicemail/vm-enter_pass.wav", "", "^\\d+$")
    if not session:ready() then return false end
    -- It is read anew each time: others may be guessing meanwhile.
    local box = find(mailbox)
    if box and tonumber(box.locked_until) <= os.time() then
      if pin == box.pin then
        query("UPDATE mailboxes SET failures = 0 WHERE number = " .. quote(mailbox))
        return true
      end
      if pin ~= "" then
        query("UPDATE mailboxes SET failures = failures + 1 WHERE number = " .. quote(mailbox))
        if tonumber(box.failures) + 1 >= tries then
          query("UPDATE mailboxes SET failures = 0, locked_until = " .. os.time() + 60 * lock_minutes .. " WHERE number = " .. quote(mailbox))
          log("WARNING", "mailbox " .. mailbox .. " is closed for " .. lock_minutes .. " minutes: too many wrong PINs")
        end
      end
    end
    -- A mailbox that there is not, or that is closed, sounds like a wrong PIN: a guesser learns nothing.
    play("voicemail/vm-fail_auth.wav")
  end
  play("voicemail/vm-abort.wav")
  return false
end

local choices = "file_string://" .. table.concat({
  "voicemail/vm-repeat_message.wav", "voicemail/vm-press.wav", "digits/1.wav",
  "voicemail/vm-save_message.wav", "voicemail/vm-press.wav", "digits/2.wav",
  "voicemail/vm-delete_message.wav", "voicemail/vm-press.wav", "digits/7.wav",
}, "!")

-- Plays one message and does with it what the caller wants. A hang-up leaves it as it was.
local function listen(number, message)
  play("voicemail/vm-message_number.wav")
  session:say(tostring(number), "en", "number", "pronounced")
  session:say(message.received, "en", "short_date_time", "pronounced")
  for _ = 1, 5 do
    -- A key in the middle of the message counts as an answer to the menu behind it.
    local key = session:playAndGetDigits(1, 1, 1, 200, "", message.file, "", "[127]")
    if key == "" then
      key = session:playAndGetDigits(1, 1, 2, 4000, "#", choices, "ivr/ivr-that_was_an_invalid_entry.wav", "[127]")
    end
    if not session:ready() then return end
    if key == "7" then
      query("UPDATE messages SET state = 'deleted' WHERE id = " .. message.id)
      return play("voicemail/vm-deleted.wav")
    elseif key ~= "1" then
      query("UPDATE messages SET state = 'saved' WHERE id = " .. message.id)
      return play("voicemail/vm-saved.wav")
    end
  end
end

local function check()
  play("voicemail/vm-hello.wav")
  if not log_in() then return end
  local messages = query("SELECT id, file, received FROM messages WHERE mailbox = " .. quote(mailbox) ..
    " AND state IN ('new', 'saved') ORDER BY state = 'saved', id")
  if not messages then
    return play("ivr/ivr-im_sorry.wav")
  end
  play("voicemail/vm-you_have.wav")
  session:say(tostring(count(mailbox, "new")), "en", "number", "pronounced")
  play("voicemail/vm-new.wav", "voicemail/vm-messages.wav")
  for number, message in ipairs(messages) do
    if not session:ready() then break end
    listen(number, message)
  end
  show_waiting(mailbox)
  play("voicemail/vm-no_more_messages.wav")
end

session:answer()
session:sleep(300)
if (task ~= "leave" or not mailbox) and task ~= "check" then
  log("ERR", "the dialplan must say 'leave MAILBOX' or 'check [MAILBOX]'")
  play("ivr/ivr-im_sorry.wav")
elseif not prepare() then
  log("ERR", "there is no database: databases.root in the configuration of eslua")
  play("ivr/ivr-im_sorry.wav")
elseif task == "leave" then
  leave()
else
  check()
end
play("voicemail/vm-goodbye.wav")
session:hangup()
