package engine_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"eslua/engine"
	"eslua/internal/address"
)

// TestESLConnectionsNeedARight: the module ESL connects to the addresses of Rights.ESL and to no others.
func TestESLConnectionsNeedARight(t *testing.T) {
	for name, tt := range map[string]struct {
		allow []string
		host  string
		want  string
	}{
		"address":          {[]string{"127.0.0.1"}, "127.0.0.1", "msg=1"},
		"a name inside":    {[]string{"127.0.0.0/8:PORT"}, "localhost", "msg=1"},
		"nothing":          {nil, "127.0.0.1", "port PORT: not allowed (esl_allow)"},
		"another port":     {[]string{"127.0.0.1:1"}, "127.0.0.1", "port PORT: not allowed (esl_allow)"},
		"all names":        {[]string{"*"}, "localhost", " is not allowed (esl_allow)"},
		"a name not asked": {[]string{"10.0.0.1:1"}, "localhost", "port PORT: not allowed (esl_allow)"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			_, port, _ := net.SplitHostPort(l.Addr().String())
			var rights engine.Rights
			for _, text := range tt.allow {
				p, err := address.Parse(strings.ReplaceAll(text, "PORT", port))
				if err != nil {
					t.Fatal(err)
				}
				rights.ESL = append(rights.ESL, p)
			}
			h := newHouse(t, map[string]string{"x.lua": `
				local con = require("ESL").ESLconnection("` + tt.host + `", "` + port + `", "ClueCon")
				print(con:connected())
				print(require("ESL").ESLconnection("127.0.0.1", 70000, "geheim"):connected())`}, engine.Options{Rights: rights})
			h.sw.Serve(l)
			if err := h.engine.Run(context.Background(), engine.Run{Script: "x.lua"}); err != nil {
				t.Error(err)
			}
			h.says(strings.ReplaceAll(tt.want, "PORT", port), "port 70000 is not 1 to 65535")
		})
	}
}

// TestAWrongPasswordIsNotLogged: nor is a right one.
func TestAWrongPasswordIsNotLogged(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	p, err := address.Parse("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, map[string]string{"x.lua": `require("ESL").ESLconnection("127.0.0.1", ` + port + `, "geheim")`}, engine.Options{Rights: engine.Rights{ESL: address.Set{p}}})
	h.sw.Serve(l)
	if err := h.engine.Run(context.Background(), engine.Run{Script: "x.lua"}); err != nil {
		t.Error(err)
	}
	h.says("login refused")
	if strings.Contains(h.log.String(), "geheim") {
		t.Error("the password is in the log")
	}
}
