//go:build linux

package dbh

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a database server of the tests' own, on a loopback port and in a directory of its own.
type server struct {
	dir  string
	port int
	cmd  *exec.Cmd
	log  bytes.Buffer
	who  *syscall.Credential // these servers refuse to run as root
	// ending is the signal that has the server end its connections and stop.
	ending syscall.Signal
}

var servers struct {
	sync.Mutex
	running map[string]*server
}

// TestMain ends all servers that tests have started.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, s := range servers.running {
		s.stop()
		os.RemoveAll(s.dir)
	}
	os.Exit(code)
}

// shared starts a server for all tests, the first time that one asks for it.
func shared(t *testing.T, name string, start func(t *testing.T) *server) *server {
	t.Helper()
	servers.Lock()
	defer servers.Unlock()
	if servers.running == nil {
		servers.running = make(map[string]*server)
	}
	if servers.running[name] == nil {
		servers.running[name] = start(t)
	}
	return servers.running[name]
}

// program finds a program of a server, or skips the test.
func program(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		return found[len(found)-1]
	}
	if path := "/usr/sbin/" + name; exists(path) {
		return path
	}
	t.Skipf("%s is not installed", name)
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// newServer makes a directory that account can use.
func newServer(t *testing.T, account string, ending syscall.Signal) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "dbh-")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &server{dir: dir, port: l.Addr().(*net.TCPAddr).Port, ending: ending}
	if os.Getuid() != 0 {
		return s
	}
	u, err := user.Lookup(account)
	if err != nil {
		t.Skipf("no account %s to run the server: %v", account, err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	s.who = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.who, Pdeathsig: syscall.SIGINT}
	return cmd
}

// start runs the server and waits until it can be connected to.
func (s *server) start(t *testing.T, name string, args ...string) {
	t.Helper()
	s.log.Reset()
	s.cmd = s.command(name, args...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// ready waits until a probe succeeds.
func (s *server) ready(t *testing.T, probe func(ctx context.Context) error) {
	t.Helper()
	limit := time.Now().Add(30 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		err := probe(ctx)
		cancel()
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			s.stop()
			t.Fatalf("the server does not answer: %v\n%.5000s", err, &s.log)
		}
		time.Sleep(20 * time.Millisecond) // another process starts; nothing tells when it is ready
	}
}

func (s *server) stop() {
	if s.cmd != nil {
		s.cmd.Process.Signal(s.ending)
		s.cmd.Wait()
		s.cmd = nil
	}
}

// run carries out a program that prepares the server.
func (s *server) run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := s.command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// postgres is a PostgreSQL server.
func postgres(t *testing.T) *server {
	return shared(t, "postgres", func(t *testing.T) *server {
		initdb, bin := program(t, "initdb"), program(t, "postgres")
		s := newServer(t, "postgres", syscall.SIGINT)
		s.run(t, initdb, "-D", filepath.Join(s.dir, "data"), "-U", "admin", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
		s.startPostgres(t, bin)
		return s
	})
}

func (s *server) startPostgres(t *testing.T, bin string) {
	s.start(t, bin, "-D", filepath.Join(s.dir, "data"), "-p", fmt.Sprint(s.port), "-k", s.dir, "-c", "listen_addresses=127.0.0.1",
		"-c", "fsync=off", "-c", "max_connections=30")
	s.ready(t, func(ctx context.Context) error {
		p := New(Options{Network: loopback})
		defer p.Close()
		h, err := p.Open(ctx, s.postgresDSN(), "", "")
		if err == nil {
			h.Release()
		}
		return err
	})
}

func (s *server) postgresDSN() string {
	return fmt.Sprintf("pgsql://host=127.0.0.1 port=%d user=admin dbname=postgres sslmode=disable", s.port)
}

// mariadb is a MariaDB server with a user test, password secret, and a database of the same name.
func mariadb(t *testing.T) *server {
	return shared(t, "mariadb", func(t *testing.T) *server {
		install, bin := program(t, "mariadb-install-db"), program(t, "mariadbd")
		s := newServer(t, "mysql", syscall.SIGTERM)
		data := filepath.Join(s.dir, "data")
		s.run(t, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
		sql := "CREATE DATABASE test;\nCREATE USER 'test'@'127.0.0.1' IDENTIFIED BY 'secret';\nGRANT ALL ON test.* TO 'test'@'127.0.0.1';\n"
		setup := filepath.Join(s.dir, "setup.sql")
		if err := os.WriteFile(setup, []byte(sql), 0o644); err != nil {
			t.Fatal(err)
		}
		s.start(t, bin, "--no-defaults", "--datadir="+data, "--socket="+filepath.Join(s.dir, "s"), "--port="+fmt.Sprint(s.port),
			"--bind-address=127.0.0.1", "--skip-name-resolve", "--init-file="+setup, "--pid-file="+filepath.Join(s.dir, "pid"))
		s.ready(t, func(ctx context.Context) error {
			p := New(Options{Network: loopback})
			defer p.Close()
			h, err := p.Open(ctx, s.mariadbDSN(), "", "")
			if err == nil {
				h.Release()
			}
			return err
		})
		return s
	})
}

func (s *server) mariadbDSN() string {
	return fmt.Sprintf("mariadb://Server=127.0.0.1;Port=%d;Database=test;Uid=test;Pwd=secret;", s.port)
}
