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
