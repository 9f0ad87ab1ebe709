package lint

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// place is a place in a file: line and column from 1; columns count characters.
type place struct{ line, column int }

// source is the text of a file and where the names in it are. The syntax tree has only lines; the tokens have columns. Names and strings come in the
// tree, walked in the order of the source, as they come among the tokens, so that each finds its place by counting.
type source struct {
	lines  []string
	tokens []ast.Token // names and strings
	next   int
	lost   int // names that were not where they should be; 0 unless this package is wrong
	// counted is the byte up to which at has counted last: a line may be a megabyte long.
	counted struct{ line, bytes, runes int }
}

func newSource(text string) *source {
	s := &source{lines: strings.Split(text, "\n")}
	scanner, lexer := parse.NewScanner(strings.NewReader(text), ""), &parse.Lexer{}
	for {
		t, err := scanner.Scan(lexer)
		if err != nil || t.Type == parse.EOF {
			return s
		}
		if t.Type == parse.TIdent || t.Type == parse.TString {
			s.tokens = append(s.tokens, t)
		}
	}
}

// claim takes the next name or string and tells where it is.
func (s *source) claim(text string) place {
	if s.next >= len(s.tokens) || s.tokens[s.next].Str != text {
		s.lost++
		i := slices.IndexFunc(s.tokens[s.next:], func(t ast.Token) bool { return t.Str == text })
		if i < 0 {
			return place{1, 1}
		}
		s.next += i
	}
	t := s.tokens[s.next]
	s.next++
	return s.at(t.Pos.Line, t.Pos.Column)
}

// at is the place of a byte of a line, counted from 1.
func (s *source) at(line, column int) place {
	if line < 1 || line > len(s.lines) {
		return place{max(line, 1), 1}
	}
	text := s.lines[line-1]
	end := max(0, min(column-1, len(text)))
	if c := &s.counted; c.line != line || c.bytes > end {
		c.line, c.bytes, c.runes = line, 0, 0
	}
	s.counted.runes += utf8.RuneCountInString(text[s.counted.bytes:end])
	s.counted.bytes = end
	return place{line, 1 + s.counted.runes}
}

// comment is a comment of one line.
type comment struct {
	at   place
	text string
	// first: nothing but comments stands before it. alone: nothing but comments stands before it in its line.
	first, alone bool
}

// comments are the comments of one line in a text, which need not compile. A first line for the shell is none.
func comments(text string) []comment {
	var out []comment
	line, first, alone := 1, true, true
	i := 0
	if strings.HasPrefix(text, "#") {
		i = max(0, strings.IndexByte(text, '\n'))
	}
	for i < len(text) {
		switch c := text[i]; {
		case c == '\n':
			line++
			i++
			alone = true
		case c == '"' || c == '\'':
			first, alone = false, false
			for i++; i < len(text) && text[i] != c && text[i] != '\n'; i++ {
				if text[i] == '\\' && i+1 < len(text) {
					i++
					if text[i] == '\n' {
						line++
					}
				}
			}
			if i < len(text) && text[i] == c {
				i++
			}
		case c == '[' && long(text[i:]) >= 0:
			first, alone = false, false
			end := longEnd(text, i)
			line += strings.Count(text[i:end], "\n")
			i = end
		case strings.HasPrefix(text[i:], "--"):
			if long(text[i+2:]) >= 0 {
				end := longEnd(text, i+2)
				line += strings.Count(text[i:end], "\n")
				i = end
				break
			}
			end := len(text)
			if n := strings.IndexByte(text[i:], '\n'); n >= 0 {
				end = i + n
			}
			start := strings.LastIndexByte(text[:i], '\n') + 1
			out = append(out, comment{place{line, 1 + utf8.RuneCountInString(text[start:i])}, text[i+2 : end], first, alone})
			i = end
		default:
			if c != ' ' && c != '\t' && c != '\r' {
				first, alone = false, false
			}
			i++
		}
	}
	return out
}

// long is the level of the long bracket that a text begins with, -1 if it begins with none.
func long(text string) int {
	if !strings.HasPrefix(text, "[") {
		return -1
	}
	level := len(text[1:]) - len(strings.TrimLeft(text[1:], "="))
	if !strings.HasPrefix(text[1+level:], "[") {
		return -1
	}
	return level
}

// longEnd is the end of the long bracket that begins at i.
func longEnd(text string, i int) int {
	level := long(text[i:])
	closing := "]" + strings.Repeat("=", level) + "]"
	if n := strings.Index(text[i+2+level:], closing); n >= 0 {
		return i + 2 + level + n + len(closing)
	}
	return len(text)
}
