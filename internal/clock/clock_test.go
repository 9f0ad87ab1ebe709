package clock

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// trace collects lines with the virtual time in front.
type trace struct {
	clock Clock
	mu    sync.Mutex
	lines []string
}

func (tr *trace) add(format string, args ...any) {
	at := tr.clock.Now().Sub(start)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.lines = append(tr.lines, fmt.Sprintf("%v ", at)+fmt.Sprintf(format, args...))
}

func (tr *trace) String() string { return strings.Join(tr.lines, "\n") }

func TestVirtualClockJumpsToTheNextDeadline(t *testing.T) {
	v := NewVirtual(start)
	began := time.Now()
	if got := v.NewWaiter().Wait(context.Background(), start.Add(time.Hour)); got != Expired {
		t.Fatalf("Wait: %v, want expired", got)
	}
	if got := v.Now(); !got.Equal(start.Add(time.Hour)) {
		t.Errorf("it is %v, want an hour after %v", got, start)
	}
	if real := time.Since(began); real > 5*time.Second {
		t.Errorf("a virtual hour took %v", real)
	}
}

func TestWakeIsRememberedOnce(t *testing.T) {
	for name, c := range map[string]Clock{"real": Real{}, "virtual": NewVirtual(start)} {
		w := c.NewWaiter()
		w.Wake()
		w.Wake()
		if got := w.Wait(context.Background(), time.Time{}); got != Woken {
			t.Errorf("%s: first Wait: %v, want woken", name, got)
		}
		if got := w.Wait(context.Background(), c.Now().Add(time.Millisecond)); got != Expired {
			t.Errorf("%s: second Wait: %v, want expired", name, got)
		}
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	for name, c := range map[string]Clock{"real": Real{}, "virtual": NewVirtual(start)} {
		ctx, cancel := context.WithCancel(context.Background())
		go cancel()
		if got := c.NewWaiter().Wait(ctx, time.Time{}); got != Cancelled {
			t.Errorf("%s: %v, want cancelled", name, got)
		}
		if err := Sleep(ctx, c, time.Hour); err != context.Canceled {
			t.Errorf("%s: Sleep: %v", name, err)
		}
	}
}

func TestWaitersDueTogetherWakeInTheOrderOfTheirMaking(t *testing.T) {
	v := NewVirtual(start)
	tr := &trace{clock: v}
	g := NewGroup(v)
	for i := range 10 {
		w := v.NewWaiter()
		g.Go(func() {
			w.Wait(context.Background(), start.Add(time.Second))
			tr.add("%d", i)
		})
	}
	g.Wait(context.Background())
	for i, line := range tr.lines {
		if want := fmt.Sprintf("1s %d", i); line != want {
			t.Errorf("line %d: %q, want %q", i, line, want)
		}
	}
}

// TestWithoutHoldThereIsAPanic: it says what to do, and the clock stays unlocked, so that the panic is seen.
func TestWithoutHoldThereIsAPanic(t *testing.T) {
	for name, wrong := range map[string]func(v *Virtual){
		"release": func(v *Virtual) { v.Release() },
		"wait":    func(v *Virtual) { v.NewWaiter().Wait(context.Background(), time.Time{}) },
		"read": func(v *Virtual) {
			a, _ := newPipe(v)
			a.Read(make([]byte, 1))
		},
		"accept": func(v *Virtual) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			v.Listener(l).Accept()
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := NewVirtual(start)
			v.Release()
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, "not started with the clock's Go") {
					t.Errorf("the panic is %q", text)
				}
				v.Hold()
			}()
			wrong(v)
		})
	}
}

// conversation is two parties that talk over a connection, both with timers that fall on the same instants, while a
// third sleeps in between. All that is said goes to the trace.
func conversation(v *Virtual, a, b net.Conn) string {
	tr := &trace{clock: v}
	g := NewGroup(v)
	say, hear, third := v.NewWaiter(), v.NewWaiter(), v.NewWaiter()
	var heard int
	var mu sync.Mutex
	g.Go(func() {
		defer a.Close()
		r := bufio.NewReader(a)
		for i := range 20 {
			say.Wait(context.Background(), v.Now().Add(10*time.Millisecond))
			fmt.Fprintf(a, "line %d\n", i)
			answer, err := r.ReadString('\n')
			tr.add("answer %q %v", answer, err)
		}
	})
	g.Go(func() { // reads and hands over to the next goroutine, as a connection's reader does
		r := bufio.NewReader(b)
		for {
			if _, err := r.ReadString('\n'); err != nil {
				tr.add("end %v", err)
				mu.Lock()
				heard = -1
				mu.Unlock()
				hear.Wake()
				b.Close()
				return
			}
			mu.Lock()
			heard++
			mu.Unlock()
			hear.Wake()
		}
	})
	g.Go(func() {
		for said := 0; ; {
			cause := hear.Wait(context.Background(), v.Now().Add(10*time.Millisecond))
			mu.Lock()
			n := heard
			mu.Unlock()
			if n < 0 {
				return
			}
			tr.add("%v, heard %d", cause, n)
			for ; said < n; said++ {
				fmt.Fprintf(b, "yes %d\n", said)
			}
		}
	})
	g.Go(func() {
		for range 30 {
			third.Wait(context.Background(), v.Now().Add(5*time.Millisecond))
			tr.add("tick")
		}
	})
	g.Wait(context.Background())
	return tr.String()
}

