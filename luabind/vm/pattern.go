package vm

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// The matcher of PUC Lua's lstrlib.c, with a budget of steps, %g of Lua 5.2, and \0 in patterns.

const (
	maxCaptures = 32
	maxMatches  = 200 // levels of recursion, as Lua 5.2

	captureOpen     = -1
	capturePosition = -2
)

// bits of classes
const (
	classAlpha = 1 << iota
	classDigit
	classLower
	classUpper
	classSpace
	classPunct
	classCntrl
	classXdigit
)

// classes is what C's ctype.h says in the C locale.
var classes = func() (t [256]uint8) {
	for i := range 128 {
		c := byte(i)
		switch {
		case c >= '0' && c <= '9':
			t[c] |= classDigit | classXdigit
		case c >= 'a' && c <= 'z':
			t[c] |= classAlpha | classLower
		case c >= 'A' && c <= 'Z':
			t[c] |= classAlpha | classUpper
		case c > ' ' && c < 127:
			t[c] |= classPunct
		}
		if c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' {
			t[c] |= classXdigit
		}
		if isSpace(c) {
			t[c] |= classSpace
		}
		if c < ' ' || c == 127 {
			t[c] |= classCntrl
		}
	}
	return t
}()

type capture struct{ start, len int }

type matcher struct {
	l        *lua.LState
	s        *State
	src, pat string
	level    int
	depth    int
	steps    int
	captures [maxCaptures]capture
}

func newMatcher(l *lua.LState, src, pat string) *matcher {
	return &matcher{l: l, s: StateOf(l), src: src, pat: pat}
}

func (m *matcher) step(n int) {
	if m.steps += n; m.steps >= 256 {
		m.s.work(m.steps)
		m.steps = 0
	}
}

// done accounts for the steps that are left.
func (m *matcher) done() { m.s.left -= int64(m.steps) }

func (m *matcher) fail(text string) int {
	raise(m.l, 1, text)
	return -1
}

// reset begins a new match.
func (m *matcher) reset() { m.level, m.depth = 0, 0 }

// match matches the pattern from p on at src[i:], and returns the end of the match, -1 if there is none.
func (m *matcher) match(i, p int) int {
	if m.depth++; m.depth > maxMatches {
		m.fail("pattern too complex")
	}
	r := m.run(i, p)
	m.depth--
	return r
}

func (m *matcher) run(i, p int) int {
	pat := m.pat
	for {
		m.step(1)
		if p == len(pat) {
			return i
		}
		switch pat[p] {
		case '(':
			if p+1 < len(pat) && pat[p+1] == ')' {
				return m.open(i, p+2, capturePosition)
			}
			return m.open(i, p+1, captureOpen)
		case ')':
			return m.close(i, p+1)
		case '$':
			if p+1 == len(pat) {
				if i == len(m.src) {
					return i
				}
				return -1
			}
		case '%':
			if p+1 < len(pat) {
				switch c := pat[p+1]; {
				case c == 'b':
					if i = m.balance(i, p+2); i < 0 {
						return -1
					}
					p += 4
					continue
				case c == 'f':
					p += 2
					if p >= len(pat) || pat[p] != '[' {
						m.fail("missing '[' after '%f' in pattern")
					}
					end := m.classEnd(p)
					var before, at byte
					if i > 0 {
						before = m.src[i-1]
					}
					if i < len(m.src) {
						at = m.src[i]
					}
					if m.inSet(before, p, end-1) || !m.inSet(at, p, end-1) {
						return -1
					}
					p = end
					continue
				case c >= '0' && c <= '9':
					k := m.checkCapture(c)
					if m.captures[k].len < 0 {
						return -1 // of a position
					}
					got := m.src[m.captures[k].start : m.captures[k].start+m.captures[k].len]
					if !strings.HasPrefix(m.src[i:], got) {
						return -1
					}
					m.step(len(got) / 64)
					i += len(got)
					p += 2
					continue
				}
			}
		}
		end := m.classEnd(p)
		var suffix byte
		if end < len(pat) {
			suffix = pat[end]
		}
		switch suffix {
		case '?':
			if i < len(m.src) && m.single(m.src[i], p, end) {
				if r := m.match(i+1, end+1); r >= 0 {
					return r
				}
			}
			p = end + 1
			continue
		case '*':
			return m.expand(i, p, end, 0)
		case '+':
			return m.expand(i, p, end, 1)
		case '-':
			for {
				if r := m.match(i, end+1); r >= 0 {
					return r
				}
				if i >= len(m.src) || !m.single(m.src[i], p, end) {
					return -1
				}
				i++
				m.step(1)
			}
		}
		if i >= len(m.src) || !m.single(m.src[i], p, end) {
			return -1
		}
		i++
		p = end
	}
}

