package luabind_test

import (
	"strings"
	"testing"

	"eslua/luabind"
	"eslua/luabind/vm"
)

// withESL runs a script without call and switch.
func withESL(t *testing.T, script, want string) {
	t.Helper()
	got := strings.Join(alone(t, luabind.Options{}, `local ESL = require "ESL" local function try(f, ...) print(select(2, pcall(f, ...))) end `+script), "\n")
	if got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

func TestESLEvents(t *testing.T) {
	withESL(t, `
		local e = ESL.ESLevent("custom", "my::event")
		print(e:getType(), e:getHeader("event-NAME"), e:getHeader("Event-Subclass"), e:getBody(), e:getHeader("none"), e:getHeader(nil), e.mine, e.serialized_string)
		print(e:addHeader("k", "a b%20"), e:addHeader("k", "2"), e:getHeader("K"), e:addHeader("k", nil), e:addHeader(nil, "x"), e:getHeader("k", 0))
		print(e:pushHeader("k", "end"), e:unshiftHeader("k", "begin"), e:getHeader("k"), e:getHeader("k", 0), e:getHeader("k", 2), e:getHeader("k", 3), e:getHeader("k", -5))
		print(e:pushHeader("one", "x"), e:getHeader("one"), e:getHeader("one", 0), e:addHeader("new[1]", "v"), e:getHeader("new"), e:addHeader("new[0]", "w"), e:getHeader("new"))
		print(e:addHeader("list", "ARRAY::a|:b"), e:getHeader("list", 1), e:addHeader("big[4001]", "x"), e:getHeader("big"))
		local name, names = e:firstHeader(), {}
		while name do names[#names + 1] = name name = e:nextHeader() end
		print(table.concat(names, " "), e:nextHeader())
		print(e:delHeader("new"), e:delHeader("LIST"), e:delHeader("none"), e:delHeader(nil), e:getHeader("new"))
		print(e:addBody("the body"), e:getBody(), e:getHeader("_body"), e:addBody(nil), e:getBody())
		print(e:setPriority(), e:firstHeader())
		io.write(e:serialize(), "\n--\n", e:serialize("JSON"), "\n--\n")
		e:addHeader("k", "")
		print(e:getHeader("k"), e.serialized_string:sub(1, 1))`,
		strings.Join([]string{
			"CUSTOM\tCUSTOM\tmy::event\tnil\tnil\tnil\t1\tnil",
			"true\ttrue\ta b%20\tfalse\tfalse\tnil",
			"true\ttrue\tARRAY::begin|:a b%20|:end\tbegin\tend\tnil\tARRAY::begin|:a b%20|:end",
			"true\tx\tx\ttrue\tARRAY::|:v\ttrue\tARRAY::w|:v",
			"true\tb\ttrue\tnil",
			"Event-Name Event-Subclass k k one new list\tnil",
			"true\ttrue\ttrue\tfalse\tnil",
			"true\tthe body\tthe body\tfalse\tthe body",
			"true\tpriority",
			"priority: NORMAL", "Event-Name: CUSTOM", "Event-Subclass: my%3A%3Aevent", "k: ARRAY%3A%3Abegin%7C%3Aa%20b%2520%7C%3Aend", "k: 2", "one: x", "Content-Length: 8", "", "the body",
			"--",
			"{\n\t\"priority\":\t\"NORMAL\",\n\t\"Event-Name\":\t\"CUSTOM\",\n\t\"Event-Subclass\":\t\"my::event\",\n\t\"k\":\t[\"begin\", \"a b%20\", \"end\"],\n\t\"k\":\t\"2\",\n\t\"one\":\t[\"x\"],\n\t\"Content-Length\":\t\"8\",\n\t\"_body\":\t\"the body\"\n}",
			"--",
			"nil\t{",
		}, "\n"))
}

func TestESLEventConstructors(t *testing.T) {
	withESL(t, `
		ESL.eslSetLogLevel(4)
		for _, args in ipairs{ {"MESSAGE"}, {"nonsense"}, {"CLONE"}, {"message", "x::y"}, {"SWITCH_EVENT_DTMF"}, {"CUSTOM"}, {"CUSTOM", ""}, {"DTMF", ""}, {5}, {"json"},
			{"json", '{"Event-Name":"DTMF","n":1,"list":["a","b",2],"_body":"b","empty":""}'}, {"json", "nonsense"} } do
			local e = ESL.ESLevent(unpack(args))
			local names, name = {}, e:firstHeader()
			while name do names[#names + 1] = name .. "=" .. e:getHeader(name) name = e:nextHeader() end
			print(e:getType(), table.concat(names, " "), e:getBody())
		end
		local a = ESL.ESLevent("DTMF")
		local b = ESL.ESLevent(a)
		print(b:getType(), a:getType(), a:getHeader("x"), a:getBody(), a:addHeader("x", "y"), a:serialize(), a:setPriority(), a:delHeader("x"), a:addBody("x"), a.event, type(b.event), a.mine, b.mine)
		a.mine = 1 print(a.mine)`,
		strings.Join([]string{
			"MESSAGE\tEvent-Name=MESSAGE\tnil", "MESSAGE\tEvent-Name=MESSAGE\tnil", "CLONE\t\tnil",
			"Changing event type to custom because you specified a subclass name!",
			"CUSTOM\tEvent-Name=CUSTOM Event-Subclass=x::y\tnil", "DTMF\tEvent-Name=DTMF\tnil", "CUSTOM\tEvent-Name=CUSTOM\tnil", "CUSTOM\tEvent-Name=CUSTOM\tnil",
			"Failed to create event!", "Trying to getType an event that does not exist!", "Trying to getBody an event that does not exist!", "invalid\t\tnil",
			"MESSAGE\tEvent-Name=MESSAGE\tnil", "MESSAGE\tEvent-Name=MESSAGE\tnil",
			"DTMF\tEvent-Name=DTMF list=ARRAY::a|:b\tb",
			"Trying to getType an event that does not exist!", "Trying to getBody an event that does not exist!", "invalid\t\tnil",
			"Trying to getType an event that does not exist!", "Trying to getHeader an event that does not exist!", "Trying to getBody an event that does not exist!",
			"Trying to addHeader an event that does not exist!", "Trying to setPriority an event that does not exist!", "Trying to delHeader an event that does not exist!",
			"Trying to addBody an event that does not exist!",
			"DTMF\tinvalid\tnil\tnil\tfalse\t\tfalse\tfalse\tfalse\tnil\tuserdata\t0\t1",
			"1",
		}, "\n"))
}

func TestWrongArgumentsOfTheESLModule(t *testing.T) {
	withESL(t, `
		local e, con = ESL.ESLevent("CUSTOM"), ESL.ESLconnection(1)
		try(ESL.ESLevent) try(ESL.ESLevent, {}) try(ESL.ESLevent, con)
		for _, args in ipairs{ {}, {"a", 1}, {{}}, {"host"}, {"a", {}, "b"}, {"a", 1, "b", "c", "d"} } do try(ESL.ESLconnection, unpack(args)) end
		try(ESL.eslSetLogLevel) try(ESL.eslSetLogLevel, "x")
		try(function() e:getHeader() end) try(function() e:getHeader("a", "b") end) try(function() e:setPriority(1) end) try(function() e.getBody(con) end)
		try(function() con:api() end) try(function() con:sendEvent("x") end) try(function() con:sendEvent(con) end) try(function() con:recvEventTimed() end)
		try(function() con.send(e, "x") end) try(function() con.send(5, "x") end) try(function() con:execute({}) end) try(function() con.x = 1 end)
		try(function() e.serialized_string = "x" end)
		print(swig_type(e), swig_type(con), con.nothing, con == con, con == e, tostring(e):match("^<userdata of type 'ESLevent %*' at"))
		local m = getmetatable(con)[".fn"] print(type(m.recvEventTimed), type(getmetatable(e)[".get"].mine), m.getHeader)
		print(ESL == _G.ESL, require("ESL") == ESL, con:connected(), con:sendMSG(nil), con:sendEvent(nil):getType())`,
		strings.Join([]string{
			"ESLconnection(1): the script runs without a call",
			eventOverload, eventOverload, eventOverload,
			connectionOverload, connectionOverload, connectionOverload, connectionOverload, connectionOverload, connectionOverload,
			"Error in eslSetLogLevel expected 1..1 args, got 0",
			"Error in eslSetLogLevel (arg 1), expected 'int' got 'string'",
			"test.lua:6: Error in ESLevent::getHeader expected 2..3 args, got 1",
			"test.lua:6: Error in ESLevent::getHeader (arg 3), expected 'int' got 'string'",
			"test.lua:6: Error in ESLevent::setPriority (arg 2), expected 'esl_priority_t' got 'number'",
			"test.lua:6: Error in ESLevent_getBody (arg 1), expected 'ESLevent *' got 'ESLconnection *'",
			"test.lua:7: Error in ESLconnection::api expected 2..3 args, got 1",
			"test.lua:7: Error in ESLconnection::sendEvent (arg 2), expected 'ESLevent *' got 'string'",
			"test.lua:7: Error in ESLconnection_sendEvent (arg 2), expected 'ESLevent *' got 'ESLconnection *'",
			"test.lua:7: Error in ESLconnection::recvEventTimed expected 2..2 args, got 1",
			"test.lua:8: Error in ESLconnection_send (arg 1), expected 'ESLconnection *' got 'ESLevent *'",
			"test.lua:8: Error in ESLconnection::send (arg 1), expected 'ESLconnection *' got 'number'",
			"test.lua:8: Error in ESLconnection::execute (arg 2), expected 'char const *' got 'table'",
			"test.lua:8: " + noSetter, "test.lua:9: " + noSetter,
			"ESLevent *\tESLconnection *\tnil\ttrue\tfalse\t<userdata of type 'ESLevent *' at",
			"function\tfunction\tnil",
			"true\ttrue\t0\t1\tSERVER_DISCONNECTED",
		}, "\n"))
}

const (
	eventOverload = `Wrong arguments for overloaded function 'new_ESLevent'
  Possible C/C++ prototypes are:
    ESLevent::ESLevent(char const *,char const *)
    ESLevent::ESLevent(esl_event_t *,int)
    ESLevent::ESLevent(ESLevent *)
`
	connectionOverload = `Wrong arguments for overloaded function 'new_ESLconnection'
  Possible C/C++ prototypes are:
    ESLconnection::ESLconnection(char const *,int const,char const *,char const *)
    ESLconnection::ESLconnection(char const *,int const,char const *)
    ESLconnection::ESLconnection(char const *,char const *,char const *,char const *)
    ESLconnection::ESLconnection(char const *,char const *,char const *)
    ESLconnection::ESLconnection(int)
`
	noSetter = "Assignment not possible. No setter/member with this name. For custom assignments implement __setitem method."
)

// TestAnESLEventCountsAsMemory: a script that fills an event is ended.
func TestAnESLEventCountsAsMemory(t *testing.T) {
	for _, method := range []string{"addHeader", "pushHeader", "unshiftHeader"} {
		chunk, err := vm.Compile("test.lua", `local e = require("ESL").ESLevent("CUSTOM") local s = ("x"):rep(10000) while true do e:`+method+`("h", s) end`)
		if err != nil {
			t.Fatal(err)
		}
		s := luabind.NewLibrary().New(luabind.Options{})
		if err := s.Run(t.Context(), chunk); err == nil || !strings.Contains(err.Error(), "too much memory") {
			t.Errorf("%s: %v", method, err)
		}
		s.Close()
	}
}

// TestAModuleOfTheScriptComesFirst: a script may have an ESL of its own.
func TestAModuleOfTheScriptComesFirst(t *testing.T) {
	own, err := vm.Compile("ESL.lua", `return "own"`)
	if err != nil {
		t.Fatal(err)
	}
	lines := alone(t, luabind.Options{Machine: vm.Options{Source: func(name string) (*vm.Chunk, error) { return own, nil }}}, `print(require "ESL")`)
	if strings.Join(lines, "\n") != "own" {
		t.Errorf("%q", lines)
	}
}

func TestTheLogOfTheESLModule(t *testing.T) {
	inbound(t, `
		ESL.eslSetLogLevel(9)
		con:api("echo", "hello")
		con:sendRecv("auth secret")
		con:send("event plain CUSTOM my::a")
		con:recvEvent()
		ESL.eslSetLogLevel(6)
		con:api("echo", "silent")`,
		strings.Join([]string{
			"SEND\napi echo hello", "RECV MESSAGE\nEvent-Name: SOCKET_DATA\nContent-Type: api/response\nContent-Length: 5\nContent-Length: 5\n\nhello",
			"esl: auth: not allowed: the connection is logged in already",
			"SEND\nevent plain CUSTOM my::a", "RECV EVENT\nEvent-Name: SOCKET_DATA\nContent-Type: command/reply\nReply-Text: +OK event listener enabled plain",
		}, "\n"), nil)
}

// TestConnectionsEndWithTheScript: a script may hold a hundred, and holds none when it has ended.
func TestConnectionsEndWithTheScript(t *testing.T) {
	l := newLab(t, "async full", "").withSocket()
	l.alone(`
		local ESL = require "ESL"
		local all = {}
		for i = 1, 101 do all[i] = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon") all[i]:send("event plain CUSTOM my::a") all[i]:recvEvent() end
		print(all[100]:connected(), all[101]:connected())
		all[1]:disconnect()
		all[101] = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon")
		print(all[101]:connected(), all[101]:socketDescriptor() ~= all[100]:socketDescriptor())`,
		"ESLconnection to 127.0.0.1 port 8021: the script holds too many connections, which it should disconnect\n1\t0\n1\ttrue", nil)
	for _, conn := range l.made {
		if conn.End() == nil {
			t.Fatal("a connection is left")
		}
	}
	if len(l.made) != 102 {
		t.Errorf("%d connections were made", len(l.made))
	}
}