// TestTheSameTraceEveryTime is the promise of the package: a thousand runs, on one processor and on many, over an
// in-process pipe and over TCP, pass in the same order.
func TestTheSameTraceEveryTime(t *testing.T) {
	runs := 1000
	if testing.Short() {
		runs = 50
	}
	overPipe := func() string {
		v := NewVirtual(start)
		a, b := newPipe(v)
		return conversation(v, a, b)
	}
	want := overPipe()
	if n := strings.Count(want, "\n") + 1; n < 70 {
		t.Fatalf("the trace has only %d lines:\n%s", n, want)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(procs)
		for i := range runs / 3 {
			if got := overPipe(); got != want {
				t.Fatalf("pipe, %d processors, run %d:\n%s\nwant\n%s", procs, i, got, want)
			}
			if i%10 == 0 {
				if got := overTCP(t); got != want {
					t.Fatalf("TCP, %d processors, run %d:\n%s\nwant\n%s", procs, i, got, want)
				}
			}
		}
	}
}

func overTCP(t *testing.T) string {
	v := NewVirtual(start)
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := v.Listener(plain)
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	v.Go(func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	})
	a, err := v.Dial(context.Background(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return conversation(v, a, <-accepted)
}

// newPipe is the two ends of an operating system pipe in each direction: buffered, unlike net.Pipe.
func newPipe(v *Virtual) (net.Conn, net.Conn) {
	r1, w1, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	r2, w2, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	return v.Pipe(duplex{r1, w2}, duplex{r2, w1})
}

type duplex struct{ r, w *os.File }

func (d duplex) Read(p []byte) (int, error)       { return d.r.Read(p) }
func (d duplex) Write(p []byte) (int, error)      { return d.w.Write(p) }
func (d duplex) Close() error                     { d.r.Close(); return d.w.Close() }
func (d duplex) LocalAddr() net.Addr              { return nil }
func (d duplex) RemoteAddr() net.Addr             { return nil }
func (d duplex) SetDeadline(time.Time) error      { return nil }
func (d duplex) SetReadDeadline(time.Time) error  { return nil }
func (d duplex) SetWriteDeadline(time.Time) error { return nil }

func TestABlockedReaderSeesItsOwnCloseBeforeTimePasses(t *testing.T) {
	v := NewVirtual(start)
	a, b := newPipe(v)
	v.Go(func() {
		b.Read(make([]byte, 1))
		b.Close()
	})
	ended := make(chan time.Duration, 1)
	g := NewGroup(v)
	g.Go(func() {
		a.Read(make([]byte, 1))
		ended <- v.Now().Sub(start)
	})
	w := v.NewWaiter()
	w.Wait(context.Background(), start.Add(time.Second))
	a.Close()
	w.Wait(context.Background(), start.Add(time.Hour))
	if at := <-ended; at != time.Second {
		t.Errorf("Read ended at %v, want 1s", at)
	}
}

func TestUnreadBytesOfAClosedConnectionDoNotHoldTheClock(t *testing.T) {
	v := NewVirtual(start)
	a, b := newPipe(v)
	a.Write([]byte("nobody reads this"))
	b.Close()
	a.Write([]byte("nor this"))
	a.Close()
	if got := v.NewWaiter().Wait(context.Background(), start.Add(time.Second)); got != Expired {
		t.Errorf("Wait: %v", got)
	}
}

func TestGroupWaitsForAllItsGoroutines(t *testing.T) {
	v := NewVirtual(start)
	g := NewGroup(v)
	for i := range 5 {
		w := v.NewWaiter()
		g.Go(func() { w.Wait(context.Background(), start.Add(time.Duration(i)*time.Second)) })
	}
	g.Wait(context.Background())
	if n, at := g.Running(), v.Now().Sub(start); n != 0 || at != 4*time.Second {
		t.Errorf("%d running at %v, want none at 4s", n, at)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	g.Go(func() { v.NewWaiter().Wait(ctx, time.Time{}) })
	if err := g.Wait(ctx); err != context.Canceled && err != nil {
		t.Errorf("Wait with an ended context: %v", err)
	}
}

// TestAConnectionToTheOutsideGoesInRealTime: a server that knows nothing of the clock has the time that it needs to answer, and
// holds nothing when it is gone.
func TestAConnectionToTheOutsideGoesInRealTime(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	answer := make(chan struct{})
	go func() {
		c, err := server.Accept()
		if err != nil {
			return
		}
		<-answer
		c.Write([]byte("hello"))
		<-answer // and now it is silent
		c.Close()
	}()
	v := NewVirtual(start)
	c, err := v.Dial(t.Context(), "tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := WithTimeout(t.Context(), v, time.Minute)
	defer cancel()
	text := make([]byte, 10)
	time.AfterFunc(20*time.Millisecond, func() { answer <- struct{}{} }) // as a server on another machine
	if n, err := c.Read(text); string(text[:n]) != "hello" || ctx.Err() != nil {
		t.Errorf("%q, %v, after a minute: %v", text[:n], err, ctx.Err())
	}

	readers := NewGroup(v)
	readers.Go(func() { c.Read(text) })
	if why, now := v.NewWaiter().Wait(context.Background(), v.Now().Add(10*time.Millisecond)), v.Now(); why != Expired || now.After(start.Add(30*time.Second)) {
		t.Errorf("a waiter beside a silent server: %v at %v", why, now)
	}
	c.Close()
	close(answer)
	readers.Wait(context.Background())
	if why := v.NewWaiter().Wait(context.Background(), start.Add(time.Hour)); why != Expired || !v.Now().Equal(start.Add(time.Hour)) {
		t.Errorf("after the end: %v at %v", why, v.Now())
	}
}