// expand matches as often as it can, at least least times.
func (m *matcher) expand(i, p, end, least int) int {
	n := 0
	switch pat := m.pat; {
	case pat[p] == '.':
		n = len(m.src) - i
	default:
		for i+n < len(m.src) && m.single(m.src[i+n], p, end) {
			n++
		}
	}
	m.step(n / 8)
	if end+1 == len(m.pat) {
		if n >= least {
			return i + n
		}
		return -1
	}
	for ; n >= least; n-- {
		if r := m.match(i+n, end+1); r >= 0 {
			return r
		}
	}
	return -1
}

func (m *matcher) open(i, p, what int) int {
	if m.level >= maxCaptures {
		m.fail("too many captures")
	}
	m.captures[m.level] = capture{i, what}
	m.level++
	r := m.match(i, p)
	if r < 0 {
		m.level--
	}
	return r
}

func (m *matcher) close(i, p int) int {
	k := -1
	for j := m.level - 1; j >= 0; j-- {
		if m.captures[j].len == captureOpen {
			k = j
			break
		}
	}
	if k < 0 {
		m.fail("invalid pattern capture")
	}
	m.captures[k].len = i - m.captures[k].start
	r := m.match(i, p)
	if r < 0 {
		m.captures[k].len = captureOpen
	}
	return r
}

func (m *matcher) balance(i, p int) int {
	if p+1 >= len(m.pat) {
		m.fail("unbalanced pattern")
	}
	if i >= len(m.src) || m.src[i] != m.pat[p] {
		return -1
	}
	open, shut, depth := m.pat[p], m.pat[p+1], 1
	for j := i + 1; j < len(m.src); j++ {
		if (j-i)&0xff == 0 {
			m.step(64)
		}
		switch m.src[j] {
		case shut:
			if depth--; depth == 0 {
				m.step((j - i) & 0xff)
				return j + 1
			}
		case open:
			depth++
		}
	}
	m.step((len(m.src) - i) & 0xff)
	return -1
}

func (m *matcher) checkCapture(c byte) int {
	k := int(c) - '1'
	if k < 0 || k >= m.level || m.captures[k].len == captureOpen {
		m.fail("invalid capture index")
	}
	return k
}

// classEnd is the end of the single-character class that begins at p.
func (m *matcher) classEnd(p int) int {
	pat := m.pat
	c := pat[p]
	p++
	switch c {
	case '%':
		if p >= len(pat) {
			m.fail("malformed pattern (ends with '%')")
		}
		return p + 1
	case '[':
		if p < len(pat) && pat[p] == '^' {
			p++
		}
		for first := true; ; first = false {
			if p >= len(pat) {
				m.fail("malformed pattern (missing ']')")
			}
			c := pat[p]
			if c == ']' && !first {
				return p + 1
			}
			p++
			if c == '%' {
				if p >= len(pat) {
					m.fail("malformed pattern (missing ']')")
				}
				p++
			}
			m.step(1)
		}
	}
	return p
}

// single says whether a character is of the class pat[p:end].
func (m *matcher) single(c byte, p, end int) bool {
	switch x := m.pat[p]; x {
	case '.':
		return true
	case '%':
		return ofClass(c, m.pat[p+1])
	case '[':
		return m.inSet(c, p, end-1)
	default:
		return x == c
	}
}

