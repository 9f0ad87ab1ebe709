package channel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"eslua/esl"
)

// ownHeaders are the headers that the switch puts into each event that it fires: an event that is fired again has them
// already.
var ownHeaders = []string{
	"Event-Name", "Core-UUID", "FreeSWITCH-Hostname", "FreeSWITCH-Switchname", "FreeSWITCH-IPv4", "FreeSWITCH-IPv6",
	"Event-Date-Local", "Event-Date-GMT", "Event-Date-Timestamp", "Event-Calling-File", "Event-Calling-Function",
	"Event-Calling-Line-Number", "Event-Sequence", "Event-UUID", "Command", "Content-Length",
}

// foreignID is what a Unique-ID is called in an event that would be queued to that channel otherwise.
const foreignID = "X-Unique-ID"

// FireEvent fires an event of a type at the switch, after what was executed before it, and does not wait for that. The
// switch adds its own headers anew. Of the others it says which did not arrive as they are: CR, LF and blanks in front of a
// value are encoded as in plain events, a Unique-ID that names a channel of the switch is renamed to X-Unique-ID, since the
// event would go to that channel and not to those who listen (event-socket.md 5.7), and headers whose names cannot be sent
// are left out. It needs a connection in full mode (esl.ErrNotAllowed).
func (c *Call) FireEvent(ctx context.Context, name string, ev *esl.Event) (changed []string, err error) {
	if err := c.Flush(ctx); err != nil {
		return nil, err
	}
	var headers []esl.Header
	for n, v := range ev.Headers() {
		if slices.ContainsFunc(ownHeaders, func(own string) bool { return strings.EqualFold(own, n) }) {
			continue
		}
		h := esl.Header{Name: n, Value: sendable(v)}
		same := h.Value == v
		switch {
		case strings.EqualFold(n, "Unique-ID") && c.exists(ctx, v):
			h.Name, same = foreignID, false
		case strings.TrimSpace(n) == "" || strings.ContainsAny(n, ":\r\n\x00") || strings.HasPrefix(strings.ToLower(n), "command["):
			h.Value, same = "", false
		}
		if !same {
			changed = append(changed, n)
		}
		headers = append(headers, h)
	}
	body, _, _ := strings.Cut(ev.Body(), "\x00")
	if _, err := c.conn.Start(esl.SendEvent(name, headers, body)); err != nil {
		return changed, fmt.Errorf("channel: fire %s: %w", name, err)
	}
	return changed, nil
}

// sendable is a value as it can stand on the line of a command.
func sendable(v string) string {
	v, _, _ = strings.Cut(v, "\x00")
	if rest := strings.TrimLeft(v, " "); rest != v {
		v = strings.Repeat("%20", len(v)-len(rest)) + rest
	}
	return lineEnds.Replace(v)
}

var lineEnds = strings.NewReplacer("\r", "%0D", "\n", "%0A")

// exists tells whether there is a channel of that id.
func (c *Call) exists(ctx context.Context, uuid string) bool {
	if l := c.legs[uuid]; l != nil {
		return l.gone() == nil
	}
	if uuid == "" || strings.ContainsAny(uuid, " \r\n\x00") {
		return false
	}
	out, err := c.API(ctx, "uuid_exists", uuid)
	return err == nil && strings.TrimSpace(out) == "true"
}
