//go:build linux

package modules

import (
	"fmt"
	"net/netip"
	"testing"

	"eslua/internal/dbserver"
	"eslua/luabind/dbh"
)

// servers end with the test.
func servers(t *testing.T) *dbserver.Set {
	set := new(dbserver.Set)
	t.Cleanup(set.Close)
	return set
}

// loopback is where the servers are.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func TestPostgres(t *testing.T) {
	port := servers(t).Postgres(t).Port
	b, _ := sqlLab(t, dbh.Options{Network: loopback})
	open := fmt.Sprintf("local env = require('luasql.postgres').postgres() local con = assert(env:connect('postgres', 'admin', 'any', '127.0.0.1', %d)) ", port)
	sqlScripts(t, b, open, "PostgreSQL", "false", "int4 varchar (50) float8")
	b.expect(fmt.Sprintf(`local env = require("luasql.postgres").postgres()
		print(env:connect("host=127.0.0.1 port=%d user=admin dbname=postgres") ~= nil, env:connect("postgres://admin@127.0.0.1:%d/postgres") ~= nil)
		print((select(2, env:connect("host=192.0.2.1 user=admin dbname=postgres")):match("not allowed")))
		print((select(2, env:connect("nosuch", "admin", "", "127.0.0.1", %d)):match('database "nosuch" does not exist')))`, port, port, port),
		"true\ttrue\nnot allowed\ndatabase \"nosuch\" does not exist")
}

func TestMySQL(t *testing.T) {
	port := servers(t).MariaDB(t).Port
	b, _ := sqlLab(t, dbh.Options{Network: loopback})
	open := fmt.Sprintf("local env = require('luasql.mysql').mysql() local con = assert(env:connect('test', 'test', 'secret', '127.0.0.1', %d)) ", port)
	sqlScripts(t, b, open, "MySQL", "true", "number string number")
	b.expect(open+`con:execute "DROP TABLE IF EXISTS k" con:execute "CREATE TABLE k (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT)"
		local text = "a'b\"c\\d\ne\0f"
		print(con:execute("INSERT INTO k (v) VALUES ('" .. con:escape(text) .. "')"), con:getlastautoid(), (con:execute "SELECT v FROM k"):fetch() == "a'b\"c\\d\ne")
		print(con:ping(), con:close(), con:ping())`, "1\t1\ttrue\ntrue\ttrue\tfalse")
	b.expect(fmt.Sprintf(`print((select(2, require("luasql.mysql").mysql():connect("test", "test", "wrong", "127.0.0.1", %d)):match("Access denied")))`, port), "Access denied")
	b.expect(`print((select(2, require("luasql.mysql").mysql():connect("a;b"))))`, "LuaSQL: error connecting to database. MySQL: unknown data source: localhost:3306")
}
