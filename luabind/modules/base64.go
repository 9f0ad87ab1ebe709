package modules

import (
	"encoding/base64"

	lua "github.com/yuin/gopher-lua"
)

var base64Functions = map[string]lua.LGFunction{"encode": base64Encode, "decode": base64Decode}

func base64Encode(l *lua.LState) int {
	return text(l, base64.StdEncoding.EncodeToString(message(l, 1)))
}

// base64Decode passes over all characters that are none of base64, as the Lua modules of that name do.
func base64Decode(l *lua.LState) int { return text(l, string(decodeBase64(message(l, 1)))) }

// decodeBase64 decodes what there is: characters that are none of the alphabet count for nothing, padding may be missing.
func decodeBase64(b []byte) []byte {
	kept := make([]byte, 0, len(b))
	for _, c := range b {
		if base64Value(c) {
			kept = append(kept, c)
		}
	}
	if len(kept)%4 == 1 { // six bits are no byte
		kept = kept[:len(kept)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(kept)))
	n, _ := base64.RawStdEncoding.Decode(out, kept) // nothing is left that could be wrong
	return out[:n]
}

func base64Value(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}
