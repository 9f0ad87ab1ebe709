package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

// metaBinding is what bind_meta_app binds to a digit behind the star.
type metaBinding struct {
	listenA, listenB bool // the digit may come from the channel's own far end, from the other leg
	flags            string
	app              string
}

// metaTime is how long after the star the digit may come.
const metaTime = 5 * time.Second

// bindMetaApp binds an application to * and a digit: digit [a|b|ab] [a|b|o|s|i|1] app::arguments.
func bindMetaApp(ch *channel, _ *thread, arg string) {
	a := splitArgs(arg, ' ', 4)
	if len(a) < 4 || a[0] == "" || a[0][0] < '0' || a[0][0] > '9' {
		ch.logf(esl.LogErr, siteExecute, "Usage: %s", "<key> [a|b|ab] [a|b|o|s|i|1] <app>")
		return
	}
	if ch.meta == nil {
		ch.meta = make(map[byte]metaBinding)
	}
	ch.meta[a[0][0]] = metaBinding{strings.Contains(a[1], "a"), strings.Contains(a[1], "b"), a[2], a[3]}
}

// metaDigit looks at a digit that the channel receives, or, with sent, one that the other leg sends to it. It tells whether
// it was one for bind_meta_app, which nobody else gets then (meta_on_dtmf).
func (ch *channel) metaDigit(digit byte, sent bool) bool {
	if ch.meta == nil {
		return false
	}
	on := &ch.metaOn[0]
	if sent {
		on = &ch.metaOn[1]
	}
	was := *on
	*on = time.Time{}
	switch {
	case !was.IsZero() && ch.sw.now.Sub(was) > metaTime:
		return false
	case digit == '*' && was.IsZero():
		*on = ch.sw.now
		return true
	case digit == '*' || was.IsZero():
		return false
	}
	b, ok := ch.meta[digit]
	if !ok || sent && !b.listenB || !sent && !b.listenA {
		return true
	}
	legs := "aleg"
	switch {
	case strings.Contains(b.flags, "o") && !sent, strings.Contains(b.flags, "s") && sent:
		legs = "bleg"
	case !strings.ContainsAny(b.flags, "osa") && strings.Contains(b.flags, "b"):
		legs = "bleg"
	}
	ch.broadcastTo(b.app, legs)
	if strings.Contains(b.flags, "1") {
		delete(ch.meta, digit)
	}
	return true
}

// broadcastTo queues an application, or a file to play, to the channel, to its partner or to both (switch_ivr_broadcast).
func (ch *channel) broadcastTo(what, legs string) {
	app, arg, ok := strings.Cut(what, "::")
	if !ok {
		app, arg = "playback", what
	}
	queue := func(to *channel) {
		m := executeMessage(app, arg)
		m.Del("event-lock")
		to.queuePrivate(m, false)
	}
	if p := ch.partner(); p != nil && (legs == "bleg" || legs == "both") {
		queue(p)
	}
	if legs != "bleg" {
		queue(ch)
	}
}
