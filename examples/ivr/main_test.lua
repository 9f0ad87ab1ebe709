-- The tests of main.lua: eslua test --scripts examples examples/ivr

local menu = {
  ["ivr/welcome.wav"] = 2, ["ivr/menu.wav"] = 5, ["ivr/wrong.wav"] = 1, ["ivr/opening-hours.wav"] = 4, ["ivr/connecting.wav"] = 1,
  ["ivr/nobody-there.wav"] = 2, ["ivr/leave-message.wav"] = 3, ["ivr/goodbye.wav"] = 1, ["ivr/closed.wav"] = 2,
}

describe("the menu of the company", function()
  before_each(function()
    sounds(menu)
  end)

  local function dial(more)
    local call = { script = "ivr/main.lua", args = { "agents" }, caller = "4930123456" }
    for k, v in pairs(more or {}) do call[k] = v end
    return place(call)
  end

  it("greets and tells the opening hours", function()
    local call = dial()
    call:hears("welcome.wav")
    call:hears("menu.wav")
    call:press("1")
    call:hears("opening-hours.wav")
    call:hears("menu.wav")
    call:hangup()
    call:wait()
    assert.are.equal("NORMAL_CLEARING", call.cause)
    assert.is_true(call.answered)
    assert.are.equal("company", call:var("ivr"))
  end)

  it("plays the menu again after a wrong key", function()
    local call = dial()
    call:hears("menu.wav")
    call:press("7")
    call:hears("wrong.wav")
    call:hears("menu.wav")
    call:press("9")
    call:hears("menu.wav")
  end)

  it("says goodbye to a caller who does nothing", function()
    local call = dial()
    for _ = 1, 3 do
      call:hears("menu.wav")
      call:hears("wrong.wav")
    end
    call:hears("goodbye.wav")
    call:wait()
    assert.are.equal("NORMAL_CLEARING", call.cause)
    assert.is_near(34, call.elapsed, 2)
  end)

  describe("an agent", function()
    it("talks to the caller", function()
      local call = dial { extensions = { agents = { { "ring_ready" }, { "sleep", "3000" }, { "answer" }, { "sleep", "12000" } } } }
      call:hears("menu.wav")
      call:press("2")
      call:hears("connecting.wav")
      call:expect_app("bridge", "loopback/agents")
      call:bridges("agents")
      call:wait()
      assert.are.equal("NORMAL_CLEARING", call.cause)
      call:no_app("record")
    end)

    it("is busy: a message is taken", function()
      local call = dial { extensions = { agents = "busy" } }
      call:hears("menu.wav")
      call:press("2")
      call:hears("nobody-there.wav")
      call:says("no agent: USER_BUSY")
      call:hears("leave-message.wav")
      call:expect_app("record", "/var/spool/messages/*.wav 60 200 3")
      call:after(5)
      call:press("#")
      call:after(1)
      call:hangup()
    end)

    it("is at home on Christmas Eve at eight in the evening", function()
      date "2026-12-24 20:00"
      local call = dial()
      call:hears("menu.wav")
      call:press("2")
      call:hears("closed.wav")
      call:no_app("bridge")
    end)

    it("works late when a variable says so", function()
      date "2026-12-24 20:00"
      local call = dial { vars = { open_to = "22" }, extensions = { agents = "answer" } }
      call:hears("menu.wav")
      call:press("2")
      call:bridges("agents")
    end)
  end)
end)
