package vm

import (
	"cmp"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

var tableFunctions = map[string]lua.LGFunction{
	"concat": tableConcat, "foreach": tableForeach, "foreachi": tableForeachi, "getn": tableGetn, "insert": tableInsert, "maxn": tableMaxn,
	"move": tableMove, "pack": tablePack, "remove": tableRemove, "setn": tableSetn, "sort": tableSort, "unpack": unpack,
}

func tableGetn(l *lua.LState) int {
	l.Push(lua.LNumber(checkTable(l, 1).Len()))
	return 1
}

func tableSetn(l *lua.LState) int {
	raise(l, 1, "'setn' is obsolete")
	return 0
}

func tableMaxn(l *lua.LState) int {
	t := checkTable(l, 1)
	most := lua.LNumber(t.MaxN())
	p := partsOf(t)
	StateOf(l).work(len(p.dict))
	for k := range p.dict {
		if n, ok := k.(lua.LNumber); ok && n > most {
			most = n
		}
	}
	l.Push(most)
	return 1
}

func tableInsert(l *lua.LState) int {
	t := checkTable(l, 1)
	s := StateOf(l)
	n := t.Len() + 1
	switch l.GetTop() {
	case 2:
		s.store(l, t, lua.LNumber(n), l.Get(2))
	case 3:
		at := checkInt(l, 2)
		v := l.Get(3)
		a := partsOf(t).array
		if at >= 1 && at < n && n-1 == len(a) && len(a) < lua.MaxArrayIndex-1 {
			s.work(1 + (n-at)/16)
			t.Insert(at, v)
			return 0
		}
		if at > n {
			n = at
		}
		for i := n; i > at; i-- {
			s.work(1)
			s.store(l, t, lua.LNumber(i), rawGetInt(t, i-1))
		}
		s.store(l, t, lua.LNumber(at), v)
	default:
		raise(l, 1, "wrong number of arguments to 'insert'")
	}
	return 0
}

func tableRemove(l *lua.LState) int {
	t := checkTable(l, 1)
	s := StateOf(l)
	n := t.Len()
	at := optInt(l, 2, n)
	if at < 1 || at > n {
		return 0 // as 5.1
	}
	v := rawGetInt(t, at)
	if a := partsOf(t).array; n == len(a) {
		s.work(1 + (n-at)/16)
		copy(a[at-1:], a[at:])
		a[n-1] = nil
		partsOf(t).array = a[:n-1]
	} else {
		s.work(1 + (n - at))
		for i := at; i < n; i++ {
			t.RawSetInt(i, rawGetInt(t, i+1))
		}
		t.RawSetInt(n, lua.LNil)
	}
	l.Push(v)
	return 1
}

func tableConcat(l *lua.LState) int {
	t, sep := checkTable(l, 1), optString(l, 2, "")
	from := optInt(l, 3, 1)
	to := optInt(l, 4, 0)
	if l.Get(4) == lua.LNil {
		to = t.Len()
	}
	s := StateOf(l)
	size := 0
	for i := from; i <= to; i++ {
		switch v := rawGetInt(t, i).(type) {
		case lua.LString:
			size += len(v)
		case lua.LNumber:
			size += 24
		default:
			raise(l, 1, "invalid value ("+typeName(v)+") at index "+NumberText(lua.LNumber(i))+" in table for 'concat'")
		}
		if i < to {
			size += len(sep)
		}
		if size > s.limits.String || i&0xff == 0 {
			s.work(256)
			if size > s.limits.String {
				break
			}
		}
	}
	s.room(l, size)
	out := make([]byte, 0, size)
	for i := from; i <= to; i++ {
		switch v := rawGetInt(t, i).(type) {
		case lua.LString:
			out = append(out, v...)
		case lua.LNumber:
			out = appendNumber(out, v)
		}
		if i < to {
			out = append(out, sep...)
		}
	}
	l.Push(made(out))
	return 1
}

func tablePack(l *lua.LState) int {
	n := l.GetTop()
	StateOf(l).grown(tableBytes + 16*n)
	t := l.CreateTable(n, 1)
	for i := 1; i <= n; i++ {
		t.RawSetInt(i, l.Get(i))
	}
	t.RawSetString("n", lua.LNumber(n))
	l.Push(t)
	return 1
}

// tableMove is 5.3's.
func tableMove(l *lua.LState) int {
	from := checkTable(l, 1)
	f, e, at := checkInt(l, 2), checkInt(l, 3), checkInt(l, 4)
	to := from
	if l.Get(5) != lua.LNil {
		to = checkTable(l, 5)
	}
	s := StateOf(l)
	if e >= f {
		if at > e || at <= f || to != from {
			for i := 0; i <= e-f; i++ {
				s.work(1)
				s.store(l, to, lua.LNumber(at+i), rawGetInt(from, f+i))
			}
		} else {
			for i := e - f; i >= 0; i-- {
				s.work(1)
				s.store(l, to, lua.LNumber(at+i), rawGetInt(from, f+i))
			}
		}
	}
	l.Push(to)
	return 1
}

func tableForeach(l *lua.LState) int {
	t, f := checkTable(l, 1), checkFunction(l, 2)
	s := StateOf(l)
	s.whole(t)
	key, v := s.next(l, t, lua.LNil)
	for key != lua.LNil {
		l.Push(f)
		l.Push(key)
		l.Push(v)
		s.call(l, 2, 1)
		if l.Get(-1) != lua.LNil {
			return 1
		}
		l.Pop(1)
		s.work(1)
		key, v = s.next(l, t, key)
	}
	return 0
}

func tableForeachi(l *lua.LState) int {
	t, f := checkTable(l, 1), checkFunction(l, 2)
	s := StateOf(l)
	n := t.Len()
	for i := 1; i <= n; i++ {
		l.Push(f)
		l.Push(lua.LNumber(i))
		l.Push(rawGetInt(t, i))
		s.call(l, 2, 1)
		if l.Get(-1) != lua.LNil {
			return 1
		}
		l.Pop(1)
		s.work(1)
	}
	return 0
}

// sorter is the quicksort of PUC Lua's ltablib.c, which calls the comparator in the same order and notices one that is none.
type sorter struct {
	l    *lua.LState
	s    *State
	t    *lua.LTable
	less *lua.LFunction
}

func tableSort(l *lua.LState) int {
	t := checkTable(l, 1)
	x := &sorter{l: l, s: StateOf(l), t: t}
	if l.Get(2) != lua.LNil {
		x.less = checkFunction(l, 2)
	}
	l.SetTop(2)
	n := t.Len()
	if a := partsOf(t).array; x.less != nil || n > len(a) || !x.simple(a[:n]) {
		x.sort(1, n)
	}
	return 0
}

// simple sorts what are all numbers, or all texts: there are no metamethods, and equal ones cannot be told apart.
func (x *sorter) simple(a []lua.LValue) bool {
	numbers, texts := 0, 0
	for _, v := range a {
		switch v := v.(type) {
		case lua.LNumber:
			if v != v {
				return false
			}
			numbers++
		case lua.LString:
			texts++
		default:
			return false
		}
	}
	switch len(a) {
	case numbers:
		slices.SortFunc(a, func(p, q lua.LValue) int {
			x.step()
			return cmp.Compare(p.(lua.LNumber), q.(lua.LNumber))
		})
	case texts:
		slices.SortFunc(a, func(p, q lua.LValue) int {
			x.step()
			return cmp.Compare(p.(lua.LString), q.(lua.LString))
		})
	default:
		return false
	}
	return true
}

func (x *sorter) step() {
	if x.s.left--; x.s.left < 0 {
		x.s.work(0)
	}
}

func (x *sorter) get(i int) lua.LValue    { return rawGetInt(x.t, i) }
func (x *sorter) set(i int, v lua.LValue) { x.t.RawSet(lua.LNumber(i), v) }

func (x *sorter) before(a, b lua.LValue) bool {
	x.step()
	if x.less == nil {
		return x.lessThan(a, b)
	}
	x.l.Push(x.less)
	x.l.Push(a)
	x.l.Push(b)
	x.s.call(x.l, 2, 1)
	r := lua.LVAsBool(x.l.Get(-1))
	x.l.Pop(1)
	return r
}

func (x *sorter) lessThan(a, b lua.LValue) bool {
	if m, ok := a.(lua.LNumber); ok {
		if n, ok := b.(lua.LNumber); ok {
			return m < n
		}
	}
	f := event(x.l, a, "__lt")
	if a.Type() != b.Type() || f == lua.LNil || f != event(x.l, b, "__lt") {
		text := "attempt to compare " + typeName(a) + " with " + typeName(b)
		if a.Type() == b.Type() {
			text = "attempt to compare two " + typeName(a) + " values"
		}
		raise(x.l, 1, text)
	}
	x.l.Push(f)
	x.l.Push(a)
	x.l.Push(b)
	x.s.call(x.l, 2, 1)
	r := lua.LVAsBool(x.l.Get(-1))
	x.l.Pop(1)
	return r
}

func (x *sorter) sort(lo, up int) {
	for lo < up {
		if x.before(x.get(up), x.get(lo)) {
			a, b := x.get(lo), x.get(up)
			x.set(lo, b)
			x.set(up, a)
		}
		if up-lo == 1 {
			return
		}
		i := (lo + up) / 2
		if x.before(x.get(i), x.get(lo)) {
			a, b := x.get(i), x.get(lo)
			x.set(i, b)
			x.set(lo, a)
		} else if x.before(x.get(up), x.get(i)) {
			a, b := x.get(i), x.get(up)
			x.set(i, b)
			x.set(up, a)
		}
		if up-lo == 2 {
			return
		}
		pivot := x.get(i)
		v := x.get(up - 1)
		x.set(i, v)
		x.set(up-1, pivot)
		i = lo
		j := up - 1
		for {
			for i++; x.before(x.get(i), pivot); i++ {
				if i > up {
					raise(x.l, 1, "invalid order function for sorting")
				}
			}
			for j--; x.before(pivot, x.get(j)); j-- {
				if j < lo {
					raise(x.l, 1, "invalid order function for sorting")
				}
			}
			if j < i {
				break
			}
			a, b := x.get(i), x.get(j)
			x.set(i, b)
			x.set(j, a)
		}
		a, b := x.get(up-1), x.get(i)
		x.set(up-1, b)
		x.set(i, a)
		if i-lo < up-i {
			x.sort(lo, i-1)
			lo = i + 1
		} else {
			x.sort(i+1, up)
			up = i - 1
		}
	}
}
