package esltest_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

// TestDialStringsOfTheWorld: where dial strings lead that name no loopback.
func TestDialStringsOfTheWorld(t *testing.T) {
	w := world("")
	w.Endpoints = map[string]string{
		"sofia/gateway/carrier/": "", "sofia/gateway/carrier/112": "busy", "verto.rtc/": "brief", "user/7": "answers", "user/2@y": "answers",
		"group/support": "answers",
	}
	w.Directory = []esltest.User{
		{Name: "1", Domain: "x", Groups: []string{"sales"}, Params: map[string]string{"dial-string": "loopback/busy"}},
		{Name: "2", Domain: "x", Groups: []string{"sales", "all"}, Params: map[string]string{"dial-string": "loopback/answers"}},
		{Name: "3", Domain: "x"},
		{Name: "both", Domain: "x", Params: map[string]string{"dial-string": "{a=1}loopback/silent,[b=2]sofia/internal/answers@127.0.0.1"}},
		{Name: "next", Domain: "x", Params: map[string]string{"dial-string": "loopback/busy|user/both"}},
		{Name: "last", Domain: "x", Params: map[string]string{"dial-string": "loopback/busy|loopback/answers"}},
		{Name: "self", Domain: "x", Params: map[string]string{"dial-string": "user/self"}},
	}
	for _, tt := range []struct{ dial, out, name string }{
		{"sofia/internal/answers@127.0.0.1:5080", "+OK", "sofia/internal/answers@127.0.0.1:5080"},
		{"sofia/internal/busy@127.0.0.1", "-ERR USER_BUSY\n", ""},
		{"sofia/internal/nowhere@127.0.0.1", "-ERR NO_ROUTE_DESTINATION\n", ""},
		{"sofia/internal/1@elsewhere.example.com", "-ERR NORMAL_TEMPORARY_FAILURE\n", ""},
		{"sofia/gateway/other/1", "-ERR INVALID_GATEWAY\n", ""},
		{"sofia/gateway/carrier/answers", "+OK", "sofia/external/answers"}, // as a real switch names it
		{"sofia/gateway/carrier/112", "-ERR USER_BUSY\n", ""},
		{"verto.rtc/someone", "+OK", "verto.rtc/someone"},
		{"group/sales@x", "+OK", "loopback/answers-a"},
		{"group/none@x", "-ERR NO_ROUTE_DESTINATION\n", ""},
		{"user/3@x", "-ERR USER_NOT_REGISTERED\n", ""},
		{"user/4@x", "-ERR SUBSCRIBER_ABSENT\n", ""},
		{"user/both@x", "+OK", "sofia/internal/answers@127.0.0.1"},
		{"user/next@x", "-ERR NORMAL_CLEARING\n", ""}, // one that is not the whole dial string: its first leg only
		{"loopback/silent,user/both@x", "-ERR NORMAL_CLEARING\n", ""},
		{"user/next@x|loopback/answers", "+OK", "loopback/answers-a"},
		{"user/last@x", "+OK", "loopback/answers-a"},
		{"{origination_uuid=one}user/both@x", "-ERR NORMAL_CLEARING\n", ""}, // the second telephone can not have the id of the first
		{"<a=1>{b=2}loopback/answers", "+OK", "loopback/answers-a"},
		{"user/self@x", "-ERR DESTINATION_OUT_OF_ORDER\n", ""},
		{"user/7@x", "+OK", "sofia/internal/7@x"},
		{"user/2@y", "+OK", "sofia/internal/2@y"},
		{"group/support@x", "+OK", "sofia/internal/support@x"},
	} {
		t.Run(tt.dial, func(t *testing.T) {
			l := newLab(t, w)
			out := l.sw.API("originate " + tt.dial + " &park()")
			if !strings.HasPrefix(out, tt.out) {
				t.Fatalf("%q, want %q", out, tt.out)
			}
			if tt.name == "" {
				return
			}
			uuid := strings.TrimSpace(strings.TrimPrefix(out, "+OK "))
			if got := l.sw.API("uuid_getvar " + uuid + " channel_name"); got != tt.name {
				t.Errorf("the channel is %q, want %q", got, tt.name)
			}
		})
	}
}

