package esltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

// fuzzWorld is a switch with something of everything.
func fuzzWorld() World {
	return World{
		Sounds: map[string]time.Duration{"a.wav": time.Second},
		Extensions: map[string][]esl.Action{
			"1": {{App: "answer"}, {App: "sleep", Data: "3000"}},
			"2": {{App: "ring_ready"}, {App: "sleep", Data: "2000"}, {App: "hangup", Data: "USER_BUSY"}},
		},
		Directory: []User{{Name: "1002", Domain: "x", Params: map[string]string{"dial-string": "loopback/1"}, Groups: []string{"all"}}, {Name: "self", Params: map[string]string{"dial-string": "user/self"}}},
		Globals:   map[string]string{"a": "b", "twice": "$${twice}$${twice}"},
		Phrases:   map[string][]PhraseAction{"p": {{Pattern: "(.*)", Function: "play-file", Data: "$1"}, {Function: "execute", Data: "sleep(10)"}}},
		Speech:    map[string]SpeechEngine{"flite": {}},
	}
}

// FuzzWords: every API command and every application takes any argument; the switch lives on and can be closed, and the call ends when its caller hangs
// up. UUID stands for the uuid of the call.
func FuzzWords(f *testing.F) {
	apis, apps := sortedKeys(apiTable()), sortedKeys(applicationTable())
	words := append(slices.Clone(apis), apps...)
	seed := func(name, arg string) {
		f.Add(uint16(slices.Index(words, name)), arg)
		if i := slices.Index(apps, name); i >= 0 {
			f.Add(uint16(len(apis)+i), arg)
		}
	}
	for _, line := range []string{
		"originate {a=1,b='x y'}[c=2]loopback/1/default,[d=^^:1:2]loopback/2|error/USER_BUSY &park()", "originate user/1002@x 1 XML default name 1000 10", "originate group/all &bridge(loopback/1)", "originate user/self &echo", "originate loopback/1 &playback(a.wav)",
		"originate sofia/internal/1@127.0.0.1:5080 inline:answer,sleep:100", "originate {origination_uuid=x}loopback/1 'm:^:answer^playback:a.wav' inline", "uuid_bridge UUID UUID", "uuid_transfer UUID -both 1 XML default", "uuid_broadcast UUID a.wav both",
		"uuid_setvar UUID a 'b c'", "uuid_setvar_multi UUID a=1;b=2", "uuid_getvar UUID a", "uuid_send_dtmf UUID 12w3@200+4W", "uuid_recv_dtmf UUID ~12@100+3", "uuid_displace UUID start a.wav 10 mux", "uuid_record UUID start /tmp/x.wav 10", "uuid_kill UUID USER_BUSY", "uuid_park UUID",
		"uuid_break UUID all", "uuid_exists UUID", "uuid_dump UUID json", "uuid_hold toggle UUID", "uuid_audio UUID start write level 2", "sched_hangup +1 UUID USER_BUSY", "sched_api +1 group status", "sched_transfer @9 UUID 1", "sched_broadcast +1 UUID a.wav both", "sched_del group",
		"show channels like x as json", "show calls count", "cond '1' == \"1\" ? a : b", "cond a <= 3 ? yes", "regex 1234|/^(\\d)(.*)$/i|%2-%1", "regex m:/abc/b/x", "eval ${a:1:2}${b[1]} $${twice} ${eval(${a})}", "expand echo ${uuid}", "strftime 5|%Y %j %%", "url_decode %4%zz",
		"hash insert/realm/key/value", "hash select/realm/key", "db insert/realm/key/value", "group insert:a:b", "limit hash realm id 1 !USER_BUSY", "limit_usage hash realm id", "in_group 1002@x all", "group_call all@x+A", "user_data 1002@x param dial-string", "json {\"command\":\"status\"}",
		"log INFO text", "global_setvar a=b=c", "global_getvar", "msleep 5", "create_uuid", "set a=${b}", "multiset ^^:a=1:b=2", "export nolocal:a=b", "push a=b", "bridge {ignore_early_media=true}loopback/1,[leg_timeout=1]loopback/2|user/none", "bind_meta_app 1 ab s execute_extension::x XML y",
		"playback a.wav@@8000", "playback tone_stream://%(100,0,440);loops=-1", "playback file_string://a.wav!silence_stream://100", "playback say:x", "playback {loops=2}a.wav", "read 1 5 a.wav got 3000 #", "play_and_get_digits 1 3 2 3000 # a.wav a.wav got ^\\d+$ 1000", "say en number pronounced 12.5", "say en currency iterated -7",
		"phrase p,a.wav", "speak flite|kal|text", "record /tmp/r.wav 5 200 1", "record_session /tmp/s.wav", "gentones %(200,100,440,480);v=-7;%(1,1,1)", "wait_for_silence 200 5 3 1000", "send_dtmf 1w2@100", "queue_dtmf w12", "transfer 2 XML default", "execute_extension 1", "sched_cancel all", "set_user 1002@x",
		"detect_speech pocketsphinx yesno default", "play_and_detect_speech a.wav detect:flite {a=b}x", "socket 127.0.0.1:8084/a|b async full", "event Event-Name=CUSTOM,a=b", "%[x=1]playback a.wav", "intercept -bleg UUID", "hangup 17", "sleep 99999999999", "park", "echo", "loop_playback +2 a.wav", "set_profile_var a=b",
	} {
		name, arg, _ := strings.Cut(line, " ")
		seed(strings.TrimPrefix(name, "%[x=1]"), arg)
	}
	f.Fuzz(func(t *testing.T, which uint16, arg string) {
		if len(arg) > 1<<10 {
			return
		}
		word := words[int(which)%len(words)]
		defer time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("it hangs: %s %q", word, arg)) }).Stop() // real time: what is measured is Go's own work
		ck, release := Virtual()
		defer release()
		sw := New(fuzzWorld(), Options{Clock: ck, QueueLimit: 1000, Dial: func(context.Context, string) (net.Conn, error) { return nil, errors.New("nobody is there") }})
		defer sw.Close()
		spec := CallSpec{Destination: "1", Actions: []esl.Action{{App: "answer"}, {App: "sleep", Data: "60000"}}}
		application := int(which)%len(words) >= len(apis)
		if application {
			spec.Actions[1] = esl.Action{App: word, Data: arg}
		}
		call, err := sw.Call(spec)
		if err != nil {
			t.Fatal(err)
		}
		if !application {
			line := word + " " + strings.ReplaceAll(arg, "UUID", call.UUID())
			ck.Go(func() { sw.API(line) }) // it may take for ever
		}
		sw.After(time.Second)
		call.Press("12#")
		sw.After(time.Second)
		call.Hangup("")
		ctx, cancel := clock.WithTimeout(context.Background(), ck, time.Hour)
		defer cancel()
		if err := call.Wait(ctx); err != nil {
			t.Errorf("the call does not end: %v", err)
		}
	})
}

