package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

// executeMessage makes the message that queues an application to a channel.
func executeMessage(app, arg string) *esl.Event {
	m := &esl.Event{}
	m.Add("call-command", "execute")
	m.Add("execute-app-name", app)
	if arg != "" {
		m.Add("execute-app-arg", arg)
	}
	m.Add("event-lock", "true")
	return m
}

// queuePrivate queues a message to the channel, to be executed when its thread next looks.
func (ch *channel) queuePrivate(m *esl.Event, priority bool) {
	if priority {
		ch.priv = append(ch.priv, m)
	} else {
		ch.private = append(ch.private, m)
	}
	ch.changed()
}

// nextPrivate takes the next message that may be executed now: event-lock holds those back that are not of the priority
// queue, event-lock-pri those as well.
func (ch *channel) nextPrivate() *esl.Event {
	queue, locked := &ch.priv, ch.lockPri
	if len(ch.priv) == 0 {
		queue, locked = &ch.private, ch.lock
	}
	if locked > 0 {
		return nil
	}
	if len(*queue) == 0 {
		return nil
	}
	m := (*queue)[0]
	*queue = (*queue)[1:]
	return m
}

// maxDepth is how deep messages may be executed within each other.
const maxDepth = 32

// parseEvents executes all messages that wait, and says so for each (PRIVATE_COMMAND).
func (ch *channel) parseEvents(t *thread) {
	if ch.depth > maxDepth {
		ch.logf(esl.LogErr, siteInvalidEvent, "Error %s too many stacked extensions [depth=%d]", ch.name, ch.depth)
		return
	}
	ch.depth++
	defer func() { ch.depth-- }()
	for {
		m := ch.nextPrivate()
		if m == nil {
			return
		}
		ok := ch.parseEvent(t, m)
		if m.Get(noCompletion) != "" {
			continue
		}
		done := m.Clone()
		done.Grow(80)
		ch.sw.addStandard(done, "PRIVATE_COMMAND", sitePrivate)
		ch.addBasic(done)
		ch.sw.fire(done)
		if !ok {
			if len(ch.private)+len(ch.priv) > 0 {
				t.wake() // the rest has its turn with the next frame; that it has come may have been noticed before
			}
			return
		}
	}
}

// parseEvent does what a message says (event-socket.md 6.2). It reports false when what runs is to be broken off.
func (ch *channel) parseEvent(t *thread, m *esl.Event) bool {
	command := m.Get("call-command")
	if command == "" {
		ch.logf(esl.LogErr, siteInvalidEvent, "Invalid Command!")
		return false
	}
	if esl.IsTrue(m.Get("event-lock")) {
		ch.lock++
		defer func() { ch.lock--; ch.changed() }()
	}
	if esl.IsTrue(m.Get("event-lock-pri")) {
		ch.lockPri++
		defer func() { ch.lockPri--; ch.changed() }()
	}
	if n := atoi(m.Get("lead-frames")); n > 0 && ch.mediaReady() {
		// The far end of a simulated call sends no audio but what it says itself: all frames are silence.
		for range 2 * n {
			if !ch.frame(t) {
				return false
			}
		}
	}
	switch command {
	case "execute":
		ch.parseExecute(t, m)
	case "hangup":
		ch.hangup(esl.ParseCause(m.Get("hangup-cause")), siteParseEvent)
	case "xferext":
		ch.transferToActions(m)
	case "unicast":
		ch.activateUnicast(m)
	}
	return !ch.breaking
}

func (ch *channel) parseExecute(t *thread, m *esl.Event) {
	app := m.Get("execute-app-name")
	if app == "" {
		return
	}
	arg := m.Get("execute-app-arg")
	if arg == "" && strings.EqualFold(m.Get("content-type"), "text/plain") {
		arg = m.Body()
	}
	loops := 1
	if s, ok := m.Lookup("loops"); ok {
		loops = atoi(s)
	}
	ch.stopBroadcast = false
	outermost := !ch.broadcast
	ch.broadcast = true
	for x := 0; x < loops || loops < 0; x++ {
		ch.logf(esl.LogDebug, siteParseEvent, "%s Command Execute [depth=%d] %s(%s)", ch.name, ch.depth, app, arg)
		began := ch.sw.now
		if uuid := m.Get("event-uuid"); uuid != "" {
			ch.set("app_uuid", uuid)
		}
		if name := m.Get("event-uuid-name"); name != "" {
			ch.set("app_uuid_name", name)
		}
		ch.set("current_loop", itoa(x+1))
		ch.set("total_loops", itoa(loops))
		ch.silent = m.Get(noCompletion) != ""
		if !ch.execute(t, app, arg) {
			break
		}
		if !ch.ready() || ch.stopBroadcast || ch.sw.now.Sub(began) < 500*time.Millisecond {
			break
		}
	}
	ch.set("current_loop", "")
	ch.set("total_loops", "")
	if outermost {
		ch.broadcast = false
	}
	if ch.stopBroadcast {
		ch.broadcast = false
		ch.breaking = true
	}
}
