package esltest

import (
	"container/heap"
	"context"
	"encoding/hex"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"eslua/internal/clock"
)

// Options are how a Switch runs, apart from its World. Zero fields mean their defaults.
type Options struct {
	// Clock is the time of the switch; nil is real time.
	Clock clock.Clock
	// Seed makes the uuids; the same seed gives the same ones. 0 is 1.
	Seed uint64
	// Dial connects the socket application to an address; nil dials TCP. Pipes makes one that stays in memory.
	Dial func(ctx context.Context, address string) (net.Conn, error)
	// Log receives the lines of the switch's own log; nil throws them away.
	Log func(LogLine)
	// Heard is told what sounds on a channel, as Call.Heard gives it, by the channel's uuid. It runs in the goroutine of the
	// switch and must not call its methods; nil: nobody is told.
	Heard func(channel string, what Heard)
	// API is asked first what an API command answers; it reports false for what the switch is to answer itself. It runs in the
	// goroutine of the switch and must not call its methods; nil: nobody is asked.
	API func(name, arg string) (answer string, ok bool)
	// Commands are API commands of the test's own, by their names in lower case. They run in the goroutine of the switch and
	// must not call its methods.
	Commands map[string]func(c Command) string
	// Applications are applications of the test's own, by their names in lower case: what the switch lacks, such as conference
	// or voicemail. They need media, run in the goroutine of the switch and must not call its methods.
	Applications map[string]func(a Application)
	// QueueLimit is how many events wait for a slow connection before further ones are dropped; 100,000 as in the switch.
	QueueLimit int
}

// Command is a call of an API command from Options.Commands.
type Command struct {
	// Arg is its argument.
	Arg string
	// Set sets a variable of a channel.
	Set func(uuid, name, value string)
}

// Virtual makes a virtual clock for a switch and for all that talks to it; it begins with midnight, 21 November 2026. The
// caller holds it: virtual time passes while the caller waits in a method of this package, and after release has been called.
func Virtual() (ck clock.Clock, release func()) {
	v := clock.NewVirtual(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	return v, v.Release
}

// Switch is a simulated FreeSWITCH. All that happens in it happens in one goroutine, which the threads of the switch
// share as coroutines, so that nothing within depends on the scheduler.
type Switch struct {
	world   World
	options Options
	clock   clock.Clock
	group   *clock.Group
	waiter  *clock.Waiter
	ctx     context.Context
	cancel  context.CancelFunc

	mu     sync.Mutex
	inbox  []func()
	closed bool

	// The rest belongs to the goroutine of the switch.
	now       time.Time
	threads   threadHeap
	live      map[*thread]bool
	spawned   uint64 // threads, since the start
	current   uint64 // number of the thread that runs, 0 for none
	rand      *rand.ChaCha8
	booted    time.Time
	coreUUID  string
	sequence  uint64 // of events
	sessions  int    // made since the start
	peak      int
	channels  map[string]*channel
	calls     []*channel       // in the order of their making, without those that are gone
	placing   map[string]*Call // by the uuid that the caller's leg will have
	listeners []*listener
	audience  audience
	loggers   []*listener // those that want log lines
	dates     dates
	spare     buffers
	scratch   []byte // for the event that is being written
	wires     map[*wire]bool
	globals   *variables
	hash      hashStore
	db        dbStore
	apis      map[string]apiCommand

	applications map[string]application
	tasks        int            // scheduled so far, with those of the switch itself
	scheduled    map[int]string // the groups of those that are to come
	limits       map[string]*limitItem
	beating      bool
	stopping     bool
	faults       []*Fault
	commands     int // that came over event sockets
}

// New starts a switch.
func New(world World, options Options) *Switch {
	if options.Seed == 0 {
		options.Seed = 1
	}
	if options.QueueLimit == 0 {
		options.QueueLimit = 100_000
	}
	ck := clock.Or(options.Clock)
	ctx, cancel := context.WithCancel(context.Background())
	sw := &Switch{
		world:     world.withDefaults(),
		options:   options,
		clock:     ck,
		group:     clock.NewGroup(ck),
		waiter:    ck.NewWaiter(),
		ctx:       ctx,
		cancel:    cancel,
		now:       ck.Now(),
		live:      make(map[*thread]bool),
		wires:     make(map[*wire]bool),
		channels:  make(map[string]*channel),
		placing:   make(map[string]*Call),
		audience:  audience{bound: make(map[string][]*listener)},
		globals:   &variables{},
		apis:      apiTable(),
		tasks:     3,
		scheduled: make(map[int]string),
		limits:    make(map[string]*limitItem),
	}
	sw.applications = applicationTable()
	for name, run := range options.Applications {
		sw.applications[name] = application{name: name, media: true, run: func(ch *channel, t *thread, arg string) {
			run(Application{ch.uuid, arg, ch, t})
		}}
	}
	for name, run := range options.Commands {
		sw.apis[name] = apiCommand{name: name, run: good(func(c apiCall) string {
			return run(Command{c.arg, func(uuid, name, value string) {
				if ch := sw.find(uuid); ch != nil {
					ch.set(name, value)
				}
			}})
		})}
	}
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(options.Seed >> (8 * (i % 8)))
	}
	sw.rand = rand.NewChaCha8(seed)
	sw.booted = sw.now
	sw.coreUUID = sw.uuid()
	sw.hash, sw.db = newStores(sw.world)
	for _, name := range sortedKeys(sw.world.Globals) {
		sw.globals.set(name, sw.world.Globals[name])
	}
	sw.group.Go(sw.run)
	return sw
}

