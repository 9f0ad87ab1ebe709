package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// maxStream is how many bytes a script may write to a stream.
const maxStream = 8 << 20

// Stream is what a script that is run as an API command reads and writes, as its global stream.
type Stream struct {
	// Input is what stream:read gives: the body of an HTTP request.
	Input string

	out []byte
}

// Output is what the script has written.
func (s *Stream) Output() string { return string(s.out) }

// streamObject is a stream in the hands of a script.
type streamObject struct {
	*Stream
	of *class
}

func (x *streamObject) class() *class { return x.of }

// Size is how many bytes it holds of the script's memory.
func (x *streamObject) Size() int { return cap(x.out) + len(x.Input) }

func (s *Script) newStream(stream *Stream) *lua.LUserData {
	k := s.lib.stream
	return k.object(&streamObject{stream, k})
}

func newStream(c *call) int {
	c.l.Push(c.script.newStream(&Stream{}))
	return 1
}

func (c *call) stream() *Stream {
	x, _ := object[*streamObject](c.l.Get(1))
	return x.Stream
}

// write writes as long as there is room.
func (c *call) write(data string) int {
	s := c.stream()
	if len(s.out)+len(data) > maxStream {
		c.raise("stream: more than %d bytes", maxStream)
	}
	c.script.state.Grow(len(data))
	s.out = append(s.out, data...)
	return 0
}

// streamMethods are what the rows of api.StreamClass say.
var streamMethods = map[string]method{
	"write": func(c *call) int { return c.write(c.text(1)) },
	"raw_write": func(c *call) int {
		data, _ := vm.Text(c.l.Get(2))
		return c.write(data[:max(min(c.int(2), len(data)), 0)])
	},
	"read": func(c *call) int {
		s := c.stream()
		data := s.Input
		s.Input = ""
		c.l.Push(lua.LString(data))
		c.l.Push(lua.LNumber(len(data)))
		return 2
	},
	"get_data": func(c *call) int { return c.string(c.stream().Output()) },
}
