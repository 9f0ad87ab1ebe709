package vm

import (
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// spec is one conversion of string.format, with C's rules.
type spec struct {
	minus, plus, space, sharp, zero bool
	width, prec                     int // prec -1: none
	verb                            byte
}

func stringFormat(l *lua.LState) int {
	format := checkString(l, 1)
	s := StateOf(l)
	var buf [128]byte
	out := buf[:0]
	arg := 1
	for i := 0; i < len(format); {
		j := strings.IndexByte(format[i:], '%')
		if j < 0 {
			out = append(out, format[i:]...)
			break
		}
		out = append(out, format[i:i+j]...)
		i += j + 1
		if i < len(format) && format[i] == '%' {
			out = append(out, '%')
			i++
			continue
		}
		f := spec{prec: -1}
		i = f.parse(l, format, i)
		arg++
		if arg > l.GetTop() {
			argument(l, arg, "no value")
		}
		out = f.append(l, out, arg)
		if len(out) > s.limits.String {
			s.room(l, len(out))
		}
	}
	s.room(l, len(out))
	l.Push(lua.LString(out))
	return 1
}

// parse reads flags, width, precision and conversion, and returns what comes after them.
func (f *spec) parse(l *lua.LState, format string, i int) int {
	start := i
	for ; i < len(format); i++ {
		switch format[i] {
		case '-':
			f.minus = true
		case '+':
			f.plus = true
		case ' ':
			f.space = true
		case '#':
			f.sharp = true
		case '0':
			f.zero = true
		default:
			goto flags
		}
	}
flags:
	if i-start > 5 {
		raise(l, 1, "invalid format (repeated flags)")
	}
	digits := func() int {
		n, from := 0, i
		for ; i < len(format) && i < from+2 && format[i] >= '0' && format[i] <= '9'; i++ {
			n = n*10 + int(format[i]-'0')
		}
		if i < len(format) && format[i] >= '0' && format[i] <= '9' {
			raise(l, 1, "invalid format (width or precision too long)")
		}
		return n
	}
	f.width = digits()
	if i < len(format) && format[i] == '.' {
		i++
		f.prec = digits()
	}
	if i == len(format) {
		raise(l, 1, "invalid option '%' to 'format'")
	}
	f.verb = format[i]
	return i + 1
}

func (f *spec) append(l *lua.LState, out []byte, arg int) []byte {
	switch f.verb {
	case 'c':
		return f.pad(out, string([]byte{byte(checkInt(l, arg))}), false)
	case 'd', 'i':
		return f.integer(out, signed(checkNumber(l, arg)))
	case 'u':
		v := checkNumber(l, arg)
		return f.unsigned(out, unsigned(v), 10)
	case 'o':
		return f.unsigned(out, unsigned(checkNumber(l, arg)), 8)
	case 'x', 'X':
		return f.unsigned(out, unsigned(checkNumber(l, arg)), 16)
	case 'e', 'E', 'f', 'F', 'g', 'G', 'a', 'A':
		return f.float(out, checkNumber(l, arg))
	case 'q':
		return quote(out, checkString(l, arg))
	case 's':
		text := toLine(l, l.Get(arg), "format")
		if f.prec >= 0 && f.prec < len(text) {
			text = text[:f.prec]
		}
		return f.pad(out, text, false)
	}
	raise(l, 1, "invalid option '%"+string([]byte{f.verb})+"' to 'format'")
	return nil
}

// signed is C's conversion of a double to a long, without its undefined cases.
func signed(v float64) int64 {
	if !(v >= -1<<63 && v < 1<<63) {
		return math.MinInt64
	}
	return int64(v)
}

func unsigned(v float64) uint64 {
	if v >= 1<<63 && v < 1<<64 {
		return uint64(v)
	}
	return uint64(signed(v))
}

// pad appends a text in its width; zeros go in front of numbers if numeric.
func (f *spec) pad(out []byte, text string, numeric bool) []byte {
	n := f.width - len(text)
	if n <= 0 {
		return append(out, text...)
	}
	switch {
	case f.minus:
		out = append(out, text...)
		return appendRepeat(out, ' ', n)
	case numeric && f.zero:
		sign := 0
		if text != "" && (text[0] == '-' || text[0] == '+' || text[0] == ' ') {
			sign = 1
		}
		if len(text) > sign+1 && text[sign] == '0' && (text[sign+1] == 'x' || text[sign+1] == 'X') {
			sign += 2
		}
		out = append(out, text[:sign]...)
		out = appendRepeat(out, '0', n)
		return append(out, text[sign:]...)
	}
	out = appendRepeat(out, ' ', n)
	return append(out, text...)
}

func appendRepeat(out []byte, c byte, n int) []byte {
	for range n {
		out = append(out, c)
	}
	return out
}

func (f *spec) integer(out []byte, v int64) []byte {
	if f.width == 0 && f.prec < 0 && !f.plus && !f.space {
		return strconv.AppendInt(out, v, 10)
	}
	var buf [32]byte
	digits := strconv.AppendUint(buf[:0], magnitude(v), 10)
	return f.number(out, v < 0, true, "", string(digits), v == 0)
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func (f *spec) unsigned(out []byte, v uint64, base int) []byte {
	digits := strconv.FormatUint(v, base)
	prefix := ""
	if f.verb == 'X' {
		digits = strings.ToUpper(digits)
	}
	zero := v == 0
	switch {
	case !f.sharp:
	case f.verb == 'o' && zero:
		zero = false // it is written in any case
	case f.verb == 'o':
		digits = "0" + digits
	case !zero:
		prefix = "0" + string(f.verb)
	}
	return f.number(out, false, false, prefix, digits, zero)
}

// number puts sign, prefix and digits of an integer together.
func (f *spec) number(out []byte, negative, sign bool, prefix, digits string, zero bool) []byte {
	if f.prec == 0 && zero {
		digits = ""
	}
	for len(digits) < f.prec {
		digits = "0" + digits
	}
	text := prefix + digits
	switch {
	case negative:
		text = "-" + text
	case sign && f.plus:
		text = "+" + text
	case sign && f.space:
		text = " " + text
	}
	return f.pad(out, text, f.prec < 0)
}

func (f *spec) float(out []byte, v float64) []byte {
	var buf [512]byte
	text := buf[:0]
	upper := f.verb < 'a'
	finite := !math.IsInf(v, 0) && !math.IsNaN(v)
	prec := f.prec
	if prec < 0 {
		prec = 6
	}
	if !math.Signbit(v) {
		if f.plus {
			text = append(text, '+')
		} else if f.space {
			text = append(text, ' ')
		}
	}
	switch {
	case !finite:
		text = appendInfNaN(text, v, upper)
	case f.verb == 'f' || f.verb == 'F':
		text = strconv.AppendFloat(text, v, 'f', prec, 64)
		if f.sharp && prec == 0 {
			text = append(text, '.')
		}
	case f.verb == 'e' || f.verb == 'E':
		text = strconv.AppendFloat(text, v, f.verb, prec, 64)
		if f.sharp && prec == 0 {
			if i := strings.IndexAny(string(text), "eE"); i >= 0 {
				text = append(text[:i], append([]byte{'.'}, text[i:]...)...)
			}
		}
	case f.verb == 'g' || f.verb == 'G':
		text = appendG(text, v, prec, f.verb, f.sharp)
	default: // a, A: Go writes a sign and two digits of the exponent
		verb := byte('x')
		if upper {
			verb = 'X'
		}
		t := strconv.FormatFloat(v, verb, f.prec, 64)
		if i := strings.IndexAny(t, "pP"); i >= 0 {
			exp := t[i+2:]
			for len(exp) > 1 && exp[0] == '0' {
				exp = exp[1:]
			}
			t = t[:i+2] + exp
		}
		text = append(text, t...)
	}
	return f.pad(out, string(text), finite)
}

// quote is %q: a text that Lua reads as the same string.
func quote(out []byte, s string) []byte {
	out = append(out, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\', '\n':
			out = append(out, '\\', c)
		case '\r':
			out = append(out, `\r`...)
		case 0:
			out = append(out, `\000`...)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
