package luabind_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
)

// show prints what a reply says: its type, Content-Type, Reply-Text, and the body of an API command.
const show = `
	local function show(r)
		if not r then print("nil") return end
		local body = r:getBody()
		print(r:getType(), r:getHeader("Content-Type"), r:getHeader("Reply-Text"), body and (body:gsub("%s+$", "")))
	end
`

// TestInboundConnections: each method of a connection of its own, where all goes well.
func TestInboundConnections(t *testing.T) {
	inbound(t, show+`
		print(con:connected(), con:socketDescriptor(), con:getInfo())
		show(con:api("echo", "hello"))
		show(con:api("echo hello you"))
		show(con:sendRecv("api echo raw\n\n"))
		show(con:bgapi("echo", "later", "my-job"))
		show(con:bgapi("echo now"))
		print(con:events("plain", "BACKGROUND_JOB CUSTOM my::a"))
		show(con:bgapi("echo", "this", "job-2"))
		local ev = con:recvEvent()
		print(ev:getType(), ev:getHeader("Job-UUID"), ev:getBody(), ev:getHeader("Content-Length"), ev:getHeader("Event-Name"))
		print(con:recvEventTimed(50))

		local e = ESL.ESLevent("CUSTOM", "my::a")
		e:addHeader("k", "1") e:pushHeader("list", "x") e:pushHeader("list", "y z") e:addBody("the\nbody")
		local r = con:sendEvent(e)
		print(r:getType(), r:getHeader("Reply-Text"):sub(1, 4))
		ev = con:recvEventTimed(1000)
		print(ev:getType(), ev:getHeader("Event-Subclass"), ev:getHeader("k"), ev:getHeader("list"), ev:getHeader("list", 1), ev:getBody())

		show(con:filter("k", "2"))
		con:sendEvent(e) e:addHeader("k", "") e:addHeader("k", "2") con:sendEvent(e)
		print(con:recvEventTimed(1000):getHeader("k"), con:recvEventTimed(100))
		print(con:send("filter delete all"))
		show(con:recvEvent())
		print(con:events("json", "HEARTBEAT CUSTOM my::a"))
		con:sendEvent(e)
		ev = con:recvEventTimed(1000)
		print(ev:getType(), ev:getHeader("list", 0), ev:getBody())
		print(con:events("xml", "CUSTOM my::a"))
		con:sendEvent(e)
		ev = con:recvEventTimed(1000)
		print(ev:getType(), ev:getHeader("Content-Type"), ev:getBody():match("<list>.-</list>"))
		show(con:sendRecv("log 4"))
		print(con:setAsyncExecute("yes"), con:setAsyncExecute(nil), con:setAsyncExecute("0"), con:setEventLock("1"), con:setEventLock("off"))
		print(con:disconnect(), con:connected(), con:socketDescriptor(), con:disconnect())`,
		strings.Join([]string{
			"1\t3\tnil",
			"SOCKET_DATA\tapi/response\tnil\thello",
			"SOCKET_DATA\tapi/response\tnil\thello you",
			"SOCKET_DATA\tapi/response\tnil\traw",
			"SOCKET_DATA\tcommand/reply\t+OK Job-UUID: my-job\tnil",
			"SOCKET_DATA\tcommand/reply\t+OK Job-UUID: UUID\tnil",
			"0",
			"SOCKET_DATA\tcommand/reply\t+OK Job-UUID: job-2\tnil",
			"BACKGROUND_JOB\tjob-2\tthis\t4\tBACKGROUND_JOB",
			"nil",
			"SOCKET_DATA\t+OK ",
			"CUSTOM\tmy::a\t1\tARRAY::x|:y z\ty z\tthe\nbody",
			"SOCKET_DATA\tcommand/reply\t+OK filter added. [k]=[2]\tnil",
			"2\tnil",
			"0",
			"SOCKET_DATA\tcommand/reply\t+OK filter deleted. [all][]\tnil",
			"0",
			"CUSTOM\tx\tthe\nbody",
			"0",
			"SOCKET_DATA\ttext/event-xml\t<list>x</list>",
			"SOCKET_DATA\tcommand/reply\t+OK log level 4 [4]\tnil",
			"1\t1\t0\t1\t0",
			"0\t0\t-1\t0",
		}, "\n"), nil)
}

