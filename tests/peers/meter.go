package main

import (
	"runtime"
	"syscall"
	"time"
)

// meter reads clock, processor time and allocations of this process.
type meter struct {
	at     time.Time
	cpu    time.Duration
	allocs uint64
}

func read() meter {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for oneself
	cpu := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	return meter{time.Now(), cpu, m.Mallocs}
}

// since is what each of n things took since the earlier reading.
func (m meter) since(earlier meter, n int) result {
	return result{
		"rate":   float64(n) / m.at.Sub(earlier.at).Seconds() / 1000,
		"cpu":    float64((m.cpu - earlier.cpu).Nanoseconds()) / 1000 / float64(n),
		"allocs": float64(m.allocs-earlier.allocs) / float64(n),
	}
}

// memory is the heap and the stacks in use, in bytes.
func memory() uint64 {
	runtime.GC()
	runtime.GC() // the first one may only have found what pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
