package vm

import (
	"sync"

	lua "github.com/yuin/gopher-lua"
)

// Coverage counts how often each line of the chunks is carried out by the states that it is given to. A state adds what it has counted when it is
// closed.
type Coverage struct {
	mu     sync.Mutex
	counts map[*lua.FunctionProto][]uint64 // by instruction
}

// NewCoverage makes a Coverage that has counted nothing.
func NewCoverage() *Coverage { return &Coverage{counts: make(map[*lua.FunctionProto][]uint64)} }

func (c *Coverage) add(counts map[*lua.FunctionProto][]uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for proto, more := range counts {
		sum := c.counts[proto]
		if sum == nil {
			c.counts[proto] = more
			continue
		}
		for i, n := range more {
			sum[i] += n
		}
	}
}

// Lines are the lines of a chunk that have code, counted from 1, each with how often it was carried out. It is nil when no state has run the chunk.
func (c *Coverage) Lines(chunk *Chunk) map[int]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts[chunk.proto] == nil {
		return nil
	}
	lines := make(map[int]uint64)
	c.lines(chunk.proto, lines)
	return lines
}

// lines takes the highest count of each line's instructions. The last instruction of a function is the return that the compiler puts at its end: that
// nobody comes there is no line of the author's.
func (c *Coverage) lines(p *lua.FunctionProto, lines map[int]uint64) {
	counts := c.counts[p]
	for pc := range len(p.Code) - 1 {
		if line := lineAt(p, pc); line > 0 {
			n := uint64(0)
			if counts != nil {
				n = counts[pc]
			}
			lines[line] = max(lines[line], n)
		}
	}
	for _, child := range p.FunctionPrototypes {
		c.lines(child, lines)
	}
}

// counting is the context of a thread whose instructions are counted.
type counting struct {
	*thread
	proto  *lua.FunctionProto // of the last instruction
	counts []uint64
}

// Done is the hook before each instruction. The machine has moved the counter of the frame behind the instruction already.
func (c *counting) Done() <-chan struct{} {
	if f := currentFrame(c.l); f != nil && !f.Fn.IsG && f.Pc > 0 {
		if p := f.Fn.Proto; p != c.proto {
			c.proto, c.counts = p, c.s.counted(p)
		}
		c.counts[f.Pc-1]++
	}
	return c.thread.Done()
}

// counted are the counts of a function.
func (s *State) counted(p *lua.FunctionProto) []uint64 {
	if s.counts == nil {
		s.counts = make(map[*lua.FunctionProto][]uint64)
	}
	counts := s.counts[p]
	if counts == nil {
		counts = make([]uint64, len(p.Code))
		s.counts[p] = counts
	}
	return counts
}
