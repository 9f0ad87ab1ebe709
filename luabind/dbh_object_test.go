package luabind_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"eslua/luabind"
	"eslua/luabind/dbh"
	"eslua/luabind/vm"
)

// runDbh runs a script without a call and gives what it has written, and its error.
func runDbh(t *testing.T, ctx context.Context, databases dbh.Options, limits vm.Limits, script string) (string, error) {
	t.Helper()
	if databases.Root == "" {
		databases.Root = t.TempDir()
	}
	pools := dbh.New(databases)
	defer pools.Close()
	chunk, err := vm.Compile("test.lua", script)
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{T: t}
	s := luabind.NewLibrary().New(luabind.Options{Log: l.log, Databases: pools, Machine: vm.Options{Limits: limits}})
	err = s.Run(ctx, chunk)
	s.Close()
	return l.printed(), err
}

// endless is a query that SQLite never finishes.
const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"

func TestDbh(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"arguments": {
			`local d = freeswitch.Dbh("sqlite://a")
			 for _, f in ipairs{
			   function() d:query() end, function() d:query("SELECT 1", nil) end, function() d:query("SELECT 1", "f") end,
			   function() d:query_rows(true) end, function() d.connected() end, function() d.release("x") end, function() d:test_reactive({}) end,
			 } do print(select(2, pcall(f))) end`,
			"test.lua:3: Error in LUA::Dbh::query expected 2..3 args, got 1\n" +
				"test.lua:3: Error in LUA::Dbh::query (arg 3), expected 'SWIGLUA_FN' got 'nil'\n" +
				"test.lua:3: Error in LUA::Dbh::query (arg 3), expected 'SWIGLUA_FN' got 'string'\n" +
				"test.lua:4: Error in LUA::Dbh::query_rows (arg 2), expected 'char *' got 'boolean'\n" +
				"test.lua:4: Error in LUA::Dbh::connected expected 1..1 args, got 0\n" +
				"test.lua:4: Error in LUA::Dbh::release (arg 1), expected 'LUA::Dbh *' got 'string'\n" +
				"test.lua:4: Wrong arguments for overloaded function 'Dbh_test_reactive'\n  Possible C/C++ prototypes are:\n" +
				"    LUA::Dbh::test_reactive(char *,char *,char *)\n    LUA::Dbh::test_reactive(char *,char *)\n    LUA::Dbh::test_reactive(char *)\n",
		},
		"released in its own rows": {
			`local d = freeswitch.Dbh("sqlite://a")
			 print(d:query("SELECT 1 AS a UNION SELECT 2", function(row) print(row.a, d:release()) end))
			 print(d:connected(), d:affected_rows(), d:last_error(), d:test_reactive("a", "b", "c"))
			 print(d:query_rows("SELECT 1"))`,
			"1\ttrue\nDBH NOT Connected.\n2\tfalse\ntrue\nDBH NOT Connected.\nDBH NOT Connected.\nfalse\t0\tnil\tfalse\nDBH NOT Connected.\n" +
				"false\ttable: ADDRESS\tDBH NOT Connected.",
		},
		"a query in rows": {
			`local d = freeswitch.Dbh("a")
			 d:query("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")
			 d:query("SELECT a FROM t ORDER BY a", function(row) d:query("UPDATE t SET a = a + 10 WHERE a = " .. row.a) end)
			 d:query("SELECT group_concat(a) AS all_a FROM t", function(row) print(row.all_a) end)`,
			"11,12",
		},
		"a number as text stops": {
			`local d, n = freeswitch.Dbh("a"), 0
			 d:query("SELECT 1 UNION SELECT 2 UNION SELECT 3", function() n = n + 1 return n == 1 and 0.5 or "1" end) print(n)`,
			"2",
		},
		"tables that are there": {
			`local d = freeswitch.Dbh("a")
			 print(d:query("CREATE TABLE t (a)"), d:query("CREATE TABLE t (a)"), d:last_error())
			 print(d:query("INSERT INTO nosuch VALUES (1)"), d:last_error())`,
			"true\tfalse\ttable t already exists\n" +
				"[db=\"a\",type=\"core_db\"] NATIVE SQL ERR [no such table: nosuch]\nINSERT INTO nosuch VALUES (1)\nfalse\tno such table: nosuch",
		},
		"reactive": {
			`local d = freeswitch.Dbh("a")
			 print(d:test_reactive("SELECT a FROM t", nil, "CREATE TABLE t (a)"), d:query("INSERT INTO t VALUES (1)"))
			 print(d:test_reactive("SELECT a FROM t"), d:load_extension("x"), d:load_extension(""))`,
			"true\ttrue\nMissing parameters.\nload_extension is not available off-box\nMissing extension name.\nfalse\t0\t0",
		},
		"what it is": {
			`local d = freeswitch.Dbh("a")
			 print(type(d), swig_type(d), tostring(d):gsub("0x%x+", "P"), type(getmetatable(d)[".fn"].query_rows))`,
			"userdata\tLUA::Dbh *\t<userdata of type 'LUA::Dbh *' at P>\tfunction",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := runDbh(t, t.Context(), dbh.Options{}, vm.Limits{}, c.script)
			if i := strings.Index(got, "table: 0x"); i >= 0 {
				address, _, _ := strings.Cut(got[i+len("table: "):], "\t")
				got = strings.ReplaceAll(got, address, "ADDRESS")
			}
			if got != c.want || err != nil {
				t.Errorf("printed\n%s\nwant\n%s\nerror %v", got, c.want, err)
			}
		})
	}
}

