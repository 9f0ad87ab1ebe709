//go:build !unix

package esl

import (
	"net"
	"syscall"
)

// acceptNow would take a connection that waits in the system's queue of a listener; here it cannot.
func acceptNow(syscall.Conn) (net.Conn, error) { return nil, nil }