// TestInboundExecutes: applications and messages for a channel of somebody else, up to its hang-up.
func TestInboundExecutes(t *testing.T) {
	l := newLab(t, "async full", "").withSocket()
	var c *esltest.Call
	l.alone(show+`
		local ESL = require "ESL" local con = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon")
		freeswitch.msleep(1000)
		local uuid = con:api("hash", "select/lab/uuid"):getBody()
		con:events("plain", "CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP_COMPLETE")
		con:filter("Unique-ID", uuid)
		show(con:execute("set", "a=${greeting} you", uuid))
		print(con:recvEventTimed(1000):getHeader("variable_a"))
		con:setEventLock("1")
		show(con:executeAsync("set", "b=1", uuid))
		con:recvEvent()
		local msg = ESL.ESLevent("MESSAGE")
		msg:addHeader("call-command", "execute") msg:addHeader("execute-app-name", "set")
		msg:addHeader("content-type", "text/plain") msg:addBody("c=one\ntwo")
		print(con:sendMSG(msg, uuid), con:recvEvent():getHeader("variable_c"))
		show(con:execute("set", "x=y"))
		show(con:execute("set", "x=y", "nobody"))
		con:execute("hangup", "USER_BUSY", uuid)
		local ev
		repeat ev = con:recvEvent() until ev:getType() == "CHANNEL_HANGUP_COMPLETE"
		print(ev:getHeader("Hangup-Cause"), con:connected())
		show(con:execute("set", "x=y", uuid))
		print(con:recvEventTimed(500))`,
		strings.Join([]string{
			"SOCKET_DATA\tcommand/reply\t+OK\tnil", "hello you",
			"SOCKET_DATA\tcommand/reply\t+OK\tnil",
			"0\tone\ntwo",
			"SOCKET_DATA\tcommand/reply\t-ERR invalid session id []\tnil",
			"SOCKET_DATA\tcommand/reply\t-ERR invalid session id [nobody]\tnil",
			"USER_BUSY\t1",
			"SOCKET_DATA\tcommand/reply\t-ERR invalid session id [UUID]\tnil",
			"nil",
		}, "\n"), func() {
			var err error
			if c, err = l.sw.Call(esltest.CallSpec{Destination: "agent", Variables: map[string]string{"greeting": "hello"}}); err != nil {
				t.Fatal(err)
			}
			l.sw.API("hash insert/lab/uuid/" + c.FarUUID())
		})
}