// Clock is the clock of the switch, to be given to all that talks to it.
func (sw *Switch) Clock() clock.Clock { return sw.clock }

// Close cuts all connections, ends all calls and waits until nothing of the switch runs any more.
func (sw *Switch) Close() {
	sw.do(func() {
		sw.mu.Lock()
		defer sw.mu.Unlock()
		sw.closed = true
	})
	sw.cancel()
	sw.group.Wait(context.Background())
}

// do has f run in the goroutine of the switch and waits for it. After Close it does nothing and reports false.
func (sw *Switch) do(f func()) bool {
	done := sw.clock.NewWaiter()
	ran := false
	if !sw.post(func() { f(); ran = true; done.Wake() }) {
		return false
	}
	done.Wait(context.Background(), time.Time{})
	return ran
}

// post has f run in the goroutine of the switch, after what was posted before.
func (sw *Switch) post(f func()) bool {
	sw.mu.Lock()
	defer sw.mu.Unlock()
	if sw.closed {
		return false
	}
	sw.inbox = append(sw.inbox, f)
	sw.waiter.Wake()
	return true
}

// run is the goroutine of the switch. What comes from outside goes first; a thread of the switch runs when its time has
// come and, under a virtual clock, nobody outside has anything to do any more, so that one order is always kept.
func (sw *Switch) run() {
	defer sw.end()
	for {
		sw.mu.Lock()
		posted := sw.inbox
		sw.inbox = nil
		closed := sw.closed
		sw.mu.Unlock()
		sw.now = sw.clock.Now()
		for _, f := range posted {
			f()
		}
		if closed {
			return
		}
		if len(posted) > 0 {
			continue
		}
		var until time.Time
		if len(sw.threads) > 0 {
			until = sw.threads[0].due
		}
		if sw.waiter.Wait(context.Background(), until) == clock.Expired {
			sw.now = sw.clock.Now()
			t := heap.Pop(&sw.threads).(*thread)
			t.step()
		}
	}
}

// lastWords is how long a switch that is closed has for what it has not yet written; with a virtual clock, as long as it takes.
const lastWords = time.Second

// end stops the threads and lets go of those who wait for the switch.
func (sw *Switch) end() {
	sw.mu.Lock()
	sw.closed = true
	left := sw.inbox
	sw.inbox = nil
	sw.mu.Unlock()
	for _, f := range left {
		f()
	}
	for w := range sw.wires {
		w.close()
		w.nc.SetWriteDeadline(time.Now().Add(lastWords)) // a peer that does not read would keep Close waiting
	}
	for t := range sw.live {
		t.stop()
	}
	for _, ch := range sw.calls {
		if ch.call != nil {
			ch.call.changed.Wake()
		}
	}
}

// uuid makes a random uuid.
func (sw *Switch) uuid() string {
	var b [16]byte
	sw.rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var text [36]byte
	i := 0
	for _, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			text[i] = '-'
			i++
		}
		i += hex.Encode(text[i:], part)
	}
	return string(text[:])
}

// micros is the present time as the switch writes it: microseconds since 1970.
func (sw *Switch) micros() int64 { return sw.now.UnixMicro() }
