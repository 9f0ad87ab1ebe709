package esltest

import (
	"cmp"
	"net"

	"eslua/esl"
)

// activateUnicast sends the audio of a parked channel to a UDP socket, a frame of silence every 20 ms, as the unicast
// message says (event-socket.md 6.2).
func (ch *channel) activateUnicast(m *esl.Event) {
	if ch.unicast {
		return
	}
	local := net.JoinHostPort(cmp.Or(m.Get("local-ip"), "127.0.0.1"), cmp.Or(m.Get("local-port"), "8025"))
	remote := net.JoinHostPort(cmp.Or(m.Get("remote-ip"), "127.0.0.1"), cmp.Or(m.Get("remote-port"), "8026"))
	from, err := net.ResolveUDPAddr("udp", local)
	if err != nil {
		return
	}
	to, err := net.ResolveUDPAddr("udp", remote)
	if err != nil {
		return
	}
	conn, err := net.DialUDP("udp", from, to)
	if err != nil {
		ch.logf(esl.LogErr, siteParseEvent, "Socket error: %v", err)
		return
	}
	ch.unicast = true
	ch.logf(esl.LogInfo, siteParseEvent, "Created unicast connection %s->%s", local, remote)
	frame := make([]byte, 2*frameSamples)
	ch.sw.spawn(func(t *thread) {
		defer conn.Close()
		for ch.unicast && ch.up() {
			conn.Write(frame) // nobody may be listening
			t.sleep(frameTime)
		}
	})
}