// TestInboundFaults: each method that talks with the switch, where that answers with an error, answers late, does not answer
// for longer than the script may take, and where the connection is lost.
func TestInboundFaults(t *testing.T) {
	for _, m := range []struct{ name, command, call, good, refused, lost, silent string }{
		{"sendRecv", "api echo", `con:sendRecv("api echo x")`, "SOCKET_DATA\tnil", "SOCKET_DATA\t-ERR no, no", "nil", ""},
		{"api", "api echo", `con:api("echo", "x")`, "SOCKET_DATA\tnil", "SOCKET_DATA\t-ERR no, no", "nil", ""},
		{"bgapi", "bgapi echo", `con:bgapi("echo", "x")`, "SOCKET_DATA\t+OK Job-UUID: UUID", "SOCKET_DATA\t-ERR no, no", "nil", ""},
		{"sendEvent", "sendevent CUSTOM", `con:sendEvent(ESL.ESLevent("CUSTOM"))`, "SOCKET_DATA\t+OK UUID", "SOCKET_DATA\t-ERR no, no", "SERVER_DISCONNECTED\tnil", ""},
		{"sendMSG", "sendmsg", `con:sendMSG(ESL.ESLevent("CUSTOM"), "x")`, "0", "0", "1", ""},
		{"filter", "filter", `con:filter("a", "b")`, "SOCKET_DATA\t+OK filter added. [a]=[b]", "SOCKET_DATA\t-ERR no, no", "nil", ""},
		{"events", "event", `con:events("plain", "ALL")`, "0", "0", "1", ""},
		{"execute", "sendmsg", `con:execute("set", "a=b", "x")`, "SOCKET_DATA\t-ERR invalid session id [x]", "SOCKET_DATA\t-ERR no, no", "nil", ""},
		{"executeAsync", "sendmsg", `con:executeAsync("set", "a=b", "x")`, "SOCKET_DATA\t-ERR invalid session id [x]", "SOCKET_DATA\t-ERR no, no", "nil", ""},
		{"recvEvent", "event plain DTMF", `con:send("event plain DTMF") == 0 and con:recvEvent()`, "SOCKET_DATA\t+OK event listener enabled plain", "SOCKET_DATA\t-ERR no, no", "SERVER_DISCONNECTED\tnil", ""},
		{"recvEventTimed", "event plain DTMF", `con:send("event plain DTMF") == 0 and con:recvEventTimed(60000)`, "SOCKET_DATA\t+OK event listener enabled plain", "SOCKET_DATA\t-ERR no, no", "nil", "nil\n1\t60"},
	} {
		try := func(what string, fault esltest.Fault, then, want string) *lab {
			var l *lab
			t.Run(m.name+" "+what, func(t *testing.T) {
				l = newLab(t, "async full", "").withSocket()
				fault.Command = m.command
				l.sw.Inject(fault)
				l.alone(`local ESL = require "ESL" local con = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon")
					local at = os.time() local r = `+m.call+`
					if type(r) == "userdata" then print(r:getType(), r:getHeader("Reply-Text")) else print(r) end `+then, want, nil)
			})
			return l
		}
		try("error", esltest.Fault{Kind: esltest.ErrorReply, Text: "-ERR no, no"}, `print(con:connected(), os.time() - at)`, m.refused+"\n1\t0")
		try("late", esltest.Fault{Kind: esltest.Stall, For: 5 * time.Second}, `print(con:connected(), os.time() - at)`, m.good+"\n1\t5")
		try("cut", esltest.Fault{Kind: esltest.Cut}, `print(con:connected(), con:recvEventTimed(10), con:api("echo"), con:send("api echo"), con:socketDescriptor())`,
			m.lost+"\n0\tnil\tnil\t1\t-1")
		l := try("silent", esltest.Fault{Kind: esltest.Stall, For: time.Hour}, `print(con:connected(), os.time() - at)`, m.silent)
		if ended := errors.Is(l.err, context.DeadlineExceeded); ended != (m.silent == "") {
			t.Errorf("%s silent: it ended with %v", m.name, l.err)
		}
	}
}

// TestALateReplyAnswersNothingElse: the reply to what was sent before is received as a message.
func TestALateReplyAnswersNothingElse(t *testing.T) {
	inbound(t, show+`
		print(con:send("api echo first"), con:send("event plain CUSTOM my::a\n\napi echo second\n\n"))
		show(con:sendRecv("api echo third"))
		con:sendEvent(ESL.ESLevent("CUSTOM", "my::a"))
		for i = 1, 4 do show(con:recvEventTimed(500)) end`,
		"0\t0\nSOCKET_DATA\tapi/response\tnil\tthird\nSOCKET_DATA\tapi/response\tnil\tfirst\n"+
			"SOCKET_DATA\tcommand/reply\t+OK event listener enabled plain\tnil\nSOCKET_DATA\tapi/response\tnil\tsecond\nCUSTOM\tnil\tnil\tnil", nil)
}

