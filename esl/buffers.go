package esl

import "sync"

// The sizes of the buffers that connections read into: the smallest, the largest, and how many times as large as one the next
// one is.
const (
	minBuffer  = 4 << 10
	maxBuffer  = 256 << 10
	bufferStep = 4
)

// buffers keeps buffers that one connection has done with for the next one: a call needs a larger one at its start, for the reply
// to connect, and a small one from then on.
type buffers struct {
	pools [4]sync.Pool // of *[]byte, the smallest first
}

// pool is where buffers of a size are kept; nil if they are not.
func (b *buffers) pool(size int) *sync.Pool {
	for i, s := 0, minBuffer; i < len(b.pools); i, s = i+1, s*bufferStep {
		if s == size {
			return &b.pools[i]
		}
	}
	return nil
}

// get gives a buffer with anything in it.
func (b *buffers) get(size int) []byte {
	if p := b.pool(size); p != nil {
		if kept, ok := p.Get().(*[]byte); ok {
			return *kept
		}
	}
	return make([]byte, size)
}

// put takes a buffer that nobody uses any more.
func (b *buffers) put(buf []byte) {
	if p := b.pool(len(buf)); p != nil {
		p.Put(&buf)
	}
}
