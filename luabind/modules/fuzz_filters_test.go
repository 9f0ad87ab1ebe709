package modules

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"testing"
)

// filters runs a text through each filter of mime, whole and cut into two pieces, and through the module base64; it prints all in hexadecimal digits.
const filters = `
	local mime, base64 = require "mime", require "base64"
	local function show(name, s) print(name .. " " .. s:gsub(".", function(c) return ("%%02x"):format(c:byte()) end)) end
	local function through(f, state, extra, ...)
		local out = {}
		for _, piece in ipairs { ... } do
			local ready, left = f(state, piece, extra)
			out[#out + 1], state = ready or "", left
		end
		return table.concat(out) .. (f(state, nil, extra) or "")
	end
	local text, cut = %s, %d
	for name, with in pairs { b64 = {"b64", ""}, unb64 = {"unb64", ""}, qp = {"qp", ""}, unqp = {"unqp", ""}, wrp = {"wrp", 76, 76}, qpwrp = {"qpwrp", 76, 76}, eol = {"eol", 0, "\n"}, dot = {"dot", 2} } do
		show(name, through(mime[with[1]], with[2], with[3], text))
		show(name, through(mime[with[1]], with[2], with[3], text:sub(1, cut), text:sub(cut + 1)))
	end
	local quoted = through(mime.qp, "", nil, text)
	show("quoted", through(mime.qpwrp, 76, 76, quoted))
	show("back", through(mime.unqp, "", nil, through(mime.qpwrp, 76, 76, quoted)))
	show("back", base64.decode(base64.encode(text)))
	show("back", through(mime.unb64, "", nil, through(mime.wrp, 76, 76, (mime.b64(text)) or "")))
	show("b64", base64.encode(text))
	show("unb64", base64.decode(text))`

// FuzzFilters: the filters of mime and base64 give the same however a text is cut, give it back when they are undone, and agree with Go's packages.
func FuzzFilters(f *testing.F) {
	for _, text := range []string{"diego:password", "a \r\nb\t", "ma\xe7\xe3a\n= é=3D=\r\n=zz=4", "", ".a\r\n.b.\r\n..\n.", "\r\r\n\n\r\n", "ZGllZ286cGFzc3dvcmQ=\r\nZ", strings.Repeat("=x ", 60), " ", "\t", "\r", "=", "x\r", "a=\r", " \r\n"} {
		f.Add(text, uint16(1))
		f.Add(text, uint16(7))
	}
	m := New(Options{})
	defer m.Close()
	lineEnd := regexp.MustCompile("\r\n|\n\r|\r|\n")
	f.Fuzz(func(t *testing.T, text string, cut uint16) {
		if len(text) > 1<<10 {
			return
		}
		b := &lab{T: t, modules: m}
		printed, err := b.run(fmt.Sprintf(filters, luaString(text), min(int(cut), len(text))))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for line := range strings.SplitSeq(printed, "\n") {
			name, digits, _ := strings.Cut(line, " ")
			value, err := hex.DecodeString(digits)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if before, ok := got[name]; ok && before != string(value) {
				t.Errorf("%s: %q, in another way %q", name, before, value)
			}
			got[name] = string(value)
		}
		if want := base64.StdEncoding.EncodeToString([]byte(text)); got["b64"] != want || got["back"] != text {
			t.Errorf("base64: %q, want %q; there and back: %q", got["b64"], want, got["back"])
		}
		if want, err := base64.StdEncoding.DecodeString(text); err == nil && got["unb64"] != string(want) {
			t.Errorf("unb64: %q, want %q", got["unb64"], want)
		}
		if back, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(got["quoted"]))); err != nil || string(back) != text {
			t.Errorf("quoted as %q, which is %q for Go, %v", got["quoted"], back, err)
		}
		for line := range strings.SplitSeq(got["quoted"]+"\r\n"+got["wrp"], "\r\n") {
			if len(line) > 76 {
				t.Errorf("a line of %d characters: %q", len(line), line)
			}
		}
		if want := lineEnd.ReplaceAllString(text, "\n"); got["eol"] != want {
			t.Errorf("eol: %q, want %q", got["eol"], want)
		}
		if want := regexp.MustCompile("(^|\r\n)\\.").ReplaceAllString(text, "${1}.."); got["dot"] != want {
			t.Errorf("dot: %q, want %q", got["dot"], want)
		}
	})
}
