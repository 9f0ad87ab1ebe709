package vm

import (
	"fmt"
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// What the machine keeps to itself and a limit must see: the call stack, the values on it, the parts of a table. These types
// repeat the layout of gopher-lua v1.1.2 field by field; init compares them with the real ones, so that another version
// of the library stops the program at its start and not a call in its middle.

type frame struct {
	Idx        int
	Fn         *lua.LFunction
	Parent     *frame
	Pc         int
	Base       int
	LocalBase  int
	ReturnBase int
	NArgs      int
	NRet       int
	TailCall   int
}

type segment struct {
	array [lua.FramesPerSegment]frame
}

// callStack is the machine's autoGrowingCallFrameStack.
type callStack struct {
	segments []*segment
	segIdx   uint16
	segSp    uint8
}

func (c *callStack) depth() int { return int(c.segIdx)*lua.FramesPerSegment + int(c.segSp) }

// reset empties the stack, as after an error that has left frames behind.
func (c *callStack) reset() {
	for i := 1; i <= int(c.segIdx); i++ {
		c.segments[i] = nil
	}
	c.segIdx, c.segSp = 0, 0
}

type values struct {
	array   []lua.LValue
	top     int
	growBy  int
	maxSize int
}

type tableParts struct {
	Metatable lua.LValue
	array     []lua.LValue
	dict      map[lua.LValue]lua.LValue
	strdict   map[string]lua.LValue
	keys      []lua.LValue
	k2i       map[lua.LValue]int
}

func partsOf(t *lua.LTable) *tableParts { return (*tableParts)(unsafe.Pointer(t)) }

type upvalue struct {
	next   *upvalue
	reg    *values
	index  int
	value  lua.LValue
	closed bool
}

type iface struct{ typ, data unsafe.Pointer }

var stateFields = func() (o struct{ frame, stack, reg uintptr }) {
	t := reflect.TypeFor[lua.LState]()
	offset := func(name string) uintptr {
		f, ok := t.FieldByName(name)
		if !ok {
			panic("gopher-lua: LState has no field " + name)
		}
		return f.Offset
	}
	cf, _ := t.FieldByName("currentFrame")
	same(reflect.TypeFor[frame](), cf.Type.Elem(), 0)
	reg, _ := t.FieldByName("reg")
	same(reflect.TypeFor[values](), reg.Type.Elem(), 2)
	same(reflect.TypeFor[tableParts](), reflect.TypeFor[lua.LTable](), 0)
	same(reflect.TypeFor[upvalue](), reflect.TypeFor[lua.Upvalue](), 0)
	return struct{ frame, stack, reg uintptr }{offset("currentFrame"), offset("stack"), offset("reg")}
}()

// same panics unless mine has the fields of theirs in the same places; theirs may have more at its end.
func same(mine, theirs reflect.Type, more int) {
	if mine.NumField()+more != theirs.NumField() {
		panic(fmt.Sprintf("gopher-lua: %v has %d fields", theirs, theirs.NumField()))
	}
	for i := range mine.NumField() {
		a, b := mine.Field(i), theirs.Field(i)
		if a.Name != b.Name || a.Offset != b.Offset || a.Type.Kind() != b.Type.Kind() {
			panic(fmt.Sprintf("gopher-lua: field %d of %v is %s", i, theirs, b.Name))
		}
	}
}

func currentFrame(l *lua.LState) *frame {
	return *(**frame)(unsafe.Add(unsafe.Pointer(l), stateFields.frame))
}

func setCurrentFrame(l *lua.LState, f *frame) {
	*(**frame)(unsafe.Add(unsafe.Pointer(l), stateFields.frame)) = f
}

func callStackOf(l *lua.LState) *callStack {
	return (*callStack)((*iface)(unsafe.Add(unsafe.Pointer(l), stateFields.stack)).data)
}

func valuesOf(l *lua.LState) *values {
	return *(**values)(unsafe.Add(unsafe.Pointer(l), stateFields.reg))
}

// mapHeader and mapTable are Go's own maps, as of Go 1.24: what a map holds in memory cannot be told from its length, since maps never shrink
// and begin as large as their maker guessed.
type mapHeader struct {
	used   uint64
	seed   uintptr
	dirPtr unsafe.Pointer
	dirLen int
}

type mapTable struct {
	_        uint16 // used
	capacity uint16
}

// mapsKnown: the maps of this Go version are such ones. Otherwise sizes are guessed.
var mapsKnown = func() bool {
	for _, n := range []int{1, 8, 32, 100, 3000, 20000} {
		m := make(map[string]lua.LValue, n)
		for i := range n {
			m[fmt.Sprint(i)] = lua.LNil
		}
		if slots := slotsOf(*(*unsafe.Pointer)(unsafe.Pointer(&m))); slots < n || slots > 4*n+8 {
			return false
		}
	}
	return true
}()

// slotsOf is how many entries a map has room for.
func slotsOf(m unsafe.Pointer) int {
	h := (*mapHeader)(m)
	switch {
	case m == nil || h.dirPtr == nil:
		return 0
	case h.dirLen == 0:
		return 8
	case h.dirLen < 0 || h.dirLen > 1<<20:
		return -1
	}
	n := 0
	var last *mapTable
	for _, t := range unsafe.Slice((**mapTable)(h.dirPtr), h.dirLen) {
		if t != last {
			n += int(t.capacity)
			last = t
		}
	}
	return n
}

// mapBytes is what a map holds in memory; entry is the size of a key and a value, length its length.
func mapBytes(m unsafe.Pointer, length, entry int) int64 {
	if m == nil {
		return 0
	}
	slots := 8
	if mapsKnown {
		slots = slotsOf(m)
	} else {
		for slots < length*8/7 {
			slots *= 2
		}
	}
	return 48 + int64(slots)*int64(entry+1)
}
