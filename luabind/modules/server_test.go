//go:build linux

package modules

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"eslua/luabind/dbh"
)

// serverDir is a directory for a server that refuses to run as root, and who runs it.
func serverDir(t *testing.T, account string) (dir string, who *syscall.Credential) {
	t.Helper()
	dir, err := os.MkdirTemp("", "luasql-") // t.TempDir lies below directories that others may not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Getuid() != 0 {
		return dir, nil
	}
	u, err := user.Lookup(account)
	if err != nil {
		t.Skipf("no account %s to run the server: %v", account, err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return dir, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// program finds a program of a server, or skips the test.
func program(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	more, _ := filepath.Glob("/usr/sbin/" + name)
	if found = append(found, more...); len(found) == 0 {
		t.Skipf("%s is not installed", name)
	}
	return found[0]
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// prepare carries out what comes before a server.
func prepare(t *testing.T, dir string, who *syscall.Credential, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = dir, append(os.Environ(), "LC_ALL=C", "HOME="+dir), &syscall.SysProcAttr{Credential: who}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// start runs a server until the end of the test, and waits until it can be connected to.
func start(t *testing.T, b *lab, dir string, who *syscall.Credential, ending syscall.Signal, open, name string, args ...string) {
	t.Helper()
	var log bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C", "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGINT}
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := func() {
		cmd.Process.Signal(ending)
		cmd.Wait()
	}
	t.Cleanup(stop)
	for limit := time.Now().Add(30 * time.Second); ; {
		if _, err := b.run(open); err == nil {
			return
		} else if time.Now().After(limit) {
			stop()
			t.Fatalf("the server does not answer: %v\n%.5000s", err, &log)
		}
		time.Sleep(20 * time.Millisecond) // another process starts; nothing tells when it is ready
	}
}

// loopback is where the servers are.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func TestPostgres(t *testing.T) {
	initdb, bin := program(t, "initdb"), program(t, "postgres")
	dir, who := serverDir(t, "postgres")
	port := freePort(t)
	prepare(t, dir, who, initdb, "-D", filepath.Join(dir, "data"), "-U", "admin", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
	b, _ := sqlLab(t, dbh.Options{Network: loopback})
	open := fmt.Sprintf("local env = require('luasql.postgres').postgres() local con = assert(env:connect('postgres', 'admin', 'any', '127.0.0.1', %d)) ", port)
	start(t, b, dir, who, syscall.SIGINT, open, bin, "-D", filepath.Join(dir, "data"), "-p", fmt.Sprint(port), "-k", dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off")
	sqlScripts(t, b, open, "PostgreSQL", "false", "int4 varchar (50) float8")
	b.expect(fmt.Sprintf(`local env = require("luasql.postgres").postgres()
		print(env:connect("host=127.0.0.1 port=%d user=admin dbname=postgres") ~= nil, env:connect("postgres://admin@127.0.0.1:%d/postgres") ~= nil)
		print((select(2, env:connect("host=192.0.2.1 user=admin dbname=postgres")):match("not allowed")))
		print((select(2, env:connect("nosuch", "admin", "", "127.0.0.1", %d)):match('database "nosuch" does not exist')))`, port, port, port),
		"true\ttrue\nnot allowed\ndatabase \"nosuch\" does not exist")
}

func TestMySQL(t *testing.T) {
	install, bin := program(t, "mariadb-install-db"), program(t, "mariadbd")
	dir, who := serverDir(t, "mysql")
	port, data := freePort(t), filepath.Join(dir, "data")
	prepare(t, dir, who, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	sql := "CREATE DATABASE test;\nCREATE USER 'test'@'127.0.0.1' IDENTIFIED BY 'secret';\nGRANT ALL ON test.* TO 'test'@'127.0.0.1';\n"
	setup := filepath.Join(dir, "setup.sql")
	if err := os.WriteFile(setup, []byte(sql), 0o644); err != nil {
		t.Fatal(err)
	}
	b, _ := sqlLab(t, dbh.Options{Network: loopback})
	open := fmt.Sprintf("local env = require('luasql.mysql').mysql() local con = assert(env:connect('test', 'test', 'secret', '127.0.0.1', %d)) ", port)
	start(t, b, dir, who, syscall.SIGTERM, open, bin, "--no-defaults", "--datadir="+data, "--socket="+filepath.Join(dir, "s"), fmt.Sprint("--port=", port),
		"--bind-address=127.0.0.1", "--skip-name-resolve", "--init-file="+setup, "--pid-file="+filepath.Join(dir, "pid"))
	sqlScripts(t, b, open, "MySQL", "true", "number string number")
	b.expect(open+`con:execute "DROP TABLE IF EXISTS k" con:execute "CREATE TABLE k (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT)"
		local text = "a'b\"c\\d\ne\0f"
		print(con:execute("INSERT INTO k (v) VALUES ('" .. con:escape(text) .. "')"), con:getlastautoid(), (con:execute "SELECT v FROM k"):fetch() == "a'b\"c\\d\ne")
		print(con:ping(), con:close(), con:ping())`, "1\t1\ttrue\ntrue\ttrue\tfalse")
	b.expect(fmt.Sprintf(`print((select(2, require("luasql.mysql").mysql():connect("test", "test", "wrong", "127.0.0.1", %d)):match("Access denied")))`, port), "Access denied")
	b.expect(`print((select(2, require("luasql.mysql").mysql():connect("a;b"))))`, "LuaSQL: error connecting to database. MySQL: unknown data source: localhost:3306")
}
