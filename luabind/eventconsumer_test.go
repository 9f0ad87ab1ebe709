package luabind_test

import "testing"

// TestEventConsumer is s22 of the recordings. As there, the event that was fired again is still on its way when the second
// consumer is made, which gets it.
func TestEventConsumer(t *testing.T) {
	run(t, "async full", `
		local api = freeswitch.API()
		local function timed(f)
			local t = tonumber(api:getTime())
			local r = f()
			return r, math.floor((tonumber(api:getTime()) - t) / 100 + 0.5) / 10
		end
		local c = freeswitch.EventConsumer("CUSTOM", "my::lua")
		print(type(c), c:pop(), c:pop(0), timed(function() return c:pop(1, 500) end))
		local function fire(sub, k) local e = freeswitch.Event("CUSTOM", sub) e:addHeader("k", k) e:fire() end
		fire("my::lua", "1") fire("my::lua", "2") fire("other::lua", "x")
		freeswitch.msleep(300)
		local e = c:pop()
		print(e:getHeader("k"), e:getHeader("Event-Subclass"), e:getType(), e.mine)
		e = c:pop(1, 1000)
		print(e:getHeader("k"), c:pop())
		print(c:bind("CUSTOM", "other::lua"), c:bind("CHANNEL_EXECUTE"), c:bind("BOGUS"))
		fire("other::lua", "3")
		session:execute("set", "a=b")
		freeswitch.msleep(300)
		for i = 1, 4 do local x = c:pop() print(x and x:getType(), x and x:getHeader("k"), x and x:getHeader("Application")) end
		print(e:fire(), select("#", c:cleanup()), c:pop(), c:bind("DTMF"), c:pop(1, 100))
		local c2 = freeswitch.EventConsumer()
		print(c2:bind("custom", "my::lua"))
		fire("my::lua", "4") freeswitch.msleep(200)
		print(c2:pop():getHeader("k"))
		local c3 = freeswitch.EventConsumer("CUSTOM")
		fire("any::thing", "5") freeswitch.msleep(200)
		print(c3:pop():getHeader("k"))
		local c4 = freeswitch.EventConsumer("all", "", 2)
		for i = 1, 5 do fire("q::q", tostring(i)) end
		freeswitch.msleep(300)
		local n = 0 while c4:pop() do n = n + 1 end
		print(n)`,
		"userdata\tnil\tnil\tnil\t0.5\n"+
			"1\tmy::lua\tCUSTOM\t1\n"+
			"2\tnil\n"+
			"Can't bind to BOGUS, event not found\n"+
			"1\t1\t0\n"+
			"CUSTOM\t3\tnil\n"+
			"CHANNEL_EXECUTE\tnil\tset\n"+
			"nil\tnil\tnil\n"+
			"nil\tnil\tnil\n"+
			"true\t0\tnil\t0\tnil\n"+
			"1\n2\n5\n"+
			"Cannot queue any more events.....\nCannot queue any more events.....\nCannot queue any more events.....\n"+
			"2", nil)
}

// TestConsumersSeeTheWholeSwitch: a consumer sees the leg of another call, which wait_event does not, and goes on after the
// hang-up.
func TestConsumersSeeTheWholeSwitch(t *testing.T) {
	run(t, "async full", `
		local c = freeswitch.EventConsumer("CHANNEL_HANGUP")
		local twice = freeswitch.EventConsumer("CUSTOM", "my::x")
		twice:bind("ALL", "my::x")
		freeswitch.Event("CUSTOM", "my::x"):fire()
		print(twice:pop(1, 1000):getType(), twice:pop():getType(), twice:pop())
		freeswitch.API():execute("bgapi", "originate loopback/busy/default &park()")
		local e = c:pop(1, 0)
		print(e:getHeader("Hangup-Cause"), e:getHeader("Unique-ID") ~= session:get_uuid())
		print(session:wait_event("CHANNEL_HANGUP", 1))
		while c:pop() do end
		session:hangup("USER_BUSY")
		e = c:pop(1, 5000)
		print(e:getHeader("Hangup-Cause"), e:getHeader("Unique-ID") == session:get_uuid(), session:ready())
		print(freeswitch.EventConsumer("CUSTOM", "x", 0):pop())`,
		"CUSTOM\tCUSTOM\tnil\nUSER_BUSY\ttrue\nnil\ttimeout\nUSER_BUSY\ttrue\tfalse\nnil", nil)
}

func TestAConsumerChecksItsArguments(t *testing.T) {
	run(t, "async full", `
		local function try(f, ...) print(select(2, pcall(f, ...))) end
		try(freeswitch.EventConsumer, 1, 2, 3, 4)
		try(freeswitch.EventConsumer, {})
		local c = freeswitch.EventConsumer()
		try(function() c:bind() end)
		try(function() c:pop("x") end)
		try(function() c.pop() end)
		print(c.e_callback, type(c.events), c.nothing)`,
		"Error in EventConsumer::EventConsumer expected 0..3 args, got 4\n"+
			"Error in EventConsumer::EventConsumer (arg 1), expected 'char const *' got 'table'\n"+
			"test.lua:6: Error in EventConsumer::bind expected 2..3 args, got 1\n"+
			"test.lua:7: Error in EventConsumer::pop (arg 2), expected 'int' got 'string'\n"+
			"test.lua:8: Error in EventConsumer::pop expected 1..3 args, got 0\n"+
			"nil\tuserdata\tnil", nil)
}
