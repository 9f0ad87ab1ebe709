package esl

// Message is what a connection receives besides replies: an event, a log line (Frame.LogLine), the notice that the
// channel is down and the connection lingers, or a frame of unknown type.
type Message struct {
	// Event is the event, nil for all else.
	Event *Event
	// Linger is the linger notice, nil for all else.
	Linger *LingerNotice
	// Frame is the frame in which it came.
	Frame Frame
}

// QueueLimits bounds what waits in a connection to be taken. A zero field means its default.
type QueueLimits struct {
	// Events is how many messages may wait before the oldest is dropped; 4,096 by default.
	Events int
	// Kept is how many messages may wait that must not be dropped: completions, digits, answer, bridge and hang-up of the
	// channels that the connection follows, results of jobs. The connection ends with EndOverflow beyond it; 65,536 by
	// default.
	Kept int
}

func (l QueueLimits) withDefaults() QueueLimits {
	if l.Events == 0 {
		l.Events = 4096
	}
	if l.Kept == 0 {
		l.Kept = 65536
	}
	return l
}

// queue holds messages in the order of their arrival. Those that may be dropped and those that may not are in rings of
// their own, so that dropping the oldest is one step.
type queue struct {
	limits  QueueLimits
	arrived uint64
	events  ring[numbered]
	kept    ring[numbered]
	dropped uint64
}

type numbered struct {
	n uint64
	m Message
}

// put appends m. It reports false when m must be kept and there is no room.
func (q *queue) put(m Message, keep bool) bool {
	q.arrived++
	if keep {
		if q.kept.n >= q.limits.Kept {
			return false
		}
		q.kept.push(numbered{q.arrived, m})
		return true
	}
	if q.events.n >= q.limits.Events {
		q.events.pop()
		q.dropped++
	}
	q.events.push(numbered{q.arrived, m})
	return true
}

func (q *queue) take() (Message, bool) {
	r := &q.kept
	if q.kept.n == 0 || q.events.n > 0 && q.events.first().n < q.kept.first().n {
		r = &q.events
	}
	if r.n == 0 {
		return Message{}, false
	}
	return r.pop().m, true
}

func (q *queue) len() int { return q.kept.n + q.events.n }

// ring is a growing ring buffer. It gives its memory back when it is empty.
type ring[T any] struct {
	slots []T
	head  int
	n     int
}

const smallRing = 16

func (r *ring[T]) push(x T) {
	if r.n == len(r.slots) {
		grown := make([]T, max(4, 2*len(r.slots)))
		k := copy(grown, r.slots[r.head:])
		copy(grown[k:], r.slots[:r.head])
		r.slots, r.head = grown, 0
	}
	r.slots[(r.head+r.n)%len(r.slots)] = x
	r.n++
}

func (r *ring[T]) first() *T { return &r.slots[r.head] }

func (r *ring[T]) pop() T {
	var zero T
	x := r.slots[r.head]
	r.slots[r.head] = zero
	r.head = (r.head + 1) % len(r.slots)
	r.n--
	if r.n == 0 && len(r.slots) > smallRing {
		*r = ring[T]{}
	}
	return x
}