// TestABridgeOverSIP: digits take their time on it, and both ends have the codec of the trunk.
func TestABridgeOverSIP(t *testing.T) {
	w := world("async full")
	w.Endpoints = map[string]string{"sofia/gateway/carrier/": ""}
	w.Extensions["4711"] = []esl.Action{{App: "answer"}, {App: "read", Data: "2 2 silence got 30000 #"}, {App: "hangup", Data: "CALL_REJECTED"}}
	l := newLab(t, w)
	call, p := l.answered()
	p.want(execute("b", "bridge", "{sip_h_X-Test=1,other=2}sofia/gateway/carrier/4711"), "+OK")
	far := p.next("the far leg", func(m message) bool {
		return matches(m, "CHANNEL_ANSWER", []string{"Caller-Destination-Number", "4711", "Call-Direction", "inbound"})
	}).event
	if far.Get("Channel-Read-Codec-Name") != "PCMU" || far.Variable("sip_h_X-Test") != "1" || far.Variable("other") != "" {
		t.Errorf("codec %s, header %q, other %q", far.Get("Channel-Read-Codec-Name"), far.Variable("sip_h_X-Test"), far.Variable("other"))
	}
	bridge := p.event("CHANNEL_BRIDGE")
	if name, dialled := call.Bridged(); name != "sofia/external/4711" || dialled != "sofia/gateway/carrier/4711" {
		t.Errorf("bridged with %q, for which %q was dialled", name, dialled)
	}
	if got := l.sw.API("uuid_getvar " + bridge.Get("Bridge-B-Unique-ID") + " sip_gateway_name"); got != "carrier" {
		t.Errorf("sip_gateway_name %q", got)
	}
	call.Press("42")
	first := p.event("DTMF", "Unique-ID", far.Get("Unique-ID"), "DTMF-Digit", "4", "DTMF-Source", "RTP")
	second := p.event("DTMF", "Unique-ID", far.Get("Unique-ID"), "DTMF-Digit", "2")
	if gap := stamp(t, second).Sub(stamp(t, first)).Milliseconds(); gap < 500 || gap > 580 {
		t.Errorf("the second digit came %d ms behind the first", gap)
	}
	done := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "b")
	if got := done.Variable("bridge_hangup_cause"); got != "CALL_REJECTED" {
		t.Errorf("bridge_hangup_cause %q", got)
	}
}

func TestGroups(t *testing.T) {
	w := world("")
	w.Directory = []esltest.User{{Name: "1", Domain: "x", Groups: []string{"sales"}, Password: "pw"}, {Name: "2", Domain: "x", Groups: []string{"sales"}}}
	l := newLab(t, w)
	for _, c := range []struct{ command, out string }{
		{"group_call sales@x", "user/1@x,user/2@x"}, {"group_call sales@x+F", "user/1@x|user/2@x"}, {"group_call sales@x+E", "user/1@x:_:user/2@x"},
		{"group_call none@x", "error/NO_ROUTE_DESTINATION"}, {"in_group 1@x sales", "true"}, {"in_group 1@x all", "false"},
		{"in_group 3@x sales", "false"}, {"user_data 1@x attr id", "1"}, {"user_data 1@x param password", "pw"},
		{"group insert:g:loopback/1", "+OK"}, {"group insert:g:loopback/2", "+OK"}, {"group call:g", "loopback/1,loopback/2"},
		{"group call:g:order", "loopback/1|loopback/2"}, {"group delete:g:loopback/1", "+OK"}, {"group call:g:multi", "loopback/2"},
		{"group delete:g:*", "+OK"}, {"group call:g", ""}, {"group", "!err!"},
	} {
		if out := l.sw.API(c.command); out != c.out {
			t.Errorf("%s: %q, want %q", c.command, out, c.out)
		}
	}
}

