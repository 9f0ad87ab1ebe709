package main

import (
	"bufio"
	"bytes"
	"net"
	"strconv"
	"sync/atomic"
)

// raw is the least that can be done: frames are cut with one copy, and that is all.
type raw struct{}

// frame reads one frame and returns its body.
func frame(r *bufio.Reader) ([]byte, error) {
	length, some := 0, false
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			if some {
				break
			}
			continue
		}
		some = true
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(v)); err != nil {
				return nil, err
			}
		}
	}
	if length == 0 {
		return nil, nil
	}
	body := make([]byte, length)
	for n := 0; n < length; {
		m, err := r.Read(body[n:])
		if err != nil {
			return nil, err
		}
		n += m
	}
	return body, nil
}

func (raw) events(addr string, event func(name, id, state string)) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	r := bufio.NewReaderSize(c, 64<<10)
	for _, cmd := range []string{"auth ClueCon\n\n", "event plain ALL\n\n"} {
		if _, err := frame(r); err != nil {
			return err
		}
		c.Write([]byte(cmd))
	}
	for {
		if _, err := frame(r); err != nil {
			return err
		}
		event("", "", "")
	}
}

func (raw) serve(addr string, run func(execute func() error)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	var ids atomic.Uint64
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			r := bufio.NewReader(c)
			c.Write([]byte("connect\n\n"))
			frame(r)
			run(func() error {
				c.Write([]byte("sendmsg\ncall-command: execute\nexecute-app-name: set\nevent-lock: true\nevent-uuid: " +
					id(ids.Add(1)) + "\nexecute-app-arg: a=b\n\n"))
				for range 3 { // the reply and two events
					if _, err := frame(r); err != nil {
						return err
					}
				}
				return nil
			})
		}()
	}
}
