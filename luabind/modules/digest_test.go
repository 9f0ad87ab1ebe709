package modules

import "testing"

func TestDigests(t *testing.T) {
	b := newLab(t, Options{})
	for script, want := range map[string]string{
		`print(require("md5").sumhexa(""), #require("md5").sum(""))`:                                                                                                               "d41d8cd98f00b204e9800998ecf8427e\t16",
		`print(require("md5.core").sumhexa("abc"))`:                                                                                                                                "900150983cd24fb0d6963f7d28e17f72",
		`local md5 = require "md5" local m = md5.new() m:update("a"):update("bc") print(md5.tohex(m:finish()))`:                                                                    "900150983cd24fb0d6963f7d28e17f72",
		`local md5 = require "md5" print(md5.exor(md5.exor("secret", "foobar"), "foobar"))`:                                                                                        "secret",
		`local sha1 = require "sha1" print(sha1("abc"), sha1.sha1("abc") == sha1("abc"))`:                                                                                          "a9993e364706816aba3e25717850c26c9cd0d89d\ttrue",
		`local sha1 = require "sha1" print(sha1.hmac("key", "The quick brown fox jumps over the lazy dog"), #sha1.hmac_binary("a", "b"), #sha1.binary("a"))`:                       "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9\t20\t20",
		`local sha256 = require "sha256" print(sha256("abc"))`:                                                                                                                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		`local sha2 = require "sha2" print(sha2.sha256()("a")("bc")() == sha2.sha256("abc"), sha2.sha224("abc"))`:                                                                  "true\t23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
		`local sha2 = require "sha2" print(#sha2.sha384(""), #sha2.sha512(""), #sha2.sha512_256(""), #sha2.sha3_256(""), sha2.md5("abc"))`:                                         "96\t128\t64\t64\t900150983cd24fb0d6963f7d28e17f72",
		`local sha2 = require "sha2" print(sha2.hmac(sha2.sha256, "key", "The quick brown fox jumps over the lazy dog"))`:                                                          "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
		`local sha2 = require "sha2" print(sha2.bin_to_hex("\1\255"), sha2.hex_to_bin("4142"), sha2.bin_to_base64("abc"), sha2.base64_to_bin("YWJj"))`:                             "01ff\tAB\tYWJj\tabc",
		`local base64 = require "base64" print(base64.encode("a"), base64.encode(""), base64.decode("YQ=="), base64.decode("Y W\nJ-j"), base64.decode("YWI"), base64.decode("Y"))`: "YQ==\t\ta\tabc\tab\t",
		`print(require("md5").sumhexa(12) == require("md5").sumhexa("12"))`:                                                                                                        "true",
	} {
		b.expect(script, want)
	}
	for script, want := range map[string]string{
		`require("md5").sum()`:                  "bad argument #1 to 'sum' (string expected, got no value)",
		`require("md5").exor("a", "bc")`:        "lengths must be equal",
		`require("sha2").hmac(print, "a", "b")`: "no function of this module",
		`require("sha2").hex_to_bin("4")`:       "no hexadecimal digits",
		`require("base64").encode({})`:          "string expected, got table",
		`require("md5").new().update({}, "a")`:  "md5 expected, got table",
	} {
		b.fails(script, want)
	}
}
