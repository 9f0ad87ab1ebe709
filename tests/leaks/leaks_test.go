package leaks

import (
	"strings"
	"testing"
	"time"
)

func TestWhatIsLeft(t *testing.T) {
	if left := Left(); left != "" {
		t.Fatalf("at the start:\n%s", left)
	}
	end, ended := make(chan bool), make(chan bool)
	go func() {
		<-end
		close(ended)
	}()
	if left := leftAfter(10 * time.Millisecond); !strings.Contains(left, "TestWhatIsLeft") {
		t.Errorf("what was started is not found: %q", left)
	}
	close(end)
	<-ended
	if left := Left(); left != "" {
		t.Errorf("at the end:\n%s", left)
	}
}
