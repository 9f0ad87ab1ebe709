package vm

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func osTime(l *lua.LState) int {
	s := StateOf(l)
	if l.Get(1) == lua.LNil {
		l.Push(lua.LNumber(s.now().Unix()))
		return 1
	}
	t := checkTable(l, 1)
	field := func(name string, otherwise int) int {
		v, ok := toNumber(l.GetField(t, name))
		if !ok {
			if otherwise < 0 {
				raise(l, 1, "field '"+name+"' missing in date table")
			}
			return otherwise
		}
		if math.Abs(float64(v)) > math.MaxInt32 {
			raise(l, 1, "field '"+name+"' is out-of-bound")
		}
		return int(v)
	}
	sec, minute, hour := field("sec", 0), field("min", 0), field("hour", 12)
	day, month, year := field("day", -1), field("month", -1), field("year", -1)
	when := time.Date(year, time.Month(month), day, hour, minute, sec, 0, s.now().Location())
	if dst, ok := l.GetField(t, "isdst").(lua.LBool); ok && bool(dst) != when.IsDST() {
		// The fields are in the other of the zone's two times.
		if dst {
			when = when.Add(-time.Hour)
		} else {
			when = when.Add(time.Hour)
		}
	}
	l.Push(lua.LNumber(when.Unix()))
	return 1
}

func osDate(l *lua.LState) int {
	s := StateOf(l)
	format := optString(l, 1, "%c")
	now := s.now()
	when := now
	if l.Get(2) != lua.LNil {
		n := checkNumber(l, 2)
		if !(math.Abs(n) < 1<<40) {
			raise(l, 1, "time result cannot be represented in this installation")
		}
		when = time.Unix(int64(n), 0).In(now.Location())
	}
	if strings.HasPrefix(format, "!") {
		format, when = format[1:], when.UTC()
	}
	if strings.HasPrefix(format, "*t") {
		t := l.CreateTable(0, 9)
		for name, v := range map[string]int{
			"sec": when.Second(), "min": when.Minute(), "hour": when.Hour(), "day": when.Day(), "month": int(when.Month()), "year": when.Year(),
			"wday": int(when.Weekday()) + 1, "yday": when.YearDay(),
		} {
			t.RawSetString(name, lua.LNumber(v))
		}
		t.RawSetString("isdst", lua.LBool(when.IsDST()))
		l.Push(t)
		return 1
	}
	s.room(l, len(format))
	s.work(len(format))
	out := appendDate(nil, when, format)
	s.room(l, len(out))
	l.Push(lua.LString(out))
	return 1
}

// appendDate is C's strftime in the C locale.
func appendDate(b []byte, t time.Time, format string) []byte {
	two := func(n int) { b = append(b, byte('0'+n/10), byte('0'+n%10)) }
	padded := func(n int) { b = fmt.Appendf(b, "%2d", n) }
	hour12 := (t.Hour()+11)%12 + 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b = append(b, format[i])
			continue
		}
		i++
		start := i
		if (format[i] == 'E' || format[i] == 'O') && i+1 < len(format) {
			i++ // other numerals and eras: the C locale has none
		}
		switch format[i] {
		case 'a':
			b = append(b, t.Weekday().String()[:3]...)
		case 'A':
			b = append(b, t.Weekday().String()...)
		case 'b', 'h':
			b = append(b, t.Month().String()[:3]...)
		case 'B':
			b = append(b, t.Month().String()...)
		case 'c':
			b = appendDate(b, t, "%a %b %e %H:%M:%S %Y")
		case 'C':
			b = fmt.Appendf(b, "%02d", (t.Year()-yearOfCentury(t.Year()))/100)
		case 'd':
			two(t.Day())
		case 'D', 'x':
			b = appendDate(b, t, "%m/%d/%y")
		case 'e':
			padded(t.Day())
		case 'F':
			b = appendDate(b, t, "%Y-%m-%d")
		case 'g':
			year, _ := t.ISOWeek()
			two(yearOfCentury(year))
		case 'G':
			year, _ := t.ISOWeek()
			b = strconv.AppendInt(b, int64(year), 10)
		case 'H':
			two(t.Hour())
		case 'I':
			two(hour12)
		case 'j':
			b = fmt.Appendf(b, "%03d", t.YearDay())
		case 'k':
			padded(t.Hour())
		case 'l':
			padded(hour12)
		case 'm':
			two(int(t.Month()))
		case 'M':
			two(t.Minute())
		case 'n':
			b = append(b, '\n')
		case 'p', 'P':
			word := "AM"
			if t.Hour() >= 12 {
				word = "PM"
			}
			if format[i] == 'P' {
				word = strings.ToLower(word)
			}
			b = append(b, word...)
		case 'r':
			b = appendDate(b, t, "%I:%M:%S %p")
		case 'R':
			b = appendDate(b, t, "%H:%M")
		case 's':
			b = strconv.AppendInt(b, t.Unix(), 10)
		case 'S':
			two(t.Second())
		case 't':
			b = append(b, '\t')
		case 'T', 'X':
			b = appendDate(b, t, "%H:%M:%S")
		case 'u':
			b = append(b, byte('0'+(int(t.Weekday())+6)%7+1))
		case 'U':
			two((t.YearDay() + 6 - int(t.Weekday())) / 7)
		case 'V':
			_, week := t.ISOWeek()
			two(week)
		case 'w':
			b = append(b, byte('0'+int(t.Weekday())))
		case 'W':
			two((t.YearDay() + 6 - (int(t.Weekday())+6)%7) / 7)
		case 'y':
			two(yearOfCentury(t.Year()))
		case 'Y':
			b = strconv.AppendInt(b, int64(t.Year()), 10)
		case 'z':
			b = append(b, t.Format("-0700")...)
		case 'Z':
			name, _ := t.Zone()
			if name == "UTC" && t.Location() == time.UTC {
				name = "GMT"
			}
			b = append(b, name...)
		case '%':
			b = append(b, '%')
		default:
			b = append(b, '%')
			b = append(b, format[start:i+1]...)
		}
	}
	return b
}

// yearOfCentury is the last two digits of a year; those before our era count on, too.
func yearOfCentury(year int) int { return (year%100 + 100) % 100 }
