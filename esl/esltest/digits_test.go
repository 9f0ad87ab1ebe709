package esltest_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

// TestReadAndPlayAndGetDigits: arguments, what the caller presses, and what comes out.
func TestReadAndPlayAndGetDigits(t *testing.T) {
	for _, tt := range []struct {
		name, app, arg string
		press          string // a second after the beginning; | is a second of silence
		vars           string // name=value, one behind the other
		ms             int64
	}{
		{"read to the terminator", "read", "1 5 silence got 3000 #", "12#",
			"got=12 read_result=success read_terminator_used=#", 1000},
		{"read until full", "read", "1 3 silence got 3000 #", "123", "got=123 read_result=success read_terminator_used=", 1000},
		{"read nothing", "read", "1 3 silence got 3000 #", "", "got= read_result=failure", 3000},
		{"read too little", "read", "3 5 silence got 3000 #", "1", "got=1 read_result=failure", 4000},
		{"read too little, with terminator", "read", "3 5 silence got 3000 #", "1#", "got=1 read_result=failure", 1000},
		{"read with another terminator", "read", "1 5 silence got 3000 *", "1#2*", "got=1#2 read_terminator_used=*", 1000},
		{"read, digits apart", "read", "1 5 silence got 3000 # 1500", "1|2", "got=12 read_result=timeout", 3500},
		{"read stops the prompt", "read", "1 2 long.wav got 3000 #", "12", "got=12 read_result=success", 1000},
		{"read without its prompt", "read", "1 2 missing.wav got 3000 #", "", "got= read_result=", 0},
		{"play_and_get_digits", "play_and_get_digits", "1 5 1 3000 # short.wav short.wav got ^\\\\d+$", "12#", "got=12 got_invalid=", 1000},
		{"play_and_get_digits, not as asked", "play_and_get_digits", "1 5 1 3000 # short.wav short.wav got ^[345]+$", "12#",
			"got= got_invalid=12", 2000},
		{"play_and_get_digits, twice", "play_and_get_digits", "1 5 2 3000 # short.wav short.wav got ^[345]+$", "12#||3#",
			"got=3 got_invalid=12", 3000},
		{"play_and_get_digits, nothing", "play_and_get_digits", "1 5 2 1000 # short.wav short.wav got \\\\d+", "", "got= got_invalid=", 6000},
		{"play_and_get_digits, a pattern of PCRE", "play_and_get_digits", "1 5 1 3000 # short.wav short.wav got ^(?!12)\\\\d+$", "12#",
			"got= got_invalid=12", 2000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.answered()
			p.want(execute("1", tt.app, tt.arg), "+OK")
			began := p.event("CHANNEL_EXECUTE", "Application-UUID", "1")
			l.sw.After(time.Second)
			for i, keys := range strings.Split(tt.press, "|") {
				if i > 0 {
					l.sw.After(time.Second)
				}
				call.Press(keys)
			}
			ended := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1")
			for _, v := range strings.Fields(tt.vars) {
				name, want, _ := strings.Cut(v, "=")
				if got := ended.Variable(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if ms := stamp(t, ended).Sub(stamp(t, began)).Milliseconds(); ms < tt.ms-40 || ms > tt.ms+100 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
		})
	}
}

func TestDigitsFromTheFarEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		sip  bool
		keys string
		want string // digit, duration, source of each event, and the time between them in ms
	}{
		{"loopback", false, "12", "1 2000 UNKNOWN, 2 2000 UNKNOWN +20"},
		{"loopback, long", false, "1@500", "1 4000 UNKNOWN"},
		{"loopback, with pauses", false, "1w2W3", "1 2000 UNKNOWN, 2 2000 UNKNOWN +500, 3 2000 UNKNOWN +1000"},
		{"sip", true, "12", "1 2000 RTP, 2 2000 RTP +540"},
		{"letters that are none", false, "xy1", "1 2000 UNKNOWN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call := l.place(esltest.CallSpec{Destination: "1000", SIP: tt.sip})
			p := l.accept()
			p.connect()
			p.want("filter Unique-ID "+p.uuid, "+OK filter added. [Unique-ID]=["+p.uuid+"]")
			p.want("event plain DTMF CHANNEL_EXECUTE_COMPLETE", "+OK event listener enabled plain")
			p.run("0", "answer", "")
			l.sw.After(time.Second)
			call.Press(tt.keys)
			var before time.Time
			for i, want := range strings.Split(tt.want, ", ") {
				want, gap, _ := strings.Cut(want, " +")
				ev := p.event("DTMF")
				if got := ev.Get("DTMF-Digit") + " " + ev.Get("DTMF-Duration") + " " + ev.Get("DTMF-Source"); got != want {
					t.Errorf("%s, want %s", got, want)
				}
				at := stamp(t, ev)
				if ms := at.Sub(before).Milliseconds(); i > 0 && (ms < number(gap)-30 || ms > number(gap)+30) {
					t.Errorf("digit %d came %d ms behind the one before, want %s", i+1, ms, gap)
				}
				before = at
			}
		})
	}
}

