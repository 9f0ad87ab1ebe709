package esltest

import (
	"container/heap"
	"fmt"
	"iter"
	"runtime/debug"
	"time"
)

// thread is one thread of the switch, run as a coroutine: it runs until it sleeps or waits, and nothing else of the
// switch runs meanwhile.
type thread struct {
	sw     *Switch
	resume func() (struct{}, bool)
	cancel func()
	yield  func(struct{}) bool

	due     time.Time // when it runs again; zero: when woken
	number  uint64    // in the order of their making
	index   int       // in the heap, -1 when not in it
	waiting bool
	woken   bool
	waker   uint64 // number of the thread that woke it; 0: something from outside
	ended   bool

	commands   int // API commands that run within each other
	expanding  int // expansions of texts that run within each other, and what they have come to
	expansions int
	expanded   int
}

// threadStopped is what a thread panics with when the switch is closed under it.
type threadStopped struct{}

// spawn starts a thread. It runs for the first time after the present one has paused.
func (sw *Switch) spawn(f func(t *thread)) *thread {
	sw.spawned++
	t := &thread{sw: sw, number: sw.spawned, index: -1}
	t.resume, t.cancel = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		defer func() {
			t.ended = true
			if p := recover(); p != nil {
				if _, ok := p.(threadStopped); !ok {
					panic(fmt.Sprintf("%v\n%s", p, debug.Stack())) // the stack of a coroutine is lost otherwise
				}
			}
		}()
		f(t)
	})
	sw.live[t] = true
	t.schedule(sw.now)
	return t
}

// step runs the thread until it pauses or ends.
func (t *thread) step() {
	t.waiting = false
	t.sw.current = t.number
	if _, more := t.resume(); !more {
		delete(t.sw.live, t)
	}
	t.sw.current = 0
}

func (t *thread) stop() {
	t.cancel()
	delete(t.sw.live, t)
}

func (t *thread) schedule(due time.Time) {
	sw := t.sw
	t.due = due
	if t.index >= 0 {
		heap.Fix(&sw.threads, t.index)
	} else {
		heap.Push(&sw.threads, t)
	}
}

func (t *thread) pause() {
	if !t.yield(struct{}{}) {
		panic(threadStopped{})
	}
}

// sleep pauses for d; wake does not shorten it but is remembered.
func (t *thread) sleep(d time.Duration) {
	t.schedule(t.sw.now.Add(d))
	t.pause()
}

// wait pauses until wake or until a time; the zero time is never. It reports whether it was woken.
func (t *thread) wait(until time.Time) bool {
	if t.woken {
		t.woken = false
		return true
	}
	t.waiting = true
	if !until.IsZero() {
		t.schedule(until)
	}
	t.pause()
	woken := t.woken
	t.woken = false
	return woken
}

// wake ends the present or the next wait of t, at the present instant.
func (t *thread) wake() {
	t.woken, t.waker = true, t.sw.current
	if t.waiting && !t.ended {
		t.waiting = false
		t.schedule(t.sw.now)
	}
}

// threadHeap orders threads by the time they are due, then by their age: of two that work by the same ticks the older one
// is first at each.
type threadHeap []*thread

func (h threadHeap) Len() int { return len(h) }

func (h threadHeap) Less(i, j int) bool {
	if !h[i].due.Equal(h[j].due) {
		return h[i].due.Before(h[j].due)
	}
	return h[i].number < h[j].number
}

func (h threadHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *threadHeap) Push(x any) {
	t := x.(*thread)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *threadHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