// TestAFarEndThatSpeaks: what it says is recorded, and keeps silence away.
func TestAFarEndThatSpeaks(t *testing.T) {
	for _, tt := range []struct {
		name, far, arg string
		sip            bool
		seconds        string
		ms             int64
	}{
		{"nobody speaks", "", "/tmp/a.wav 10 500 2", false, "0", 2000},
		{"somebody speaks", "&playback(file_string://tone_stream://%(4000,0,440)!silence_stream://60000)", "/tmp/a.wav 60 500 2", false, "4", 6000},
		{"somebody is silent", "&playback(silence_stream://60000)", "/tmp/a.wav 60 500 2", false, "0", 2000},
		{"somebody speaks over SIP", "&playback(tone_stream://%(4000,0,440))", "/tmp/a.wav 60 500 2", true, "4", 6000},
		{"nobody speaks over SIP", "", "/tmp/a.wav 60 500 2", true, "0", 2000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.answeredWith(esltest.CallSpec{Far: tt.far, SIP: tt.sip})
			began := l.clock.Now()
			ev := p.run("1", "record", tt.arg)
			if ms := l.since(began); ms < tt.ms-100 || ms > tt.ms+100 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
			if got := ev.Variable("record_seconds"); got != tt.seconds && !(tt.seconds == "4" && got == "3") {
				t.Errorf("record_seconds %q, want %s", got, tt.seconds)
			}
			if ev.Variable("silence_hits_exhausted") != "true" {
				t.Error("silence did not end it")
			}
			// The recording can be played.
			began = l.clock.Now()
			p.run("2", "playback", "/tmp/a.wav")
			if played := l.since(began) > 3000; played != (tt.seconds == "4") {
				t.Errorf("it plays for %d ms", l.since(began))
			}
			call.Hangup("")
			l.finish(call)
		})
	}
}

func TestRecord(t *testing.T) {
	w := world("async full")
	w.Folders = []string{"/rec"}
	for _, tt := range []struct {
		name, app, arg, press string
		ms                    int64
		cause                 string
	}{
		{"a limit in whole seconds", "record", "/rec/a.wav 2", "", 2000, ""},
		{"a digit", "record", "/rec/a.wav", "*", 500, ""},
		{"a folder that is not there", "record", "/other/a.wav", "", 0, "DESTINATION_OUT_OF_ORDER"},
		{"nothing", "record", "", "", 0, ""},
		{"a session", "record_session", "/rec/a.wav", "", 20, ""},
		{"a session without its folder", "record_session", "/other/a.wav", "", 0, "DESTINATION_OUT_OF_ORDER"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, w)
			call, p := l.answered()
			began := l.clock.Now()
			p.want(execute("1", tt.app, tt.arg), "+OK")
			if tt.press != "" {
				l.sw.After(500 * time.Millisecond)
				call.Press(tt.press)
			}
			if tt.cause != "" {
				if cause := l.finish(call); cause != tt.cause {
					t.Errorf("cause %s", cause)
				}
				return
			}
			p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1")
			if ms := l.since(began); ms < tt.ms-20 || ms > tt.ms+1060 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
			if tt.app == "record_session" {
				l.sw.After(3 * time.Second)
				p.want(execute("2", "stop_record_session", "/rec/a.wav"), "+OK")
				if ev := p.event("RECORD_STOP"); ev.Get("Record-File-Path") != "/rec/a.wav" || ev.Get("Record-Completion-Cause") != "success-maxtime" {
					t.Errorf("%s, %s", ev.Get("Record-File-Path"), ev.Get("Record-Completion-Cause"))
				}
			}
		})
	}
}

func TestWaitForSilence(t *testing.T) {
	for _, tt := range []struct {
		far, arg, timeout string
		ms                int64
	}{
		{"", "200 25 0 5000", "false", 1000},
		{"", "200 25 5 5000", "true", 5000},
		{"&playback(file_string://tone_stream://%(2000,0,440)!silence_stream://60000)", "200 25 5 10000", "false", 3000},
		{"&playback(tone_stream://%(60000,0,440))", "200 25 5 3000", "true", 3000},
		{"", "200", "", 0},
	} {
		l := newLab(t, world("async full"))
		_, p := l.answeredWith(esltest.CallSpec{Far: tt.far})
		began := l.clock.Now()
		ev := p.run("1", "wait_for_silence", tt.arg)
		if got := ev.Variable("wait_for_silence_timeout"); got != tt.timeout || l.since(began) < tt.ms-80 || l.since(began) > tt.ms+80 {
			t.Errorf("%s %s: timeout %q after %d ms", tt.far, tt.arg, got, l.since(began))
		}
	}
}

func TestGentones(t *testing.T) {
	for arg, want := range map[string]int64{"%(500,500,440)": 1000, "%(500,500,440)|3": 3000, "": 0} {
		l := newLab(t, world("async full"))
		_, p := l.answered()
		began := l.clock.Now()
		p.run("1", "gentones", arg)
		if ms := l.since(began); ms < want-20 || ms > want+60 {
			t.Errorf("%q took %d ms", arg, ms)
		}
	}
}

