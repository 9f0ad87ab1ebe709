package esltest_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestCloseDoesNotWaitForAPeerThatDoesNotRead: it has asked for more than the buffers of the system hold, and goes on without
// reading it.
func TestCloseDoesNotWaitForAPeerThatDoesNotRead(t *testing.T) {
	asked := make(chan bool, 1)
	sw := esltest.New(esltest.World{}, esltest.Options{Commands: map[string]func(esltest.Command) string{
		"much": func(esltest.Command) string {
			asked <- true
			return strings.Repeat("x", 64<<20)
		},
	}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sw.Serve(ln)
	peer, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if _, err := peer.Write([]byte("auth ClueCon\n\napi much\n\n")); err != nil {
		t.Fatal(err)
	}
	<-asked
	closed := make(chan bool)
	go func() {
		sw.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(30 * time.Second): // real time, as the buffers are real
		t.Error("Close still waits")
	}
}

// TestACommandOfASwitchThatIsClosed says nothing and keeps nobody.
func TestACommandOfASwitchThatIsClosed(t *testing.T) {
	began := make(chan bool, 1)
	sw := esltest.New(esltest.World{}, esltest.Options{API: func(string, string) (string, bool) {
		began <- true
		return "", false
	}})
	out := make(chan string)
	go func() { out <- sw.API("msleep 3600000") }()
	<-began
	sw.Close()
	if s := <-out; s != "" {
		t.Errorf("it says %q", s)
	}
	if _, err := sw.Call(esltest.CallSpec{Destination: "1"}); !errors.Is(err, esltest.ErrClosed) {
		t.Errorf("a call: %v", err)
	}
	sw.Add(esltest.World{})
	sw.Close()
}
