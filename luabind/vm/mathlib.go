package vm

import (
	"math"
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"
)

func function1(f func(float64) float64) lua.LGFunction {
	return func(l *lua.LState) int {
		l.Push(lua.LNumber(f(checkNumber(l, 1))))
		return 1
	}
}

func function2(f func(a, b float64) float64) lua.LGFunction {
	return func(l *lua.LState) int {
		l.Push(lua.LNumber(f(checkNumber(l, 1), checkNumber(l, 2))))
		return 1
	}
}

var mathFunctions = map[string]lua.LGFunction{
	"abs": function1(math.Abs), "acos": function1(math.Acos), "asin": function1(math.Asin), "atan": function1(math.Atan), "atan2": function2(math.Atan2),
	"ceil": function1(math.Ceil), "cos": function1(math.Cos), "cosh": function1(math.Cosh), "deg": function1(func(x float64) float64 { return x / (math.Pi / 180) }),
	"exp": function1(math.Exp), "floor": function1(math.Floor), "fmod": function2(math.Mod), "frexp": mathFrexp, "ldexp": mathLdexp, "log": mathLog,
	"log10": function1(math.Log10), "max": mathMax, "min": mathMin, "mod": function2(math.Mod), "modf": mathModf, "pow": function2(math.Pow),
	"rad": function1(func(x float64) float64 { return x * (math.Pi / 180) }), "random": mathRandom, "randomseed": mathRandomseed, "sin": function1(math.Sin), "sinh": function1(math.Sinh),
	"sqrt": function1(math.Sqrt), "tan": function1(math.Tan), "tanh": function1(math.Tanh),
}

var mathTable = func() Make {
	all := functions(mathFunctions)
	all["pi"] = lua.LNumber(math.Pi)
	all["huge"] = lua.LNumber(math.Inf(1))
	return Table(all)
}()

func mathFrexp(l *lua.LState) int {
	m, e := math.Frexp(checkNumber(l, 1))
	l.Push(lua.LNumber(m))
	l.Push(lua.LNumber(e))
	return 2
}

func mathLdexp(l *lua.LState) int {
	l.Push(lua.LNumber(math.Ldexp(checkNumber(l, 1), checkInt(l, 2))))
	return 1
}

// mathLog takes a base, as in 5.2.
func mathLog(l *lua.LState) int {
	x := checkNumber(l, 1)
	r := math.Log(x)
	if l.Get(2) != lua.LNil {
		switch base := checkNumber(l, 2); base {
		case 10:
			r = math.Log10(x)
		case 2:
			r = math.Log2(x)
		default:
			r /= math.Log(base)
		}
	}
	l.Push(lua.LNumber(r))
	return 1
}

func mathMax(l *lua.LState) int {
	r := checkNumber(l, 1)
	for i := 2; i <= l.GetTop(); i++ {
		if v := checkNumber(l, i); v > r {
			r = v
		}
	}
	l.Push(lua.LNumber(r))
	return 1
}

func mathMin(l *lua.LState) int {
	r := checkNumber(l, 1)
	for i := 2; i <= l.GetTop(); i++ {
		if v := checkNumber(l, i); v < r {
			r = v
		}
	}
	l.Push(lua.LNumber(r))
	return 1
}

func mathModf(l *lua.LState) int {
	x := checkNumber(l, 1)
	whole, part := math.Modf(x)
	if math.IsInf(x, 0) {
		whole, part = x, 0
	}
	l.Push(lua.LNumber(whole))
	l.Push(lua.LNumber(part))
	return 2
}

// generator is the source of random numbers of the state: they are its own, whatever others draw.
func (s *State) generator() *rand.Rand {
	if s.random == nil {
		seed := s.opts.Seed
		if seed == 0 {
			seed = rand.Uint64()
		}
		s.random = rand.New(rand.NewPCG(seed, 0))
	}
	return s.random
}

func mathRandom(l *lua.LState) int {
	r := StateOf(l).generator()
	low, high := 1, 0
	switch l.GetTop() {
	case 0:
		l.Push(lua.LNumber(r.Float64()))
		return 1
	case 1:
		high = checkInt(l, 1)
	case 2:
		low, high = checkInt(l, 1), checkInt(l, 2)
	default:
		raise(l, 1, "wrong number of arguments")
	}
	if low > high {
		argument(l, l.GetTop(), "interval is empty")
	}
	l.Push(lua.LNumber(math.Floor(r.Float64()*(float64(high)-float64(low)+1)) + float64(low)))
	return 1
}

func mathRandomseed(l *lua.LState) int {
	seed := uint64(signed(checkNumber(l, 1)))
	StateOf(l).random = rand.New(rand.NewPCG(seed, 1))
	return 0
}
