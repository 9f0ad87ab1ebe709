package vm

import (
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// NumberText is the text of a number: as C's %.14g, but integral values up to 2^53 in full, so that a telephone number
// stays one (lua-vm.md 0). A zero has no sign: gopher-lua gives -4 % 2 one.
func NumberText(n lua.LNumber) string {
	f := float64(n)
	if f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
		return strconv.FormatInt(int64(f), 10)
	}
	return string(appendG(nil, f, 14, 'g', false))
}

func appendNumber(b []byte, n lua.LNumber) []byte {
	f := float64(n)
	if f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
		return strconv.AppendInt(b, int64(f), 10)
	}
	return append(b, NumberText(n)...)
}

// appendInfNaN appends what C prints for what is no number.
func appendInfNaN(b []byte, f float64, upper bool) []byte {
	s := "inf"
	if math.IsNaN(f) {
		s = "nan"
	}
	if math.Signbit(f) {
		b = append(b, '-')
	}
	if upper {
		s = strings.ToUpper(s)
	}
	return append(b, s...)
}

// appendG is C's %g: Go's has other rules for the exponent and for trailing zeros.
func appendG(b []byte, f float64, prec int, verb byte, alt bool) []byte {
	upper := verb == 'G'
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return appendInfNaN(b, f, upper)
	}
	if prec == 0 {
		prec = 1
	}
	var buf [400]byte
	e := strconv.AppendFloat(buf[:0], f, 'e', prec-1, 64)
	i := len(e) - 1
	for e[i] != 'e' {
		i--
	}
	exp, _ := strconv.Atoi(string(e[i+1:]))
	if exp < -4 || exp >= prec {
		mantissa := e[:i]
		if !alt {
			mantissa = trimZeros(mantissa)
		}
		b = append(b, mantissa...)
		if alt && prec == 1 {
			b = append(b, '.')
		}
		if upper {
			b = append(b, 'E')
		} else {
			b = append(b, 'e')
		}
		return append(b, e[i+1:]...) // Go writes at least two digits of the exponent, too
	}
	var buf2 [400]byte
	d := strconv.AppendFloat(buf2[:0], f, 'f', prec-1-exp, 64)
	if !alt {
		d = trimZeros(d)
	} else if prec-1-exp == 0 {
		d = append(d, '.')
	}
	return append(b, d...)
}

func trimZeros(d []byte) []byte {
	dot := false
	for _, c := range d {
		if c == '.' {
			dot = true
			break
		}
	}
	if !dot {
		return d
	}
	for d[len(d)-1] == '0' {
		d = d[:len(d)-1]
	}
	if d[len(d)-1] == '.' {
		d = d[:len(d)-1]
	}
	return d
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func trimSpace(s string) string {
	for len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// ParseNumber reads a number as Lua 5.1 does with C's strtod: decimal, with exponent, hexadecimal (with fraction and binary exponent,
// too), white space around it; no octal, no underscores. inf and nan are no numbers.
func ParseNumber(s string) (lua.LNumber, bool) {
	s = trimSpace(s)
	// The short integers that scripts are full of.
	if n := len(s); n > 0 && n < 16 {
		v := int64(0)
		i := 0
		for ; i < n && s[i] >= '0' && s[i] <= '9'; i++ {
			v = v*10 + int64(s[i]-'0')
		}
		if i == n {
			return lua.LNumber(v), true
		}
	}
	rest := s
	neg := false
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		neg = rest[0] == '-'
		rest = rest[1:]
	}
	if len(rest) >= 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X') {
		f, ok := parseHex(rest)
		if neg {
			f = -f
		}
		return lua.LNumber(f), ok
	}
	digits := false
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c == '.', c == '+', c == '-':
		case (c == 'e' || c == 'E') && digits:
		default:
			return 0, false
		}
	}
	if !digits {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return lua.LNumber(f), true
}

// parseHex reads a number that begins with 0x; Go wants an exponent, and takes underscores.
func parseHex(s string) (float64, bool) {
	if strings.Contains(s, "_") {
		return 0, false
	}
	if !strings.ContainsAny(s, "pP") {
		s += "p0"
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

func digitOf(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return 99
}

// parseInBase is tonumber with a base: letters are digits, a minus is allowed; Lua 5.1 goes through strtoul.
func parseInBase(s string, base int) (lua.LNumber, bool) {
	s = trimSpace(s)
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	if base == 16 && len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		s = s[2:]
	}
	if s == "" {
		return 0, false
	}
	f := 0.0
	for i := range len(s) {
		d := digitOf(s[i])
		if d >= base {
			return 0, false
		}
		f = f*float64(base) + float64(d)
	}
	if neg {
		f = -f
	}
	return lua.LNumber(f), true
}

// toNumber is the number of a value that is one or whose text is one.
func toNumber(v lua.LValue) (lua.LNumber, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return v, true
	case lua.LString:
		return ParseNumber(string(v))
	}
	return 0, false
}
