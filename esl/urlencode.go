package esl

import "strings"

// unsafeByte marks what the switch writes as %XX in the header values of plain and XML events and of the reply to
// connect (event-socket.md 3).
var unsafeByte = func() (t [256]bool) {
	for c := range 256 {
		t[c] = c <= ' ' || c > '~' || strings.IndexByte("#%&+:;<=>?@[\\]^`{|}\"", byte(c)) >= 0
	}
	return t
}()

const upperHex = "0123456789ABCDEF"

// AppendURLEncoded appends s as the switch encodes header values. Like the switch it does not encode twice: a percent
// sign in front of two upper-case hexadecimal digits stays, so that some values cannot be told apart afterwards
// (event-socket.md 3).
func AppendURLEncoded(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !unsafeByte[c] || c == '%' && i+2 < len(s) && isUpperHex(s[i+1]) && isUpperHex(s[i+2]) {
			b = append(b, c)
			continue
		}
		b = append(b, '%', upperHex[c>>4], upperHex[c&15])
	}
	return b
}

func isUpperHex(c byte) bool { return '0' <= c && c <= '9' || 'A' <= c && c <= 'F' }

// URLDecode undoes the encoding of header values. A percent sign without two hexadecimal digits behind it stays as it
// is, and a plus is a plus.
func URLDecode(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	b := make([]byte, i, len(s))
	copy(b, s)
	for ; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := hexValue(s[i+1]), hexValue(s[i+2])
			if hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