// TestInboundUsers: what a user of the directory may not do is said by the switch.
func TestInboundUsers(t *testing.T) {
	l := newLab(t, "async full", "").withSocket()
	l.alone(show+`
		local con = require("ESL").ESLconnection("127.0.0.1", "8021", "ops@example.com", "secret")
		show(con:api("echo", "hello")) show(con:api("status")) show(con:sendRecv("nonsense")) show(con:sendRecv("auth ClueCon")) show(con:sendRecv("linger"))
		show(con:execute("")) show(con:sendRecv("")) show(con:sendRecv("api echo 1\n\napi echo 2")) show(con:api("echo", "a\nb"))
		show(con:bgapi("echo", "a", "b\nc: d")) show(con:sendRecv("sendmsg x\nContent-Length: 10\n\nshort"))
		show(con:sendRecv("exit")) print(con:recvEvent():getType(), con:connected())`,
		strings.Join([]string{
			"SOCKET_DATA\tapi/response\tnil\thello",
			"SOCKET_DATA\tcommand/reply\t-ERR permission denied\tnil",
			"SOCKET_DATA\tcommand/reply\t-ERR command not found\tnil",
			"esl: auth: not allowed: the connection is logged in already",
			"SOCKET_DATA\tcommand/reply\t-ERR command not found\tnil",
			"esl: linger: not allowed: the connection controls no channel",
			"SOCKET_DATA\tcommand/reply\t-ERR command not found\tnil",
			"esl: sendmsg: malformed command: no application",
			"SOCKET_DATA\tcommand/reply\t-ERR esl: sendmsg: malformed command: no application\tnil",
			"esl: malformed command: no command",
			"SOCKET_DATA\tcommand/reply\t-ERR esl: malformed command: no command\tnil",
			"sendRecv: malformed command: 2 commands, of which only one can have its reply",
			"SOCKET_DATA\tcommand/reply\t-ERR sendRecv: malformed command: 2 commands, of which only one can have its reply\tnil",
			`CR, LF or NUL in a place that cannot carry it: "api echo a\nb"`,
			`SOCKET_DATA	command/reply	-ERR CR, LF or NUL in a place that cannot carry it: "api echo a\nb"	nil`,
			`CR, LF or NUL in a place that cannot carry it: "Job-UUID: b\nc: d"`,
			`SOCKET_DATA	command/reply	-ERR CR, LF or NUL in a place that cannot carry it: "Job-UUID: b\nc: d"	nil`,
			`esl: sendmsg: malformed command: Content-Length "10", and 5 bytes follow`,
			`SOCKET_DATA	command/reply	-ERR esl: sendmsg: malformed command: Content-Length "10", and 5 bytes follow	nil`,
			"SOCKET_DATA\tcommand/reply\t+OK bye\tnil",
			"SERVER_DISCONNECTED\t0",
		}, "\n"), nil)
}

func TestNoConnection(t *testing.T) {
	const dead = `
		print(con:connected(), con:socketDescriptor(), con:getInfo(), con:send("api status"), con:sendRecv("api status"), con:api("status"),
			con:bgapi("status"), con:sendEvent(ESL.ESLevent("CUSTOM")):getType(), con:sendMSG(ESL.ESLevent("CUSTOM")), con:recvEvent():getType(),
			con:recvEventTimed(10), con:filter("a", "b"), con:events("plain", "ALL"), con:execute("a"), con:executeAsync("a"), con:disconnect())`
	const nothing = "0\t-1\tnil\t1\tnil\tnil\tnil\tSERVER_DISCONNECTED\t1\tSERVER_DISCONNECTED\tnil\tnil\t1\tnil\tnil\t0"
	for _, tt := range []struct{ name, connect, log string }{
		{"address", `"10.0.0.1", 8021, "ClueCon"`, "ESLconnection to 10.0.0.1 port 8021: 10.0.0.1:8021 is not allowed"},
		{"password", `"127.0.0.1", 8021, "geheim"`, `ESLconnection to 127.0.0.1 port 8021: esl: log in to ADDR: login refused: esl: the switch answered "-ERR invalid"`},
		{"user", `"127.0.0.1", 8021, "ops@example.com", "geheim"`, `ESLconnection to 127.0.0.1 port 8021: esl: log in to ADDR: login refused: esl: the switch answered "-ERR invalid"`},
		{"a line end in the password", `"127.0.0.1", 8021, "geheim\nexit"`, "ESLconnection to 127.0.0.1 port 8021: esl: log in to ADDR: esl: auth: CR, LF or NUL in a place that cannot carry it"},
		{"no call", `5`, "ESLconnection(5): the script runs without a call"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, "async full", "").withSocket()
			got := l.runAlone(`local ESL = require "ESL" local con = ESL.ESLconnection(`+tt.connect+`)`+dead, nil)
			got = address.ReplaceAllString(got, "ADDR")
			if got != tt.log+"\n"+nothing {
				t.Errorf("printed\n%s\nwant\n%s\n%s", got, tt.log, nothing)
			}
			if strings.Contains(got, "geheim") {
				t.Error("the password is in it")
			}
		})
	}
	t.Run("none allowed", func(t *testing.T) {
		l := newLab(t, "async full", "")
		l.alone(`print(require("ESL").ESLconnection("127.0.0.1", 8021, "x"):connected())`,
			"ESLconnection to 127.0.0.1 port 8021: no connections are allowed (esl_allow)\n0", nil)
	})
}

var address = regexp.MustCompile(`127\.0\.0\.1:\d+`)
