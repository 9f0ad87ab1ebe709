package channel

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"eslua/esl"
)

// noSuchChannel is how the API answers for a channel that is hung up.
const noSuchChannel = "-ERR No such channel!"

// Get reads a variable as the switch looks it up: scope variables, those of the channel, fields of the caller profile such
// as destination_number, then global variables. It reports false when there is none. Of a channel that has gone it is what
// the channel had when it was hung up, and what Set has changed since (modlua-api.md 0.5, GETVAR).
func (l *Leg) Get(ctx context.Context, name string) (string, bool, error) {
	if name == "" || strings.ContainsAny(name, "[\x00") {
		return "", false, nil // an index for the API, but part of the name for everybody else
	}
	if v, ok := l.overlay[strings.ToLower(name)]; ok {
		return v, v != "", nil
	}
	if l.call.mode.Full && !l.hungUp && !l.lost {
		out, err := l.call.API(ctx, "uuid_getvar", l.uuid+" "+esl.QuoteArg(name))
		switch {
		case err != nil && !errors.Is(err, esl.ErrClosed):
			return "", false, err
		case err == nil && out == undefined:
			return "", false, nil
		case err == nil && !strings.HasPrefix(out, noSuchChannel):
			return out, true, nil
		case err == nil:
			l.awaitHangup(ctx)
		}
	} else if !l.hungUp && !l.lost {
		if err := l.reconnect(ctx); l.orHangup(err) != nil {
			return "", false, err
		}
	}
	if v, ok := lookup(l.data, name); ok {
		return v, true, nil
	}
	if l.call.mode.Full && !l.lost {
		v, err := l.call.API(ctx, "global_getvar", name)
		return v, v != "", err
	}
	return "", false, nil
}

const undefined = "_undef_"

// awaitHangup waits a moment for the event that says what the variables were: the API knows of a hang-up first.
func (l *Leg) awaitHangup(ctx context.Context) {
	l.call.wait(ctx, l.call.after(grace), func() bool { return l.ended })
	l.down()
}

// reconnect asks for the channel's data once more. It is the only way to read variables without full.
func (l *Leg) reconnect(ctx context.Context) error {
	if err := l.call.Flush(ctx); err != nil {
		return err
	}
	reply, err := l.call.send(ctx, esl.Connect())
	if err != nil {
		return err
	}
	ev, err := reply.Frame.Event()
	if err == nil {
		l.data = ev
	}
	return err
}

// profileFields are the fields of the caller profile that are read as variables, and the headers that they are in.
var profileFields = map[string]string{
	"dialplan": "Dialplan", "caller_id_name": "Caller-ID-Name", "caller_id_number": "Caller-ID-Number",
	"orig_caller_id_name": "Orig-Caller-ID-Name", "orig_caller_id_number": "Orig-Caller-ID-Number",
	"callee_id_name": "Callee-ID-Name", "callee_id_number": "Callee-ID-Number", "network_addr": "Network-Addr",
	"ani": "ANI", "aniii": "ANI-II", "rdnis": "RDNIS", "destination_number": "Destination-Number", "uuid": "Unique-ID",
	"source": "Source", "transfer_source": "Transfer-Source", "context": "Context", "chan_name": "Channel-Name",
	"username": "Username", "profile_index": "Profile-Index", "created_time": "Channel-Created-Time",
	"answered_time": "Channel-Answered-Time", "hungup_time": "Channel-Hangup-Time",
}

// lookup finds a variable in an event: one of the channel, then a field of the caller profile.
func lookup(ev *esl.Event, name string) (string, bool) {
	if v, ok := ev.Lookup("variable_" + name); ok {
		return v, true
	}
	if header := profileFields[strings.ToLower(name)]; header != "" {
		v := ev.Get("Caller-" + header)
		return v, v != ""
	}
	return "", false
}

// Snapshot is the last event that had all variables of the channel: the hello, the end of an application, or the hang-up.
func (l *Leg) Snapshot() *esl.Event { return l.data }

// Set sets a variable; an empty value deletes it. ${variables} in it are not expanded. It does not wait for the switch:
// what is read afterwards is read behind it. Of a channel that has gone only Get will see the change, and no more than a
// megabyte of them is kept (ErrTooMuch).
func (l *Leg) Set(ctx context.Context, name, value string) error {
	value, _, _ = strings.Cut(value, "\x00")
	if name == "" {
		return nil
	}
	if l.hungUp || l.lost {
		return l.note(name, value)
	}
	if !l.call.mode.Full {
		return l.setByApplication(ctx, name, value)
	}
	// uuid_setvar is carried out at once and would overtake applications that were sent before it.
	if err := l.call.Flush(ctx); err != nil {
		return l.orHangup(err)
	}
	arg := l.uuid + " " + esl.QuoteArg(name)
	if value != "" {
		arg += " " + esl.EscapeValue(value)
	}
	if _, err := l.call.conn.Start(esl.API("uuid_setvar", arg)); err != nil {
		return l.orHangup(fmt.Errorf("channel: set variable %s: %w", name, err))
	}
	return nil
}

// maxNoted is how many bytes of variables are kept of a channel that has gone.
const maxNoted = 1 << 20

// ErrTooMuch: more variables were set of a channel that has gone than are kept.
var ErrTooMuch = errors.New("too many variables were set behind the hang-up")

// note keeps the value of a variable that the switch is not told of any more.
func (l *Leg) note(name, value string) error {
	name = strings.ToLower(name)
	noted := l.noted + len(value) - len(l.overlay[name])
	if _, known := l.overlay[name]; !known {
		noted += len(name)
	}
	if noted > maxNoted {
		return fmt.Errorf("channel: set variable %s: %w", name, ErrTooMuch)
	}
	if l.overlay == nil {
		l.overlay = make(map[string]string)
	}
	l.overlay[name], l.noted = value, noted
	return nil
}

// setByApplication sets a variable where API commands are not allowed. The application expands its argument a second time.
func (l *Leg) setByApplication(ctx context.Context, name, value string) error {
	x := Exec{App: "set", Arg: esl.Literal(name + "=" + esl.Literal(value)), KeepDigits: true}
	if value == "" {
		x = Exec{App: "unset", Arg: esl.Literal(name), KeepDigits: true}
	}
	return l.orHangup(l.StartDetached(ctx, x))
}

// orHangup drops an error that only says that the channel has gone: variables of such a channel can be set, to no effect.
func (l *Leg) orHangup(err error) error {
	if errors.Is(err, ErrHangup) || errors.Is(err, ErrTransferred) || errors.Is(err, esl.ErrClosed) {
		return nil
	}
	return err
}
