package vm

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// maxSource is how long a source may be, in bytes: the compiler takes time with the square of it.
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

// Compile compiles a source. A first line that begins with # is passed over. The error is a *SyntaxError.
func Compile(name, source string) (*Chunk, error) {
	if len(source) > maxSource {
		return nil, &SyntaxError{name, 0, fmt.Sprintf("source of %d bytes is above the limit of %d", len(source), maxSource)}
	}
	if strings.HasPrefix(source, "#") {
		source = "--" + source
	}
	block, err := parse.Parse(strings.NewReader(source), name)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	proto, err := lua.Compile(block, name)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	return &Chunk{name, proto}, nil
}

func syntaxError(name string, err error) *SyntaxError {
	switch e := err.(type) {
	case *parse.Error:
		text := e.Message
		if e.Token != "" {
			text = fmt.Sprintf("%s near '%s'", text, e.Token)
		}
		if e.Pos.Line < 0 {
			return &SyntaxError{name, 0, e.Message + " near <eof>"}
		}
		return &SyntaxError{name, e.Pos.Line, text}
	case *lua.CompileError:
		return &SyntaxError{name, e.Line, e.Message}
	}
	return &SyntaxError{name, 0, err.Error()}
}