// FuzzTexts: commands that come in pieces are the same as whole; dial strings, digits, arguments and texts without variables give back what was put into
// them.
func FuzzTexts(f *testing.F) {
	for _, text := range []string{
		"sendmsg\nContent-Length: 3\n\nabc\n\nexit\n\n", "\r\n\r\napi a\r\nb: c\r\n\r\n", "a\n\nb\n\x00c\n\n", "Content-Length: -5\n\nx", "a:1\nA:\n\n", "{a=1}loopback/1/default,[b=2]loopback/2|loopback/3", "12w3@100+4", "it's ${x} \\ $${y} \\'", "a,'b,c',d", "", "^^:a:b", "^^0^^$$$$$$0",
	} {
		f.Add(text, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, cut uint8) {
		if len(text) > 1<<10 {
			return
		}
		whole, pieces := &listener{sw: &Switch{}, conn: &wire{in: []byte(text)}}, &listener{sw: &Switch{}, conn: &wire{}}
		want := taken(whole)
		var got []string
		for rest := text; rest != ""; {
			n := min(int(cut)%8+1, len(rest))
			pieces.conn.in = append(pieces.conn.in, rest[:n]...)
			got, rest = append(got, taken(pieces)...), rest[n:]
			if len(got) > 0 && got[len(got)-1] == "hopeless" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q in pieces of %d: %q, whole %q", text, cut%8+1, got, want)
		}
		for _, d := range parseDigits(text, fromRTP) {
			if strings.IndexByte(digitLetters, d.digit) < 0 || d.duration < minDuration || d.duration > maxDuration {
				t.Errorf("%q has the digit %+v", text, d)
			}
		}
		if got := len(splitArgs(text, ',', int(cut)%5+2)); got > int(cut)%5+2 {
			t.Errorf("%q makes %d words", text, got)
		}
		if !strings.ContainsAny(text, "}|\x00") {
			d := parseDialString("{a=" + esl.QuoteArg(text) + "}[b=2]loopback/1,error/x|user/2")
			if len(d.vars) != 1 || d.vars[0] != (variable{"a", text}) || len(d.groups) != 2 || len(d.groups[0]) != 2 || d.groups[0][0].endpoint != "loopback" || d.groups[0][0].vars[0] != (variable{"b", "2"}) || d.groups[1][0].address != "2" {
				t.Errorf("%q: %+v", text, d)
			}
		}
		for _, group := range parseDialString(text).groups {
			for _, leg := range group {
				if !strings.Contains(text, leg.endpoint) || !strings.Contains(text, leg.address) {
					t.Errorf("%q: %+v", text, leg)
				}
			}
		}
		ch := &channel{sw: &Switch{globals: &variables{}}, vars: &variables{}}
		if got := ch.expand(&thread{}, esl.Literal(text)); got != text {
			t.Errorf("%q is expanded from %q to %q", text, esl.Literal(text), got)
		}
	})
}

// taken are the commands that a listener takes from what has come.
func taken(l *listener) (commands []string) {
	for {
		l.conn.in = bytes.TrimLeft(l.conn.in, "\r\n") // as readCommand does
		ev, state := l.parse()
		switch state {
		case partial:
			return commands
		case hopeless:
			return append(commands, "hopeless")
		}
		var b strings.Builder
		for name, value := range ev.Headers() {
			fmt.Fprintf(&b, "%q: %q\n", name, value)
		}
		commands = append(commands, b.String()+ev.Body())
	}
}
