package admin

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"eslua/esl"
)

// traceQueue is how many lines wait for a slow reader; later ones are dropped.
const traceQueue = 1000

// trace writes a line for each message of a call, until it ends or the client goes.
func (s *Server) trace(w http.ResponseWriter, r *http.Request) {
	lines := make(chan string, traceQueue)
	var dropped atomic.Int64
	stop, gone, err := s.Engine.Trace(r.PathValue("uuid"), func(t esl.Traffic) {
		for _, line := range Describe(t) {
			select {
			case lines <- time.Now().Format("15:04:05.000 ") + line:
			default:
				dropped.Add(1)
			}
		}
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	defer stop()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	flush := http.NewResponseController(w)
	flush.Flush()
	for {
		select {
		case line := <-lines:
			if _, err := fmt.Fprintln(w, line); err != nil {
				return
			}
			if n := dropped.Swap(0); n > 0 {
				fmt.Fprintf(w, "... %d lines were dropped\n", n)
			}
			flush.Flush()
		case <-gone:
			for len(lines) > 0 {
				fmt.Fprintln(w, <-lines)
			}
			fmt.Fprintln(w, "the call has ended")
			return
		case <-r.Context().Done():
			return
		}
	}
}

// Describe says in a line each what went over a connection: > was sent, < came.
func Describe(t esl.Traffic) []string {
	if t.Sent != nil {
		var out []string
		for command := range strings.SplitSeq(strings.TrimRight(string(t.Sent), "\n"), "\n\n") {
			out = append(out, "> "+Printable(strings.ReplaceAll(command, "\n", " | ")))
		}
		return out
	}
	f := t.Frame
	if ev, err := f.Event(); err == nil && ev.Name() != "" { // the reply to a command is none, unless it is that to connect
		line := "< " + ev.Name()
		for _, name := range []string{
			"Application", "Application-Data", "Application-Response", "DTMF-Digit", "Playback-Status", "Hangup-Cause", "Job-UUID", "Event-Subclass",
		} {
			if v := ev.Get(name); v != "" {
				line += fmt.Sprintf(" %s=%q", name, v)
			}
		}
		return []string{line}
	}
	text := f.Header("Reply-Text")
	if text == "" {
		text, _, _ = strings.Cut(string(f.Body), "\n")
	}
	if text == "" {
		text = f.Header("Content-Disposition") // of a notice: linger
	}
	return []string{strings.TrimSpace("< " + f.Type.String() + " " + Printable(text))}
}