func TestLimit(t *testing.T) {
	w := world("async full")
	w.Extensions["limit_exceeded"] = []esl.Action{{App: "set", Data: "over=yes"}, {App: "hangup", Data: "USER_BUSY"}}
	l := newLab(t, w)
	usage := func(want string) {
		t.Helper()
		if got := l.sw.API("limit_usage hash company line"); got != want {
			t.Errorf("the usage is %s, want %s", got, want)
		}
	}
	usage("0")
	first, p := l.answered()
	if ev := p.run("1", "limit", "hash company line 1"); ev.Variable("limit_usage") != "1" || ev.Variable("limit_backend") != "hash" {
		t.Errorf("limit_usage %q", ev.Variable("limit_usage"))
	}
	p.run("2", "limit", "hash company line 1") // is counted once
	usage("1")
	second, q := l.answered()
	q.want(execute("1", "limit", "hash company line 1"), "+OK")
	if cause := l.finish(second); cause != "USER_BUSY" || second.Variable("over") != "yes" {
		t.Errorf("the second call: %s", cause)
	}
	third, q := l.answered()
	q.want(execute("1", "limit", "hash company line 1 !CALL_REJECTED"), "+OK")
	if cause := l.finish(third); cause != "CALL_REJECTED" {
		t.Errorf("the third call: %s", cause)
	}
	p.run("3", "limit", "hash company rate 1/60")
	p.want(execute("4", "limit", "hash company rate 1/60 !NO_ANSWER"), "+OK")
	if cause := l.finish(first); cause != "NO_ANSWER" {
		t.Errorf("the rate: %s", cause)
	}
	usage("0")
	if out := l.sw.API("limit_usage hash company rate rate"); out != "0/2" {
		t.Errorf("the rate is %q", out)
	}
	if out := l.sw.API("limit_usage"); !strings.HasPrefix(out, "USAGE") {
		t.Errorf("%q", out)
	}
}

func TestSchedules(t *testing.T) {
	w := world("async full")
	w.Extensions["elsewhere"] = []esl.Action{{App: "set", Data: "elsewhere=yes"}, {App: "park"}}
	l := newLab(t, w)
	call, p := l.answered()
	p.run("1", "sched_broadcast", "+2 set::later=yes")
	p.run("2", "sched_hangup", "+3")
	id := call.Variable("last_sched_id")
	if out := l.sw.API("sched_del " + id); out != "+OK Deleted: 1\n" {
		t.Errorf("%q", out)
	}
	p.run("3", "sched_transfer", "+5 elsewhere")
	if out := l.sw.API("sched_broadcast +3 " + p.uuid + " short.wav"); out != "+OK\n" {
		t.Errorf("%q", out)
	}
	l.sw.After(2500 * time.Millisecond)
	if call.Variable("later") != "yes" {
		t.Error("the broadcast did not come")
	}
	p.event("PLAYBACK_START")
	l.sw.After(3 * time.Second)
	if call.Cause() != "" || call.Variable("elsewhere") != "yes" {
		t.Errorf("cause %q, elsewhere %q", call.Cause(), call.Variable("elsewhere"))
	}
	for _, c := range []struct{ command, out string }{
		{"sched_transfer +1 nobody x", "-ERR No such channel!\n"}, {"sched_transfer", "-USAGE"}, {"sched_del", "-USAGE"},
		{"sched_api +1 mine echo 1", "+OK Added"}, {"sched_api +1 mine echo 2", "+OK Added"}, {"sched_del mine", "+OK Deleted: 2\n"},
		{"sched_transfer +9 " + p.uuid + " elsewhere", "+OK\n"},
	} {
		if out := l.sw.API(c.command); !strings.HasPrefix(out, c.out) {
			t.Errorf("%s: %q", c.command, out)
		}
	}
}

