package vm

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// FuzzPattern: find, match, gmatch and gsub agree with each other, what they find lies within the string, and a pattern that is a regular expression,
// too, finds what Go's finds.
func FuzzPattern(f *testing.F) {
	for _, seed := range []struct {
		src, pat string
		init     int8
	}{
		{"hello world", "o w", 1}, {"key = value", "^(%w+)%s*=%s*(%w+)$", 1}, {"1000,2000", "(%d+),?", 3}, {"THE (quick) fox", "%((%a+)%)", -9},
		{"  trim  ", "^%s*(.-)%s*$", 1}, {"f(a(b)c)", "%b()", 1}, {"THE (quick) fox", "%f[%a]%a+", 2}, {"abab", "(a)(b)%1%2", 1}, {"abc", "()b()", 1},
		{"x^y", "[%^]", 1}, {"a]b-c", "[]%-]", 1}, {"a.b", "[^%w_]", 1}, {"2026-11-21", "(%d%d%d%d)%-(%d%d)%-(%d%d)", 1}, {"\x00\xff\x00", "%z[\x80-\xff]%z?", 1},
		{"aaa", "a-", 1}, {"aaa", "a*a?b-$", 2}, {"", "", 5}, {"abc", "", 3}, {"x", "%", 1}, {"x", "[x", 1}, {"x", "(x", 1}, {"x", "x)", 1}, {"x", "%1", 1},
		{"aXb", "[a-%u]", 1}, {"+", "[+-%d]", 1}, {"sip:1000@example.com;transport=udp", "sip:([^@]+)@([^;]+)", 1},
	} {
		f.Add(seed.src, seed.pat, seed.init)
	}
	watch := NewWatch()
	f.Cleanup(watch.Close)
	f.Fuzz(func(t *testing.T, src, pat string, init int8) {
		if len(src) > 256 || len(pat) > 64 {
			return
		}
		defer hurry()()
		b := newBench(t, Options{Watch: watch})
		found, failed := b.call("string.find", src, pat, int(init))
		matched, matchFailed := b.call("string.match", src, pat, int(init))
		if b.over {
			return
		}
		if failed != matchFailed && !plain(pat) { // find takes a pattern without special characters as a text, though it may be none for match
			t.Fatalf("find: %q, match: %q", failed, matchFailed)
		}
		if failed != "" || matchFailed != "" {
			return
		}
		agree(t, src, found, matched)
		if from := start(int(init), len(src)); from <= len(src) {
			if want, ok := regular(src, pat, from); ok && !reflect.DeepEqual(found, want) {
				t.Errorf("find gives %q, Go's regexp %q", found, want)
			}
		}
		steps(b, src, pat)
	})
}

// start is where a search begins, counted from zero.
func start(init, length int) int {
	if init < 0 {
		init = max(length+init+1, 1)
	}
	return min(max(init-1, 0), length)
}

// agree compares the results of find and match.
func agree(t *testing.T, src string, found, matched []any) {
	t.Helper()
	if len(found) == 0 || found[0] == nil {
		if len(found) != 1 || !reflect.DeepEqual(matched, []any{nil}) {
			t.Fatalf("find gives %v, match %v", found, matched)
		}
		return
	}
	from, to := int(found[0].(float64)), int(found[1].(float64))
	if from < 1 || to < from-1 || to > len(src) {
		t.Fatalf("found from %d to %d, in %d bytes", from, to, len(src))
	}
	captures := found[2:]
	for _, c := range captures {
		switch c := c.(type) {
		case float64:
			if c < 1 || int(c) > len(src)+1 {
				t.Fatalf("a capture at %v, in %d bytes", c, len(src))
			}
		case string:
			if !strings.Contains(src[from-1:to], c) {
				t.Fatalf("a capture %q of %q", c, src[from-1:to])
			}
		}
	}
	if len(captures) == 0 {
		captures = []any{src[from-1 : to]}
	}
	if !reflect.DeepEqual(captures, matched) {
		t.Fatalf("find gives %q, match %q", captures, matched)
	}
}

// steps goes through all matches of a pattern, one find after the other, and compares with what gmatch and gsub make of it.
func steps(b *bench, src, pat string) {
	b.Helper()
	var matches [][]any
	var marked strings.Builder
	for at, last := 0, 0; at <= len(src); {
		found, failed := b.call("string.find", src, pat, at+1)
		if failed != "" || b.over {
			return // at another place the pattern may be too complex
		}
		if found[0] == nil {
			marked.WriteString(src[last:])
			break
		}
		from, to := int(found[0].(float64))-1, int(found[1].(float64))
		captures := found[2:]
		if len(captures) == 0 {
			captures = []any{src[from:to]}
		}
		matches = append(matches, captures)
		marked.WriteString(src[last:from] + "<" + src[from:to] + ">")
		if last, at = to, to; from == to {
			at++
		}
		if strings.HasPrefix(pat, "^") || at > len(src) {
			marked.WriteString(src[last:])
			break
		}
	}
	n := float64(len(matches))
	none := lua.LNil
	for what, repl := range map[string]any{
		"%0": "%0", "a table": &lua.LTable{Metatable: none}, "a function": goFunction(func(l *lua.LState) int { return 0 }),
	} {
		if out, failed := b.call("string.gsub", src, pat, repl); !b.over && failed == "" && !reflect.DeepEqual(out, []any{src, n}) {
			b.Fatalf("gsub of itself with %s gives %q, want %q with %v matches", what, out, src, n)
		}
	}
	if out, failed := b.call("string.gsub", src, pat, "<%0>"); !b.over && failed == "" && !reflect.DeepEqual(out, []any{marked.String(), n}) {
		b.Fatalf("gsub gives %q, find %q", out, marked.String())
	}
	if strings.HasPrefix(pat, "^") {
		return // gmatch knows no anchor
	}
	var all [][]any
	iterator, _ := b.call("string.gmatch", src, pat)
	for !b.over && len(all) <= len(src)+1 {
		values, err := b.s.Results(b.s.L, iterator[0].(lua.LValue))
		failed, whole := ended(b.T, err)
		if !whole || failed != "" {
			return
		}
		if len(values) == 0 {
			break
		}
		var captures []any
		for _, v := range values {
			if n, ok := v.(lua.LNumber); ok {
				captures = append(captures, float64(n))
			} else {
				captures = append(captures, lua.LVAsString(v))
			}
		}
		all = append(all, captures)
	}
	if !b.over && !reflect.DeepEqual(all, matches) {
		b.Fatalf("gmatch gives %q, find %q", all, matches)
	}
}

