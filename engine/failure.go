package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"eslua/luabind/vm"
)

// logFailure writes to the log why a script did not run to its end; nil: it did.
func logFailure(log *slog.Logger, err error) {
	var failure *vm.Error
	switch {
	case errors.As(err, &failure):
		if failure.Text != "" { // mod_lua does not log error values that are no texts
			log.Error(failure.Text+"\n"+failure.Traceback, "source", "lua")
		}
	case err != nil:
		log.Error("the script did not run to its end", "err", err)
	}
}

// caught, when it is deferred, makes an error of a panic, which is the trouble of one script alone.
func caught(log *slog.Logger, err *error) {
	if p := recover(); p != nil {
		log.Error("panic", "panic", p, "stack", string(debug.Stack()))
		*err = fmt.Errorf("panic: %v", p)
	}
}
