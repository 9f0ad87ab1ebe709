-- eslua test --scripts examples examples/reminder

describe("the reminder", function()
  database("appointments", [[
    CREATE TABLE appointments (
      id INTEGER PRIMARY KEY, number TEXT NOT NULL, starts INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'planned',
      attempts INTEGER NOT NULL DEFAULT 0, tried INTEGER NOT NULL DEFAULT 0)]])

  endpoints { ["sofia/gateway/carrier/"] = "customer" }

  local function appointment(number, hours)
    query("appointments", ("INSERT INTO appointments (number, starts) VALUES ('%s', %d)"):format(number, os.time() + 3600 * hours))
  end

  local function result()
    local rows = query("appointments", "SELECT state, attempts FROM appointments ORDER BY id")
    local list = {}
    for _, row in ipairs(rows) do list[#list + 1] = row.state .. " " .. row.attempts end
    return table.concat(list, ", ")
  end

  -- Runs it with a customer who does this: what has happened, as a text.
  local function remind(customer)
    extensions { customer = customer }
    return run { script = "reminder/main.lua", args = { "sofia/gateway/carrier/", "4930999000" }, within = 600 }
  end

  local function presses(keys)
    return { { "answer" }, { "sleep", "5000" }, { "send_dtmf", keys }, { "sleep", "30000" } }
  end

  it("notes who confirms", function()
    appointment("4930123456", 5)
    assert.matches("1 called, 1 reached", remind(presses("1")))
    assert.are.equal("confirmed 1", result())
  end)

  it("notes who cancels, also after a wrong key", function()
    appointment("4930123456", 5)
    remind(presses("9WW2"))
    assert.are.equal("cancelled 1", result())
  end)

  it("leaves it planned when a machine answers, or nobody, or the number is busy", function()
    appointment("4930123456", 5)
    remind "answer"
    assert.are.equal("planned 1", result())
    -- Two hours later, and not sooner, there is another attempt.
    remind "busy"
    assert.are.equal("planned 1", result())
    query("appointments", "UPDATE appointments SET tried = tried - 7200")
    assert.matches("1: USER_BUSY", remind "busy")
    assert.are.equal("planned 2", result())
  end)

  it("leaves it planned when the customer hangs up", function()
    appointment("4930123456", 5)
    remind { { "answer" }, { "sleep", "3000" } }
    assert.are.equal("planned 1", result())
  end)

  it("calls nobody too early, too late, too often, or by something that is no number", function()
    appointment("1", 1)
    appointment("2", 30)
    appointment("3", 5)
    query("appointments", "UPDATE appointments SET attempts = 3 WHERE id = 3")
    appointment("4}user/1", 5)
    assert.matches("4: '4}user/1' is no number", remind(presses("1")))
    assert.are.equal("planned 0, planned 0, planned 3, planned 0", result())
  end)

  describe("at night", function()
    date "2026-11-23 22:00"

    it("calls nobody", function()
      appointment("4930123456", 5)
      assert.matches("too early or too late", remind(presses("1")))
      assert.are.equal("planned 0", result())
    end)
  end)

  it("calls nobody twice when two run at once", function()
    appointment("4930123456", 5)
    appointment("4930123457", 6)
    extensions { customer = presses("1") }
    local a = place { script = "reminder/main.lua", args = { "sofia/gateway/carrier/" } }
    local b = place { script = "reminder/main.lua", args = { "sofia/gateway/carrier/" } }
    a:wait()
    b:wait()
    assert.are.equal("confirmed 1, confirmed 1", result())
  end)

  it("needs a dial string", function()
    assert.error_matches(function() run { script = "reminder/main.lua" } end, "the dial string in front of the numbers is missing")
  end)
end)

it("does not run when something is wrong with the database", function()
  database("appointments", "CREATE VIEW appointments AS SELECT 1")
  assert.matches("0 called, 0 reached", run { script = "reminder/main.lua", args = { "loopback/" } })
end)