func TestBindMetaApp(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	p.run("1", "bind_meta_app", "1 a s set::meta=yes")
	p.run("2", "bind_meta_app", "2 b s set::other=yes")
	p.want(execute("3", "read", "2 2 silence got 3000 #"), "+OK")
	l.sw.After(500 * time.Millisecond)
	call.Press("*1*257") // *1 is bound, *2 for the other leg only
	p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "3")
	for name, want := range map[string]string{"meta": "yes", "other": "", "got": "57"} {
		if got := call.Variable(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestIntercept(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p, ev := l.bridged("loopback/answers")
	other := ev.Get("Bridge-B-Unique-ID")
	p.cmd("linger")
	if out := l.sw.API("originate {origination_uuid=third}loopback/answers &intercept(" + other + ")"); out != "+OK third\n" {
		t.Fatal(out)
	}
	p.event("CHANNEL_BRIDGE", "Bridge-A-Unique-ID", "third", "Bridge-B-Unique-ID", other)
	l.sw.After(time.Second)
	if n := p.count("CHANNEL_HANGUP", "Unique-ID", p.uuid, "Hangup-Cause", "PICKED_OFF"); n != 1 {
		t.Errorf("the caller was hung up %d times; %s", n, p)
	}
}

func TestSetUser(t *testing.T) {
	w := world("full")
	w.Directory[0].Variables = map[string]string{"toll_allow": "local", "user_context": "default"}
	l := newLab(t, w)
	call, p := l.connected()
	p.want(execute("1", "set_user", "1002@example.com"), "+OK")
	for name, want := range map[string]string{"toll_allow": "local", "user_context": "default", "user_name": "1002", "domain_name": "example.com"} {
		if got := call.Variable(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestAfterABridge(t *testing.T) {
	for _, tt := range []struct{ vars, far, cause, reached string }{
		{"transfer_after_bridge=elsewhere", "loopback/brief", "", "caller"},
		{"park_after_bridge=true", "loopback/brief", "", ""},
		{"hangup_after_bridge=explicit", "loopback/brief", "NORMAL_CLEARING", ""},
		{"x=y", "[transfer_after_bridge=elsewhere]loopback/answers", "", "called"},
	} {
		t.Run(tt.vars+" "+tt.far, func(t *testing.T) {
			w := world("async full")
			w.Extensions["elsewhere"] = []esl.Action{{App: "set", Data: "elsewhere=yes"}, {App: "park"}}
			l := newLab(t, w)
			call, p := l.answered()
			p.cmd("linger")
			p.run("1", "set", tt.vars)
			p.want(execute("b", "bridge", tt.far), "+OK")
			other := p.event("CHANNEL_BRIDGE").Get("Bridge-B-Unique-ID")
			if tt.reached == "called" {
				l.sw.After(time.Second)
				call.Hangup("")
				l.sw.After(time.Second)
				if got := l.sw.API("uuid_getvar " + other + " elsewhere"); got != "yes" {
					t.Errorf("the called leg: %q", got)
				}
				return
			}
			l.sw.After(4 * time.Second)
			if cause := call.Cause(); cause != tt.cause || (call.Variable("elsewhere") == "yes") != (tt.reached == "caller") {
				t.Errorf("cause %q, elsewhere %q", cause, call.Variable("elsewhere"))
			}
		})
	}
}

func TestApplicationsOfTheTest(t *testing.T) {
	l := newLab(t, world("async full"), func(o *esltest.Options) {
		o.Applications = map[string]func(esltest.Application){"conference": func(a esltest.Application) {
			a.Fire("CUSTOM", esl.Header{Name: "Event-Subclass", Value: "conference::maintenance"}, esl.Header{Name: "Action", Value: "add-member"})
			a.Execute("playback", "short.wav")
			for {
				d, ok := a.Digit(time.Minute)
				if !ok || d == '#' {
					break
				}
				a.Set("pressed", a.Get("pressed")+string(d))
			}
			if a.Wait(time.Second) {
				a.Respond("left " + a.Arg + " " + a.UUID)
			}
			if a.Arg == "closed" {
				a.Hangup("CALL_REJECTED")
			}
		}}
	})
	call, p := l.connected()
	p.want("event plain CUSTOM conference::maintenance", "+OK event listener enabled plain")
	p.want("event plain CHANNEL_EXECUTE_COMPLETE", "+OK event listener enabled plain")
	p.want(execute("1", "Conference", "room"), "+OK")
	p.event("CUSTOM", "Action", "add-member", "Unique-ID", p.uuid)
	l.sw.After(2 * time.Second)
	call.Press("12#")
	if ev := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1"); ev.Get("Application-Response") != "left room "+p.uuid ||
		ev.Variable("pressed") != "12" || ev.Get("Answer-State") != "early" {
		t.Errorf("%s, pressed %q, %s", ev.Get("Application-Response"), ev.Variable("pressed"), ev.Get("Answer-State"))
	}
	p.want(execute("2", "conference", "closed"), "+OK")
	l.sw.After(2 * time.Second)
	call.Press("#")
	if cause := l.finish(call); cause != "CALL_REJECTED" {
		t.Errorf("cause %s", cause)
	}
}
