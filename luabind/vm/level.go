package vm

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// level is a call that is being carried out, seen through the helper threads.
type level struct {
	t    *thread
	f    *frame
	tail bool // stands for a call that a tail call has replaced
}

// up calls visit for each level, the innermost first, until it says false. Level 0 is the function that runs.
func (s *State) up(t *thread, visit func(level) bool) {
	f := currentFrame(t.l)
	for {
		for f == nil {
			if t.kind == coroutine || t.parent == nil {
				return
			}
			t = t.parent
			f = currentFrame(t.l)
		}
		if f.Fn != body {
			if !visit(level{t: t, f: f}) {
				return
			}
			// A loop of tail calls has millions: they count, but nobody reads them.
			for i := 0; !f.Fn.IsG && i < min(f.TailCall, 50); i++ {
				if !visit(level{t: t, f: f, tail: true}) {
					return
				}
			}
		}
		f = f.Parent
	}
}

func (s *State) level(t *thread, n int) (level, bool) {
	var found level
	ok := false
	if n < 0 {
		return found, false
	}
	s.up(t, func(v level) bool {
		if n == 0 {
			found, ok = v, true
			return false
		}
		n--
		return true
	})
	return found, ok
}

// line is the line that a level is at, -1 if it has none.
func (v level) line() int {
	if v.tail || v.f.Fn.IsG {
		return -1
	}
	return lineAt(v.f.Fn.Proto, v.f.Pc-1)
}

func lineAt(p *lua.FunctionProto, pc int) int {
	if pc = max(pc, 0); pc < len(p.DbgSourcePositions) {
		return p.DbgSourcePositions[pc]
	}
	return -1
}

// where is the place of a level as it stands before error messages, "main.lua:12: ", or "".
func (s *State) where(t *thread, n int) string {
	if v, ok := s.level(t, n); ok {
		if line := v.line(); line > 0 {
			return fmt.Sprintf("%s:%d: ", v.f.Fn.Proto.SourceName, line)
		}
	}
	return ""
}

// Where is the place in the script that is being carried out, as main.lua:12; "" if it does not run.
func (s *State) Where() string {
	place := ""
	s.up(s.cur, func(v level) bool {
		if line := v.line(); line > 0 {
			place = fmt.Sprintf("%s:%d", v.f.Fn.Proto.SourceName, line)
		}
		return place == ""
	})
	return place
}

// name is what the caller calls the function of a level: "global", "local", "method", "field", "upvalue" and the name; "" if unknown.
func (v level) name() (what, name string) {
	if v.tail || v.f.Parent == nil {
		return "", ""
	}
	caller := v.f.Parent
	if !calledByLua(caller) || v.f.TailCall > 0 {
		return "", ""
	}
	return registerName(caller.Fn.Proto, caller.Pc-1, argA(caller.Fn.Proto.Code[caller.Pc-1]))
}

// traceback is PUC's: the calls of a thread from the given level on, the middle left out if there are many.
func (s *State) traceback(t *thread, from int) string {
	var lines []string
	first, last, dropped := []string(nil), []string(nil), 0
	n := 0
	s.up(t, func(v level) bool {
		if n++; n <= from {
			return true
		}
		if len(first) < 12 {
			first = append(first, v.describe())
		} else {
			if len(last) == 10 {
				last = append(last[:0], last[1:]...)
				dropped++
			}
			last = append(last, v.describe())
		}
		return n < 40_000
	})
	lines = append(lines, "stack traceback:")
	lines = append(lines, first...)
	if dropped > 0 {
		lines = append(lines, "\t...")
	}
	return strings.Join(append(lines, last...), "\n")
}

func (v level) describe() string {
	if v.tail {
		return "\t(tail call): ?"
	}
	fn := v.f.Fn
	place := "[C]:"
	if !fn.IsG {
		place = fmt.Sprintf("%s:%d:", fn.Proto.SourceName, v.line())
	}
	what, name := v.name()
	switch {
	case what != "":
		return fmt.Sprintf("\t%s in function '%s'", place, name)
	case fn.IsG:
		return "\t" + place + " ?"
	case fn.Proto.LineDefined == 0:
		return fmt.Sprintf("\t%s in main chunk", place)
	}
	return fmt.Sprintf("\t%s in function <%s:%d>", place, fn.Proto.SourceName, fn.Proto.LineDefined)
}