func number(s string) int64 {
	n := int64(0)
	for _, c := range s {
		n = n*10 + int64(c-'0')
	}
	return n
}

func TestTheDigitQueueIsBounded(t *testing.T) {
	l := newLab(t, world("full"))
	_, p := l.connected()
	p.want(execute("0", "answer", ""), "+OK")
	for i := range 11 {
		p.want("api uuid_recv_dtmf "+p.uuid+" "+strings.Repeat(string(rune('0'+i%10)), 99), "+OK "+p.uuid+" received DTMF "+
			strings.Repeat(string(rune('0'+i%10)), 99)+".\n")
	}
	p.want(execute("1", "read", "2000 2000 silence got 1000 #"), "+OK")
	got := p.cmd("api uuid_getvar " + p.uuid + " got")
	if len(got) != 1000 || !strings.HasPrefix(got, strings.Repeat("0", 10)+"1") || !strings.HasSuffix(got, "0") {
		t.Errorf("%d digits: %.20s...", len(got), got)
	}
}

func TestSensitiveDigitsAreNotTold(t *testing.T) {
	w := world("async full")
	w.Extensions["1000"][0] = esl.Action{App: "set", Data: "sensitive_dtmf=true"}
	l := newLab(t, w)
	call, p := l.connected()
	p.want("event plain DTMF CHANNEL_EXECUTE_COMPLETE", "+OK event listener enabled plain")
	p.run("0", "answer", "")
	p.want(execute("1", "read", "2 2 silence got 3000 #"), "+OK")
	l.sw.After(time.Second)
	call.Press("12")
	if got := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1").Variable("got"); got != "12" {
		t.Errorf("read got %q", got)
	}
	if n := p.count("DTMF", "Unique-ID", p.uuid); n != 0 {
		t.Errorf("%d digits were told", n)
	}
}

func TestSendAndQueueDigits(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	p.want("event plain DTMF CHANNEL_EXECUTE_COMPLETE", "+OK event listener enabled plain")
	p.run("0", "answer", "")
	p.run("1", "send_dtmf", "12@500")
	p.event("DTMF", "Unique-ID", call.FarUUID(), "DTMF-Digit", "1", "DTMF-Duration", "4000")
	p.event("DTMF", "Unique-ID", call.FarUUID(), "DTMF-Digit", "2")
	p.run("2", "queue_dtmf", "34")
	p.event("DTMF", "Unique-ID", p.uuid, "DTMF-Digit", "3", "DTMF-Source", "APP")
	p.event("DTMF", "Unique-ID", p.uuid, "DTMF-Digit", "4")
	p.want("api uuid_send_dtmf "+p.uuid+" 5", "+OK "+p.uuid+" sent DTMF 5.\n")
	p.event("DTMF", "Unique-ID", call.FarUUID(), "DTMF-Digit", "5")
	for command, want := range map[string]string{
		"uuid_send_dtmf nobody 1": "-ERR Cannot locate session!\n", "uuid_recv_dtmf": "-USAGE: <uuid> <dtmf_data>\n",
		"uuid_flush_dtmf " + p.uuid: "+OK\n", "uuid_flush_dtmf nobody": "-ERR No such session\n",
	} {
		p.want("api "+command, want)
	}
}

func TestFlushDigits(t *testing.T) {
	l := newLab(t, world("full"))
	call, p := l.connected()
	p.want(execute("0", "answer", ""), "+OK")
	call.Press("12")
	p.want(execute("1", "flush_dtmf", ""), "+OK")
	p.want(execute("2", "read", "1 2 silence got 1000 #"), "+OK")
	if got := call.Variable("got"); got != "" {
		t.Errorf("read got %q", got)
	}
}

// TestKeysFollowOneAnother: a caller has one finger, however often Press is called.
func TestKeysFollowOneAnother(t *testing.T) {
	for name, tt := range map[string]struct {
		sip     bool
		presses []string
		want    string
	}{
		"over SIP":               {true, []string{"12", "3", "4w5", "6"}, "123456"},
		"loopback with a pause":  {false, []string{"1w2", "3", "w4", "56"}, "123456"},
		"loopback without pause": {false, []string{"12", "3456"}, "123456"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.answeredWith(esltest.CallSpec{Destination: "1000", SIP: tt.sip})
			p.want(execute("1", "read", "6 6 silence got 5000 #"), "+OK")
			l.sw.After(time.Second)
			for _, keys := range tt.presses {
				call.Press(keys)
			}
			if got := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1").Variable("got"); got != tt.want {
				t.Errorf("read got %q, want %q", got, tt.want)
			}
			call.Press("7") // what was pressed has not left it waiting
			p.event("DTMF", "DTMF-Digit", "7")
		})
	}
}
