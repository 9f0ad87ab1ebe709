package modules

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestLowLevelFiltersOfMime(t *testing.T) {
	b := newLab(t, Options{})
	for script, want := range map[string]string{
		`print(mime.b64("diego:password"))`:                           "ZGllZ286cGFzc3dvcmQ=\tnil",
		`print((mime.b64("diego:password")))`:                         "ZGllZ286cGFzc3dvcmQ=",
		`print(mime.b64("abcd", "e"))`:                                "YWJj\tde",
		`print(mime.b64("", nil), mime.b64(nil, nil))`:                "nil\tnil\tnil",
		`print(mime.unb64("ZGllZ286cGFzc3dvcmQ="))`:                   "diego:password\tnil",
		`print(mime.unb64("ZGllZ2", "86"))`:                           "diego:\t",
		`print(mime.unb64("ZG\r\nll", "Z"))`:                          "die\tZ",
		`print(mime.qp("ma\231\227a\n= é"))`:                          "ma=E7=E3a=0A=3D =C3=A9\tnil",
		`print((mime.qp("a \r\nb\t")))`:                               "a=20\r\nb=09=\r\n",
		`print(mime.qp("a", " "))`:                                    "a\t ",
		`print((mime.qp("x\r\n", nil, "=0D=0A")))`:                    "x=0D=0A",
		`print((mime.unqp("ma=E7=E3a=\r\nx=3d")) == "ma\231\227ax=")`: "true",
		`print(mime.unqp("a=", "4"))`:                                 "a\t=4",
		`print((mime.unqp("a=zz=4")))`:                                "a=zz=4",
		`print(mime.wrp(3, "abcdefg", 3))`:                            "abc\r\ndef\r\ng\t2",
		`print(mime.wrp(2, nil, 3))`:                                  "\r\n\t3",
		`print(mime.wrp(3, nil, 3))`:                                  "nil\t3",
		`print(mime.qpwrp(5, "ab=3Dcd", 5))`:                          "ab=\r\n=3Dc=\r\nd\t4",
		`print(mime.eol(0, "a\nb\r\nc\rd"))`:                          "a\r\nb\r\nc\r\nd\t0",
		`print(mime.eol(13, "\nx", "|"))`:                             "x\t0",
		`print(mime.dot(2, ".a\r\n.b.\r\n"))`:                         "..a\r\n..b.\r\n\t2",
	} {
		b.expect(`local mime = require "mime" `+script, want)
	}
}

// A long line end in the place of many does not make a text longer than one may be.
func TestLongLineEndsOfMime(t *testing.T) {
	b := newLab(t, Options{})
	b.fails(`require("mime").eol(0, ("\n"):rep(4e6), ("x"):rep(4e6))`, "string length overflow")
	b.fails(`require("mime").qp(("\r\n"):rep(2e6), nil, ("x"):rep(4e6))`, "string length overflow")
	b.expect(`print(#require("mime").eol(0, ("x\n"):rep(1e6)))`, "3000000")
}

func TestFiltersOfMime(t *testing.T) {
	b := newLab(t, Options{})
	const pump = `local ltn12, mime = require "ltn12", require "mime"
		local function filtered(f, text, size)
			local pieces = {}
			for i = 1, #text, size do pieces[#pieces + 1] = text:sub(i, i + size - 1) end
			local sink, out = ltn12.sink.table()
			assert(ltn12.pump.all(ltn12.source.table(pieces), ltn12.sink.chain(f, sink)))
			local source = ltn12.source.chain(ltn12.source.table(pieces), f)
			return table.concat(out)
		end
		`
	// Whatever the pieces are, the same comes of them.
	for size := 1; size < 9; size++ {
		b.expect(pump+fmt.Sprintf(`
			local text, size = ("Grüße =\t\r\n"):rep(3) .. "end ", %d
			local encoded = filtered(ltn12.filter.chain(mime.encode("base64"), mime.wrap("base64", 10)), text, size)
			print(encoded == (mime.wrp(10, (mime.b64(text)), 10)) .. (mime.wrp(0, nil, 10)))
			print(filtered(mime.decode("base64"), encoded, size) == text)
			local quoted = filtered(ltn12.filter.chain(mime.encode("quoted-printable"), mime.wrap("quoted-printable")), text, size)
			print(filtered(mime.decode("quoted-printable"), quoted, size) == text)
			print(filtered(ltn12.filter.chain(mime.normalize("|"), mime.stuff()), "a\r\nb\n.c", size))
			print(filtered(ltn12.filter.chain(mime.encode("base64"), mime.decode("base64"), mime.encode("base64")), text, size) == (mime.b64(text)))`, size),
			"true\ntrue\ntrue\na|b|.c\ntrue")
	}
	b.fails(pump+`mime.encode("nosuch")`, "unknown key (nosuch)")
}

