package esltest_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
)

func TestOriginate(t *testing.T) {
	for _, tt := range []struct {
		arg, out string // - is the uuid
		ms       int64
	}{
		{"loopback/answers &park()", "+OK -\n", 0},
		{"{origination_uuid=mine}loopback/answers &park()", "+OK mine\n", 0},
		{`'{origination_uuid=mine,a=\'x, y\'}loopback/answers' '&set(b=1 2)'`, "+OK mine\n", 0},
		{"loopback/silent &park() XML default undef undef 2", "-ERR NO_ANSWER\n", 2000},
		{"loopback/answers answers", "+OK -\n", 0},
		{"loopback/answers set:a=1,park inline", "+OK -\n", 0},
		{"loopback/busy &park()", "-ERR USER_BUSY\n", 0},
		{"loopback/nowhere &park()", "-ERR NO_ROUTE_DESTINATION\n", 0},
		{"error/USER_NOT_REGISTERED &park()", "-ERR USER_NOT_REGISTERED\n", 0},
		{"pigeon/1 &park()", "-ERR CHAN_NOT_IMPLEMENTED\n", 0},
		{"{originate_timeout=2}loopback/silent &park()", "-ERR NO_ANSWER\n", 2000},
		{"loopback/silent &park() XML default Name 1 4", "-ERR NO_ANSWER\n", 4000},
		{"loopback/rings &park()", "+OK -\n", 3000},
		{"loopback/early &park()", "+OK -\n", 0},
		{"{ignore_early_media=true,originate_timeout=2}loopback/early &park()", "-ERR NO_ANSWER\n", 2000},
		{"loopback/busy|loopback/answers &park()", "+OK -\n", 0},
		{"user/1002 &park()", "+OK -\n", 0},
		{"user/nobody &park()", "-ERR SUBSCRIBER_ABSENT\n", 0},
	} {
		t.Run(tt.arg, func(t *testing.T) {
			l := newLab(t, world(""))
			began := l.clock.Now()
			out := l.sw.API("originate " + tt.arg)
			if uuid, ok := strings.CutPrefix(out, "+OK "); ok && strings.Contains(tt.out, "-") {
				if exists := l.sw.API("uuid_exists " + strings.TrimSpace(uuid)); exists != "true" {
					t.Error("the channel is not there")
				}
				out = "+OK -\n"
			}
			if out != tt.out {
				t.Errorf("%q, want %q", out, tt.out)
			}
			if ms := l.since(began); ms < tt.ms-30 || ms > tt.ms+100 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
		})
	}
	l := newLab(t, world(""))
	if out := l.sw.API("originate"); !strings.HasPrefix(out, "-USAGE") {
		t.Errorf("%q", out)
	}
}

func TestWhatAnOriginatedLegIs(t *testing.T) {
	l := newLab(t, world(""))
	watcher := l.login()
	watcher.subscribe()
	l.sw.API("originate {origination_uuid=mine,origination_caller_id_number=42,origination_caller_id_name='Mr X',a=1}[b=2]loopback/answers/default &park()")
	ev := watcher.event("CHANNEL_PARK", "Unique-ID", "mine")
	for header, want := range map[string]string{
		"Call-Direction": "outbound", "Channel-Name": "loopback/answers-a", "variable_a": "1", "variable_b": "2",
		"Answer-State": "answered", "Caller-Destination-Number": "answers",
	} {
		if got := ev.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	b := watcher.event("CHANNEL_STATE", "Channel-Name", "loopback/answers-b")
	if got := b.Get("Caller-Caller-ID-Number"); got != "42" {
		t.Errorf("the called leg has %q", got)
	}
}

// TestOriginateAnOutboundCall is a leg that is dialled and given to an application.
func TestOriginateAnOutboundCall(t *testing.T) {
	l := newLab(t, world("async full"))
	go1 := "originate {origination_uuid=mine}loopback/answers &socket('127.0.0.1:8084 async full')"
	if out := l.sw.API(go1); out != "+OK mine\n" {
		t.Fatal(out)
	}
	p := l.accept()
	if hello := p.connect(); hello.Get("Unique-ID") != "mine" || hello.Get("Call-Direction") != "outbound" {
		t.Errorf("%s, %s", hello.Get("Unique-ID"), hello.Get("Call-Direction"))
	}
	l.sw.After(time.Second)
	p.send("exit")
	p.end()
	l.sw.After(time.Second)
	if out := l.sw.API("uuid_exists mine"); out != "false" {
		t.Error("the leg is still there")
	}
}

func TestExportedVariables(t *testing.T) {
	w := world("async full")
	w.Extensions["1000"][0] = esl.Action{App: "export", Data: "nolocal:carried=yes"}
	l := newLab(t, w)
	_, p := l.answered()
	p.run("1", "export", "both=1")
	p.want(execute("2", "bridge", "loopback/answers"), "+OK")
	ev := p.next("the other leg", func(m message) bool {
		return matches(m, "CHANNEL_ORIGINATE", []string{"Channel-Name", "loopback/answers-a"})
	}).event
	if ev.Variable("carried") != "yes" || ev.Variable("both") != "1" {
		t.Errorf("carried %q, both %q", ev.Variable("carried"), ev.Variable("both"))
	}
}