// inSet says whether a character is in the set whose '[' is at p and whose ']' at end.
func (m *matcher) inSet(c byte, p, end int) bool {
	in := true
	pat := m.pat
	p++
	if pat[p] == '^' {
		in = false
		p++
	}
	if end-p > 32 {
		m.step((end - p) / 16)
	}
	for ; p < end; p++ {
		switch {
		case pat[p] == '%' && p+1 < end:
			p++
			if ofClass(c, pat[p]) {
				return in
			}
		case p+2 < end && pat[p+1] == '-':
			if pat[p] <= c && c <= pat[p+2] {
				return in
			}
			p += 2
		case pat[p] == c:
			return in
		}
	}
	return !in
}

func ofClass(c, class byte) bool {
	t := classes[c]
	var in bool
	switch class | 0x20 {
	case 'a':
		in = t&classAlpha != 0
	case 'd':
		in = t&classDigit != 0
	case 'l':
		in = t&classLower != 0
	case 's':
		in = t&classSpace != 0
	case 'u':
		in = t&classUpper != 0
	case 'w':
		in = t&(classAlpha|classDigit) != 0
	case 'x':
		in = t&classXdigit != 0
	case 'p':
		in = t&classPunct != 0
	case 'c':
		in = t&classCntrl != 0
	case 'g':
		in = t&(classAlpha|classDigit|classPunct) != 0
	case 'z':
		in = c == 0
	default:
		return class == c
	}
	if class < 'a' {
		if class < 'A' {
			return class == c
		}
		return !in
	}
	return in
}

// get is a capture, or the whole match if there is none.
func (m *matcher) get(k, start, end int) lua.LValue {
	if k >= m.level {
		if k != 0 {
			m.fail("invalid capture index")
		}
		return lua.LString(cut(m.src, start, end))
	}
	switch c := m.captures[k]; c.len {
	case captureOpen:
		m.fail("unfinished capture")
		return nil
	case capturePosition:
		return lua.LNumber(c.start + 1)
	default:
		return lua.LString(cut(m.src, c.start, c.start+c.len))
	}
}

// push pushes all captures, or the whole match if there are none and whole.
func (m *matcher) push(start, end int, whole bool) int {
	n := m.level
	if n == 0 && whole {
		n = 1
	}
	for k := range n {
		m.l.Push(m.get(k, start, end))
	}
	return n
}

// cut is a part of a string. A small part of a long string is copied, since it would keep the whole in memory.
func cut(s string, from, to int) string {
	if len(s) > 256 && to-from < len(s)/4 {
		return strings.Clone(s[from:to])
	}
	return s[from:to]
}

// plain says whether a pattern has no special characters.
func plain(pat string) bool { return !strings.ContainsAny(pat, "^$*+?.([%-") }

func stringFind(l *lua.LState) int { return findOrMatch(l, true) }

func stringMatch(l *lua.LState) int { return findOrMatch(l, false) }

func findOrMatch(l *lua.LState, find bool) int {
	src, pat := checkString(l, 1), checkString(l, 2)
	init := position(optInt(l, 3, 1), len(src)) - 1
	init = min(max(init, 0), len(src))
	if find && (lua.LVAsBool(l.Get(4)) || plain(pat)) {
		StateOf(l).work((len(src) - init) / 64)
		i := strings.Index(src[init:], pat)
		if i < 0 {
			l.Push(lua.LNil)
			return 1
		}
		l.Push(lua.LNumber(init + i + 1))
		l.Push(lua.LNumber(init + i + len(pat)))
		return 2
	}
	m := newMatcher(l, src, pat)
	p := 0
	if strings.HasPrefix(pat, "^") {
		p = 1
	}
	for i := init; i <= len(src); i++ {
		m.reset()
		if end := m.match(i, p); end >= 0 {
			m.done()
			if find {
				l.Push(lua.LNumber(i + 1))
				l.Push(lua.LNumber(end))
				return 2 + m.push(i, end, false)
			}
			return m.push(i, end, true)
		}
		if p == 1 {
			break
		}
	}
	m.done()
	l.Push(lua.LNil)
	return 1
}

