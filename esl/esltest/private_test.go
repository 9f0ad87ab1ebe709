package esltest_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

// order is the executions of a connection in the order in which they began (+) and ended (-).
func (p *peer) order() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for _, m := range p.got {
		if m.event == nil {
			continue
		}
		id := m.event.Get("Application-UUID")
		if len(id) > 8 {
			continue // not one of ours
		}
		switch m.event.Name() {
		case "CHANNEL_EXECUTE":
			list = append(list, "+"+id)
		case "CHANNEL_EXECUTE_COMPLETE":
			list = append(list, "-"+id)
		}
	}
	return strings.Join(list, " ")
}

// TestNesting: a message that comes while an application runs is executed within it, unless event-lock holds it back
// (event-socket.md 6.2).
func TestNesting(t *testing.T) {
	const lock, pri = "event-lock: true", "event-lock-pri: true"
	for _, tt := range []struct {
		name  string
		first []string // headers of the first message
		then  []string // of the second, which comes a second later
		order string
	}{
		{"without a lock", nil, nil, "+1 +2 -2 -1"},
		{"with a lock on the first", []string{lock}, nil, "+1 -1 +2 -2"},
		{"with a lock on both", []string{lock}, []string{lock}, "+1 -1 +2 -2"},
		{"with a lock on the second", nil, []string{lock}, "+1 +2 -2 -1"},
		{"with a lock on the priority queue", []string{pri}, nil, "+1 +2 -2 -1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			_, p := l.answered()
			p.want(execute("1", "playback", "tone_stream://%(5000,0,440)", tt.first...), "+OK")
			p.event("PLAYBACK_START")
			l.sw.After(time.Second)
			p.want(execute("2", "playback", "tone_stream://%(1000,0,440)", tt.then...), "+OK")
			last := strings.TrimPrefix(tt.order[strings.LastIndexByte(tt.order, ' ')+1:], "-")
			p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", last)
			if got := p.order(); got != "+0 -0 "+tt.order {
				t.Errorf("order %q, want %q", got, tt.order)
			}
		})
	}
}

// TestAPlaybackWithinAnother: the outer one stands still meanwhile.
func TestAPlaybackWithinAnother(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.answered()
	p.want(execute("1", "playback", "short.wav"), "+OK")
	p.event("PLAYBACK_START")
	began := l.clock.Now()
	l.sw.After(500 * time.Millisecond)
	p.want(execute("2", "playback", "tone_stream://%(3000,0,440)"), "+OK")
	p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1")
	if ms := l.since(began); ms < 3950 || ms > 4100 {
		t.Errorf("both took %d ms", ms)
	}
}

func TestMessagesNestSoDeepAndNoDeeper(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.answered()
	for range 40 {
		p.want(execute("n", "playback", "tone_stream://%(60000,0,440)"), "+OK")
		l.sw.After(time.Second)
	}
	// The switch refuses when there are more than SWITCH_MAX_STACKS, 32, already.
	if n := p.count("CHANNEL_EXECUTE", "Application-UUID", "n"); n != 33 {
		t.Errorf("%d run within each other, want 33", n)
	}
	if !l.logged("too many stacked extensions") {
		t.Error("the log does not say so")
	}
}

func TestLoops(t *testing.T) {
	for _, tt := range []struct {
		name, app, arg, loops string
		runs                  int
	}{
		{"three", "playback", "short.wav", "3", 3},
		{"a pass that is too short ends it", "playback", "tone_stream://%(200,0,440)", "3", 1},
		{"none", "playback", "short.wav", "0", 0},
		{"for ever", "playback", "short.wav", "-1", 12},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			_, p := l.answered()
			p.want(execute("1", tt.app, tt.arg, "loops: "+tt.loops), "+OK")
			l.sw.After(12500 * time.Millisecond)
			if n := p.count("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1"); n != tt.runs {
				t.Errorf("%d runs, want %d", n, tt.runs)
			}
			if tt.runs < 1 {
				return
			}
			if ev := p.event("CHANNEL_EXECUTE", "Application-UUID", "1"); ev.Variable("total_loops") != tt.loops || ev.Variable("current_loop") != "1" {
				t.Errorf("total_loops %q, current_loop %q", ev.Variable("total_loops"), ev.Variable("current_loop"))
			}
			p.want("api uuid_break "+p.uuid, "+OK\n") // ends the loop
			l.sw.After(3 * time.Second)
			if n := p.count("CHANNEL_EXECUTE", "Application-UUID", "1"); n > tt.runs+1 {
				t.Errorf("%d runs after the break", n)
			}
		})
	}
}

func TestABreakEndsWhatPlays(t *testing.T) {
	for name, tt := range map[string]struct {
		command string
		waiting bool // what waits for its turn runs afterwards
	}{
		"break":     {"api uuid_break <uuid>", true},
		"break all": {"api uuid_break <uuid> all", false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.answered()
			p.want(execute("1", "playback", "long.wav", "event-lock: true"), "+OK")
			p.event("PLAYBACK_START")
			p.want(execute("2", "set", "waited=yes"), "+OK")
			l.sw.After(time.Second)
			p.want(strings.ReplaceAll(tt.command, "<uuid>", p.uuid), "+OK\n")
			if ev := p.event("PLAYBACK_STOP"); ev.Get("Playback-Status") != "break" {
				t.Errorf("status %q", ev.Get("Playback-Status"))
			}
			p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1", "Application-Response", "FILE PLAYED")
			l.sw.After(time.Second)
			if got := call.Variable("waited") == "yes"; got != tt.waiting {
				t.Errorf("what waited ran: %t", got)
			}
		})
	}
}

