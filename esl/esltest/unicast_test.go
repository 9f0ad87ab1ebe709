package esltest_test

import (
	"fmt"
	"net"
	"testing"
	"time"
)

// TestUnicastSendsFrames is the message that sends the audio of a channel to a UDP socket: a frame of silence every 20 ms,
// until the channel leaves park (wire/sendmsg_nomedia_unicast).
func TestUnicastSendsFrames(t *testing.T) {
	far, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	near, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	port := near.LocalAddr().(*net.UDPAddr).Port // one that is free
	near.Close()

	l := newLab(t, world("async full"))
	call, p := l.answered()
	message := fmt.Sprintf("sendmsg\ncall-command: unicast\nlocal-port: %d\nremote-port: %d", port, far.LocalAddr().(*net.UDPAddr).Port)
	p.want(message, "+OK")
	p.want(message, "+OK") // once is enough
	l.sw.After(time.Second)
	call.Hangup("")
	l.finish(call)

	// What was sent is there, and behind it what is sent now.
	last, err := net.DialUDP("udp", nil, far.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close()
	if _, err := last.Write([]byte("the end")); err != nil {
		t.Fatal(err)
	}
	far.SetReadDeadline(time.Now().Add(30 * time.Second)) // real time: only a failure waits
	frames := 0
	buf := make([]byte, 2048)
	for {
		n, from, err := far.ReadFromUDP(buf)
		if err != nil {
			t.Fatal(err)
		}
		if string(buf[:n]) == "the end" {
			break
		}
		if n != 320 || from.Port != port {
			t.Fatalf("%d bytes from port %d", n, from.Port)
		}
		frames++
	}
	if frames < 48 || frames > 52 {
		t.Errorf("%d frames in a second", frames)
	}
}

func TestUnicastToAPortThatIsTaken(t *testing.T) {
	taken, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	l := newLab(t, world("async full"))
	_, p := l.answered()
	p.want(fmt.Sprintf("sendmsg\ncall-command: unicast\nlocal-port: %d", taken.LocalAddr().(*net.UDPAddr).Port), "+OK")
	p.run("1", "eval", "")
	if !l.logged("Socket error") {
		t.Error("the log does not say so")
	}
}
