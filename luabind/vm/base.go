package vm

import (
	"math"
	"runtime/debug"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

func stack() []byte { return debug.Stack() }

// The tables of the language's libraries; each state has its own, made when its script first asks for it, since scripts
// change them (modlua-api.md 4.6).
const (
	stringLib = iota
	tableLib
	mathLib
	coroutineLib
	osLib
	ioLib
	debugLib
	packageLib
	bitLib
	utf8Lib
	libraries
)

// library is a Make for one of them.
func library(which int, make Make) Make {
	return func(s *State) lua.LValue {
		if s.lib[which] == nil {
			s.lib[which] = make(s).(*lua.LTable)
		}
		return s.lib[which]
	}
}

// functions makes values that all states can share.
func functions(all map[string]lua.LGFunction) map[string]lua.LValue {
	out := make(map[string]lua.LValue, len(all))
	for name, f := range all {
		out[name] = goFunction(f)
	}
	return out
}

var stdlib = map[string]Make{
	"string":    library(stringLib, stringTable),
	"table":     library(tableLib, Table(functions(tableFunctions))),
	"math":      library(mathLib, mathTable),
	"coroutine": library(coroutineLib, Table(functions(coroutineFunctions))),
	"os":        library(osLib, Table(functions(osFunctions))),
	"io":        library(ioLib, ioTable),
	"debug":     library(debugLib, Table(functions(debugFunctions))),
	"package":   library(packageLib, packageTable),
	"bit32":     library(bitLib, Table(functions(bitFunctions))),
	"utf8":      library(utf8Lib, utf8Table),
}

var base = func() map[string]Make {
	all := map[string]Make{
		"_G":       func(s *State) lua.LValue { return s.globals.table },
		"_VERSION": Value(lua.LString("Lua 5.1")),
		"unpack":   Value(unpackFunction),
	}
	for name, f := range functions(baseFunctions) {
		all[name] = Value(f)
	}
	for name, make := range stdlib {
		all[name] = make
	}
	return all
}()

// language is the environment of states that are given none.
var language = NewEnvironment(nil)

// modules is what package.loaded begins with.
var modules = func() *entries {
	all := map[string]Make{"_G": func(s *State) lua.LValue { return s.globals.table }}
	for name, make := range stdlib {
		all[name] = make
	}
	return newEntries(all, false)
}()

var (
	nextFunction   = goFunction(baseNext)
	ipairsStep     = goFunction(ipairsNext)
	unpackFunction = goFunction(unpack)
)

var baseFunctions = map[string]lua.LGFunction{
	"assert": baseAssert, "collectgarbage": collectGarbage, "dofile": doFile, "error": baseError, "gcinfo": gcInfo, "getfenv": getFenv,
	"getmetatable": getMetatable, "ipairs": ipairs, "load": load, "loadfile": loadFile, "loadstring": load, "module": module,
	"newproxy": newProxy, "pairs": pairs, "pcall": pcall, "print": printLine, "rawequal": rawEqual,
	"rawget": rawGet, "rawlen": rawLen, "rawset": rawSet, "require": require, "select": baseSelect, "setfenv": setFenv,
	"setmetatable": setMetatable, "tonumber": baseToNumber, "tostring": baseToString, "type": baseType, "xpcall": xpcall,
	"next": baseNext,
}

func baseAssert(l *lua.LState) int {
	if lua.LVAsBool(checkAny(l, 1)) {
		return l.GetTop()
	}
	if v := l.Get(2); v != lua.LNil && !isText(v) {
		l.Error(v, 0) // as 5.3; earlier versions take texts only
	}
	raise(l, 1, optString(l, 2, "assertion failed!"))
	return 0
}

func baseError(l *lua.LState) int {
	v := l.Get(1)
	if text, ok := stringOf(v); ok {
		if n := optInt(l, 2, 1); n > 0 {
			v = lua.LString(StateOf(l).where(threadOf(l), n) + text)
		}
	}
	l.Error(v, 0)
	return 0
}

func baseType(l *lua.LState) int {
	l.Push(lua.LString(typeName(checkAny(l, 1))))
	return 1
}

func baseToString(l *lua.LState) int {
	l.Push(toText(l, checkAny(l, 1)))
	return 1
}

// toText is what tostring gives.
func toText(l *lua.LState, v lua.LValue) lua.LValue {
	switch v := v.(type) {
	case lua.LString:
		if StateOf(l).text == nil {
			return v
		}
	case lua.LNumber:
		return lua.LString(NumberText(v))
	case lua.LBool:
		return lua.LString(v.String())
	case *lua.LNilType:
		return lua.LString("nil")
	}
	if f := event(l, v, "__tostring"); f != lua.LNil {
		l.Push(f)
		l.Push(v)
		StateOf(l).call(l, 1, 1)
		out := l.Get(-1)
		l.Pop(1)
		return out
	}
	return lua.LString(v.String())
}

// toLine is what print and string.format make of a value: tostring, which must give a text.
func toLine(l *lua.LState, v lua.LValue, who string) string {
	if s, ok := v.(lua.LString); ok && StateOf(l).text == nil {
		return string(s)
	}
	text, ok := stringOf(toText(l, v))
	if !ok {
		raise(l, 1, "'tostring' must return a string to '"+who+"'")
	}
	return text
}

func printLine(l *lua.LState) int {
	s := StateOf(l)
	var b strings.Builder
	for i := 1; i <= l.GetTop(); i++ {
		if i > 1 {
			b.WriteByte('\t')
		}
		word := toLine(l, l.Get(i), "print")
		s.room(l, b.Len()+len(word))
		b.WriteString(word)
	}
	s.printLines(b.String())
	return 0
}

func baseToNumber(l *lua.LState) int {
	v := checkAny(l, 1)
	if base := l.Get(2); base == lua.LNil {
		if n, ok := toNumber(v); ok {
			l.Push(n)
		} else {
			l.Push(lua.LNil)
		}
		return 1
	}
	base := checkInt(l, 2)
	if base == 10 {
		if n, ok := toNumber(v); ok {
			l.Push(n)
		} else {
			l.Push(lua.LNil)
		}
		return 1
	}
	text := checkString(l, 1)
	if base < 2 || base > 36 {
		argument(l, 2, "base out of range")
	}
	if n, ok := parseInBase(text, base); ok {
		l.Push(n)
	} else {
		l.Push(lua.LNil)
	}
	return 1
}

func baseNext(l *lua.LState) int {
	t := checkTable(l, 1)
	s := StateOf(l)
	s.whole(t)
	key, value := s.next(l, t, l.Get(2))
	if key == lua.LNil {
		l.Push(lua.LNil)
		return 1
	}
	l.Push(key)
	l.Push(value)
	return 2
}

// next is the entry after a key. The machine keeps the keys of entries that have gone, which costs time to pass over.
func (s *State) next(l *lua.LState, t *lua.LTable, key lua.LValue) (lua.LValue, lua.LValue) {
	p := partsOf(t)
	i, skipped := 0, 0
	n, ok := key.(lua.LNumber)
	switch {
	case key == lua.LNil:
	case ok && isIndex(n, len(p.array)):
		i = int(n)
	default:
		at, known := p.k2i[key]
		if !known {
			raise(l, 0, "invalid key to 'next'")
		}
		return s.nextKey(p, at+1)
	}
	for ; i < len(p.array); i++ {
		if v := p.array[i]; v != nil && v != lua.LNil {
			return lua.LNumber(i + 1), v
		}
		if skipped++; skipped&0xff == 0 {
			s.work(64)
		}
	}
	return s.nextKey(p, 0)
}

// nextKey is the first entry from the k-th key on that is not of the array.
func (s *State) nextKey(p *tableParts, k int) (lua.LValue, lua.LValue) {
	for skipped := 1; k < len(p.keys); k++ {
		switch key := p.keys[k].(type) {
		case lua.LString:
			if v, ok := p.strdict[string(key)]; ok {
				return p.keys[k], v
			}
		default:
			if v, ok := p.dict[key]; ok {
				return key, v
			}
		}
		if skipped++; skipped&0xff == 0 {
			s.work(64)
		}
	}
	return lua.LNil, lua.LNil
}

func isIndex(n lua.LNumber, length int) bool {
	return n >= 1 && n <= lua.LNumber(length) && n == lua.LNumber(int(n))
}

func pairs(l *lua.LState) int {
	v := l.Get(1)
	if f := event(l, v, "__pairs"); f != lua.LNil {
		l.Push(f)
		l.Push(v)
		StateOf(l).call(l, 1, 3)
		return 3
	}
	t := checkTable(l, 1)
	StateOf(l).whole(t)
	l.Push(nextFunction)
	l.Push(t)
	l.Push(lua.LNil)
	return 3
}

func ipairs(l *lua.LState) int {
	v := l.Get(1)
	if f := event(l, v, "__ipairs"); f != lua.LNil {
		l.Push(f)
		l.Push(v)
		StateOf(l).call(l, 1, 3)
		return 3
	}
	t := checkTable(l, 1)
	l.Push(ipairsStep)
	l.Push(t)
	l.Push(lua.LNumber(0))
	return 3
}

func ipairsNext(l *lua.LState) int {
	t := checkTable(l, 1)
	i := checkInt(l, 2) + 1
	v := rawGetInt(t, i)
	if v == lua.LNil {
		return 0
	}
	l.Push(lua.LNumber(i))
	l.Push(v)
	return 2
}

// rawGetInt sees what is beyond the array, too.
func rawGetInt(t *lua.LTable, i int) lua.LValue {
	if i > 0 && i < lua.MaxArrayIndex {
		return t.RawGetInt(i)
	}
	return t.RawGetH(lua.LNumber(i))
}

func rawGet(l *lua.LState) int {
	t := checkTable(l, 1)
	StateOf(l).whole(t)
	l.Push(t.RawGet(checkAny(l, 2)))
	return 1
}

func rawSet(l *lua.LState) int {
	t := checkTable(l, 1)
	checkAny(l, 2)
	checkAny(l, 3)
	s := StateOf(l)
	s.whole(t)
	s.store(l, t, l.Get(2), l.Get(3))
	l.SetTop(1)
	return 1
}

// store sets an entry without metamethods.
func (s *State) store(l *lua.LState, t *lua.LTable, key, value lua.LValue) {
	if t.Metatable != lua.LNil {
		s.whole(t)
	}
	switch k := key.(type) {
	case *lua.LNilType:
		raise(l, 0, "table index is nil")
	case lua.LNumber:
		if math.IsNaN(float64(k)) {
			raise(l, 0, "table index is NaN")
		}
		if n := int(k); lua.LNumber(n) == k && n < lua.MaxArrayIndex && n > len(partsOf(t).array) {
			s.room(l, 0)
			s.grown(16 * (n - len(partsOf(t).array)))
		}
	}
	t.RawSet(key, value)
}

// grown accounts for bytes that a table grows by.
func (s *State) grown(n int) {
	if n >= 4096 {
		s.work(n / 64)
	}
	s.fresh += int64(n)
	if s.size+s.fresh > s.limits.Memory && !s.weigh(int64(n)) {
		s.killed()
	}
}

func rawEqual(l *lua.LState) int {
	l.Push(lua.LBool(l.RawEqual(checkAny(l, 1), checkAny(l, 2))))
	return 1
}

func rawLen(l *lua.LState) int {
	switch v := l.Get(1).(type) {
	case lua.LString:
		l.Push(lua.LNumber(len(v)))
	case *lua.LTable:
		l.Push(lua.LNumber(v.Len()))
	default:
		argument(l, 1, "table or string expected")
	}
	return 1
}

func baseSelect(l *lua.LState) int {
	n := l.GetTop()
	if s, ok := l.Get(1).(lua.LString); ok && s == "#" {
		l.Push(lua.LNumber(n - 1))
		return 1
	}
	i := checkInt(l, 1)
	if i < 0 {
		i = n + i
	} else if i > n {
		i = n
	}
	if i < 1 {
		argument(l, 1, "index out of range")
	}
	return n - i
}

func unpack(l *lua.LState) int {
	t := checkTable(l, 1)
	from := optInt(l, 2, 1)
	to := optInt(l, 3, 0)
	if l.Get(3) == lua.LNil {
		to = t.Len()
	}
	n := to - from + 1
	if to < from {
		return 0
	}
	if n <= 0 || n > maxResults {
		raise(l, 1, "too many results to unpack")
	}
	fit(l, n)
	for i := from; i <= to; i++ {
		l.Push(rawGetInt(t, i))
	}
	return n
}

// maxResults is how many values a library function gives at most.
const maxResults = 100_000

// fit makes place for n values in one go: the machine grows its stack in small steps.
func fit(l *lua.LState, n int) {
	if n > 256 {
		StateOf(l).grown(16 * n)
		v := valuesOf(l)
		by := v.growBy
		v.growBy = n
		l.Push(lua.LNil)
		l.Pop(1)
		v.growBy = max(by, n)
	}
}

func collectGarbage(l *lua.LState) int {
	s := StateOf(l)
	switch option := optString(l, 1, "collect"); option {
	case "count":
		s.account()
		size := s.walk()
		l.Push(lua.LNumber(float64(size) / 1024))
		l.Push(lua.LNumber(size % 1024))
		return 2
	case "collect", "stop", "restart", "setpause", "setstepmul", "generational", "incremental":
		l.Push(lua.LNumber(0))
	case "step":
		l.Push(lua.LTrue)
	case "isrunning":
		l.Push(lua.LTrue)
	default:
		argument(l, 1, "invalid option '"+option+"'")
	}
	return 1
}

func gcInfo(l *lua.LState) int {
	l.Push(lua.LNumber(StateOf(l).walk() / 1024))
	return 1
}

// newProxy is Lua 5.1's hidden function: a userdata, with a metatable if asked for.
func newProxy(l *lua.LState) int {
	StateOf(l).grown(userdataBytes + tableBytes)
	ud := &lua.LUserData{Env: StateOf(l).globals.table, Metatable: lua.LNil}
	switch v := l.Get(1).(type) {
	case lua.LBool:
		if v {
			ud.Metatable = &lua.LTable{Metatable: lua.LNil}
		}
	case *lua.LNilType:
	case *lua.LUserData:
		if v.Value != nil {
			argument(l, 1, "boolean or proxy expected")
		}
		ud.Metatable = v.Metatable
	default:
		argument(l, 1, "boolean or proxy expected")
	}
	l.Push(ud)
	return 1
}
