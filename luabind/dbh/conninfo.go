package dbh

import (
	"fmt"
	"regexp"
	"strings"
)

// setting is one keyword and value of a connection string of libpq, as host=a dbname='b c'.
type setting struct{ key, value string }

const blanks = " \t\n\v\f\r"

var keyword = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// parseSettings reads a connection string as libpq does (conninfo_parse in fe-connect.c). Its errors show nothing of the string, which may have a
// password in it.
func parseSettings(text string) ([]setting, error) {
	var list []setting
	for text = strings.TrimLeft(text, blanks); text != ""; text = strings.TrimLeft(text, blanks) {
		key, rest, ok := strings.Cut(text, "=")
		if key = strings.TrimRight(key, blanks); !ok || !keyword.MatchString(key) {
			return nil, fmt.Errorf("%w: the data source is neither a URL nor keyword=value", ErrUnknown)
		}
		rest = strings.TrimLeft(rest, blanks)
		value, size, ok := settingValue(rest)
		if !ok {
			return nil, fmt.Errorf("%w: the value of %s has no closing quote", ErrUnknown, key)
		}
		list, text = append(list, setting{key, value}), rest[size:]
	}
	return list, nil
}

// settingValue takes a value off the front of a text; ok is false for a quote that is not closed.
func settingValue(text string) (value string, size int, ok bool) {
	var b strings.Builder
	quoted := strings.HasPrefix(text, "'")
	i := 0
	if quoted {
		i++
	}
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\'':
			return b.String(), i + 1, true
		case !quoted && strings.IndexByte(blanks, c) >= 0:
			return b.String(), i, true
		case c == '\\':
			if i++; i < len(text) {
				b.WriteByte(text[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), min(i, len(text)), !quoted
}

// String writes a setting in a way that cannot be misread.
func (s setting) String() string { return s.key + "='" + settingEscapes.Replace(s.value) + "'" }

var settingEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`)
