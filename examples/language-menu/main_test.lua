-- eslua test --scripts examples examples/language-menu

describe("the language menu", function()
  globals { sounds_dir = "/sounds" }
  extensions { office = { { "playback", "welcome.wav" } } }

  local function dial(caller)
    return place { script = "language-menu/main.lua", args = { "office" }, caller = caller or "4930123456" }
  end

  local function goes_on(call, language)
    call:hears("welcome.wav", 90)
    assert.are.equal("office", call.transferred_to)
    assert.are.equal(language, call:var("language"))
    assert.are.equal(language, call:var("default_language"))
    call:wait()
  end

  it("asks in every language", function()
    local call = dial()
    call:hears("/sounds/en/us/callie/language/menu.wav")
    call:hears("/sounds/de/de/callie/language/menu.wav")
    call:hears("/sounds/fr/ca/june/language/menu.wav")
    call:press("2")
    goes_on(call, "de")
    assert.are.equal("/sounds/de/de/callie", call:var("sound_prefix"))
  end)

  it("does not ask again", function()
    local call = dial()
    call:hears("en/us/callie/language/menu.wav")
    call:press("3")
    goes_on(call, "fr")
    call = dial()
    call:hears("star-for-other-languages.wav")
    goes_on(call, "fr")
    -- Others are asked.
    call = dial("4930999999")
    call:hears("en/us/callie/language/menu.wav")
  end)

  it("asks again when the caller presses *", function()
    local call = dial()
    call:hears("en/us/callie/language/menu.wav")
    call:press("3")
    goes_on(call, "fr")
    call = dial()
    call:hears("star-for-other-languages.wav")
    call:press("*")
    call:hears("en/us/callie/language/menu.wav")
    call:press("1")
    goes_on(call, "en")
    call = dial()
    call:hears("star-for-other-languages.wav")
    goes_on(call, "en")
  end)

  it("stays with what it was when * is followed by nothing", function()
    local call = dial()
    call:hears("en/us/callie/language/menu.wav")
    call:press("2")
    goes_on(call, "de")
    call = dial()
    call:hears("star-for-other-languages.wav")
    call:press("*")
    call:hears("en/us/callie/language/menu.wav")
    goes_on(call, "de")
  end)

  it("goes on with those who press nothing, and asks them again", function()
    local call = dial()
    call:says("nothing chosen")
    goes_on(call, "en")
    call = dial()
    call:hears("en/us/callie/language/menu.wav")
  end)

  it("tells of a wrong key", function()
    local call = dial()
    call:hears("en/us/callie/language/menu.wav")
    call:press("7")
    call:hears("ivr-that_was_an_invalid_entry.wav")
    call:hears("en/us/callie/language/menu.wav")
    call:press("1")
    goes_on(call, "en")
  end)

  it("remembers nothing of those who show no number", function()
    for _ = 1, 2 do
      local call = dial("anonymous")
      call:hears("en/us/callie/language/menu.wav")
      call:press("2")
      goes_on(call, "de")
    end
  end)

  it("remembers nothing of a caller who hangs up", function()
    local call = dial()
    call:hears("en/us/callie/language/menu.wav")
    call:hangup()
    call:wait()
    assert.is_nil(call.transferred_to)
    call:no_app("db")
  end)
end)

it("says when the dialplan is wrong", function()
  local call = place { script = "language-menu/main.lua" }
  call:says("the dialplan must say")
end)
