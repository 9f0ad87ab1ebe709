package esl_test

import (
	"log"
	"net"
	"strings"

	"eslua/esl"
)

// callFromSwitch plays a switch with one call for the server at addr.
func callFromSwitch(addr string) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()
	p := &peer{conn: nc}
	for c, ok := p.next(); ok; c, ok = p.next() {
		say := func(text string) { nc.Write([]byte(text)) }
		app, _ := c.get("execute-app-name")
		id, _ := c.get("event-uuid")
		done := func(response string) string {
			return eventFrame("CHANNEL_EXECUTE_COMPLETE", "Unique-ID", channel, "Application", app, "Application-UUID", id,
				"Application-Response", response)
		}
		const ok = "Content-Type: command/reply\nReply-Text: +OK\n\n"
		switch {
		case c.line == "connect":
			say("Caller-Caller-ID-Number: 1001\n" + connectReply(esl.Mode{Outbound: true, Async: true, Full: true}))
		case app == "answer":
			say(ok + done("_none_"))
		case app == "playback":
			say(ok + eventFrame("DTMF", "Unique-ID", channel, "DTMF-Digit", "5") + done("FILE PLAYED"))
		case c.line == "exit":
			say("Content-Type: command/reply\nReply-Text: +OK bye\n\n")
			return
		default:
			say(ok)
		}
	}
}

// listenAsSwitch plays the event socket of a switch for one connection.
func listenAsSwitch() (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		defer l.Close()
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		p := &peer{conn: nc}
		say := func(text string) { nc.Write([]byte(text)) }
		say("Content-Type: auth/request\n\n")
		for c, ok := p.next(); ok; c, ok = p.next() {
			switch {
			case c.line == "api version":
				say("Content-Type: api/response\nContent-Length: 26\n\nFreeSWITCH Version 1.11.3\n")
				continue
			case strings.HasPrefix(c.line, "bgapi "):
				e := esl.NewEvent("BACKGROUND_JOB")
				e.Add("Job-UUID", c.headers[0].Value)
				e.SetBody("-ERR USER_BUSY\n")
				say("Content-Type: command/reply\nReply-Text: +OK\n\n" + frameOf("text/event-plain", string(e.AppendPlain(nil))))
				continue
			}
			say("Content-Type: command/reply\nReply-Text: +OK\n\n")
			if strings.HasPrefix(c.line, "event plain CHANNEL_CREATE") {
				say(eventFrame("CHANNEL_CREATE", "Channel-Name", "sofia/internal/1001") +
					eventFrame("CHANNEL_HANGUP_COMPLETE", "Channel-Name", "sofia/internal/1001"))
			}
		}
	}()
	return l.Addr().String()
}