func TestTheTimeOfQueriesIsNotTheScripts(t *testing.T) {
	got, err := runDbh(t, t.Context(), dbh.Options{QueryTimeout: 400 * time.Millisecond}, vm.Limits{CPU: 100 * time.Millisecond},
		`local d = freeswitch.Dbh("a") print(d:query("`+endless+`"), d:last_error())`)
	if want := "[db=\"a\",type=\"core_db\"] NATIVE SQL ERR [the database takes too long]\n" + endless + "\nfalse\tthe database takes too long"; got != want || err != nil {
		t.Errorf("printed\n%s\nwant\n%s\nerror %v", got, want, err)
	}
}

func TestAQueryEndsWithItsScript(t *testing.T) {
	for _, query := range []string{`query("%s")`, `query_rows("%s")`, `query("%s", print)`, `test_reactive("%s", nil, "x")`} {
		ctx, cancel := context.WithCancelCause(t.Context())
		over := errors.New("over")
		stop := time.AfterFunc(50*time.Millisecond, func() { cancel(over) }) // the query has begun by then, or it does not begin
		defer stop.Stop()
		got, err := runDbh(t, ctx, dbh.Options{QueryTimeout: time.Minute}, vm.Limits{},
			`local d = freeswitch.Dbh("a") d:`+fmt.Sprintf(query, endless)+` print("went on")`)
		if got != "" || !errors.Is(err, over) {
			t.Errorf("%s: %q, %v", query, got, err)
		}
	}
}

func TestHandlesAreLimitedAndReleasedAtTheEnd(t *testing.T) {
	pools := dbh.New(dbh.Options{Root: t.TempDir(), MaxOpen: 100, OpenTimeout: 50 * time.Millisecond})
	defer pools.Close()
	lib := luabind.NewLibrary()
	chunk, err := vm.Compile("test.lua", `
		local open = {}
		for i = 1, 65 do open[i] = freeswitch.Dbh("a") end
		print(open[64]:connected(), open[65]:connected())
		open[1]:release()
		print(freeswitch.Dbh("a"):connected())`)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // 192 handles, if any were left over
		l := &lab{T: t}
		s := lib.New(luabind.Options{Log: l.log, Databases: pools})
		err := s.Run(t.Context(), chunk)
		s.Close()
		want := "Failure to connect to the database: too many connections are in use: 64 in this script, which should release them\n" +
			"Connection failed.  DBH NOT Connected.\ntrue\tfalse\ntrue"
		if got := l.printed(); got != want || err != nil {
			t.Fatalf("printed\n%s\nwant\n%s\nerror %v", got, want, err)
		}
	}
}

