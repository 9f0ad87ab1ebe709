package vm

import (
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// watchStep is how often a Watch looks while a script computes.
const watchStep = 5 * time.Millisecond

// Watch tells the states of a process that time passes while any of them computes: at each step a script looks at its limits, even if one
// instruction takes as long. It sleeps while all scripts wait. One Watch serves any number of states.
type Watch struct {
	tick    atomic.Uint64 // one more for each step
	running atomic.Int64
	wake    chan struct{}
	stop    chan struct{}
	once    sync.Once
	done    sync.WaitGroup
	walkers sync.Pool // of *walker: a walk over a large state needs megabytes for a moment
}

// NewWatch starts a Watch. Close ends it.
func NewWatch() *Watch {
	w := &Watch{wake: make(chan struct{}, 1), stop: make(chan struct{})}
	w.done.Go(w.run)
	return w
}

// Close ends the watch, after all states that use it.
func (w *Watch) Close() {
	w.once.Do(func() { close(w.stop) })
	w.done.Wait()
}

func (w *Watch) run() {
	ticker := time.NewTicker(watchStep)
	defer ticker.Stop()
	for {
		if w.running.Load() == 0 {
			ticker.Stop()
			select {
			case <-w.wake:
			case <-w.stop:
				return
			}
			ticker.Reset(watchStep)
		}
		select {
		case <-ticker.C:
			w.tick.Add(1)
		case <-w.stop:
			return
		}
	}
}

// enter says that a script begins to compute, leave that it has ended.
func (w *Watch) enter() {
	if w.running.Add(1) == 1 {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

func (w *Watch) leave() { w.running.Add(-1) }

// meter reads how many bytes the process has allocated since it started, freed ones included.
type meter [1]metrics.Sample

func newMeter() meter { return meter{{Name: "/gc/heap/allocs:bytes"}} }

func (m *meter) read() uint64 {
	metrics.Read(m[:])
	return m[0].Value.Uint64()
}
