-- eslua test --scripts examples examples/ring-group

describe("the ring group", function()
  extensions {
    slow = { { "ring_ready" }, { "sleep", "600000" } },
    busy = "busy",
    boss = { { "ring_ready" }, { "sleep", "3000" }, { "answer" }, { "sleep", "10000" } },
    voicemail = { { "answer" }, { "playback", "voicemail.wav" } },
  }

  local function dial(vars, ...)
    return place { script = "ring-group/main.lua", args = { "sales", ... }, vars = vars }
  end

  it("rings one stage after the other until somebody answers", function()
    local call = dial({ ring_seconds = "10" }, "loopback/slow,loopback/busy", "error/USER_BUSY", "loopback/boss")
    call:expect_app("bridge", "leg_timeout=10}loopback/slow,loopback/busy")
    call:says("stage 2: USER_BUSY")
    call:bridges("boss")
    call:wait()
    call:says("taken by")
    assert.are.equal("NORMAL_CLEARING", call.cause)
    assert.is_near(23, call.elapsed, 1)
  end)

  it("does not answer by itself", function()
    local call = dial(nil, "error/USER_BUSY")
    call:wait()
    assert.is_false(call.answered)
    assert.are.equal("USER_BUSY", call.cause)
  end)

  it("sends on what nobody takes", function()
    local call = dial({ ring_fallback = "voicemail" }, "loopback/busy")
    call:hears("voicemail.wav")
    assert.are.equal("voicemail", call.transferred_to)
  end)

  it("rings nobody else when the caller hangs up", function()
    local call = dial({ ring_fallback = "voicemail" }, "error/USER_BUSY", "loopback/slow", "loopback/boss")
    call:expect_app("bridge", "loopback/slow")
    call:after(5)
    call:hangup()
    call:wait()
    call:no_app("bridge", "boss")
  end)

  it("says when it has no destinations", function()
    local call = dial(nil)
    call:says("names no destinations")
    call:wait()
    assert.are.equal("NO_ROUTE_DESTINATION", call.cause)
  end)
end)