// TestWhatComesRightBehindABreak: its news arrive in the frame in which the break is noticed.
func TestWhatComesRightBehindABreak(t *testing.T) {
	for _, sip := range []bool{false, true} {
		l := newLab(t, world("async full"))
		call, p := l.answeredWith(esltest.CallSpec{SIP: sip})
		p.want(execute("1", "playback", "long.wav"), "+OK")
		p.event("PLAYBACK_START")
		l.sw.After(time.Second)
		p.want("api uuid_break "+p.uuid, "+OK\n")
		p.want(execute("2", "set", "waited=yes"), "+OK")
		l.sw.After(time.Second)
		if call.Variable("waited") != "yes" {
			t.Errorf("SIP %t: it did not run", sip)
		}
	}
}

func TestScopeVariables(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	p.want(execute("1", "playback", "%[playback_terminators=5,other=x]short.wav"), "+OK")
	if ev := p.event("CHANNEL_EXECUTE", "Application-UUID", "1"); ev.Get("scope_variable_other") != "x" ||
		ev.Get("Application-Data") != "short.wav" {
		t.Errorf("scope %q, data %q", ev.Get("scope_variable_other"), ev.Get("Application-Data"))
	}
	p.event("PLAYBACK_START")
	call.Press("*5")
	p.event("PLAYBACK_STOP", "Playback-Status", "break")
	ev := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1")
	if got := ev.Variable("playback_terminator_used"); got != "5" {
		t.Errorf("terminated by %q", got)
	}
	if call.Variable("other") != "" {
		t.Error("the variable is still there")
	}
}

func TestMessagesThatExecuteNothing(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.answered()
	for _, m := range []string{
		"call-command: EXECUTE\nexecute-app-name: set\nexecute-app-arg: a=b", // it has case
		"call-command: nothing",
		"execute-app-name: set\nexecute-app-arg: a=b",
		"call-command: execute",
		"call-command: nomedia\nnomedia-uuid: x",
	} {
		p.want("sendmsg\nevent-uuid: n\n"+m, "+OK")
		p.event("PRIVATE_COMMAND", "event-uuid", "n") // it says that it was dealt with
	}
	if n := p.count("CHANNEL_EXECUTE", "Application-UUID", "n"); n != 0 {
		t.Errorf("%d were executed", n)
	}
}

func TestAnApplicationThatIsNotThere(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	p.want(execute("1", "nonsense", ""), "+OK")
	if cause := l.finish(call); cause != "DESTINATION_OUT_OF_ORDER" {
		t.Errorf("cause %s", cause)
	}
	if p.count("CHANNEL_EXECUTE", "Application-UUID", "1") != 0 || !l.logged("Invalid Application nonsense") {
		t.Errorf("it was executed, or the log does not tell")
	}
}

func TestLeadFrames(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.answered()
	began := l.clock.Now()
	p.run("1", "set", "a=b", "lead-frames: 25")
	if ms := l.since(began); ms < 980 || ms > 1060 { // silence does not count: twice as many frames
		t.Errorf("it took %d ms", ms)
	}
}

func TestXferext(t *testing.T) {
	for _, mode := range []string{"async full", "full"} {
		t.Run(mode, func(t *testing.T) {
			l := newLab(t, world(mode))
			call, p := l.connected()
			p.want("sendmsg\ncall-command: xferext\napplication: set one=1\napplication: set two=2\napplication: answer", "+OK")
			if mode == "full" { // in static mode it happens when the connection ends
				if call.Variable("one") != "" {
					t.Error("it runs at once")
				}
				p.want("exit", "+OK bye")
			}
			if cause := l.finish(call); cause != "NORMAL_CLEARING" || call.Variable("two") != "2" || call.Variable("after") != "" {
				t.Errorf("%s, two=%q, after=%q", cause, call.Variable("two"), call.Variable("after"))
			}
		})
	}
}

// TestAMessageInStaticModeWithAsync is queued, and nothing takes it before an application reads media.
func TestAMessageInStaticModeWithAsync(t *testing.T) {
	l := newLab(t, world("full"))
	call, p := l.connected()
	p.want(execute("1", "set", "queued=yes", "async: true"), "+OK")
	p.want(execute("2", "answer", ""), "+OK")
	l.sw.After(time.Second)
	if call.Variable("queued") != "" {
		t.Error("it was executed")
	}
	p.want(execute("3", "playback", "short.wav"), "+OK")
	if call.Variable("queued") != "yes" {
		t.Error("playback did not execute it")
	}
}

func TestTheDepthOfAChannelWithoutMessages(t *testing.T) {
	w := world("async full")
	w.Extensions["1000"] = []esl.Action{{App: "answer"}, {App: "set", Data: "uuid_of_app=${app_uuid}"}, socket("async full")}
	l := newLab(t, w)
	_, p := l.connected()
	p.subscribe()
	ev := p.run("x", "set", "name=${app_uuid_name}", "event-uuid-name: my name")
	if ev.Get("Application-UUID-Name") != "my name" || ev.Variable("app_uuid") != "" {
		t.Errorf("name %q, app_uuid %q", ev.Get("Application-UUID-Name"), ev.Variable("app_uuid"))
	}
}
