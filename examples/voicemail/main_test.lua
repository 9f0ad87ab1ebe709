-- eslua test --scripts examples examples/voicemail

local tables = [[
  CREATE TABLE mailboxes (
    number TEXT PRIMARY KEY, pin TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0);
  INSERT INTO mailboxes (number, pin) VALUES ('1001', '4711');
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, file TEXT NOT NULL, seconds INTEGER NOT NULL,
    caller_name TEXT, caller_number TEXT, received INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'new')]]

local function messages()
  return query("voicemail", "SELECT mailbox, caller_number, state FROM messages ORDER BY id")
end

local function dial(...)
  return place { script = "voicemail/main.lua", args = { ... }, caller = "4930123456", caller_name = "O'Hara", speaks = 3600 }
end

describe("leaving a message", function()
  database("voicemail", tables)

  local function record(call)
    call:hears("vm-person.wav")
    call:hears("vm-not_available.wav")
    call:hears("vm-record_message.wav")
    call:expect_app("record", "voicemail-1001-")
  end

  it("keeps it", function()
    local call = dial("leave", "1001")
    record(call)
    call:after(10)
    call:press("#")
    call:hears("ivr-save_review_record.wav")
    call:press("2")
    call:hears("/voicemail-1001-*")
    call:hears("ivr-save_review_record.wav")
    call:press("1")
    call:hears("ivr-recording_saved.wav")
    call:hears("vm-goodbye.wav")
    call:wait()
    assert.are.same({ { mailbox = "1001", caller_number = "4930123456", state = "new" } }, messages())
    assert.are.equal("O'Hara", query("voicemail", "SELECT caller_name FROM messages")[1].caller_name)
  end)

  it("keeps the last take only", function()
    local call = dial("leave", "1001")
    record(call)
    call:after(10)
    call:press("#")
    call:hears("ivr-save_review_record.wav")
    call:press("3")
    call:expect_app("record", "-2.wav")
    call:after(5)
    call:press("#")
    call:hears("ivr-save_review_record.wav")
    call:press("1")
    call:wait()
    local rows = query("voicemail", "SELECT file FROM messages")
    assert.are.equal(1, #rows)
    assert.matches("%-2%.wav$", rows[1].file)
  end)

  it("throws away what is too short, and says so", function()
    local call = dial("leave", "1001")
    record(call)
    call:press("#")
    call:hears("vm-too-small.wav")
    call:expect_app("record", "-2.wav")
    call:press("#")
    call:hears("vm-too-small.wav")
    call:expect_app("record", "-3.wav")
    call:press("#")
    call:hears("vm-goodbye.wav")
    call:wait()
    assert.are.same({}, messages())
  end)

  it("keeps what a caller has said who hangs up", function()
    local call = dial("leave", "1001")
    record(call)
    call:after(10)
    call:hangup()
    call:wait()
    assert.are.equal("new", messages()[1].state)
  end)

  it("keeps what a caller has said who hangs up instead of saving", function()
    local call = dial("leave", "1001")
    record(call)
    call:after(10)
    call:press("#")
    call:hears("ivr-save_review_record.wav")
    call:hangup()
    call:wait()
    assert.are.equal(1, #messages())
  end)

  it("keeps nothing of a caller who hangs up before the tone", function()
    local call = dial("leave", "1001")
    call:hears("vm-record_message.wav")
    call:hangup()
    call:wait()
    assert.are.same({}, messages())
  end)

  it("refuses when there is no mailbox", function()
    local call = dial("leave", "1009")
    call:hears("vm-no_answer_no_vm.wav")
    call:no_app("record")
  end)

  describe("in a full mailbox", function()
    database("voicemail", [[
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
      INSERT INTO messages (mailbox, file, seconds, received) SELECT '1001', 'a.wav', 5, 0 FROM n]])

    it("is refused", function()
      local call = dial("leave", "1001")
      call:hears("vm-mailbox_full.wav")
      call:no_app("record")
    end)
  end)
end)

describe("a database in which something is wrong", function()
  it("does not lose the recording, and tells the caller", function()
    database("voicemail", "CREATE TABLE mailboxes (number, pin, failures, locked_until); INSERT INTO mailboxes VALUES ('1001', '1', 0, 0);" ..
      "CREATE TABLE messages (mailbox, state)")
    local call = dial("leave", "1001")
    call:expect_app("record", "voicemail-1001-")
    call:after(5)
    call:press("#")
    call:hears("ivr-save_review_record.wav")
    call:press("1")
    call:says("lacks the message in /var/lib/freeswitch/recordings/voicemail-1001-")
    call:hears("ivr-im_sorry.wav")
    call:wait()
  end)
end)

describe("listening to messages", function()
  database("voicemail", tables .. [[;
    INSERT INTO messages (mailbox, file, seconds, received, state) VALUES
      ('1001', '/rec/old.wav', 5, 1, 'saved'), ('1001', '/rec/new.wav', 5, 2, 'new'),
      ('1001', '/rec/gone.wav', 5, 3, 'deleted'), ('1002', '/rec/other.wav', 5, 4, 'new')]])
  sounds { ["/rec/new.wav"] = 20, ["/rec/old.wav"] = 20 }

  local function states()
    local list = {}
    for _, row in ipairs(query("voicemail", "SELECT state FROM messages ORDER BY id")) do list[#list + 1] = row.state end
    return table.concat(list, " ")
  end

  local function log_in(call, pin)
    call:hears("vm-enter_id.wav")
    call:press("1001#")
    call:hears("vm-enter_pass.wav")
    call:press(pin .. "#")
  end

  it("goes from the new ones to the old ones", function()
    local call = dial("check")
    log_in(call, "4711")
    call:hears("vm-you_have.wav")
    call:hears("/rec/new.wav")
    call:hears("vm-delete_message.wav")
    call:press("1")
    call:hears("/rec/new.wav")
    call:press("2")
    call:hears("vm-saved.wav")
    call:hears("/rec/old.wav")
    call:press("7")
    call:hears("vm-deleted.wav")
    call:hears("vm-no_more_messages.wav")
    call:wait()
    assert.are.equal("deleted saved deleted new", states())
  end)

  it("leaves a message new when the caller hangs up", function()
    local call = dial("check", "1001")
    call:hears("vm-enter_pass.wav")
    call:press("4711#")
    call:hears("/rec/new.wav")
    call:after(5)
    call:hangup()
    call:wait()
    assert.are.equal("saved new deleted new", states())
  end)

  it("closes a mailbox after five wrong PINs over all calls", function()
    local call = dial("check", "1001")
    for _ = 1, 3 do
      call:hears("vm-enter_pass.wav")
      call:press("0000#")
      call:hears("vm-fail_auth.wav")
    end
    call:hears("vm-abort.wav")
    call:wait()
    call = dial("check", "1001")
    for _ = 1, 2 do
      call:hears("vm-enter_pass.wav")
      call:press("0000#")
      call:hears("vm-fail_auth.wav")
    end
    call:says("is closed for 15 minutes")
    call:hears("vm-enter_pass.wav")
    call:press("4711#")
    call:hears("vm-fail_auth.wav")
    call:no_app("playback", "vm-you_have")
    call:wait()
  end)

  it("opens it again a quarter of an hour later", function()
    query("voicemail", "UPDATE mailboxes SET locked_until = " .. os.time() + 900)
    local call = place { script = "voicemail/main.lua", args = { "check", "1001" }, before = { { "sleep", "901000" } } }
    call:hears("vm-enter_pass.wav", 1000)
    call:press("4711#")
    call:hears("vm-you_have.wav")
  end)

  it("says nothing of mailboxes that there are not", function()
    local call = dial("check", "1009")
    call:hears("vm-enter_pass.wav")
    call:press("4711#")
    call:hears("vm-fail_auth.wav")
    call:hangup()
    call:wait()
  end)

  it("ends with a caller who gives no number", function()
    local call = dial("check")
    call:hears("vm-enter_id.wav")
    call:hears("vm-goodbye.wav")
    call:wait()
  end)
end)

it("says when the dialplan is wrong", function()
  local call = dial("leave")
  call:says("the dialplan must say")
  call:hears("ivr-im_sorry.wav")
  call:wait()
end)
