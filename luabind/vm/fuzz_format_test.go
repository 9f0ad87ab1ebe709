package vm

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	lua "github.com/yuin/gopher-lua"
)

// FuzzFormat: string.format takes any format with any values without a panic; a conversion gives what Go's fmt gives for it, where the two have the
// same rules; what %q and %.17g have written reads as the same value.
func FuzzFormat(f *testing.F) {
	for _, seed := range []struct {
		format, text string
		number       float64
	}{
		{"%d %5d %-5d|%05d %+d % d", "12", 42}, {"%s %10s %-10s|%.3s", "hello", 0}, {"%5.2f %e %g %G %a", "1e3", 3.14159}, {"%x %X %#x %o %#o %08x", "255", 255},
		{"%q", "a\nb\r\x00\"\\\xff", 0}, {"%c%c%%", "65", 66}, {"%i %u", "-1", -1}, {"%.20s|%.0f|%#.0o", "\x00", 0}, {"%", "", 0}, {"%5", "", 0}, {"%123d", "1", 1}, {"%------d", "1", 1},
		{"%.3", "", 0}, {"%y\xff%\xff", "x", 1}, {"%s%s%s", "nan", math.NaN()}, {"%d", "", math.Inf(-1)}, {"%99.99f", "", 1e300}, {"%#.3g|%#e|%#.0f", "2", 1e15}, {"%.14g", "", 0.1},
	} {
		f.Add(seed.format, seed.text, seed.number)
	}
	watch := NewWatch()
	f.Cleanup(watch.Close)
	f.Fuzz(func(t *testing.T, format, text string, number float64) {
		if len(format)+len(text) > 1<<10 {
			return
		}
		defer hurry()()
		b := newBench(t, Options{Watch: watch})
		for _, args := range [][]any{{text, number, text, number, text}, {number, text, number, text, number}, {number, number, number, number}, {text}} {
			out, failed := b.call("string.format", append([]any{format}, args...)...)
			if failed == "" && !b.over {
				if most := len(format) + strings.Count(format, "%")*(2*len(text)+2+500); len(out[0].(string)) > most {
					t.Errorf("%d bytes", len(out[0].(string)))
				}
			}
		}
		conversions(b, format, text, number)
		backAgain(b, text, number)
	})
}

// conversions compares the first conversion of a format with Go's.
func conversions(b *bench, format, text string, number float64) {
	b.Helper()
	_, spec, _ := strings.Cut(format, "%")
	n := 0
	for n < len(spec) && strings.IndexByte("-+ #0123456789.", spec[n]) >= 0 {
		n++
	}
	if n == len(spec) || math.IsNaN(number) || math.IsInf(number, 0) {
		return
	}
	flags, verb := spec[:n], spec[n]
	zero, precise := number == 0, strings.Contains(flags, ".")
	var value any = number
	switch verb {
	case 'd', 'i':
		if number = math.Trunc(number); math.Abs(number) > 1<<62 || strings.Contains(flags, "#") || zero && precise {
			return // Go writes no sign of a zero without digits
		}
		value, verb = int64(number), 'd'
	case 'x', 'X', 'o':
		if number = math.Trunc(number); number < 0 || number > 1<<62 || strings.Contains(flags, "#") {
			return // Go puts the prefix in front of the padding
		}
		flags = strings.NewReplacer("+", "", " ", "").Replace(flags) // have a meaning for Go
		value = int64(number)
	case 'e', 'E', 'f', 'g', 'G':
		if strings.Contains(flags, "#") && (verb == 'g' || verb == 'G') {
			return // Go counts the digits otherwise
		}
		if !precise {
			flags += ".6"
		}
	case 's':
		if strings.Trim(flags, "-.123456789") != "" || strings.ContainsFunc(text, func(r rune) bool { return r > 126 }) {
			return // Go counts characters, and puts zeros in front of texts
		}
		value = text
	default:
		return
	}
	argument := value
	if n, ok := value.(int64); ok {
		argument = float64(n)
	}
	out, failed := b.call("string.format", "%"+spec[:n+1], argument)
	if failed != "" || b.over {
		return // too many flags, a width with too many digits
	}
	if want := fmt.Sprintf("%"+flags+string(verb), value); out[0] != want {
		b.Errorf("%%%s of %v gives %q, Go gives %q", spec[:n+1], value, out[0], want)
	}
}

