package scripttest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/luabind/dbh"
	"eslua/luabind/vm"
)

// stage is the switch and the engine of one test, with the record of what happened there. The goroutine of the test holds the
// clock: what the calls do, they do while it waits in await, one after the other.
type stage struct {
	run    *run
	set    *settings
	clock  *clock.Virtual
	began  time.Time
	waiter *clock.Waiter // of the test
	ctx    context.Context
	stop   context.CancelFunc
	sw     *esltest.Switch
	engine *engine.Engine
	group  *clock.Group // the engine's serving

	asked chan *question // what stand-ins of the test are asked; see standin.go
	busy  bool           // a function of the test stands in for something
	file  *file
	// problems are what is wrong with the stand-ins.
	problems []error

	mu       sync.Mutex
	record   []entry
	interest kind // what the test waits for
	calls    []*call
	places   map[string]string // where each script waits, by the uuid of its call
}

// password is that of the switch's event socket.
const password = "ClueCon"

// afterHangup is how long a script may go on when its call has gone, as in eslua serve.
const afterHangup = time.Minute

// newStage sets up the switch and the engine. The caller holds the clock from here on, until close.
func (r *run) newStage(ctx context.Context, set *settings) (*stage, error) {
	s := &stage{
		run: r, set: set, clock: clock.NewVirtual(set.date), began: set.date, asked: make(chan *question, 1), places: make(map[string]string),
	}
	s.ctx, s.stop = context.WithCancel(ctx)
	s.waiter, s.group = s.clock.NewWaiter(), clock.NewGroup(s.clock)
	pipes := esltest.NewPipeListener()
	s.sw = esltest.New(set.world(), esltest.Options{
		Clock: s.clock, Seed: r.opts.Seed, Dial: pipes.Dial, Log: s.switchLog, Heard: s.heard, API: s.api, Applications: s.applications(),
	})
	inbound := esltest.NewPipeListener()
	s.sw.Serve(inbound)
	var err error
	s.engine, err = engine.New(engine.Options{
		Scripts: r.library, Library: r.api, Clock: s.clock, Rand: rand.New(rand.NewPCG(r.opts.Seed, 1)), Log: slog.New(engineLog{stage: s}),
		Machine: s.machine, AfterHangup: afterHangup, Databases: dbh.Options{Root: set.folder(r), MakeRoot: true}, HTTP: transport{s}, Mail: s.mail,
		Switch: &engine.Switch{
			Login: esl.Login{Password: password},
			Dial:  func(ctx context.Context) (net.Conn, error) { return inbound.Dial(ctx, "") },
		},
	})
	if err != nil {
		s.sw.Close()
		s.stop()
		s.clock.Release()
		return nil, err
	}
	s.group.Go(func() { s.engine.Serve(context.Background(), pipes) })
	return s, nil
}

// machine gives scripts the environment of the test, and has them tell where they wait.
func (s *stage) machine(call string, m *vm.Options) {
	m.Seed = s.run.opts.Seed
	m.Coverage = s.run.coverage
	m.Watch = s.run.watch
	inner := m.Getenv
	m.Getenv = func(name string) (string, bool) {
		if v, ok := s.set.env[name]; ok {
			return v, true
		}
		return inner(name)
	}
	m.Waits = func(where string) {
		if where == "" {
			return // the script has ended, and what it leaves is cleared up
		}
		s.mu.Lock()
		s.places[call] = where
		s.mu.Unlock()
	}
}

// close ends the calls and everything else.
func (s *stage) close() {
	s.outside(func() {
		s.engine.Shutdown(context.Background())
		s.group.Wait(context.Background())
		s.sw.Close()
	})
	s.stop()
	s.clock.Release()
}

// placedLeg is the placed call whose leg a uuid is; nil if it is none. The uuid is known once Switch.Call has returned, and
// nothing is said of the leg before that but in the order of the first call.
func (s *stage) placedLeg(uuid string) *call {
	if uuid == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.uuid == uuid {
			return c
		}
	}
	return nil
}

// elapsed is how long the test has run in virtual time.
func (s *stage) elapsed() time.Duration { return s.clock.Now().Sub(s.began) }

// settle waits until nobody has anything to do at this instant.
func (s *stage) settle() {
	for {
		switch s.waiter.Wait(s.ctx, s.clock.Now()) {
		case clock.Woken:
			s.answer()
		default:
			return
		}
	}
}

// await waits until ok holds, looking at it whenever something of the given kinds has happened and everything has come to rest.
// It is false when the time d has passed, or the run is to end.
func (s *stage) await(d time.Duration, kinds kind, ok func() bool) bool {
	until := s.clock.Now().Add(d)
	s.mu.Lock()
	s.interest = kinds
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.interest = 0
		s.mu.Unlock()
	}()
	for {
		s.settle()
		if ok() {
			return true
		}
		why := s.waiter.Wait(s.ctx, until)
		s.answer()
		if why != clock.Woken {
			s.settle()
			return ok()
		}
	}
}

// outside does something that waits for the switch, and answers meanwhile what it asks the test's stand-ins.
func (s *stage) outside(f func()) {
	if !s.set.functions {
		f()
		return
	}
	done := make(chan struct{})
	s.clock.Go(func() {
		f()
		close(done)
		s.waiter.Wake()
	})
	for {
		s.waiter.Wait(context.Background(), time.Time{})
		s.answer()
		select {
		case <-done:
			return
		default:
		}
	}
}

// where says where the script of a call is.
func (s *stage) where(c *call) string {
	if c == nil {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	place := s.places[c.uuid]
	if place == "" {
		return ""
	}
	place = s.run.relative(place)
	if !c.running {
		return fmt.Sprintf("%s was the last place where it waited; it has ended", place)
	}
	return place + ", where it waits"
}
