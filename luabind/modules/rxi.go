package modules

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// rxiFunctions are those of the module json, with the interface and the errors of rxi's json.lua: null becomes nil, and what
// is not JSON raises an error.
var rxiFunctions = map[string]lua.LGFunction{
	"encode": func(l *lua.LState) int {
		e := &rxiEncoder{writer: writer{l: l}}
		e.value(l.Get(1))
		return text(l, string(e.b))
	},
	"decode": func(l *lua.LState) int {
		s, ok := l.Get(1).(lua.LString)
		if !ok {
			vm.Raise(l, "expected argument of type string, got "+l.Get(1).Type().String())
		}
		d := &rxiDecoder{l: l, s: vm.StateOf(l), text: string(s)}
		d.blanks()
		v := d.value()
		if d.blanks(); d.at < len(d.text) {
			d.fail(d.at, "trailing garbage")
		}
		l.Push(v)
		return 1
	},
}

// null is what stands for JSON's null where nil cannot, as cjson.null: one value for all states.
var null = &lua.LUserData{Value: new(struct{ _ byte }), Metatable: lua.LNil}

// writer collects what an encoder writes, within the limits of the script.
type writer struct {
	l     *lua.LState
	b     []byte
	known int // how much of b the script's memory has been asked for
}

// spend accounts for one more value.
func (w *writer) spend() {
	s := vm.StateOf(w.l)
	s.Work(2)
	if len(w.b)-w.known >= 64<<10 {
		s.Room(w.l, len(w.b))
		w.known = len(w.b)
	}
}

// next goes through a table without its metamethods.
func next(l *lua.LState, t *lua.LTable, each func(k, v lua.LValue)) {
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		each(k, v)
	}
}

// maxNesting is how deep tables may be nested in what is written, and arrays and objects in what is read.
const maxNesting = 1000
