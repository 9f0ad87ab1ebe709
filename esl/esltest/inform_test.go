package esltest_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

func TestEcho(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	p.want(execute("1", "echo", ""), "+OK")
	l.sw.After(time.Second)
	call.Press("7")
	p.event("DTMF", "DTMF-Digit", "7", "Unique-ID", p.uuid)
	p.event("DTMF", "DTMF-Digit", "7", "Unique-ID", call.FarUUID()) // it comes back
	p.want("api uuid_break "+p.uuid, "+OK\n")
	p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1")
}

func TestWhatIsExecutedOnOccasions(t *testing.T) {
	w := world("async full")
	w.Extensions["1000"] = append([]esl.Action{
		{App: "set", Data: "execute_on_answer=set answered=yes"}, {App: "set", Data: "execute_on_media=set::media=yes"},
		{App: "set", Data: "execute_on_blind_transfer=set moved=yes"},
	}, w.Extensions["1000"]...)
	l := newLab(t, w)
	call, p := l.answered()
	p.run("1", "eval", "")
	p.want(execute("2", "transfer", "brief"), "+OK")
	l.sw.After(time.Second)
	for name, want := range map[string]string{"answered": "yes", "media": "yes", "moved": "yes"} {
		if got := call.Variable(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestInfoAndLog(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	watcher := l.login()
	watcher.want("log debug", "+OK log level debug [7]")
	p.subscribe()
	p.run("1", "info", "NOTICE")
	p.run("2", "log", "no level at all")
	if !l.logged("variable_before: yes") || !l.logged("no level at all") {
		t.Error("the log lacks what info and log write")
	}
	m := watcher.next("the line of info", func(m message) bool {
		return m.frame.Type == esl.LogData && strings.Contains(string(m.frame.Body), "CHANNEL_DATA")
	})
	if m.frame.Header("Log-Level") != "5" {
		t.Errorf("its level is %s", m.frame.Header("Log-Level"))
	}
	for command, want := range map[string]string{"log NOTICE from the API": "+OK\n", "log nonsense x": "-USAGE: <level> <message>\n"} {
		if out := l.sw.API(command); out != want {
			t.Errorf("%s: %q", command, out)
		}
	}
	if !l.logged("from the API") {
		t.Error("the log lacks what the API wrote")
	}
}

func TestVerboseEvents(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	press := func(key string) *esl.Event {
		call.Press(key)
		return p.event("DTMF", "DTMF-Digit", key)
	}
	if press("1").Variable("before") != "" {
		t.Error("a digit has the variables")
	}
	p.run("1", "verbose_events", "")
	if press("2").Variable("before") != "yes" {
		t.Error("a digit lacks the variables")
	}
	p.run("2", "verbose_events", "false")
	if press("3").Variable("before") != "" {
		t.Error("a digit still has the variables")
	}
}

func TestSchedCancel(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	p.run("1", "sched_hangup", "+2")
	p.run("2", "sched_hangup", "+3")
	p.run("3", "sched_cancel", "")
	l.sw.After(5 * time.Second)
	if call.Cause() != "" {
		t.Errorf("the call has ended: %s", call.Cause())
	}
}

// TestALegWithoutMedia: an application that needs media is not run on an outbound leg that gets none within two seconds, and
// nothing says so (event-socket.md 6.4).
func TestALegWithoutMedia(t *testing.T) {
	l := newLab(t, world("async full"))
	watcher := l.login()
	watcher.subscribe()
	watcher.cmd("bgapi originate {origination_uuid=mute}loopback/silent &park()")
	l.sw.After(time.Second)
	watcher.want("sendmsg mute\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: short.wav\nevent-uuid: 1", "+OK")
	l.sw.After(5 * time.Second)
	if n := watcher.count("CHANNEL_EXECUTE", "Application-UUID", "1"); n != 0 {
		t.Errorf("it ran %d times", n)
	}
	if out := l.sw.API("uuid_exists mute"); out != "true" {
		t.Error("the leg was hung up")
	}
}

func TestTheEndOfAnOrphan(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	p.cmd("linger")
	p.want(execute("b", "bridge", "loopback/early"), "+OK")
	other := p.event("CHANNEL_BRIDGE").Get("Bridge-B-Unique-ID")
	l.sw.After(time.Second)
	call.Hangup("")
	l.sw.After(time.Second)
	if n := p.count("CHANNEL_HANGUP", "Unique-ID", other, "Hangup-Cause", "ORIGINATOR_CANCEL"); n != 1 {
		t.Errorf("the leg that never answered: %s", p)
	}
}

func TestCommandsThatOnlyLook(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.answered()
	for command, want := range map[string]string{
		"uuid_media " + p.uuid: "+OK Success\n", "uuid_media": "-USAGE: [off] <uuid>\n", "uuid_media nobody": "-ERR Operation failed\n",
		"uuid_display " + p.uuid + " x": "+OK Success\n", "uuid_display nobody x": "-ERR No such channel\n",
		"uuid_getvar " + p.uuid + " list[1]": "b", "uuid_getvar " + p.uuid + " list[7]": "_undef_",
	} {
		p.run("1", "set", "list=ARRAY::a|:b")
		if out := l.sw.API(command); out != want {
			t.Errorf("%s: %q, want %q", command, out, want)
		}
	}
	if l.sw.Clock() != l.clock {
		t.Error("the switch goes by another clock")
	}
}

func TestSpeakWithoutAnEngine(t *testing.T) {
	w := world("async full")
	w.Speech = map[string]esltest.SpeechEngine{"test": {}}
	for arg, cause := range map[string]string{"hello": "DESTINATION_OUT_OF_ORDER", "nobody|voice|hello": "", "test|voice|0123456789": "", "": ""} {
		l := newLab(t, w)
		call, p := l.answered()
		p.want(execute("1", "speak", arg), "+OK")
		l.sw.After(3 * time.Second)
		if got := call.Cause(); got != cause {
			t.Errorf("speak %q: cause %q, want %q", arg, got, cause)
		}
	}
}
