//go:build linux

// Package dbserver starts the database servers that tests need, each on a loopback port and in a directory of its own.
package dbserver

import (
	"bytes"
	"context"
	"database/sql"
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

	_ "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
)

// Set is the servers of a package's tests: each is started the first time that a test asks for it, and serves all. The zero Set is ready.
type Set struct {
	mu      sync.Mutex
	running map[string]*Server
}

// Server is a database server.
type Server struct {
	Port int
	// Dir holds all that the server writes. PostgreSQL has its socket there.
	Dir string
	// DSN is a connection string that the switch takes.
	DSN string

	cmd     *exec.Cmd
	program string
	args    []string
	log     bytes.Buffer
	who     *syscall.Credential // these servers refuse to run as root
	// ending is the signal that has the server end its connections and stop.
	ending syscall.Signal
	probe  func(ctx context.Context) error
}

// Close ends all servers and removes what they wrote.
func (set *Set) Close() {
	for _, s := range set.running {
		s.Stop()
		os.RemoveAll(s.Dir)
	}
}

func (set *Set) get(tb testing.TB, name string, start func(testing.TB) *Server) *Server {
	tb.Helper()
	set.mu.Lock()
	defer set.mu.Unlock()
	if set.running == nil {
		set.running = make(map[string]*Server)
	}
	s := set.running[name]
	if s == nil {
		s = start(tb)
		set.running[name] = s
		s.Start(tb)
	}
	return s
}

// Postgres is a PostgreSQL server with the database postgres, where the user admin may do everything and needs no password. Where it is not
// installed, the test is skipped.
func (set *Set) Postgres(tb testing.TB) *Server {
	tb.Helper()
	return set.get(tb, "postgres", func(tb testing.TB) *Server {
		initdb, postgres := find(tb, "initdb"), find(tb, "postgres")
		s := newServer(tb, "postgres", syscall.SIGINT)
		data := filepath.Join(s.Dir, "data")
		s.prepare(tb, initdb, "-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
		s.program = postgres
		s.args = []string{"-D", data, "-p", strconv.Itoa(s.Port), "-k", s.Dir, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=30"}
		settings := fmt.Sprintf("host=127.0.0.1 port=%d user=admin dbname=postgres sslmode=disable", s.Port)
		s.DSN = "pgsql://" + settings
		s.probe = func(ctx context.Context) error {
			c, err := pgx.Connect(ctx, settings)
			if err == nil {
				err = c.Close(ctx)
			}
			return err
		}
		return s
	})
}

// MariaDB is a MariaDB server with the database test, where the user test with the password secret may do everything. Where it is not
// installed, the test is skipped.
func (set *Set) MariaDB(tb testing.TB) *Server {
	tb.Helper()
	return set.get(tb, "mariadb", func(tb testing.TB) *Server {
		install, mariadbd := find(tb, "mariadb-install-db"), find(tb, "mariadbd")
		s := newServer(tb, "nobody", syscall.SIGTERM)
		data, setup := filepath.Join(s.Dir, "data"), filepath.Join(s.Dir, "setup.sql")
		s.prepare(tb, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
		text := "CREATE DATABASE test;\nCREATE USER 'test'@'127.0.0.1' IDENTIFIED BY 'secret';\nGRANT ALL ON test.* TO 'test'@'127.0.0.1';\n"
		if err := os.WriteFile(setup, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
		s.program = mariadbd
		s.args = []string{"--no-defaults", "--datadir=" + data, "--socket=" + filepath.Join(s.Dir, "s"), "--port=" + strconv.Itoa(s.Port),
			"--bind-address=127.0.0.1", "--skip-name-resolve", "--init-file=" + setup, "--pid-file=" + filepath.Join(s.Dir, "pid")}
		s.DSN = fmt.Sprintf("mariadb://Server=127.0.0.1;Port=%d;Database=test;Uid=test;Pwd=secret;", s.Port)
		s.probe = func(ctx context.Context) error {
			db, err := sql.Open("mysql", fmt.Sprintf("test:secret@tcp(127.0.0.1:%d)/test", s.Port))
			if err != nil {
				return err
			}
			defer db.Close()
			return db.PingContext(ctx)
		}
		return s
	})
}

// find is the path of a program of a server.
func find(tb testing.TB, name string) string {
	tb.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	// Debian's places, which are in the path of root at most.
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	more, _ := filepath.Glob("/usr/sbin/" + name)
	if found = append(found, more...); len(found) == 0 {
		tb.Skipf("%s is not installed", name)
	}
	return found[0]
}

// newServer has a directory that account can use, and a port.
func newServer(tb testing.TB, account string, ending syscall.Signal) *Server {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	dir, err := os.MkdirTemp("", "dbserver-") // TempDir lies below directories that others may not enter
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{Dir: dir, Port: l.Addr().(*net.TCPAddr).Port, ending: ending}
	if os.Getuid() != 0 {
		return s
	}
	u, err := user.Lookup(account)
	if err != nil {
		tb.Skipf("no account to run the server: %v", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	s.who = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chown(dir, uid, gid); err != nil {
		tb.Fatal(err)
	}
	return s
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.Dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.who, Pdeathsig: syscall.SIGINT}
	return cmd
}

// prepare carries out what comes before the server.
func (s *Server) prepare(tb testing.TB, name string, args ...string) {
	tb.Helper()
	if out, err := s.command(name, args...).CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// Start runs the server again, and waits until it can be connected to.
func (s *Server) Start(tb testing.TB) {
	tb.Helper()
	s.log.Reset()
	s.cmd = s.command(s.program, s.args...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	for limit := time.Now().Add(30 * time.Second); ; {
		ctx, cancel := context.WithTimeout(tb.Context(), time.Second)
		err := s.probe(ctx)
		cancel()
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			s.Stop()
			tb.Fatalf("the server does not answer: %v\n%.5000s", err, &s.log)
		}
		time.Sleep(20 * time.Millisecond) // another process starts; nothing tells when it is ready
	}
}

// Stop ends the server and its connections.
func (s *Server) Stop() {
	if s.cmd != nil && s.cmd.Process != nil {
		s.cmd.Process.Signal(s.ending)
		s.cmd.Wait()
	}
	s.cmd = nil
}