// position is an index that may count from the end.
func position(i, length int) int {
	if i >= 0 {
		return i
	}
	if -i > length {
		return 0
	}
	return length + i + 1
}

// stringGmatch gives an iterator that can be called by hand, too.
func stringGmatch(l *lua.LState) int {
	src, pat := checkString(l, 1), checkString(l, 2)
	at := 0
	m := newMatcher(l, src, pat)
	step := &lua.LFunction{IsG: true, GFunction: func(l *lua.LState) int {
		m.l = l
		for ; at <= len(src); at++ {
			m.reset()
			if end := m.match(at, 0); end >= 0 {
				start := at
				at = end
				if end == start {
					at++
				}
				m.done()
				return m.push(start, end, true)
			}
		}
		m.done()
		return 0
	}}
	up := &lua.Upvalue{}
	up.Close()
	up.SetValue(lua.LString(src))
	step.Upvalues = []*lua.Upvalue{up} // for the walk to see
	l.Push(step)
	return 1
}

func stringGsub(l *lua.LState) int {
	src, pat := checkString(l, 1), checkString(l, 2)
	repl := l.Get(3)
	var text string
	switch v := repl.(type) {
	case lua.LString, lua.LNumber:
		text, _ = stringOf(v)
	case *lua.LTable, *lua.LFunction:
	default:
		argument(l, 3, "string/function/table expected")
	}
	most := optInt(l, 4, len(src)+1)
	s := StateOf(l)
	m := newMatcher(l, src, pat)
	p := 0
	if strings.HasPrefix(pat, "^") {
		p = 1
	}
	isText := repl.Type() != lua.LTTable && repl.Type() != lua.LTFunction
	simple := isText && strings.IndexByte(text, '%') < 0
	var out []byte
	last, at, n := 0, 0, 0
	for n < most {
		m.reset()
		end := m.match(at, p)
		if end >= 0 {
			n++
			out = append(out, src[last:at]...)
			switch {
			case simple:
				out = append(out, text...)
			case isText:
				out = m.expandText(out, text, at, end)
			default:
				out = m.replaced(out, repl, at, end)
			}
			last = end
			if len(out) > s.limits.String {
				s.room(l, len(out))
			}
		}
		if end > at {
			at = end
		} else if at < len(src) {
			at++
		} else {
			break
		}
		if p == 1 {
			break
		}
	}
	m.done()
	if n == 0 {
		l.Push(lua.LString(src))
	} else {
		s.room(l, len(out)+len(src)-last)
		l.Push(made(append(out, src[last:]...)))
	}
	l.Push(lua.LNumber(n))
	return 2
}

// expandText appends a replacement with its captures put in.
func (m *matcher) expandText(out []byte, text string, start, end int) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out = append(out, text[i])
			continue
		}
		i++
		switch {
		case i == len(text):
			out = append(out, 0) // as 5.1
		case text[i] == '0':
			out = append(out, m.src[start:end]...)
		case text[i] >= '1' && text[i] <= '9':
			s, _ := stringOf(m.get(int(text[i]-'1'), start, end))
			out = append(out, s...)
		default:
			out = append(out, text[i])
		}
		if len(out) > m.s.limits.String {
			m.s.room(m.l, len(out))
		}
	}
	m.step(len(text))
	return out
}

// replaced appends what a function or table says for a match.
func (m *matcher) replaced(out []byte, repl lua.LValue, start, end int) []byte {
	l := m.l
	var v lua.LValue
	if t, ok := repl.(*lua.LTable); ok {
		key := m.get(0, start, end)
		if t.Metatable == lua.LNil {
			v = t.RawGet(key)
		} else {
			m.s.boundaries++
			v = l.GetTable(t, key)
			m.s.boundaries--
		}
	} else {
		l.Push(repl)
		n := m.push(start, end, true)
		m.s.call(l, n, 1)
		v = l.Get(-1)
		l.Pop(1)
	}
	if lua.LVIsFalse(v) {
		return append(out, m.src[start:end]...)
	}
	s, ok := stringOf(v)
	if !ok {
		raise(l, 1, "invalid replacement value (a "+typeName(v)+")")
	}
	return append(out, s...)
}
