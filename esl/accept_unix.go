//go:build unix

package esl

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// acceptNow takes a connection that waits in the system's queue of a listener, nil if there is none. A deadline of the listener and a
// busy scheduler do not matter to it, so that nothing but a few instructions lies between its nil and a Close that follows.
func acceptNow(l syscall.Conn) (net.Conn, error) {
	rc, err := l.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var failure error
	if err := rc.Control(func(listening uintptr) {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		for fd, _, failure = syscall.Accept(int(listening)); failure == syscall.ECONNABORTED || failure == syscall.EINTR; {
			fd, _, failure = syscall.Accept(int(listening)) // others may wait behind one that has gone
		}
		if failure == nil {
			syscall.CloseOnExec(fd)
		}
	}); err != nil {
		return nil, err
	}
	switch {
	case errors.Is(failure, syscall.EAGAIN):
		return nil, nil
	case failure != nil:
		return nil, os.NewSyscallError("accept", failure)
	}
	f := os.NewFile(uintptr(fd), "socket")
	defer f.Close() // FileConn has made a copy
	return net.FileConn(f)
}
