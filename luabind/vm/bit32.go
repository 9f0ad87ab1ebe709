package vm

import (
	"math"
	"math/bits"

	lua "github.com/yuin/gopher-lua"
)

// bitFunctions are Lua 5.2's bit32.
var bitFunctions = map[string]lua.LGFunction{
	"arshift": bitArshift, "band": bitBand, "bnot": bitBnot, "bor": bitBor, "btest": bitBtest, "bxor": bitBxor, "extract": bitExtract,
	"lrotate": bitLrotate, "lshift": bitLshift, "replace": bitReplace, "rrotate": bitRrotate, "rshift": bitRshift,
}

// checkBits is a number modulo 2^32.
func checkBits(l *lua.LState, n int) uint32 {
	f := math.Mod(math.Floor(checkNumber(l, n)+0.5), 1<<32)
	if f < 0 {
		f += 1 << 32
	}
	return uint32(f)
}

func pushBits(l *lua.LState, v uint32) int {
	l.Push(lua.LNumber(v))
	return 1
}

func bitAnd(l *lua.LState) uint32 {
	r := ^uint32(0)
	for i := 1; i <= l.GetTop(); i++ {
		r &= checkBits(l, i)
	}
	return r
}

func bitBand(l *lua.LState) int { return pushBits(l, bitAnd(l)) }

func bitBtest(l *lua.LState) int {
	l.Push(lua.LBool(bitAnd(l) != 0))
	return 1
}

func bitBor(l *lua.LState) int {
	r := uint32(0)
	for i := 1; i <= l.GetTop(); i++ {
		r |= checkBits(l, i)
	}
	return pushBits(l, r)
}

func bitBxor(l *lua.LState) int {
	r := uint32(0)
	for i := 1; i <= l.GetTop(); i++ {
		r ^= checkBits(l, i)
	}
	return pushBits(l, r)
}

func bitBnot(l *lua.LState) int { return pushBits(l, ^checkBits(l, 1)) }

func shift(v uint32, left int) uint32 {
	switch {
	case left <= -32 || left >= 32:
		return 0
	case left < 0:
		return v >> -left
	}
	return v << left
}

func bitLshift(l *lua.LState) int { return pushBits(l, shift(checkBits(l, 1), checkInt(l, 2))) }

func bitRshift(l *lua.LState) int { return pushBits(l, shift(checkBits(l, 1), -checkInt(l, 2))) }

func bitArshift(l *lua.LState) int {
	v, n := checkBits(l, 1), checkInt(l, 2)
	if n < 0 || v&(1<<31) == 0 {
		return pushBits(l, shift(v, -n))
	}
	return pushBits(l, uint32(int32(v)>>min(n, 31)))
}

func bitLrotate(l *lua.LState) int {
	return pushBits(l, bits.RotateLeft32(checkBits(l, 1), checkInt(l, 2)%32))
}

func bitRrotate(l *lua.LState) int {
	return pushBits(l, bits.RotateLeft32(checkBits(l, 1), -(checkInt(l, 2)%32)))
}

// checkField is the position and width of a field of bits.
func checkField(l *lua.LState, n int) (at, width int) {
	at, width = checkInt(l, n), optInt(l, n+1, 1)
	if at < 0 {
		argument(l, n, "field cannot be negative")
	}
	if width <= 0 {
		argument(l, n+1, "width must be positive")
	}
	if at+width > 32 {
		raise(l, 1, "trying to access non-existent bits")
	}
	return at, width
}

func bitExtract(l *lua.LState) int {
	v := checkBits(l, 1)
	at, width := checkField(l, 2)
	return pushBits(l, v>>at&uint32(1<<width-1))
}

func bitReplace(l *lua.LState) int {
	v, field := checkBits(l, 1), checkBits(l, 2)
	at, width := checkField(l, 3)
	mask := uint32(1<<width - 1)
	return pushBits(l, v&^(mask<<at)|field&mask<<at)
}
