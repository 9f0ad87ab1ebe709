package vm

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestPipesDoNotHoldAScriptUp: nobody reads from them or writes to them, and to open one would take until somebody does.
func TestPipesDoNotHoldAScriptUp(t *testing.T) {
	files := dirs(t)
	for _, d := range files {
		if err := syscall.Mkfifo(filepath.Join(d.Root.Name(), "pipe"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := New(Options{Files: files})
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- run(t, ctx, s, `
			for _, mode in ipairs{"w", "a", "r+", "w+", "a+"} do assert(not io.open("/work/pipe", mode), mode) end
			assert(assert(io.open("/work/pipe")):read("*a") == "")
			assert(io.open("/work/other", "w")):close()
			assert(not os.rename("/scripts/pipe", "/work/x"))
			assert(os.remove("/work/pipe"))
		`)
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Fatal("it waits for somebody at the other end")
	}
}
