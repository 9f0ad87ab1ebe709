package esl

import (
	"strconv"
	"strings"
)

// SendMsg sends a message with any headers and body to a channel, "" being the controlled one. The functions and types
// below make the messages that the switch understands (event-socket.md 6).
func SendMsg(channel string, headers []Header, body string) Command {
	c := message(channel)
	for _, h := range headers {
		c.with(h.Name, h.Value)
	}
	c.withBody(body)
	return c
}

func message(channel string) Command {
	if channel == "" {
		return command(sendmsgVerb)
	}
	c := command(sendmsgVerb, channel)
	c.word("channel", channel)
	return c
}

// Execute is a message that runs an application. The reply to it says only that the message was queued (async) or that
// it has been dealt with (static), never whether the application did its work.
type Execute struct {
	// Channel is the uuid of another channel; "" is the controlled one.
	Channel string
	App     string
	// Arg is the application's argument. The switch expands ${variables} in it. An empty argument cannot be sent: it
	// means none. One with line ends or leading blanks goes in the body.
	Arg string
	// UUID comes back as Application-UUID in CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE; "" lets the switch choose.
	UUID string
	// UUIDName comes back as Application-UUID-Name.
	UUIDName string
	// Loops repeats the application; -1 is for ever, 0 is once. It ends early when a run took less than half a second.
	Loops int
	// Lock holds later messages back while this one runs; without it they run nested inside (event-socket.md 6.5).
	Lock bool
	// LockPri does the same for the priority queue.
	LockPri bool
	// Async queues the message on a static connection.
	Async bool
	// LeadFrames waits for that many frames that are not silent first.
	LeadFrames int
	// HoldBLeg plays hold music to the other leg of a bridge meanwhile.
	HoldBLeg bool
}

// Command is the message as a command.
func (x Execute) Command() Command {
	c := message(x.Channel)
	c.headers = make([]Header, 0, 8)
	c.with("call-command", "execute")
	if x.App == "" {
		c.fail(ErrSyntax, "no application")
	}
	c.with("execute-app-name", x.App)
	if strings.HasPrefix(x.App, " ") {
		c.fail(ErrSyntax, "application %s", abbreviate(x.App))
	}
	c.with("event-uuid", x.UUID)
	c.with("event-uuid-name", x.UUIDName)
	if x.Loops != 0 {
		c.with("loops", strconv.Itoa(x.Loops))
	}
	c.flag("event-lock", x.Lock)
	c.flag("event-lock-pri", x.LockPri)
	c.flag("async", x.Async)
	c.flag("hold-bleg", x.HoldBLeg)
	if x.LeadFrames > 0 {
		c.with("lead-frames", strconv.Itoa(x.LeadFrames))
	}
	if strings.ContainsAny(x.Arg, "\r\n") || strings.HasPrefix(x.Arg, " ") || namesUnload(x.Arg) {
		c.with("content-type", "text/plain")
		c.withBody(x.Arg)
	} else {
		c.with("execute-app-arg", x.Arg)
	}
	return c
}

// namesUnload tells whether arg may be a part of what the switch would take for an order to unload its event socket: the
// body of a message it does not look at.
func namesUnload(arg string) bool {
	return containsFold(arg, "mod_event_socket") || containsFold(arg, "unload") || containsFold(arg, "reload")
}

func (c *Command) flag(name string, on bool) {
	if on {
		c.with(name, "true")
	}
}

// Hangup is a message that hangs a channel up, "" being the controlled one. The cause is a name in any case or a Q.850
// number; the switch takes an unknown one for NORMAL_CLEARING.
func Hangup(channel, cause string) Command {
	c := message(channel)
	c.with("call-command", "hangup")
	c.with("hangup-cause", cause)
	return c
}

// Unicast is a message that sends a channel's audio to a socket. Zero fields take the switch's defaults: 127.0.0.1:8025
// to 127.0.0.1:8026 by udp.
type Unicast struct {
	Channel    string
	LocalIP    string
	LocalPort  int
	RemoteIP   string
	RemotePort int
	Transport  string // udp or tcp
	Flags      string // native: the codec's own packets instead of linear audio
}

// Command is the message as a command.
func (u Unicast) Command() Command {
	c := message(u.Channel)
	c.with("call-command", "unicast")
	c.with("local-ip", u.LocalIP)
	c.port("local-port", u.LocalPort)
	c.with("remote-ip", u.RemoteIP)
	c.port("remote-port", u.RemotePort)
	c.with("transport", u.Transport)
	c.with("flags", u.Flags)
	return c
}

func (c *Command) port(name string, port int) {
	switch {
	case port == 0:
	case port < 0 || port > 65535:
		c.fail(ErrSyntax, "%s %d", name, port)
	default:
		c.with(name, strconv.Itoa(port))
	}
}

// NoMedia is a message that takes the media off the switch, for the channel itself or for another named by uuid.
func NoMedia(channel, uuid string) Command {
	c := message(channel)
	c.with("call-command", "nomedia")
	c.with("nomedia-uuid", uuid)
	return c
}

// Action is a step of a dialplan: an application and its argument.
type Action struct{ App, Data string }

// XferExt is a message that transfers a channel to an extension made of these actions.
func XferExt(channel string, actions ...Action) Command {
	c := message(channel)
	c.with("call-command", "xferext")
	if len(actions) == 0 {
		c.fail(ErrSyntax, "no actions")
	}
	for _, a := range actions {
		if a.App == "" || strings.Contains(a.App, " ") {
			c.fail(ErrSyntax, "application %s", abbreviate(a.App))
		}
		line := a.App
		if a.Data != "" {
			line += " " + a.Data
		}
		c.with("application", line)
	}
	return c
}