// backAgain reads what was written.
func backAgain(b *bench, text string, number float64) {
	b.Helper()
	out, failed := b.call("string.format", "return %q", text)
	if failed != "" || b.over {
		return
	}
	c, err := Compile("q", out[0].(string))
	if err != nil {
		b.Fatalf("%q: %v", out[0], err)
	}
	if v, err := b.s.Call(b.s.L, b.s.function(c)); err != nil || v != lua.LString(text) {
		b.Fatalf("%q is quoted as %s, which is %q, %v", text, out[0], v, err)
	}
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return
	}
	for _, format := range []string{"%.17g", "%a", "%.16e"} {
		if out, _ := b.call("string.format", format, number); !b.over {
			if back, ok := ParseNumber(out[0].(string)); !ok || float64(back) != number {
				b.Errorf("%s of %v gives %q, which is %v, %v", format, number, out[0], back, ok)
			}
		}
	}
	if whole := math.Trunc(number); math.Abs(whole) <= 1<<53 {
		if out, failed := b.call("string.format", "%s", whole); !b.over && (failed != "" || out[0] != strconv.FormatInt(int64(whole), 10)) {
			b.Errorf("%v is printed as %v", whole, out)
		}
	}
}

// layouts are what Go calls conversions of os.date.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'd': "02", 'e': "_2", 'F': "2006-01-02", 'h': "Jan", 'H': "15", 'I': "03", 'j': "002", 'm': "01",
	'M': "04", 'p': "PM", 'P': "pm", 'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 'T': "15:04:05", 'X': "15:04:05", 'y': "06", 'Y': "2006", 'D': "01/02/06",
	'x': "01/02/06", 'c': "Mon Jan _2 15:04:05 2006", 'z': "-0700",
}

// FuzzDate: os.date takes any format; each conversion gives what Go gives for it, in printable characters; and os.time reads the table of a date as
// the same time.
func FuzzDate(f *testing.F) {
	for _, seed := range []struct {
		format string
		when   int64
	}{
		{"%c", 0}, {"!%a %A %b %B %d %e %F %H %I %j", 1e9}, {"%m %M %p %P %r %R %S %T %U %V %W %w %u", 1799999999}, {"%y %Y %C %g %G %D %x %X %z %Z %s", -1}, {"%Ey%Od%E%O%5%", 951782400},
		{"*t", 1793494800}, {"!*t", 1793491200}, {"", 1774746000}, {"%n%t%%%h%k%l", -62135596800}, {"%y%C%g", -1 << 39},
	} {
		f.Add(seed.format, seed.when)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	watch := NewWatch()
	f.Cleanup(watch.Close)
	f.Fuzz(func(t *testing.T, format string, when int64) {
		if len(format) > 1<<10 {
			return
		}
		defer hurry()()
		b := newBench(t, Options{Watch: watch, Now: func() time.Time { return time.Unix(0, 0).In(berlin) }})
		out, failed := b.call("os.date", format, float64(when))
		if b.over {
			return
		}
		if possible := math.Abs(float64(when)) < 1<<40; (failed == "") != possible {
			t.Fatalf("%v: %s", out, failed)
		} else if !possible {
			return
		}
		if text, ok := out[0].(string); ok && !strings.Contains(format, "%") && text != strings.TrimPrefix(format, "!") {
			t.Errorf("%q gives %q", format, text)
		}
		at := time.Unix(when, 0).In(berlin)
		ordinary := at.Year() >= 1000 && at.Year() < 1e4 // Go pads years, and C does not
		for c := range strings.SplitSeq(format, "%") {
			if c == "" || strings.IndexByte("aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYzZ", c[0]) < 0 {
				continue
			}
			out, failed := b.call("os.date", "%"+c[:1], float64(when))
			if failed != "" || b.over || strings.ContainsFunc(out[0].(string), func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Fatalf("%%%s: %q %s", c[:1], out, failed)
			}
			if strings.Trim(out[0].(string), " +-:0123456789") != "" && strings.IndexByte("CdegGHIjklmMsSuUVwWyYz", c[0]) >= 0 {
				t.Errorf("%%%s: %q", c[:1], out[0])
			}
			if want := at.Format(layouts[c[0]]); ordinary && want != "" && out[0] != want {
				t.Errorf("%%%s: %q, Go gives %q", c[:1], out[0], want)
			}
		}
		table, _ := b.call("os.date", "*t", float64(when))
		if b.over {
			return
		}
		if back, failed := b.call("os.time", table[0]); !b.over && (failed != "" || !reflect.DeepEqual(back, []any{float64(when)})) {
			t.Errorf("%d comes back as %v: %s", when, back, failed)
		}
	})
}