func TestPasswordsOfDatabasesAreNotLogged(t *testing.T) {
	opts := dbh.Options{
		Names: map[string]string{"here": "sqlite://memory://x", "there": "pgsql://host=192.0.2.1 password=secret connect_timeout=1 sslmode=disable"},
		Dial:  func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") },
	}
	got, err := runDbh(t, t.Context(), opts, vm.Limits{}, `
		for _, dsn in ipairs{
		  "here:user:secret", "odbc://here:user:secret", "there:user:secret", "nowhere:user:secret", "odbc://nowhere:user:secret",
		  "pgsql://user:secret@127.0.0.1/x", "pgsql://host=192.0.2.1 password=secret", "pgsql://host=192.0.2.1 password='secret", "mariadb://Server=192.0.2.1;Pwd=secret;",
		  "mysql://u:secret@h:x/y", "pgsql://u:secret@h:x/y", "other://u:secret@h",
		} do
		  local d = freeswitch.Dbh(dsn)
		  print(d:connected(), d:query("SELEKT"), d:last_error())
		  freeswitch.Dbh("here", "user", "secret"):query("SELEKT")
		end`)
	if strings.Contains(got, "secret") || err != nil || strings.Count(got, "NATIVE SQL ERR") != 14 {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestOtherDriversDoNotTellNull: a server that speaks PostgreSQL's protocol stands for those whose drivers have no NULL.
func TestOtherDriversDoNotTellNull(t *testing.T) {
	opts := dbh.Options{
		Network: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go answerPostgres(there)
			return here, nil
		},
	}
	got, err := runDbh(t, t.Context(), opts, vm.Limits{}, `
		local d = freeswitch.Dbh("pgsql://host=127.0.0.1 user=u sslmode=disable")
		local ok, rows, err = d:query_rows("row")
		print(ok, #rows, rows[1].a, "[" .. rows[1].b .. "]", err)
		print(d:query("row", function(row) print(row.a, "[" .. row.b .. "]") end))
		print(d:affected_rows(), d:last_error())
		print(d:query("bad", function() end), d:last_error())
		print(select(3, d:query_rows("bad")))
		print(d:query("bad"), d:last_error())`)
	const problem = "ERROR:  no such thing"
	want := "true\t1\tone\t[]\tnil\none\t[]\ntrue\n1\tnil\nERR: [bad]\n[" + problem + "]\nfalse\t" + problem + "\nERR: [bad]\n[" + problem + "]\n" + problem +
		"\n[pgsql] pgsql SQL ERR [" + problem + "]\nbad\nfalse\t" + problem
	if got != want || err != nil {
		t.Errorf("printed\n%s\nwant\n%s\nerror %v", got, want, err)
	}
}

// answerPostgres is a server whose queries give one row with a NULL, or an error.
func answerPostgres(conn net.Conn) {
	defer conn.Close()
	b := pgproto3.NewBackend(conn, conn)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return
	}
	b.Send(&pgproto3.AuthenticationOk{})
	for {
		b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		if b.Flush() != nil {
			return
		}
		msg, err := b.Receive()
		if err != nil {
			return
		}
		switch q, _ := msg.(*pgproto3.Query); {
		case q == nil:
			return
		case q.String == "row":
			b.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("a")}, {Name: []byte("b")}}})
			b.Send(&pgproto3.DataRow{Values: [][]byte{[]byte("one"), nil}})
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
		default:
			b.Send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: "42601", Message: "no such thing"})
		}
	}
}