func TestSourcesSinksAndPumps(t *testing.T) {
	b := newLab(t, Options{})
	dir := b.dir(true)
	if err := os.WriteFile(filepath.Join(dir, "in.txt"), []byte("from a file"), 0o644); err != nil {
		t.Fatal(err)
	}
	for script, want := range map[string]string{
		`ltn12.pump.all(ltn12.source.file(io.open("in.txt")), ltn12.sink.file(io.open("out.txt", "w"))) print(io.open("out.txt"):read("*a"))`: "from a file",
		`print(ltn12.source.file(nil, "broken")())`:                                                                                                                                "nil\tbroken",
		`print(ltn12.pump.all(ltn12.source.error("no"), ltn12.sink.null()))`:                                                                                                       "nil\tno",
		`print(ltn12.pump.all(ltn12.source.string("x"), ltn12.sink.error("full")))`:                                                                                                "nil\tfull",
		`local s, t = ltn12.sink.table() print(ltn12.pump.all(ltn12.source.string(("x"):rep(5000)), s), #t, #t[1])`:                                                                "1\t3\t2048",
		`local s, t = ltn12.sink.table() ltn12.pump.all(ltn12.source.cat(ltn12.source.string("a"), ltn12.source.empty(), ltn12.source.table{"b", "c"}), s) print(table.concat(t))`: "abc",
		`local r = ltn12.source.rewind(ltn12.source.string("x")) local p = r() r(p) print(r(), r())`:                                                                               "x\tnil",
		`local up = function(c) return c and c:upper() end local s = ltn12.source.chain(ltn12.source.string("abc"), up) print(s(), s())`:                                           "ABC",
		`local n = 0 local src = ltn12.source.simplify(function() n = n + 1 return "a", function() return n < 2 and "b" or nil end end) print(src(), src())`:                       "a\tb",
		`local f = ltn12.filter.cycle(function(ctx, c) if c then return c .. ctx, ctx + 1 end end, 1) print(f("a"), f("b"))`:                                                       "a1\tb2",
		`print(pcall(ltn12.source.chain(ltn12.source.string("a"), function() end)))`:                                                                                               "false\tfilter returned inappropriate nil",
	} {
		got, err := b.run(`local ltn12 = require "ltn12" ` + script)
		if err != nil || len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("%s\nprints %s, %v; want %s", script, got, err, want)
		}
	}
}

func TestURLs(t *testing.T) {
	b := newLab(t, Options{})
	for script, want := range map[string]string{
		`print(url.escape("/#?;é_"), url.unescape("%2f%23%c3%a9%zz"))`: "%2f%23%3f%3b%c3%a9_\t/#é%zz",
		`local p = url.parse("http://user:pw@www.example.com:8080/a/b;p=1?q=2&r#frag")
			print(p.scheme, p.authority, p.userinfo, p.user, p.password, p.host, p.port, p.path, p.params, p.query, p.fragment)`: "http\tuser:pw@www.example.com:8080\tuser:pw\tuser\tpw\twww.example.com\t8080\t/a/b\tp=1\tq=2&r\tfrag",
		`local p = url.parse("http://[::1]:80/") print(p.host, p.port, url.build(p))`: "::1\t80\thttp://[::1]:80/",
		`print(url.parse("", {}))`: "nil\tinvalid url",
		`local p = url.parse("a/b", {scheme = "x", host = "h"}) print(p.scheme, p.host, p.path, p.port)`:                                   "x\th\ta/b\tnil",
		`print(url.build(url.parse("ftp://root:p@x/y;z?q#f")))`:                                                                            "ftp://root:p@x/y;z?q#f",
		`print(url.build{scheme = "http", host = "h", port = 81, path = "/p", query = "q"})`:                                               "http://h:81/p?q",
		`local p = url.parse_path("/a%20b/c/") print(#p, p[1], p.is_absolute, p.is_directory, url.build_path(p), url.build_path(p, true))`: "2\ta b\t1\t1\t/a%20b/c/\t/a b/c/",
	} {
		b.expect(`local url = require "socket.url" `+script, want)
	}
	// RFC 3986 5.4, as far as LuaSocket's parameters allow it.
	for relative, want := range map[string]string{
		"g:h": "g:h", "g": "http://a/b/c/g", "./g": "http://a/b/c/g", "g/": "http://a/b/c/g/", "/g": "http://a/g", "//g": "http://g", "?y": "http://a/b/c/d;p?y", "g?y": "http://a/b/c/g?y",
		"#s": "http://a/b/c/d;p?q#s", "g#s": "http://a/b/c/g#s", ";x": "http://a/b/c/d;x", "g;x": "http://a/b/c/g;x", "": "http://a/b/c/d;p?q", ".": "http://a/b/c/", "./": "http://a/b/c/",
		"..": "http://a/b/", "../": "http://a/b/", "../g": "http://a/b/g", "../..": "http://a/", "../../g": "http://a/g", "../../../g": "http://a/g", "/./g": "http://a/g", "/../g": "http://a/g",
		"g.": "http://a/b/c/g.", "..g": "http://a/b/c/..g", "./../g": "http://a/b/g", "./g/.": "http://a/b/c/g/", "g/./h": "http://a/b/c/g/h", "g/../h": "http://a/b/c/h", "g?y/./x": "http://a/b/c/g?y/./x",
	} {
		b.expect(fmt.Sprintf(`print(require("socket.url").absolute("http://a/b/c/d;p?q", %q))`, relative), want)
	}
	b.expect(`local url = require "socket.url" print(url.absolute(url.parse("http://h"), "g"), url.absolute("http://h/x/", "y"))`, "http://h/g\thttp://h/x/y")
}
