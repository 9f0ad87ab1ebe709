package modules

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"hash"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// hashes are the digests, by the names that the module sha2 gives them.
var hashes = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	"sha512_224": sha512.New512_224, "sha512_256": sha512.New512_256,
	"sha3_224": func() hash.Hash { return sha3.New224() }, "sha3_256": func() hash.Hash { return sha3.New256() },
	"sha3_384": func() hash.Hash { return sha3.New384() }, "sha3_512": func() hash.Hash { return sha3.New512() },
}

// message is an argument that is to be worked on byte by byte.
func message(l *lua.LState, n int) []byte {
	s := vm.CheckString(l, n)
	vm.StateOf(l).Work(1 + len(s)/16)
	return []byte(s)
}

func sum(h hash.Hash, parts ...[]byte) string {
	for _, part := range parts {
		h.Write(part)
	}
	return string(h.Sum(nil))
}

func toHex(s string) string { return hex.EncodeToString([]byte(s)) }

// digest is a function that gives the digest of a text, in hexadecimal digits or as bytes.
func digest(h func() hash.Hash, hexadecimal bool) lua.LGFunction {
	return func(l *lua.LState) int {
		s := sum(h(), message(l, 1))
		if hexadecimal {
			s = toHex(s)
		}
		return text(l, s)
	}
}

// keyed is a function that gives the HMAC of a key and a text.
func keyed(h func() hash.Hash, hexadecimal bool) lua.LGFunction {
	return func(l *lua.LState) int {
		s := sum(hmac.New(h, message(l, 1)), message(l, 2))
		if hexadecimal {
			s = toHex(s)
		}
		return text(l, s)
	}
}

// callable is the loader of a module as sha1: a table with functions that is itself the one that has its name.
func callable(name string, h func() hash.Hash) *lua.LFunction {
	functions := map[string]lua.LValue{
		name: vm.Function(digest(h, true)), "binary": vm.Function(digest(h, false)), "hmac": vm.Function(keyed(h, true)),
		"hmac_binary": vm.Function(keyed(h, false)),
	}
	call := vm.Function(func(l *lua.LState) int {
		l.Remove(1) // the module
		return digest(h, true)(l)
	})
	return vm.Function(func(l *lua.LState) int {
		t := plain(l, functions)
		meta := l.CreateTable(0, 1)
		meta.RawSetString("__call", call)
		t.Metatable = meta
		l.Push(t)
		return 1
	})
}

// md5Functions are those of the two modules of that name: sum, sumhexa and exor of one, and what makes a digest piece by piece
// of the other.
var md5Functions = map[string]lua.LGFunction{
	"sum": digest(md5.New, false), "sumhexa": digest(md5.New, true), "exor": exor,
	"new": func(l *lua.LState) int {
		l.Push(md5Class.object(&running{md5.New()}))
		return 1
	},
	"tohex": func(l *lua.LState) int { return text(l, toHex(string(message(l, 1)))) },
}

type running struct{ h hash.Hash }

var md5Class = newClass("md5", map[string]func(*lua.LState, *running) int{
	"update": func(l *lua.LState, r *running) int {
		r.h.Write(message(l, 2))
		l.SetTop(1)
		return 1
	},
	"finish": func(l *lua.LState, r *running) int { return text(l, string(r.h.Sum(nil))) },
}, nil)

func exor(l *lua.LState) int {
	a, b := message(l, 1), message(l, 2)
	if len(a) != len(b) {
		vm.BadArgument(l, 2, "lengths must be equal")
	}
	for i := range a {
		a[i] ^= b[i]
	}
	return text(l, string(a))
}

// sha2Functions are those of the module sha2: each digest in hexadecimal digits, of a text or, without one, piece by piece:
// sha256()("a")("b")().
func sha2Functions() map[string]lua.LGFunction {
	all := map[string]lua.LGFunction{
		"hex_to_bin": func(l *lua.LState) int {
			b, err := hex.DecodeString(string(message(l, 1)))
			if err != nil {
				vm.BadArgument(l, 1, "no hexadecimal digits")
			}
			return text(l, string(b))
		},
		"bin_to_hex":    func(l *lua.LState) int { return text(l, toHex(string(message(l, 1)))) },
		"bin_to_base64": base64Encode,
		"base64_to_bin": base64Decode,
	}
	for name, h := range hashes {
		all[name] = func(l *lua.LState) int {
			if l.GetTop() > 0 {
				return digest(h, true)(l)
			}
			l.Push(pieces(h()))
			return 1
		}
	}
	// hmac is given the function of the digest. Which one that is shows in what it makes of nothing.
	all["hmac"] = func(l *lua.LState) int {
		f, ok := l.Get(1).(*lua.LFunction)
		if !ok {
			vm.BadType(l, 1, "function")
		}
		l.Push(f)
		l.Push(lua.LString(""))
		vm.Call(l, 1, 1)
		empty := lua.LVAsString(l.Get(-1))
		l.Pop(1)
		for _, h := range hashes {
			if toHex(sum(h())) == empty {
				return text(l, toHex(sum(hmac.New(h, message(l, 2)), message(l, 3))))
			}
		}
		vm.BadArgument(l, 1, "no function of this module")
		return 0
	}
	return all
}

// pieces is a function that takes a text piece by piece, and gives its digest when it is called without any.
func pieces(h hash.Hash) *lua.LFunction {
	var f *lua.LFunction
	f = vm.Function(func(l *lua.LState) int {
		if l.Get(1) == lua.LNil {
			return text(l, toHex(string(h.Sum(nil))))
		}
		h.Write(message(l, 1))
		l.Push(f)
		return 1
	})
	return f
}
