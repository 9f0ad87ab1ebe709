-- eslua test --scripts examples examples/callback

describe("the offer", function()
  local scheduled -- what the switch is to do later

  before_each(function()
    scheduled = {}
    api("sched_api", function(line)
      scheduled[#scheduled + 1] = line
      return "+OK Added: 1"
    end)
  end)

  local function dial(caller, vars)
    return place {
      script = "callback/main.lua", args = { "offer", "5102" }, caller = caller,
      vars = vars or { callback_prefixes = "0049,0043", callback_agents = "group/support@example.com" },
    }
  end

  it("takes the caller's own number", function()
    local call = dial("+4930123456")
    call:hears("*phone_number_is.wav")
    call:press("1")
    call:hears("*we_will_return_your_call*")
    call:wait()
    assert.are.equal(1, #scheduled)
    assert.matches("^%+30 callback%-004930123456 bgapi originate {callback_number=004930123456,", scheduled[1])
    assert.matches("}group/support@example%.com 5102$", scheduled[1])
  end)

  it("takes another number", function()
    local call = dial("+4930123456")
    call:hears("*phone_number_is.wav")
    call:press("2")
    call:hears("*please_enter_the_number*")
    call:press("00431234567#")
    call:hears("*you_entered*")
    call:press("1")
    call:hears("*we_will_return_your_call*")
    assert.matches("callback%-00431234567 ", scheduled[1])
  end)

  it("calls nobody elsewhere", function()
    local call = dial("anonymous")
    for _, number in ipairs { "0900123456", "0049", "12345" } do
      call:hears("*please_enter_the_number*")
      call:press(number .. "#")
      call:says("not allowed: " .. number)
      call:hears("*invalid_number_format*")
    end
    call:hears("ivr-im_sorry.wav")
    call:wait()
    assert.are.same({}, scheduled)
  end)

  it("asks again when the number was wrong", function()
    local call = dial("anonymous")
    call:hears("*please_enter_the_number*")
    call:press("00431234567#")
    call:hears("*you_entered*")
    call:press("2")
    call:hears("*please_enter_the_number*")
    call:hangup()
    call:wait()
    assert.are.same({}, scheduled)
  end)

  it("remembers nothing of a caller who hangs up before", function()
    local call = dial("+4930123456")
    call:hears("*phone_number_is.wav")
    call:hangup()
    call:wait()
    assert.are.same({}, scheduled)
  end)

  it("ends with a caller who does nothing", function()
    local call = dial("anonymous")
    call:hears("*thank_you_for_calling*")
    call:wait()
    assert.are.same({}, scheduled)
  end)

  it("says when it cannot be done", function()
    local call = dial("+4930123456", { callback_prefixes = "0049" })
    call:hears("*phone_number_is.wav")
    call:press("1")
    call:says("cannot call 004930123456 later")
    call:hears("ivr-im_sorry.wav")
  end)
end)

describe("the agent", function()
  local function dial(more)
    return place {
      script = "callback/main.lua", args = { "connect" }, vars = { callback_number = "004930123456", callback_gateway = "sofia/gateway/carrier/" },
      endpoints = { ["sofia/gateway/carrier/"] = "customer" }, extensions = { customer = more },
    }
  end

  it("is connected", function()
    local call = dial { { "answer" }, { "sleep", "9000" } }
    call:hears("*connect_to_caller.wav")
    call:press("1")
    call:expect_app("bridge", "sofia/gateway/carrier/004930123456")
    call:bridges("carrier/004930123456")
    call:wait()
    call:says("004930123456: done")
  end)

  it("may not want to", function()
    local call = dial "answer"
    call:hears("*connect_to_caller.wav")
    call:press("2")
    call:wait()
    call:no_app("bridge")
  end)

  it("is a mailbox that presses no key", function()
    local call = dial "answer"
    call:wait()
    call:no_app("bridge")
  end)

  it("tries again, three times at most", function()
    local call = dial "busy"
    call:hears("*connect_to_caller.wav")
    for attempt = 1, 3 do
      call:press("1")
      call:says("attempt " .. attempt .. ": error: USER_BUSY")
      call:hears("*to_redial_last_call.wav")
    end
    call:press("1")
    call:wait()
  end)

  it("needs a number", function()
    local call = place { script = "callback/main.lua", args = { "connect" } }
    call:says("callback_number or callback_gateway is not set")
    call:wait()
    assert.are.equal("SERVICE_UNAVAILABLE", call.cause)
  end)
end)

it("says when the dialplan is wrong", function()
  local call = place { script = "callback/main.lua" }
  call:says("the dialplan must say offer or connect")
end)
