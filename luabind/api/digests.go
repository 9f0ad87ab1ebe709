package api

// md5Module is the module md5, or md5.core, which is the same.
func md5Module(name string) Module {
	m := Module{
		Name: name,
		Table: library(name, "MD5.", nil,
			fn("sum", takes(str("text")), "Gives the digest of a text.", Result{String, "16 bytes"}),
			fn("sumhexa", takes(str("text")), "Gives the digest of a text in hexadecimal digits.", Result{String, "32 digits"}),
			fn("exor", takes(str("a"), str("b")), "Combines the bytes of two texts of one length with exclusive or.", Result{String, "the bytes"}),
			fn("new", nil, "Begins a digest that is made piece by piece.", Result{"md5 digest", "the digest"}),
			fn("tohex", takes(str("bytes")), "Writes bytes in hexadecimal digits.", Result{String, "the digits"}),
		),
	}
	if name == "md5" {
		m.Objects = []*Object{thing("md5 digest", "md5.Digest", "digest", "A digest that is made piece by piece.",
			fn("update", takes(str("text")), "Adds a text.", Result{"md5 digest", "itself"}),
			fn("finish", nil, "Gives the digest of all texts.", Result{String, "16 bytes"}),
		)}
	}
	return m
}

// digestModule is the module sha1 or sha256, which can be called itself.
func digestModule(name string) Module {
	whole := fn(name, takes(str("text")), "Gives the digest of a text in hexadecimal digits. The module itself does so when it is called.", Result{String, "the digits"})
	table := library(name, "A digest. The module itself can be called: it gives the digest of a text in hexadecimal digits.", nil,
		whole,
		fn("binary", takes(str("text")), "Gives the digest of a text.", Result{String, "its bytes"}),
		fn("hmac", takes(str("key"), str("text")), "Gives the HMAC of a text in hexadecimal digits.", Result{String, "the digits"}),
		fn("hmac_binary", takes(str("key"), str("text")), "Gives the HMAC of a text.", Result{String, "its bytes"}),
	)
	table.Call = &whole
	return Module{Name: name, Table: table}
}

// sha2Module is the module sha2.
func sha2Module() Module {
	var all []Method
	for _, name := range []string{
		"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512_224", "sha512_256", "sha3_224", "sha3_256", "sha3_384", "sha3_512",
	} {
		all = append(all, fn(name, takes(opt(str("text"))),
			"Gives the digest of a text in hexadecimal digits. Without one it gives a function that takes pieces and, called without any, gives the digest.",
			Result{"string or function", "the digits, or a function"}))
	}
	return Module{
		Name: "sha2",
		Table: library("sha2", "Digests.", nil, append(all,
			fn("hmac", takes(Param{Name: "digest", Type: Function}, str("key"), str("text")), "Gives the HMAC of a text in hexadecimal digits, with a digest of this module, as `sha2.sha256`.",
				Result{String, "the digits"}),
			fn("hex_to_bin", takes(str("digits")), "Reads bytes in hexadecimal digits.", Result{String, "the bytes"}),
			fn("bin_to_hex", takes(str("bytes")), "Writes bytes in hexadecimal digits.", Result{String, "the digits"}),
			fn("bin_to_base64", takes(str("bytes")), "Writes bytes as base64.", Result{String, "the text"}),
			fn("base64_to_bin", takes(str("text")), "Reads base64.", Result{String, "the bytes"}),
		)...),
	}
}

// base64Module is the module base64.
func base64Module() Module {
	return Module{
		Name: "base64",
		Table: library("base64", "Base64.", nil,
			fn("encode", takes(str("bytes")), "Writes bytes as base64.", Result{String, "the text"}),
			fn("decode", takes(str("text")), "Reads base64, and passes over everything that is none.", Result{String, "the bytes"}),
		),
	}
}
