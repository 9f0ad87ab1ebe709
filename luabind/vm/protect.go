package vm

import lua "github.com/yuin/gopher-lua"

func pcall(l *lua.LState) int {
	checkAny(l, 1)
	s := StateOf(l)
	t, failed := s.guarded(l, protected, nil, l.GetTop()-1)
	return s.outcome(l, t, failed)
}

// outcome hands the results of a protected call to its caller.
func (s *State) outcome(l *lua.LState, t *thread, failed *raised) int {
	l.SetTop(0)
	if failed != nil {
		s.release(t)
		l.Push(lua.LFalse)
		l.Push(failed.value)
		return 2
	}
	n := t.l.GetTop()
	fit(l, n)
	l.Push(lua.LTrue)
	t.l.XMoveTo(l, n)
	s.release(t)
	return n + 1
}

func xpcall(l *lua.LState) int {
	checkAny(l, 2)
	handler := l.Get(2)
	l.Remove(2)
	s := StateOf(l)
	t, failed := s.guarded(l, protected, handler, l.GetTop()-1)
	return s.outcome(l, t, failed)
}
