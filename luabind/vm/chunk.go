package vm

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// maxSource is how long a source may be, in bytes: the compiler takes time with the square of it. What scripts compile themselves is held to
// Limits.Source.
const maxSource = 1 << 20

// Chunk is a compiled source. It never changes.
type Chunk struct {
	name  string
	proto *lua.FunctionProto
}

// Name is the name under which error messages show the source.
func (c *Chunk) Name() string { return c.name }

// SyntaxError is a source that does not compile.
type SyntaxError struct {
	Name string
	Line int // 0: of the whole
	Text string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Name, e.Text)
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Text)
}

// Compile compiles a source. What it takes beyond Lua 5.1 is said at Source. The error is a *SyntaxError.
func Compile(name, source string) (*Chunk, error) { return compile(name, source, maxSource) }

func compile(name, source string, limit int) (*Chunk, error) {
	if len(source) > limit {
		return nil, &SyntaxError{name, 0, fmt.Sprintf("source of %d bytes is above the limit of %d", len(source), limit)}
	}
	if strings.HasPrefix(source, "\x1b") {
		return nil, &SyntaxError{name, 0, "precompiled chunks cannot be loaded"}
	}
	source = Source(source)
	block, err := parseSource(name, source)
	if err != nil {
		return nil, err
	}
	r := &rewriter{name: name}
	scopes, err := r.chunk(block)
	if err != nil {
		return nil, err
	}
	proto, err := lua.Compile(block, name)
	if err != nil {
		bad := syntaxError(name, source, err)
		r.plainLines(bad)
		return nil, bad
	}
	proto = r.finish(proto, scopes)
	if r.err != nil {
		return nil, r.err
	}
	return &Chunk{name, proto}, nil
}

func parseSource(name, source string) (block []ast.Stmt, err error) {
	block, err = parse.Parse(strings.NewReader(source), name)
	if err != nil {
		return nil, syntaxError(name, source, err)
	}
	return block, nil
}

func syntaxError(name, source string, err error) *SyntaxError {
	switch e := err.(type) {
	case *parse.Error:
		text := e.Message
		if text == "syntax error" {
			text = "unexpected symbol"
		}
		if e.Pos.Line < 0 {
			return &SyntaxError{name, 1 + strings.Count(source, "\n"), text + " near '<eof>'"}
		}
		line := e.Pos.Line
		if text == "unterminated string" {
			line-- // the scanner has gone beyond the line end
		}
		if e.Token != "" {
			text = fmt.Sprintf("%s near '%s'", text, e.Token)
		}
		return &SyntaxError{name, line, text}
	case *lua.CompileError:
		if strings.HasPrefix(e.Message, "too many local") || strings.HasPrefix(e.Message, "register overflow") {
			return &SyntaxError{name, e.Line, fmt.Sprintf("function at line %d has more than 200 local variables", e.Line)}
		}
		line := e.Line
		if strings.HasPrefix(e.Message, "label ") || strings.HasPrefix(e.Message, "<goto ") {
			line-- // the compiler counts one too many
		}
		return &SyntaxError{name, line, e.Message}
	}
	return &SyntaxError{name, 0, err.Error()}
}
