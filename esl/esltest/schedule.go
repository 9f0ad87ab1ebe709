package esltest

import (
	"fmt"
	"strings"

	"eslua/esl"
)

// schedHangupApp hangs the channel up later: [+]seconds [cause].
func schedHangupApp(ch *channel, _ *thread, arg string) {
	a := words(arg, 2)
	cause := esl.CauseAllottedTimeout
	if a[1] != "" {
		cause = esl.ParseCause(a[1])
	}
	delay, relative := strings.CutPrefix(a[0], "+")
	seconds := atoi(delay)
	if !relative {
		seconds -= int(ch.sw.now.Unix())
	}
	ch.sw.spawn(func(t *thread) {
		t.sleep(millis(max(seconds, 0) * 1000))
		ch.hangup(cause, siteSchedule)
	})
}

// schedAPI runs an API command later: [+|@]seconds group command.
func schedAPI(c apiCall) string {
	a := strings.SplitN(c.arg, " ", 3)
	if len(a) < 3 {
		return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
	}
	c.sw.tasks++
	delay := atoi(strings.TrimLeft(a[0], "+@"))
	line := a[2]
	c.sw.spawn(func(t *thread) {
		t.sleep(millis(1000 * delay))
		name, arg, _ := strings.Cut(line, " ")
		c.sw.runAPI(t, name, arg, nil)
	})
	return fmt.Sprintf("+OK Added: %d\n", c.sw.tasks)
}

// schedHangupAPI hangs a channel up later: [+]seconds uuid [cause].
func schedHangupAPI(c apiCall) string {
	a := words(c.arg, 3)
	ch := c.sw.find(a[1])
	if ch == nil {
		return "-ERR No such channel!\n"
	}
	schedHangupApp(ch, c.t, a[0]+" "+a[2])
	return "+OK\n"
}
