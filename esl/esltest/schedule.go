package esltest

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"eslua/esl"
)

// schedule has f run later, under a group by which it can be cancelled, and returns the number of the task.
func (sw *Switch) schedule(group string, d time.Duration, f func(t *thread)) int {
	sw.tasks++
	id := sw.tasks
	sw.scheduled[id] = group
	sw.spawn(func(t *thread) {
		t.sleep(max(d, 0))
		if _, there := sw.scheduled[id]; there {
			delete(sw.scheduled, id)
			f(t)
		}
	})
	return id
}

// unschedule cancels the task of that number, or all of a group, and returns how many there were.
func (sw *Switch) unschedule(what string) int {
	n := 0
	for id, group := range sw.scheduled {
		if group == what || itoa(id) == what {
			delete(sw.scheduled, id)
			n++
		}
	}
	return n
}

// when is how long it is until a time: [+]seconds from now on, or an epoch; @ may stand in front of that.
func (sw *Switch) when(s string) time.Duration {
	if rest, ok := strings.CutPrefix(s, "+"); ok {
		return millis(1000 * atoi(rest))
	}
	return millis(1000 * (atoi(strings.TrimPrefix(s, "@")) - int(sw.now.Unix())))
}

// later schedules f for the channel and notes the number of the task.
func (ch *channel) later(when string, f func(t *thread)) {
	id := ch.sw.schedule(ch.uuid, ch.sw.when(when), func(t *thread) {
		if ch.up() {
			f(t)
		}
	})
	ch.set("last_sched_id", itoa(id))
}

// schedHangupApp hangs the channel up later: [+]seconds [cause].
func schedHangupApp(ch *channel, _ *thread, arg string) {
	a := words(arg, 2)
	cause := esl.CauseAllottedTimeout
	if a[1] != "" {
		cause = esl.ParseCause(a[1])
	}
	ch.later(a[0], func(*thread) { ch.hangup(cause, siteSchedule) })
}

// schedTransferApp transfers the channel later: [+]seconds extension [dialplan [context]].
func schedTransferApp(ch *channel, _ *thread, arg string) {
	a := words(arg, 4)
	if a[1] == "" {
		ch.logf(esl.LogErr, siteExecute, "Invalid Args")
		return
	}
	ch.later(a[0], func(*thread) { ch.transfer(a[1], a[2], a[3]) })
}

// schedBroadcastApp queues a file or an application later: [+|@]seconds what [aleg|bleg|both].
func schedBroadcastApp(ch *channel, _ *thread, arg string) {
	a := words(arg, 3)
	if a[1] == "" {
		ch.logf(esl.LogErr, siteExecute, "Invalid Args")
		return
	}
	ch.later(a[0], func(*thread) { ch.broadcastTo(a[1], a[2]) })
}

// schedCancelApp cancels a task, or all of the channel.
func schedCancelApp(ch *channel, _ *thread, arg string) { ch.sw.unschedule(cmp.Or(arg, ch.uuid)) }

// schedAPI runs an API command later: [+|@]seconds group command.
func schedAPI(c apiCall) string {
	a := strings.SplitN(c.arg, " ", 3)
	if len(a) < 3 {
		return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
	}
	line := a[2]
	id := c.sw.schedule(a[1], c.sw.when(a[0]), func(t *thread) {
		name, arg, _ := strings.Cut(line, " ")
		c.sw.runAPI(t, name, arg, nil)
	})
	return fmt.Sprintf("+OK Added: %d\n", id)
}

// schedDelAPI cancels a task, or all of a group.
func schedDelAPI(c apiCall) string {
	if c.arg == "" {
		return "-USAGE: <task_id>|<group_id>\n"
	}
	return fmt.Sprintf("+OK Deleted: %d\n", c.sw.unschedule(c.arg))
}

// schedHangupAPI hangs a channel up later: [+]seconds uuid [cause].
func schedHangupAPI(c apiCall) string {
	return c.schedOn(3, "-USAGE: [+]<time> <uuid> [<cause>]\n", schedHangupApp)
}

// schedTransferAPI transfers a channel later: [+]seconds uuid extension [dialplan [context]].
func schedTransferAPI(c apiCall) string {
	return c.schedOn(5, "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n", schedTransferApp)
}

// schedBroadcastAPI queues a file or an application to a channel later: [+|@]seconds uuid what [aleg|bleg|both].
func schedBroadcastAPI(c apiCall) string {
	return c.schedOn(4, "-USAGE: [[+]<time>|@time] <uuid> <path> [aleg|bleg|both]\n", schedBroadcastApp)
}

// schedOn runs one of these applications for the channel whose uuid is the second word.
func (c apiCall) schedOn(n int, usage string, app func(ch *channel, t *thread, arg string)) string {
	a := words(c.arg, n)
	if a[1] == "" {
		return usage
	}
	ch := c.sw.find(a[1])
	if ch == nil {
		return noSuchChannel
	}
	app(ch, c.t, strings.TrimSpace(strings.Join(append(a[:1:1], a[2:]...), " ")))
	return "+OK\n"
}
