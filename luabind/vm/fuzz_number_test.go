package vm

import (
	"bytes"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

var (
	decimal     = `(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`
	hexadecimal = `0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?`
	numberForm  = regexp.MustCompile(`^[\t-\r ]*([+-]?(?:` + hexadecimal + `|` + decimal + `))[\t-\r ]*$`)
)

// written is the number that a text is by the rules of C, as Go reads it.
func written(text string) (n float64, ok bool) {
	m := numberForm.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	if strings.ContainsAny(m[1], "xX") && !strings.ContainsAny(m[1], "pP") {
		m[1] += "p0"
	}
	n, err := strconv.ParseFloat(m[1], 64)
	return n, err == nil || math.IsInf(n, 0)
}

// FuzzNumber: tonumber, arithmetic, a numeral of a program and io.read agree about what is a number, and which.
func FuzzNumber(f *testing.F) {
	for _, text := range []string{
		"0", "010", "-7", "+1", " 42\n", "1e5", "1E-5", ".5", "5.", ".", "-", "1e", "1e+", "0x10", "0X1F", "0x.8", "0x1p4", "0x", "0xg", "-0x1.8p-1", "1_000", "0b11", "inf", "nan", "1e999", "-1e-999",
		"9007199254740993", "123456789012345678901234567890", "0x7fffffffffffffffffff", "1..2", "1.2.3", "12abc", "1 2", "ff", "zz", "\v\f7", "0x1p99999", "0x1p-99999", "+-1", "1e5e5", "\x00", "0x1P+2 ", "5\x00", "0X800000000000041", "0x." + strings.Repeat("f", 150),
	} {
		f.Add(text, uint8(16))
	}
	sum, err := Compile("x", "return ... + 0")
	if err != nil {
		f.Fatal(err)
	}
	watch := NewWatch()
	f.Cleanup(watch.Close)
	f.Fuzz(func(t *testing.T, text string, base uint8) {
		if len(text) > 200 {
			return
		}
		defer hurry()()
		b := newBench(t, Options{Watch: watch})
		want, number := written(text)
		got, ok := ParseNumber(text)
		if ok != number || number && float64(got) != want {
			t.Errorf("%q is read as %v, %v, want %v, %v", text, got, ok, want, number)
		}
		for name, f := range map[string]lua.LValue{"tonumber": b.s.Global("tonumber"), "+": b.s.function(sum)} {
			v, err := b.s.Results(b.s.L, f, lua.LString(text))
			n, ok := lua.LValue(lua.LNil), false
			if len(v) > 0 {
				n = v[0]
			}
			if ok = n.Type() == lua.LTNumber; ok != number || ok && float64(n.(lua.LNumber)) != want {
				t.Errorf("%s: %q is read as %v, %v, want %v, %v", name, text, n, err, want, number)
			}
		}
		inBase(b, text, 2+int(base)%35)
		shown := NumberText(lua.LNumber(want))
		if back, ok := ParseNumber(shown); !math.IsInf(want, 0) && (!ok || math.Abs(float64(back)-want) > math.Abs(want)*1e-13) {
			t.Errorf("%v is written as %q, which is %v", want, shown, back)
		}
	})
}

// inBase reads a text as a whole number.
func inBase(b *bench, text string, base int) {
	digits := strings.Trim(text, "\t\n\v\f\r ")
	if base == 16 {
		digits = regexp.MustCompile(`^([+-]?)0[xX]([0-9a-fA-F])`).ReplaceAllString(digits, "$1$2")
	}
	want, ok := new(big.Int).SetString(digits, base)
	if strings.Contains(digits, "_") || base == 10 {
		return // Go has a meaning for the first; Lua reads all kinds of numbers in the second
	}
	var expected any
	if ok {
		expected, _ = new(big.Float).SetInt(want).Float64()
	}
	v, err := b.s.Results(b.s.L, b.s.Global("tonumber"), lua.LString(text), lua.LNumber(base))
	if err != nil {
		b.Fatal(err)
	}
	switch n, is := v[0].(lua.LNumber); {
	case is != (expected != nil):
		b.Errorf("%q in base %d is %v, want %v", text, base, v[0], expected)
	case is && math.Abs(float64(n)-expected.(float64)) > 1e-13*math.Abs(expected.(float64)):
		b.Errorf("%q in base %d is %v, want %v", text, base, v[0], expected)
	}
}

// FuzzRead: what a file gives to reads of all formats is what is in it, in its order and without gaps.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"one\ntwo 2.5e1 0x10\n\nlast", "1 -2 +3.5e-1\n0x1p4 .5 5. 1-2", "12abc 1e 1e+ 0x - + . nan", "\n\n\n", "a\r\nb\r\n", "", strings.Repeat("x", 5000) + "\n" + strings.Repeat("1", 300)} {
		f.Add(text, "nnnnn")
		f.Add(text, "l3LnaLl")
		f.Add(text, "0lnl5n0L")
	}
	watch := NewWatch()
	f.Cleanup(watch.Close)
	f.Fuzz(func(t *testing.T, text, formats string) {
		if len(text) > 8<<10 || len(formats) > 50 {
			return
		}
		defer hurry()()
		b := newBench(t, Options{Watch: watch})
		file := b.s.fileValue(&file{input: bytes.NewReader([]byte(text))})
		read := b.s.L.GetField(file, "read")
		rest := text
		for i := range len(formats) {
			var format lua.LValue = lua.LString("*" + formats[i:i+1])
			var want any
			switch c := formats[i]; {
			case c == 'l' || c == 'L':
				line, after, found := strings.Cut(rest, "\n")
				if rest != "" {
					want = line
				}
				if found && c == 'L' {
					want = line + "\n"
				}
				rest = after
			case c == 'a':
				want, rest = rest, ""
			case c == 'n':
				blanks := len(rest) - len(strings.TrimLeft(rest, "\t\n\v\f\r "))
				digits := beginning.FindString(rest[blanks:])
				digits = digits[:min(len(digits), maxNumber)]
				if n, ok := written(digits); ok && len(digits) < maxNumber {
					want = n
				}
				rest = rest[blanks+len(digits):]
			case c >= '0' && c <= '9':
				format = lua.LNumber(c - '0')
				if n := int(c - '0'); rest != "" {
					n = min(n, len(rest))
					want, rest = rest[:n], rest[n:]
				}
			default:
				continue
			}
			v, err := b.s.Results(b.s.L, read, file, format)
			if _, whole := ended(t, err); !whole {
				return
			}
			var got any
			switch v := v[0].(type) {
			case lua.LString:
				got = string(v)
			case lua.LNumber:
				got = float64(v)
			}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("read %d, %v, gives %#v, %v, want %#v", i, format, got, err, want)
			}
		}
	})
}

// beginning is what is read of what may be a number; it need not be one, as 1e.
var beginning = regexp.MustCompile(`^[+-]?(?:0[xX][0-9a-fA-F]*(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?[0-9]*)?|[0-9]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]*)?)`)
