package esl_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"eslua/esl"
)

func execute(t *testing.T, c *esl.Conn, app, id string) *esl.Awaited {
	t.Helper()
	a, err := c.Execute(esl.Execute{App: app, UUID: id})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func bgapi(t *testing.T, c *esl.Conn, id, cmd string) *esl.Awaited {
	t.Helper()
	a, err := c.BgAPI(id, cmd, "")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// job sends the result of a job.
func (p *peer) job(id, output string) {
	p.t.Helper()
	e := esl.NewEvent("BACKGROUND_JOB")
	e.Add("Job-UUID", id)
	e.SetBody(output)
	p.send(frameOf("text/event-plain", string(e.AppendPlain(nil))))
}

func (p *peer) complete(id string) {
	p.t.Helper()
	p.event("CHANNEL_EXECUTE_COMPLETE", "Unique-ID", channel, "Application-UUID", id)
}

func TestResultsOfJobsComeToThoseWhoStartedThem(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	one, two, three := bgapi(t, c, "job-1", "one"), bgapi(t, c, "job-2", "two"), bgapi(t, c, "job-3", "three")
	for _, id := range []string{"job-1", "job-2", "job-3"} {
		if got, _ := p.next(); got.headers[0].Value != id {
			t.Errorf("command %v, want the Job-UUID %s", got, id)
		}
		p.reply("+OK Job-UUID: " + id)
	}
	p.job("job-3", "-ERR no\n")
	p.job("another", "somebody's")
	p.job("job-2", "")
	p.job("job-1", "+OK 1\n")
	if out, err := one.Output(patience(t)); out != "+OK 1\n" || err != nil {
		t.Errorf("one: %q, %v", out, err)
	}
	if out, err := two.Output(patience(t)); out != "" || err != nil {
		t.Errorf("two: %q, %v", out, err)
	}
	var refused *esl.ReplyError
	if out, err := three.Output(patience(t)); out != "-ERR no\n" || !errors.As(err, &refused) || refused.Text != "-ERR no" {
		t.Errorf("three: %q, %v, want the error reply", out, err)
	}
	want := []string{"BACKGROUND_JOB job-3", "BACKGROUND_JOB another", "BACKGROUND_JOB job-2", "BACKGROUND_JOB job-1"}
	if got := received(c, "Job-UUID"); !slices.Equal(got, want) {
		t.Errorf("received %v, want %v", got, want)
	}
}

func TestCompletionsComeToThoseWhoStartedTheApplications(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	outer, inner := execute(t, c, "playback", "e-1"), execute(t, c, "set", "e-2")
	p.expect("sendmsg")
	p.expect("sendmsg")
	p.reply("+OK")
	p.reply("+OK")
	p.complete("somebody's")
	p.complete("e-2") // nested: it ends first
	if _, _, done := outer.Poll(); done {
		t.Error("the outer one is done before its completion")
	}
	if ev, err := inner.Wait(patience(t)); err != nil || ev.Get("Application-UUID") != "e-2" {
		t.Errorf("inner: %v, %v", ev, err)
	}
	p.complete("e-1")
	p.complete("e-1") // of somebody who labels his own like ours
	if ev, err := outer.Wait(patience(t)); err != nil || ev.Get("Application-UUID") != "e-1" {
		t.Errorf("outer: %v, %v", ev, err)
	}
	if ev, err, done := outer.Poll(); ev == nil || err != nil || !done {
		t.Errorf("Poll afterwards: %v, %v, %v", ev, err, done)
	}
}

func TestAMessageThatWasDealtWithWithoutACompletionDidNotRun(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	good, bad := execute(t, c, "answer", "e-1"), execute(t, c, "nonsense", "e-2")
	p.reply("+OK")
	p.reply("+OK")
	p.complete("e-1")
	p.event("PRIVATE_COMMAND", "Unique-ID", channel, "event-uuid", "e-1", "execute-app-name", "answer")
	p.event("PRIVATE_COMMAND", "Unique-ID", channel, "event-uuid", "e-2", "execute-app-name", "nonsense")
	if _, err := good.Wait(patience(t)); err != nil {
		t.Errorf("with a completion: %v", err)
	}
	_, err := bad.Wait(patience(t))
	if want := "esl: execute nonsense: the application was not executed"; !errors.Is(err, esl.ErrNoCompletion) || err.Error() != want {
		t.Errorf("without: %v\nwant %s", err, want)
	}
}

func TestAnErrorReplyEndsWhatIsAwaited(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	for _, poll := range []bool{false, true} {
		a := execute(t, c, "answer", "e-1") // the same id again: it is free after the error
		p.reply("-ERR invalid session id [x]")
		var err error
		if poll {
			sent := start(t, c, esl.API("x", ""))
			p.response("behind it")
			await(t, sent[0])
			_, err, _ = a.Poll()
		} else {
			_, err = a.Wait(patience(t))
		}
		var refused *esl.ReplyError
		if !errors.As(err, &refused) || refused.Text != "-ERR invalid session id [x]" {
			t.Errorf("%v, want the error reply", err)
		}
	}
}

// TestAnErrorReplyFreesTheId: nobody asks for the outcome, and nothing is left of it.
func TestAnErrorReplyFreesTheId(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	execute(t, c, "playback", "e-1")
	sent := start(t, c, esl.API("x", ""))
	p.reply("-ERR invalid session id [x]")
	p.response("behind it")
	await(t, sent[0])
	execute(t, c, "playback", "e-1")
}

func TestAnIdThatIsAwaitedCannotBeUsedTwice(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	a := bgapi(t, c, "id-1", "status")
	p.expect("bgapi status")
	if _, err := c.BgAPI("id-1", "status", ""); !errors.Is(err, esl.ErrSyntax) {
		t.Errorf("again: %v, want %v", err, esl.ErrSyntax)
	}
	if _, err := c.Execute(esl.Execute{App: "answer", UUID: "id-1"}); !errors.Is(err, esl.ErrSyntax) {
		t.Errorf("for an application: %v, want %v", err, esl.ErrSyntax)
	}
	a.Forget()
	bgapi(t, c, "id-1", "version")
	p.expect("bgapi version") // and nothing before it
}

func TestWhatIsAwaitedNeedsAnIdAndAGoodCommand(t *testing.T) {
	c, _ := newCall(t, esl.Mode{Outbound: true}, esl.Options{})
	if _, err := c.BgAPI("", "status", ""); !errors.Is(err, esl.ErrSyntax) {
		t.Errorf("no Job-UUID: %v, want %v", err, esl.ErrSyntax)
	}
	if _, err := c.Execute(esl.Execute{App: "answer"}); !errors.Is(err, esl.ErrSyntax) {
		t.Errorf("no UUID: %v, want %v", err, esl.ErrSyntax)
	}
	for range 2 { // the id is not taken by what was refused
		if _, err := c.BgAPI("job-1", "status", ""); !errors.Is(err, esl.ErrNotAllowed) {
			t.Errorf("single-channel: %v, want %v", err, esl.ErrNotAllowed)
		}
		if _, err := c.Execute(esl.Execute{App: "a\n", UUID: "e-1"}); !errors.Is(err, esl.ErrUnsafe) {
			t.Errorf("unsafe: %v, want %v", err, esl.ErrUnsafe)
		}
	}
}

func TestWhatIsAwaitedNoLongerIsForgotten(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	a := execute(t, c, "playback", "e-1")
	ctx, giveUp := context.WithCancel(context.Background())
	giveUp()
	if _, err := a.Wait(ctx); err != context.Canceled {
		t.Errorf("Wait: %v, want %v", err, context.Canceled)
	}
	b := execute(t, c, "playback", "e-1") // the id is free again
	p.reply("+OK")
	p.reply("+OK")
	p.complete("e-1")
	if _, err := b.Wait(patience(t)); err != nil {
		t.Errorf("the second one: %v", err)
	}
	if ev, err, done := a.Poll(); done {
		t.Errorf("the first one: %v, %v, want nothing", ev, err)
	}
	if _, err := a.Wait(context.Background()); err == nil || !strings.Contains(err.Error(), "e-1: it was forgotten") {
		t.Errorf("Wait again: %v, want an error", err)
	}
}
