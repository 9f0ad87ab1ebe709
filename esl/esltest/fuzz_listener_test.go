package esltest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/tests/transcript"
)

// FuzzListener: whatever comes to an event socket, the switch lives on, ends the connection when the other side has, and can be closed. The first byte of
// the stream is how it comes: to the switch's own listener, or on the connection of a call in one of the four modes.
func FuzzListener(f *testing.F) {
	names, err := transcript.Names()
	if err != nil {
		f.Fatal(err)
	}
	for i, name := range names {
		tr, err := transcript.Load(name)
		if err != nil {
			f.Fatal(err)
		}
		if stream := tr.Stream(transcript.Application); len(stream) < 2<<10 {
			f.Add(byte(i), string(stream))
		}
	}
	for i, text := range []string{
		"event plain ALL\n\nfilter Event-Name DTMF\n\nsendevent CUSTOM\nEvent-Subclass: x\nContent-Length: 3\n\nabc", "api originate {a=1}loopback/answers/default,[b=2]loopback/busy|error/x &park()\n\n", "bgapi originate user/1002 &playback(long.wav)\n\nlog 7\n\n",
		"sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: long.wav\nloops: -1\n\n", "api eval ${eval ${eval $${domain}}}\n\napi expand echo ${strftime(%Y)}\n\napi cond 1 == 2 ? a : b\n\napi regex abc|(b)|$1\n\n",
		"sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=${a}${a}\n\nsendmsg\ncall-command: execute\nexecute-app-name: log\nexecute-app-arg: INFO ${a}\n\n", "Content-Length: -1\n\n", "a\r\nContent-Length: 99999999999\r\n\r\n", "\x00\n\n",
		"api global_setvar a=$${a}$${a}\n\napi eval $${a}\n\n", "api global_setvar a=${eval $${a}}${eval $${a}}\n\napi eval $${a}\n\n", "api expand expand expand expand echo 1\n\n",
		"sendmsg\ncall-command: execute\nexecute-app-name: playback\nlead-frames: 2000000000\n\n", "sendmsg\ncall-command: xferext\napplication: answer\napplication: sleep 100\n\n", "sendmsg\ncall-command: unicast\nlocal-port: 1\n\n", "myevents\n\nlinger 5\n\ndivert_events on\n\nexit\n\n",
		"api sched_api +1 none status\n\napi show channels as json\n\napi json {\"command\":\"status\"}\n\napi hupall\n\n", "sendmsg\ncall-command: execute\nexecute-app-name: play_and_get_digits\nexecute-app-arg: 1 5 3 5000 # short.wav short.wav got \\d+\n\n", "api uuid_send_dtmf x 1w2@100+3\n\n",
	} {
		for mode := range 5 {
			f.Add(byte(5*i+mode), text)
		}
	}
	f.Add(byte(0), "api regex aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|^(a+)+$b\n\n")
	f.Fuzz(func(t *testing.T, mode byte, stream string) {
		if len(stream) > 4<<10 {
			return
		}
		defer time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("it hangs: %d %q", mode, stream)) }).Stop() // real time: what is measured is Go's own work
		words := []string{"", "async full", "async", "full", ""}[mode%5]
		l := newLab(t, world(words), func(o *esltest.Options) { o.QueueLimit = 1000 })
		var p *peer
		if mode%5 == 0 {
			p = l.knock()
			stream = "auth ClueCon\n\n" + stream
		} else {
			_, p = l.call()
			stream = "connect\n\n" + stream
		}
		p.conn.Write([]byte(stream))
		if mode/5%2 == 0 {
			p.conn.(interface{ CloseWrite() error }).CloseWrite()
			until := l.clock.Now().Add(patience)
			for !p.isClosed() && p.waiter.Wait(context.Background(), until) != clock.Expired {
			}
			// A job holds its connection, and an application that runs in the thread of the connection is not interrupted.
			if !p.isClosed() && !strings.Contains(strings.ToLower(stream), "api") && strings.HasPrefix(words, "async") {
				t.Errorf("the connection was not ended: %s", p)
			}
		}
		p.conn.Close()
	})
}
