-- eslua test --scripts examples examples/caller-id

describe("the lookup", function()
  local asked

  local function crm(answer)
    http("https://crm.example.com/callers", function(request)
      asked = request
      return answer
    end)
  end

  local function dial(caller, more)
    local call = {
      script = "caller-id/main.lua", args = { "https://crm.example.com/callers" }, caller = caller or "+4930123456",
      next = { { "bridge", "loopback/office" } }, extensions = { office = { { "answer" }, { "sleep", "5000" } } },
    }
    for k, v in pairs(more or {}) do call[k] = v end
    return place(call)
  end

  -- Whatever the CRM says, the call rings.
  local function rings(call, status)
    call:bridges("office", 5)
    assert.are.equal(status, call:var("crm_status"))
    call:wait()
  end

  it("finds the caller", function()
    crm { status = 200, body = '{"name": "Ann Other", "id": 4711, "vip": true}' }
    env("CRM_TOKEN", "secret")
    local call = dial()
    rings(call, "found")
    assert.are.equal("https://crm.example.com/callers?number=%2B4930123456", asked.url)
    assert.are.equal("Bearer secret", asked.headers.Authorization or asked.headers.authorization)
    assert.are.equal("Ann Other", call:var("effective_caller_id_name"))
    assert.are.equal("4711", call:var("crm_id"))
    assert.are.equal("true", call:var("crm_vip"))
  end)

  it("knows numbers as they come", function()
    crm { status = 200, body = "{}" }
    for number, want in pairs { ["004930123456"] = "4930123456", ["030-123456"] = "4930123456" } do
      local call = dial(number, { vars = { default_country = "49" } })
      rings(call, "found")
      assert.are.equal("https://crm.example.com/callers?number=%2B" .. want, asked.url)
      assert.are.equal("false", call:var("crm_vip"))
    end
  end)

  it("cleans what goes into a header", function()
    crm { status = 200, body = '{"name": "\\" <sip:x>\\r\\nEvil: yes\\u0000 \\"", "id": {"a": 1}}' }
    local call = dial()
    rings(call, "found")
    assert.are.equal("sip:x Evil: yes", call:var("effective_caller_id_name"))
    assert.is_nil(call:var("crm_id"))
  end)

  it("cuts long names between two characters", function()
    crm { status = 200, body = '{"name": "' .. ("ä"):rep(30) .. '"}' }
    local call = dial()
    rings(call, "found")
    assert.are.equal(("ä"):rep(20), call:var("effective_caller_id_name"))
    crm { status = 200, body = '{"name": "x' .. ("ä"):rep(30) .. '"}' }
    call = dial()
    rings(call, "found")
    assert.are.equal("x" .. ("ä"):rep(19), call:var("effective_caller_id_name"))
  end)

  it("does not know the caller", function()
    crm { status = 404, body = "" }
    local call = dial()
    rings(call, "unknown")
    assert.is_nil(call:var("effective_caller_id_name"))
  end)

  it("asks nothing about those who show no number", function()
    asked = nil
    crm { status = 200, body = "{}" }
    rings(dial("anonymous"), "unknown")
    assert.is_nil(asked)
  end)

  it("lets the call ring when the CRM fails", function()
    for _, answer in ipairs { { status = 500 }, { status = 200, body = "<html>" }, { status = 200, body = "[" }, { status = 200, body = "7" } } do
      crm(answer)
      local call = dial()
      call:says("caller id: +4930123456: ")
      rings(call, "failed")
    end
  end)

  it("lets the call ring when the CRM cannot be reached", function()
    rings(dial(), "failed")
  end)

  it("says when the dialplan is wrong", function()
    local call = dial(nil, { args = {} })
    call:says("the dialplan must say")
    rings(call, "failed")
  end)
end)