// regular is what find gives according to Go's regular expressions; ok is false for a pattern that is none.
func regular(src, pat string, from int) (found []any, ok bool) {
	expr, positions, ok := translate(pat)
	if !ok {
		return nil, false
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, false
	}
	// Each byte is a character of its own; at is where each begins.
	var text strings.Builder
	at := map[int]int{}
	for i := from; i < len(src); i++ {
		at[text.Len()] = i
		text.WriteRune(rune(src[i]))
	}
	at[text.Len()] = len(src)
	m := re.FindStringSubmatchIndex(text.String())
	if m == nil {
		return []any{nil}, true
	}
	found = []any{float64(at[m[0]] + 1), float64(at[m[1]])}
	for i, position := range positions {
		begin, end := at[m[2*i+2]], at[m[2*i+3]]
		if position {
			found = append(found, float64(begin+1))
		} else {
			found = append(found, src[begin:end])
		}
	}
	return found, true
}

// sets are the classes of Lua as Go's regular expressions have them.
var sets = map[byte]string{
	'a': `a-zA-Z`, 'd': `0-9`, 'l': `a-z`, 'u': `A-Z`, 's': "\t-\r ", 'w': `a-zA-Z0-9`, 'x': `0-9a-fA-F`, 'p': "!-/:-@\\[-`{-~", 'c': `\x00-\x1f\x7f`,
	'g': `!-~`, 'z': `\x00`,
}

// translate makes a regular expression of a pattern, and tells which captures are positions. It leaves what needs more to others: %b, %f, back
// references, and all that is no pattern.
func translate(pat string) (expr string, positions []bool, ok bool) {
	var out strings.Builder
	out.WriteString("(?s)")
	depth := 0
	for i := 0; i < len(pat); {
		switch c := pat[i]; {
		case c == '^' && i == 0:
			out.WriteString(`\A`)
			i++
			continue
		case c == '$' && i == len(pat)-1:
			out.WriteString(`\z`)
			i++
			continue
		case c == '(':
			if positions = append(positions, strings.HasPrefix(pat[i:], "()")); len(positions) > maxCaptures {
				return "", nil, false
			}
			out.WriteByte('(')
			depth++
			i++
			continue
		case c == ')':
			if depth--; depth < 0 {
				return "", nil, false
			}
			out.WriteByte(')')
			i++
			continue
		}
		set, size, good := class(pat[i:])
		if !good {
			return "", nil, false
		}
		i += size
		out.WriteString(set)
		if i < len(pat) {
			switch pat[i] {
			case '*', '+', '?':
				out.WriteByte(pat[i])
				i++
			case '-':
				out.WriteString("*?")
				i++
			}
		}
	}
	return out.String(), positions, depth == 0
}

// class translates what stands for one character.
func class(pat string) (expr string, size int, ok bool) {
	one := func(c byte) string { return fmt.Sprintf(`\x{%02x}`, c) }
	escaped := func(c byte) (set string, ok bool) {
		lower := c | 0x20
		named, isClass := sets[lower]
		switch {
		case isClass && c == lower:
			return named, true
		case isClass || c >= '0' && c <= '9' || lower >= 'a' && lower <= 'z':
			return "", false // the opposite, which has no place in a set; a back reference, %b, %f
		}
		return one(c), true
	}
	switch {
	case pat[0] == '.':
		return ".", 1, true
	case pat[0] == '%' && len(pat) > 1:
		if named, ok := sets[pat[1]|0x20]; ok && pat[1] >= 'A' && pat[1] <= 'Z' {
			return "[^" + named + "]", 2, true
		}
		set, ok := escaped(pat[1])
		return "[" + set + "]", 2, ok
	case pat[0] == '%':
		return "", 0, false
	case pat[0] != '[':
		return one(pat[0]), 1, true
	}
	i := 1
	open := "["
	if i < len(pat) && pat[i] == '^' {
		open, i = "[^", i+1
	}
	set := ""
	for first := true; i < len(pat); first = false {
		switch c := pat[i]; {
		case c == ']' && !first:
			return open + set + "]", i + 1, true
		case c == '%':
			if i+1 == len(pat) {
				return "", 0, false
			}
			s, ok := escaped(pat[i+1])
			if !ok {
				return "", 0, false
			}
			set += s
			i += 2
		case i+2 < len(pat) && pat[i+1] == '-' && pat[i+2] != ']':
			if pat[i+2] == '%' || pat[i+2] < c {
				return "", 0, false // the end of the range is the sign that escapes; nothing is in it
			}
			set += one(c) + "-" + one(pat[i+2])
			i += 3
		default:
			set += one(c)
			i++
		}
	}
	return "", 0, false
}
