package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// startSwitch starts the stand-in in a process of its own and returns the first line that it prints.
func startSwitch(args ...string) (said string, stop func(), err error) {
	cmd := exec.Command(os.Args[0], append([]string{"switch"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	said, err = bufio.NewReader(out).ReadString('\n')
	return strings.TrimSpace(said), func() {
		cmd.Process.Kill()
		cmd.Wait()
	}, err
}

func measureEvents(lib library) (result, error) {
	const warm, n = 20_000, 400_000
	addr, stop, err := startSwitch("events", strconv.Itoa(warm+n+1000))
	if err != nil {
		return nil, err
	}
	defer stop()
	var count atomic.Int64
	var begin meter
	done := make(chan result, 1)
	go lib.events(addr, func(name, id, state string) {
		if state != "CS_EXECUTE" && state != "" {
			panic("state " + state)
		}
		switch count.Add(1) {
		case warm:
			begin = read()
		case warm + n:
			done <- read().since(begin, n)
		}
	})
	return <-done, nil
}

// freeAddr is an address that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func measureExecutes(lib library) (result, error) {
	const calls, warm, each = 1000, 10, 100
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	var warmed, finished sync.WaitGroup
	warmed.Add(calls)
	finished.Add(calls)
	begin := make(chan bool)
	var failed atomic.Value
	go lib.serve(addr, func(execute func() error) {
		for i := range warm + each {
			if i == warm {
				warmed.Done()
				<-begin
			}
			if err := execute(); err != nil {
				failed.Store(err)
			}
		}
		finished.Done()
		select {} // an end is not measured
	})
	_, stop, err := startSwitch("calls", addr, strconv.Itoa(calls))
	if err != nil {
		return nil, err
	}
	defer stop()
	warmed.Wait()
	from := read()
	close(begin)
	finished.Wait()
	res := read().since(from, calls*each)
	if err := failed.Load(); err != nil {
		return nil, fmt.Errorf("execute: %v", err)
	}
	return res, nil
}

// measureCalls counts calls from their connection to its end, in each of which an application is executed.
func measureCalls(lib library) (result, error) {
	const warm, n, atOnce = 2_000, 20_000, 100
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	var failed atomic.Value
	go lib.serve(addr, func(execute func() error) {
		if err := execute(); err != nil {
			failed.Store(err)
		}
	})
	round := func(calls int) error {
		done, stop, err := startSwitch("rounds", addr, strconv.Itoa(calls), strconv.Itoa(atOnce))
		if err != nil {
			return err
		}
		defer stop()
		if done != "done" {
			return fmt.Errorf("the switch says %q", done)
		}
		return nil
	}
	if err := round(warm); err != nil {
		return nil, err
	}
	from := read()
	if err := round(n); err != nil {
		return nil, err
	}
	res := read().since(from, n)
	res["rate"] *= 1000
	if err := failed.Load(); err != nil {
		return nil, fmt.Errorf("execute: %v", err)
	}
	return res, nil
}

func measureHeld(lib library) (result, error) {
	const calls = 2000
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	var held sync.WaitGroup
	held.Add(calls)
	go lib.serve(addr, func(execute func() error) {
		held.Done()
		select {}
	})
	empty := memory()
	_, stop, err := startSwitch("calls", addr, strconv.Itoa(calls))
	if err != nil {
		return nil, err
	}
	defer stop()
	held.Wait()
	return result{"memory": float64(memory()-empty) / calls / 1000}, nil
}
