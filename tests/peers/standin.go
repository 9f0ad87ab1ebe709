package main

import (
	"bytes"
	"fmt"
	"log"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"eslua/esl"
)

// standIn plays the switch in a process of its own: "events N" sends events to the one who connects, "calls ADDR N" makes
// outbound calls, "rounds ADDR N M" makes N of them, M at once, one after the other, and says when all have ended.
func standIn(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "events":
		n, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return sendEvents(n)
	case len(args) == 3 && args[0] == "calls":
		n, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return makeCalls(args[1], n)
	case len(args) == 4 && args[0] == "rounds":
		n, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		atOnce, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		return makeRounds(args[1], n, atOnce)
	}
	return fmt.Errorf("switch %v", args)
}

// placeholder stands for the id of an application in a prepared event: as long as the ids in use.
const placeholder = "00000000-0000-4000-8000-000000000000"

// event is a plain event frame of 146 headers, 6.1 kB.
func event(name string) []byte {
	e := esl.NewEvent(name)
	for _, h := range strings.Split(strings.TrimSpace(head), "\n") {
		n, v, _ := strings.Cut(h, ": ")
		e.Add(n, v)
	}
	e.Add("Application-UUID", placeholder)
	for i := 0; e.Len() < 146; i++ {
		e.Add(fmt.Sprintf("variable_thing_%03d", i), "value no <"+strconv.Itoa(100+i)+">")
	}
	body := e.AppendPlain(nil)
	return fmt.Appendf(nil, "Content-Length: %d\nContent-Type: text/event-plain\n\n%s", len(body), body)
}

// head is the front of an event as the switch writes it.
const head = `
Core-UUID: fdace903-24b2-4330-ac98-61c594314911
FreeSWITCH-Hostname: vm
FreeSWITCH-Switchname: freeswitch
FreeSWITCH-IPv4: 192.0.2.2
FreeSWITCH-IPv6: fd00::2
Event-Date-Local: 2026-11-21 00:25:46
Event-Date-GMT: Sat, 21 Nov 2026 00:25:46 GMT
Event-Date-Timestamp: 1795220746040878
Event-Calling-File: switch_core_session.c
Event-Calling-Function: switch_core_session_exec
Event-Calling-Line-Number: 2972
Event-Sequence: 7232
Channel-State: CS_EXECUTE
Channel-Call-State: ACTIVE
Channel-State-Number: 4
Channel-Name: loopback/8001-b
Unique-ID: 543a2533-1827-469c-b0fa-42c98fc95fb4
Call-Direction: inbound
Presence-Call-Direction: inbound
Channel-HIT-Dialplan: true
Channel-Call-UUID: 543a2533-1827-469c-b0fa-42c98fc95fb4
Answer-State: answered
`

func sendEvents(n int) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	c, err := l.Accept()
	if err != nil {
		return err
	}
	c.Write([]byte("Content-Type: auth/request\n\n"))
	const commands = 2 // auth, event
	for b := make([]byte, 4096); ; {
		r, err := c.Read(b)
		if err != nil {
			return err
		}
		c.Write([]byte("Content-Type: command/reply\nReply-Text: +OK accepted\n\n"))
		if bytes.HasPrefix(bytes.TrimLeft(b[:r], "\r\n"), []byte("event ")) {
			break
		}
	}
	const atOnce = 50
	block := bytes.Repeat(event("CHANNEL_EXECUTE"), atOnce)
	for range n/atOnce + 1 {
		if _, err := c.Write(block); err != nil {
			return err
		}
	}
	time.Sleep(time.Hour) // until the measuring process ends this one
	return nil
}

func makeCalls(addr string, n int) error {
	var all sync.WaitGroup
	slots := make(chan bool, 50) // the backlog of the listener is finite
	for range n {
		slots <- true
		all.Go(func() {
			c, err := dial(addr)
			<-slots
			if err != nil {
				log.Fatal(err) // the library has gone
			}
			serveCall(c)
		})
	}
	fmt.Println("calling")
	all.Wait()
	return nil
}

func makeRounds(addr string, n, atOnce int) error {
	calls := make(chan bool)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for range calls {
				c, err := dial(addr)
				if err != nil {
					log.Fatal(err) // the library has gone
				}
				serveCall(c)
			}
		})
	}
	for range n {
		calls <- true
	}
	close(calls)
	all.Wait()
	fmt.Println("done")
	return nil
}

// dial tries until the server is there.
func dial(addr string) (net.Conn, error) {
	for range 500 {
		if c, err := net.Dial("tcp", addr); err == nil {
			return c, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return net.Dial("tcp", addr)
}

// serveCall answers the commands of one call until its connection ends.
func serveCall(c net.Conn) {
	started, completed := event("CHANNEL_EXECUTE"), event("CHANNEL_EXECUTE_COMPLETE")
	var connect []byte
	_, connect, _ = bytes.Cut(event("CHANNEL_DATA"), []byte("\n\n"))
	connect = append(bytes.TrimRight(connect, "\n"),
		"\nContent-Type: command/reply\nReply-Text: %2BOK%0A\nSocket-Mode: async\nControl: full\n\n"...)
	var buf []byte
	defer c.Close()
	b := make([]byte, 4096)
	for {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		buf = append(buf, b[:n]...)
		for {
			cmd, rest, ok := takeCommand(buf)
			if !ok {
				break
			}
			buf = append(buf[:0], rest...)
			var out []byte
			switch {
			case bytes.HasPrefix(cmd, []byte("connect")):
				out = connect
			case bytes.HasPrefix(cmd, []byte("sendmsg")):
				id := headerOf(cmd, "event-uuid")
				out = append(out, "Content-Type: command/reply\nReply-Text: +OK\n\n"...)
				out = fill(fill(out, started, id), completed, id)
			case bytes.HasPrefix(cmd, []byte("exit")):
				c.Write([]byte("Content-Type: command/reply\nReply-Text: +OK bye\n\nContent-Type: text/disconnect-notice\nContent-Length: 0\n\n"))
				return
			default:
				out = []byte("Content-Type: command/reply\nReply-Text: +OK\n\n")
			}
			if _, err := c.Write(out); err != nil {
				return
			}
		}
	}
}

// fill appends an event frame with an id in it, whose length may be another than that of the placeholder.
func fill(out, frame, id []byte) []byte {
	if len(id) == len(placeholder) {
		return append(out, bytes.Replace(frame, []byte(placeholder), id, 1)...)
	}
	_, body, _ := bytes.Cut(frame, []byte("\n\n"))
	body = bytes.Replace(body, []byte(placeholder), id, 1)
	out = fmt.Appendf(out, "Content-Length: %d\nContent-Type: text/event-plain\n\n", len(body))
	return append(out, body...)
}

// takeCommand cuts the first command off b. One library ends its lines with CR LF.
func takeCommand(b []byte) (cmd, rest []byte, ok bool) {
	b = bytes.TrimLeft(b, "\r\n")
	for _, end := range []string{"\n\n", "\r\n\r\n"} {
		if i := bytes.Index(b, []byte(end)); i >= 0 {
			return bytes.Clone(b[:i]), b[i+len(end):], true
		}
	}
	return nil, nil, false
}

func headerOf(cmd []byte, name string) []byte {
	for line := range bytes.Lines(cmd) {
		if n, v, ok := bytes.Cut(line, []byte(": ")); ok && strings.EqualFold(string(n), name) {
			return bytes.TrimSpace(v)
		}
	}
	return []byte(placeholder)
}
