package modules

import (
	"math"
	"strconv"
	"strings"
)

// Print writes the value without blanks, as cJSON_PrintUnformatted does.
func (v *JSON) Print() string { return string(v.print(nil, false, 0)) }

// PrintFormatted writes the value as cJSON_Print does: each member of an object in a line of its own, arrays in one.
func (v *JSON) PrintFormatted() string { return string(v.print(nil, true, 0)) }

func (v *JSON) print(b []byte, formatted bool, depth int) []byte {
	switch v.Kind {
	case Bool:
		return strconv.AppendBool(b, v.Bool)
	case Number:
		return append(b, printNumber(v.Number)...)
	case String:
		return printString(b, v.Text)
	case Array:
		b = append(b, '[')
		for i := range v.Items {
			if i > 0 {
				b = append(b, ',')
				if formatted {
					b = append(b, ' ')
				}
			}
			b = v.Items[i].print(b, formatted, depth+1)
		}
		return append(b, ']')
	case Object:
		return v.printObject(b, formatted, depth)
	}
	return append(b, "null"...)
}

func (v *JSON) printObject(b []byte, formatted bool, depth int) []byte {
	line := func(depth int) {
		if formatted {
			b = append(b, '\n')
			b = append(b, strings.Repeat("\t", depth)...)
		}
	}
	b = append(b, '{')
	for i := range v.Items {
		if i > 0 {
			b = append(b, ',')
		}
		line(depth + 1)
		b = append(printString(b, v.Names[i]), ':')
		if formatted {
			b = append(b, '\t')
		}
		b = v.Items[i].print(b, formatted, depth+1)
	}
	line(depth)
	return append(b, '}')
}

// printNumber writes as few digits as give the number back: 15 or 17, as %g of C does.
func printNumber(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "null"
	}
	text := formatG(f, 15)
	if back, err := strconv.ParseFloat(text, 64); err != nil || back != f {
		text = formatG(f, 17)
	}
	return text
}

// formatG is %.*g of C.
func formatG(f float64, digits int) string {
	text := strconv.FormatFloat(f, 'e', digits-1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	x, _ := strconv.Atoi(exponent)
	if x >= -4 && x < digits {
		return trimZeros(strconv.FormatFloat(f, 'f', digits-1-x, 64))
	}
	return trimZeros(mantissa) + "e" + exponent // at least two digits, as in C
}

func trimZeros(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// printString writes a string; bytes from 128 stay as they are.
func printString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ':
			b = append(b, c)
		default:
			if j := strings.IndexByte("\b\f\n\r\t", c); j >= 0 {
				b = append(b, '\\', "bfnrt"[j])
			} else {
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
		}
	}
	return append(b, '"')
}
