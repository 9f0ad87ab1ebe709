package engine_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"eslua/engine"
	"eslua/internal/address"
	"eslua/luabind/dbh"
)

func TestScriptsOfCallsHaveModules(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"said":"`+r.URL.Path+`"}`) }))
	defer server.Close()
	allowed, err := address.Parse(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, c := range []struct{ name, script, want string }{
		{"json", `local json = require "json" session:setVariable("got", json.encode({ list = { 1, 2 } }))`, `{"list":[1,2]}`},
		{"http", `local http, json = require "http", require "json"
			session:setVariable("got", json.decode(http.get("` + server.URL + `/hello").body).said)`, "/hello"},
		{"an address that is not allowed", `session:setVariable("got", select(2, require("http").get("http://127.0.0.1:1/")))`, "error: not allowed (http_allow): 127.0.0.1:1"},
		{"a database that freeswitch.Dbh shares", `
			local con = require("luasql.sqlite3").sqlite3():connect("calls.db")
			con:execute "CREATE TABLE t (a)" con:execute "INSERT INTO t VALUES ('shared')" con:close()
			freeswitch.Dbh("sqlite://calls"):query("SELECT a FROM t", function(row) session:setVariable("got", row.a) end)`, "shared"},
		{"the directory of the scripts", `session:setVariable("got", require("lfs").attributes("main.lua", "mode"))`, "file"},
		{"a module that is not there", `session:setVariable("got", (select(2, pcall(require, "nosuch")):gsub("\n.*", "")))`, "module 'nosuch' not found:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, map[string]string{"main.lua": c.script}, engine.Options{
				Rights: engine.Rights{HTTP: address.Set{allowed}}, Databases: dbh.Options{Root: root},
			})
			call := h.call("", "async full main.lua")
			h.finish(call)
			if got := call.Variable("got"); got != c.want {
				t.Errorf("got %q, want %q\n%s", got, c.want, h.log.String())
			}
		})
	}
}
