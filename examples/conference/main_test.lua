-- eslua test --scripts examples examples/conference

describe("the room", function()
  local asked, members -- what the room was told, and how many are in it

  before_each(function()
    asked, members = {}, "3"
    api("conference", function(line)
      asked[#asked + 1] = line
      return line:match("list count$") and members or "+OK"
    end)
    app("conference", { seconds = 60 })
  end)

  local pins = { conference_pin = "1357", conference_moderator_pin = "97531" }

  local function dial(vars)
    return place { script = "conference/main.lua", args = { "3000" }, vars = vars or pins, speaks = 3600 }
  end

  local function type_in(call, pin)
    call:hears("conf-enter_conf_pin.wav")
    call:press(pin .. "#")
  end

  local function say_name(call)
    call:hears("vm-record_name1.wav")
    call:expect_app("record", "/tmp/conference-")
    call:after(1.5)
    call:press("#")
  end

  local function was_told(what)
    return table.concat(asked, "\n"):find(what, 1, true) ~= nil
  end

  it("lets members in, who wait for a moderator", function()
    local call = dial()
    call:hears("conf-welcome.wav")
    type_in(call, "1357")
    say_name(call)
    call:expect_app("conference", "3000@default+flags{wait-mod}")
    call:hears("conf-goodbye.wav", 90)
    call:wait()
    assert.is_true(was_told("play conference/conf-has_joined.wav"))
    assert.is_true(was_told("play conference/conf-has_left.wav"))
  end)

  it("lets moderators in, also when it is full", function()
    members = "20"
    local call = dial()
    type_in(call, "97531")
    say_name(call)
    call:expect_app("conference", "+flags{moderator|endconf}")
  end)

  it("has no moderators when none are set", function()
    local call = dial { conference_pin = "1357", conference_profile = "wideband" }
    type_in(call, "1357")
    say_name(call)
    assert.are.equal("3000@wideband", call:expect_app("conference"))
  end)

  it("is full", function()
    members = "20"
    local call = dial()
    type_in(call, "1357")
    call:hears("conf-conference_is_full.wav")
    call:wait()
    call:no_app("conference")
  end)

  it("begins with the first", function()
    members = "-ERR Conference 3000 not found"
    local call = dial()
    type_in(call, "1357")
    say_name(call)
    call:expect_app("conference")
  end)

  it("gives three tries", function()
    local call = dial()
    for _ = 1, 3 do
      type_in(call, "1358")
      call:hears("conf-bad-pin.wav")
    end
    call:hears("conf-goodbye.wav")
    call:wait()
    call:no_app("conference")
    call:says("wrong PIN from 1000")
  end)

  it("tells the others of a hang-up", function()
    local call = dial()
    type_in(call, "1357")
    say_name(call)
    call:expect_app("conference")
    call:after(20)
    call:hangup()
    call:wait()
    assert.is_true(was_told("conf-has_left.wav"))
  end)

  it("does not tell of somebody who hangs up at the door", function()
    local call = dial()
    type_in(call, "1357")
    call:hears("vm-record_name1.wav")
    call:hangup()
    call:wait()
    call:no_app("conference")
    assert.is_false(was_told("play"))
  end)

  it("does not tell of somebody who says nothing", function()
    local call = place { script = "conference/main.lua", args = { "3000" }, vars = pins }
    type_in(call, "1357")
    call:expect_app("conference")
    assert.is_false(was_told("play"))
  end)

  it("stays closed without a PIN", function()
    local call = dial {}
    call:says("conference_pin is not set")
    call:wait()
    assert.is_false(call.answered)
    assert.are.equal("SERVICE_UNAVAILABLE", call.cause)
  end)
end)
