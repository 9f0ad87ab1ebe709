-- eslua test --scripts examples examples/queue

describe("the queue", function()
  database("queue", [[
    CREATE TABLE waiting (
      id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, uuid TEXT NOT NULL, since INTEGER NOT NULL, seen INTEGER NOT NULL)]])
  extensions {
    agents = { { "ring_ready" }, { "sleep", "4000" }, { "answer" }, { "sleep", "30000" } },
    busy = "busy",
    elsewhere = { { "playback", "elsewhere.wav" } },
  }

  local function dial(agents, vars)
    return place { script = "queue/main.lua", args = { "support", agents }, vars = vars }
  end

  local function waiting()
    return tonumber(query("queue", "SELECT count(*) AS n FROM waiting")[1].n)
  end

  it("connects the first, and tells the second its place", function()
    local first = dial("loopback/agents")
    first:after(1)
    local second = dial("loopback/agents")
    second:hears("ivr-thank_you_for_holding.wav")
    second:hears("ivr-you_are_number.wav")
    second:hears("say:2")
    first:bridges("agents")
    second:hears("local_stream://moh")
    second:bridges("agents")
    second:after(1)
    assert.are.equal(0, waiting())
    second:wait()
    first:wait()
    first:says("answered after 34 s")
  end)

  it("forgets a caller who hangs up", function()
    local call = dial("loopback/busy")
    call:hears("local_stream://moh")
    call:after(20)
    assert.are.equal(1, waiting())
    call:hangup()
    call:wait()
    assert.are.equal(0, waiting())
  end)

  it("does not wait for the dead", function()
    query("queue", "INSERT INTO waiting (queue, uuid, since, seen) VALUES ('support', 'dead', 1, 1), ('sales', 'other', 1, 99999999999)")
    local call = dial("loopback/agents")
    call:bridges("agents", 10)
  end)

  it("waits for those who came before", function()
    query("queue", "INSERT INTO waiting (queue, uuid, since, seen) VALUES ('support', 'living', 1, 99999999999)")
    local call = dial("loopback/agents")
    call:hears("ivr-you_are_number.wav")
    call:hears("local_stream://moh")
    call:after(60)
    call:no_app("bridge")
  end)

  it("offers to call back", function()
    local call = dial("loopback/busy", { queue_callback = "elsewhere" })
    call:hears("*like_us_to_call_back.wav")
    call:press("1")
    call:hears("elsewhere.wav")
    assert.are.equal("elsewhere", call.transferred_to)
    assert.are.equal(0, waiting())
  end)

  it("takes the key while music plays, too", function()
    local call = dial("loopback/busy", { queue_callback = "elsewhere" })
    call:hears("local_stream://moh")
    call:after(2)
    call:press("1")
    call:hears("elsewhere.wav")
  end)

  it("does not know a key without a call-back", function()
    local call = dial("loopback/busy", { queue_longest = "60" })
    call:hears("local_stream://moh")
    call:press("1")
    call:wait()
    call:says("overflow after 6")
  end)

  it("sends on who has waited too long", function()
    local call = dial("loopback/busy", { queue_longest = "60", queue_overflow = "elsewhere" })
    call:hears("elsewhere.wav", 90)
    assert.are.equal(0, waiting())
  end)

  it("announces the place every so often", function()
    local call = dial("loopback/busy", { queue_announce = "20" })
    for _ = 1, 4 do call:hears("ivr-thank_you_for_holding.wav", 30) end
    assert.is_near(65, call.elapsed, 10)
  end)

  it("needs agents", function()
    local call = place { script = "queue/main.lua", args = { "support" } }
    call:says("the dialplan must say")
    call:wait()
    assert.are.equal("SERVICE_UNAVAILABLE", call.cause)
  end)
end)

it("rings the agents when there is no database", function()
  database("queue", "CREATE TABLE waiting (something)")
  local call = place { script = "queue/main.lua", args = { "support", "loopback/agents" }, extensions = { agents = "answer" } }
  call:says("there is no database")
  call:bridges("agents")
end)
