package vm

import (
	"time"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Sizes of what the machine makes, in bytes, as Go allocates it.
const (
	tableBytes    = 96
	functionBytes = 72
	upvalueBytes  = 64
	userdataBytes = 64
	threadBytes   = 900 // the machine's and ours
	segmentBytes  = 8 * 80
	numberBytes   = 16 // the machine boxes numbers in blocks of 32
)

// walk is how many bytes the state holds: everything that can be reached from its globals, its threads and their stacks. What
// many values share is counted once; what all states share is not counted.
func (s *State) walk() int64 {
	start := time.Now()
	w, ok := s.watch.walkers.Get().(*walker)
	if !ok {
		w = &walker{seen: newPointers()}
	}
	defer func() {
		w.reset()
		s.watch.walkers.Put(w)
	}()
	w.value(s.globals.table)
	if s.loaded.table != nil {
		w.value(s.loaded.table)
	}
	for _, t := range s.lib {
		if t != nil {
			w.value(t)
		}
	}
	if s.text != nil {
		w.value(s.text)
	}
	for _, t := range s.views {
		w.value(t)
	}
	w.value(s.L)
	for t := s.cur; t != nil; t = t.parent {
		w.value(t.l)
		if t.handler != nil {
			w.value(t.handler)
		}
	}
	for _, t := range s.spares {
		w.value(t.l)
	}
	w.drain()
	if s.files != nil {
		w.size += s.files.size()
	}
	// The walk is the script's own work: about ten instructions for each value.
	s.left -= 10 * int64(w.seen.n)
	s.cpu += time.Since(start)
	return w.size
}

type walker struct {
	seen *pointers
	todo []lua.LValue
	size int64
}

func (w *walker) reset() {
	clear(w.seen.slots)
	clear(w.todo[:cap(w.todo)]) // nothing of a script stays behind
	w.seen.n, w.todo, w.size = 0, w.todo[:0], 0
}

// value counts a value and notes what is behind it.
func (w *walker) value(v lua.LValue) {
	switch v := v.(type) {
	case nil, *lua.LNilType, lua.LBool:
	case lua.LNumber:
		if v != lua.LNumber(int(v)) || v < 0 || v >= 128 { // the machine shares these
			w.size += numberBytes
		}
	case lua.LString:
		w.text(string(v))
	case *lua.LTable:
		if w.seen.add(unsafe.Pointer(v)) {
			w.todo = append(w.todo, v)
		}
	case *lua.LFunction:
		if w.seen.add(unsafe.Pointer(v)) {
			w.todo = append(w.todo, v)
		}
	case *lua.LUserData:
		if w.seen.add(unsafe.Pointer(v)) {
			w.todo = append(w.todo, v)
		}
	case *lua.LState:
		if w.seen.add(unsafe.Pointer(v)) {
			w.todo = append(w.todo, v)
		}
	}
}

func (w *walker) text(s string) {
	w.size += 16 // the header, boxed
	if len(s) > 0 && (len(s) < 32 || w.seen.add(unsafe.Pointer(unsafe.StringData(s)))) {
		w.size += int64(len(s))
	}
}

func (w *walker) drain() {
	for len(w.todo) > 0 {
		v := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		switch v := v.(type) {
		case *lua.LTable:
			w.table(partsOf(v))
		case *lua.LFunction:
			w.function(v)
		case *lua.LUserData:
			w.size += userdataBytes
			if sized, ok := v.Value.(interface{ Size() int }); ok {
				w.size += int64(sized.Size())
			}
		case *lua.LState:
			w.thread(v)
		}
	}
}

func (w *walker) table(t *tableParts) {
	w.size += tableBytes + 16*int64(cap(t.array)+cap(t.keys))
	w.size += mapBytes(*(*unsafe.Pointer)(unsafe.Pointer(&t.strdict)), len(t.strdict), 32)
	w.size += mapBytes(*(*unsafe.Pointer)(unsafe.Pointer(&t.dict)), len(t.dict), 32)
	w.size += mapBytes(*(*unsafe.Pointer)(unsafe.Pointer(&t.k2i)), len(t.k2i), 24)
	if m, ok := t.Metatable.(*lua.LTable); ok {
		if m.RawGetString(viewed) == lua.LNil { // else it is shared
			w.value(m)
		}
	}
	for _, v := range t.array {
		w.value(v)
	}
	for _, v := range t.strdict {
		w.value(v)
	}
	for _, v := range t.dict {
		w.value(v)
	}
	for _, k := range t.keys {
		w.value(k)
	}
}

func (w *walker) function(f *lua.LFunction) {
	if f.IsG && len(f.Upvalues) == 0 {
		return // shared by all states
	}
	w.size += functionBytes + 8*int64(len(f.Upvalues))
	if f.Env != nil {
		w.value(f.Env)
	}
	if f.Proto != nil {
		w.proto(f.Proto)
	}
	for _, up := range f.Upvalues {
		if up == nil || !w.seen.add(unsafe.Pointer(up)) {
			continue
		}
		w.size += upvalueBytes
		u := (*upvalue)(unsafe.Pointer(up))
		if u.closed || u.reg == nil {
			w.value(u.value)
		} else {
			w.values(u.reg)
		}
	}
}

// ownCode marks, in a field of flags, code that a script has compiled itself: it is kept alive by its state alone.
const ownCode = 0x80

func own(p *lua.FunctionProto) {
	p.IsVarArg |= ownCode
	for _, q := range p.FunctionPrototypes {
		own(q)
	}
}

// proto counts compiled code.
func (w *walker) proto(p *lua.FunctionProto) {
	if p.IsVarArg&ownCode == 0 || !w.seen.add(unsafe.Pointer(p)) {
		return
	}
	w.size += 300 + int64(len(p.Code))*12 + int64(len(p.Constants))*32 + int64(len(p.DbgLocals))*48
	for _, c := range p.Constants {
		if s, ok := c.(lua.LString); ok {
			w.text(string(s))
		}
	}
	for _, q := range p.FunctionPrototypes {
		w.proto(q)
	}
}

func (w *walker) thread(l *lua.LState) {
	t := threadOf(l)
	w.size += threadBytes + 8*int64(len(t.stack.segments)) + segmentBytes*int64(t.stack.segIdx+1)
	if l.Env != nil {
		w.value(l.Env)
	}
	w.values(valuesOf(l))
	for i := range t.stack.depth() {
		w.value(t.stack.segments[i/lua.FramesPerSegment].array[i%lua.FramesPerSegment].Fn)
	}
}

func (w *walker) values(v *values) {
	if !w.seen.add(unsafe.Pointer(v)) {
		return
	}
	w.size += 16 * int64(cap(v.array))
	for _, x := range v.array[:min(v.top, len(v.array))] {
		w.value(x)
	}
}

// pointers is a set of pointers; open addressing, since a walk looks up each value of a script.
type pointers struct {
	slots []uintptr
	n     int
}

func newPointers() *pointers { return &pointers{slots: make([]uintptr, 256)} }

func (p *pointers) add(ptr unsafe.Pointer) bool {
	v := uintptr(ptr)
	mask := uintptr(len(p.slots) - 1)
	i := (v >> 4 * 0x9E3779B97F4A7C15 >> 20) & mask
	for ; p.slots[i] != 0; i = (i + 1) & mask {
		if p.slots[i] == v {
			return false
		}
	}
	p.slots[i] = v
	if p.n++; 2*p.n > len(p.slots) {
		old := p.slots
		p.slots = make([]uintptr, 2*len(old))
		mask = uintptr(len(p.slots) - 1)
		for _, v := range old {
			if v != 0 {
				j := (v >> 4 * 0x9E3779B97F4A7C15 >> 20) & mask
				for p.slots[j] != 0 {
					j = (j + 1) & mask
				}
				p.slots[j] = v
			}
		}
	}
	return true
}
