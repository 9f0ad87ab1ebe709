package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
)

// SetTable gives the script a global table of texts, before it runs.
func (s *Script) SetTable(name string, values map[string]string) {
	t := s.l.CreateTable(0, len(values))
	for k, v := range values {
		t.RawSetString(k, lua.LString(v))
	}
	s.state.SetGlobal(name, t)
}

// SetEvent gives the script an event in a global, before it runs.
func (s *Script) SetEvent(name string, ev *esl.Event) { s.state.SetGlobal(name, s.newEvent(ev)) }

// Text reads a global when the script has ended, before Close. It reports false for what is neither text nor number.
func (s *Script) Text(name string) (string, bool) {
	v := s.state.Global(name)
	if !lua.LVCanConvToString(v) {
		return "", false
	}
	return lua.LVAsString(v), true
}
