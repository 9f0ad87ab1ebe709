package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// write makes a configuration file, and the working directory the one that it is in, with a directory of scripts.
func write(t *testing.T, text string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("scripts", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("eslua.yaml", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return "eslua.yaml"
}

func env(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

func flags(set map[string][]string) func(string) ([]string, bool) {
	return func(name string) ([]string, bool) {
		v, ok := set[name]
		return v, ok
	}
}

func TestDefaults(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "comments": "# listen:\n", "nothing in lists": "allow:\nroutes:\ndefault_script: ''\n", "a mark": "---\n", "null": "~\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, text)
			dir, err := filepath.Abs("scripts")
			if err != nil {
				t.Fatal(err)
			}
			want := &Config{
				Listen: []string{"127.0.0.1:8084"}, Scripts: dir, Inline: true, Reload: "watch", Degraded: DegradedRun, MaxCalls: 10000, ReloadGate: GateNone, Admin: "127.0.0.1:8085", Instructions: 200_000_000, CPU: 5 * time.Second, Memory: 16 << 20,
				AfterHangup: time.Minute, Drain: 5 * time.Second, LogFormat: LogText, LogLevel: slog.LevelInfo,
				Databases: Databases{
					MaxOpen: 20, MaxIdle: 50, IdleTime: time.Minute, OpenTimeout: 5 * time.Second, QueryTimeout: 10 * time.Second, MaxResult: 32 << 20,
				},
				LuaHTTP: LuaHTTP{Timeout: time.Minute, MaxRequests: 100},
				XMLHandler: XMLHandler{
					Allow:   []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
					Timeout: 10 * time.Second, MaxRequests: 100,
				},
			}
			got, err := Load(Source{File: path})
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestAFlagCountsMoreThanAVariableMoreThanTheFile(t *testing.T) {
	path := write(t, "max_calls: 1\nlisten: [':1', '[::1]:1']\ndrain: 1s\ninline: no\ndegraded: refuse\n")
	c, err := Load(Source{
		File: path,
		Env:  env(map[string]string{"ESLUA_MAX_CALLS": "2", "ESLUA_LISTEN": ":2, h:2", "ESLUA_INLINE": "", "ESLUA_PORT": "tcp://10.0.0.1"}),
		Flag: flags(map[string][]string{"max-calls": {"3"}, "allow": {"10.1.2.3/8", "::ffff:10.0.0.1", "fe80::1%eth0"}, "log-level": {"debug"}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]any{
		"flag":                {c.MaxCalls, 3},
		"variable":            {c.Listen, []string{":2", "h:2"}},
		"file":                {c.Drain, time.Second},
		"empty variable":      {c.Inline, false},
		"word in the file":    {c.Degraded, DegradedRefuse},
		"level":               {c.LogLevel, slog.LevelDebug},
		"networks, addresses": {fmt.Sprint(c.Allow), "[10.0.0.0/8 10.0.0.1/32 fe80::1/128]"},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
	if !c.Allow[1].Contains(netip.MustParseAddr("10.0.0.1")) {
		t.Error("an IPv4 address in IPv6 form does not stand for itself")
	}
}

func TestRoutesKeepTheirOrder(t *testing.T) {
	c, err := Load(Source{File: write(t, `
routes:
  - &first
    variable: {b: x, a: "^$"}
    script: one.lua
  - destination: 1000
    context: default
    caller: ^\+
    script: sub/two.lua
    args: 010 'a b'
  - *first
`)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range c.Routes {
		var vars []string
		for _, v := range r.Variables {
			vars = append(vars, v.Variable+"="+v.Pattern.String())
		}
		got = append(got, fmt.Sprintf("%v %v %q %v %s %q", vars, r.Destination, r.Context, r.Caller, r.Script, r.Args))
	}
	want := []string{
		`[b=x a=^$] <nil> "" <nil> one.lua ""`,
		`[] 1000 "default" ^\+ sub/two.lua "010 'a b'"`,
		`[b=x a=^$] <nil> "" <nil> one.lua ""`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("routes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestErrorsNamePlaceAndValue(t *testing.T) {
	const expr = "is no regular expression: "
	for _, c := range []struct{ text, want string }{
		{"max_cals: 5", `eslua.yaml:1: unknown key "max_cals"`},
		{"\nmax_calls: ten", `eslua.yaml:2: max_calls: "ten" is not a whole number from 1`},
		{"max_calls: 0", `eslua.yaml:1: max_calls: "0" is not a whole number from 1`},
		{"max_calls: 99999999999", `eslua.yaml:1: max_calls: "99999999999" is not a whole number from 1`},
		{"max_calls:", `eslua.yaml:1: max_calls: no value`},
		{"max_calls: [1]", `eslua.yaml:1: max_calls: not a single value`},
		{"max_calls: 1\nmax_calls: 2", `eslua.yaml:2: "max_calls" stands here twice`},
		{"listen: []", `eslua.yaml:1: listen: no value`},
		{"listen: 8084", `eslua.yaml:1: listen: "8084" is not HOST:PORT`},
		{"listen:\n  - :1\n  - h:http", `eslua.yaml:3: listen: "h:http" has no port from 0 to 65535`},
		{"listen:\n  - [a]", `eslua.yaml:2: listen: not a single value`},
		{"listen: {a: b}", `eslua.yaml:1: listen: not a list`},
		{"allow: office", `eslua.yaml:1: allow: "office" is no network, as 10.0.0.0/8, and no address`},
		{"esl_allow: http://x", `eslua.yaml:1: esl_allow: "http://x" has no port from 1 to 65535`},
		{"esl_allow: [10.0.0.0/8, a b]", `eslua.yaml:1: esl_allow: "a b" is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]`},
		{"scripts: nowhere", `eslua.yaml:1: scripts: "nowhere" does not exist`},
		{"scripts: eslua.yaml", `eslua.yaml:1: scripts: "eslua.yaml" is not a directory`},
		{"scripts: eslua.yaml/x", `eslua.yaml:1: scripts: "eslua.yaml/x" cannot be looked at: not a directory`},
		{"default_script: ../x.lua", `eslua.yaml:1: default_script: "../x.lua" is not a path below the directory of the scripts`},
		{"default_script: /x.lua", `eslua.yaml:1: default_script: "/x.lua" is not a path below the directory of the scripts`},
		{"http_allow: [x.example, 'http://x']", `eslua.yaml:1: http_allow: "http://x" has no port from 1 to 65535`},
		{"http_allow: 10.0.0.0/99", `eslua.yaml:1: http_allow: "10.0.0.0/99" is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]`},
		{"mailer: eslua.yaml -t", `eslua.yaml:1: mailer: "eslua.yaml -t" begins with no program that can be run`},
		{"mailer: ' '", `eslua.yaml:1: mailer: " " is empty`},
		{"inline: 2", `eslua.yaml:1: inline: "2" is neither true nor false`},
		{"degraded: maybe", `eslua.yaml:1: degraded: "maybe" is not one of run, refuse`},
		{"drain: 5", `eslua.yaml:1: drain: "5" is no duration, as 500ms, 5s or 2m`},
		{"after_hangup: -1s", `eslua.yaml:1: after_hangup: "-1s" is no duration, as 500ms, 5s or 2m`},
		{"reload: sometimes", `eslua.yaml:1: reload: "sometimes" is not one of watch, poll, manual, off`},
		{"databases: {idle: 0s}", `eslua.yaml:1: databases.idle: "0s" is no time at all`},
		{"databases: {root: nowhere}", `eslua.yaml:1: databases.root: "nowhere" does not exist`},
		{"xml_handler: {bindings: {dirctory: a.lua}}", `eslua.yaml:1: xml_handler.bindings: "dirctory" is not one of configuration, directory, dialplan, languages, phrases, chatplan, channels`},
		{"xml_handler: {bindings: {directory: ../a.lua x}}", `eslua.yaml:1: xml_handler.bindings: directory: "../a.lua x" begins with what is not a path below the directory of the scripts`},
		{"xml_handler: {bindings: {directory: [a.lua]}}", `eslua.yaml:1: xml_handler.bindings: directory: not a single value`},
		{"xml_handler: {bindings: {directory: ''}}", `eslua.yaml:1: xml_handler.bindings: directory: "" begins with what is not a path below the directory of the scripts`},
		{"xml_handler: {listen: ':1'}", "xml_handler.listen is given without xml_handler.bindings"},
		{"xml_handler: {listen: ':1', user: a, bindings: {directory: a.lua}}", "xml_handler.user is given without a password"},
		{"xml_handler: {listen: ':1', password: a, bindings: {directory: a.lua}}", "xml_handler.password is given without xml_handler.user"},
		{"switches: x", `eslua.yaml:1: switches: not a list`},
		{"switches:\n  - address: h:1", `eslua.yaml:2: switches: a switch without name`},
		{"switches:\n  - name: a", `eslua.yaml:2: switches: a switch without address`},
		{"switches:\n  - {name: a, address: h}", `eslua.yaml:2: switches: address: "h" is not HOST:PORT`},
		{"switches:\n  - {name: a, address: h:1, password_file: nosuch}", `eslua.yaml:2: switches: password_file: "nosuch" cannot be read: no such file or directory`},
		{"switches:\n  - {name: a, address: h:1, password: x}", `eslua.yaml:2: switches: unknown key "password"`},
		{"switches:\n  - {name: a, address: h:1}", `eslua.yaml:2: switches: a switch without password_file`},
		{"switches:\n  - {name: a, address: h:1, password_file: eslua.yaml}\n  - {name: a, address: h:2, password_file: eslua.yaml}", `eslua.yaml:3: switches: "a" stands here twice`},
		{"esl: {address: h:1}", `esl.address is given without esl.password_file or esl.password`},
		{"esl: {address: h:1, password_file: eslua.yaml/x}", `eslua.yaml:1: esl.password_file: "eslua.yaml/x" cannot be read: not a directory`},
		{"admin: ':8085'", `eslua.yaml:1: admin: ":8085" is no loopback address, as 127.0.0.1:8085`},
		{"admin: 10.0.0.1:8085", `eslua.yaml:1: admin: "10.0.0.1:8085" is no loopback address, as 127.0.0.1:8085`},
		{"admin: localhost", `eslua.yaml:1: admin: "localhost" is not HOST:PORT`},
		{"lua_http: {listen: ':1'}", `lua_http.listen: ":1" is no loopback address, so that it needs lua_http.token_file`},
		{"hooks:\n  - {event: DTMF, script: a.lua, switch: b}", `hooks: DTMF: there is no switch "b"`},
		{"hooks:\n  - {event: DTMF, script: a.lua}", `hooks: DTMF: the hook names no switch, and there is no esl.address`},
		{"lua_http: {token: a}", "lua_http.token is given without lua_http.listen"},
		{"lua_http: {token_file: nosuch}", `eslua.yaml:1: lua_http.token_file: "nosuch" cannot be read: no such file or directory`},
		{"lua_http: {listen: ':1', timeout: 0s}", `eslua.yaml:1: lua_http.timeout: "0s" is no time at all`},
		{"xml_handler: {bindings: {directory: a.lua}}", "xml_handler.bindings is given without xml_handler.listen"},
		{"log_format: xml", `eslua.yaml:1: log_format: "xml" is not one of text, json`},
		{"log_level: loud", `eslua.yaml:1: log_level: "loud" is not one of debug, info, warn, error`},
		{"routes: x", `eslua.yaml:1: routes: not a list`},
		{"routes:\n  - x", `eslua.yaml:2: routes: not a mapping of keys to values`},
		{"routes:\n  -", `eslua.yaml:2: routes: a route without script`},
		{"routes:\n  - script: a\n    contxt: b", `eslua.yaml:3: routes: unknown key "contxt"`},
		{"routes:\n  - context: b", `eslua.yaml:2: routes: a route without script`},
		{"routes:\n  - script: a\n    context: ''", `eslua.yaml:3: routes: context: "" is empty`},
		{"routes:\n  - script: ../a", `eslua.yaml:2: routes: script: "../a" is not a path below the directory of the scripts`},
		{"routes:\n  - script: a\n    destination: (", `eslua.yaml:3: routes: destination: "(" ` + expr + "missing closing )"},
		{"routes:\n  - script: a\n    caller: '*'", `eslua.yaml:3: routes: caller: "*" ` + expr + "missing argument to repetition operator"},
		{"routes:\n  - script: a\n    variable:\n      v: '(?<='", `eslua.yaml:4: routes: variable v: "(?<=" ` + expr + "invalid named capture"},
		{"routes:\n  - script: a\n    variable: x", `eslua.yaml:3: routes: variable: not a mapping of keys to values`},
		{"routes:\n  - script: a\n    args: [x]", `eslua.yaml:3: routes: args: not a single value`},
		{"- a", `eslua.yaml:1: not a mapping of keys to values`},
		{"max_calls: 1\n---\nmax_calls: 2", `eslua.yaml:2: a second document`},
		{"max_calls: 1\n drain: 5s", `eslua.yaml:2: mapping values are not allowed in this context`},
		{"x: *y", `eslua.yaml: unknown anchor 'y' referenced`},
		{"max_cals: 5\ndrain: x\n", "\neslua.yaml:1: unknown key \"max_cals\"\neslua.yaml:2: drain: \"x\" is no duration, as 500ms, 5s or 2m"},
	} {
		t.Run(c.text, func(t *testing.T) {
			_, err := Load(Source{File: write(t, c.text)})
			check(t, err, c.want)
		})
	}
}

func check(t *testing.T, err error, want string) {
	t.Helper()
	if !errors.Is(err, ErrInvalid) {
		t.Fatalf("%v is not ErrInvalid", err)
	}
	if got := strings.TrimPrefix(strings.TrimPrefix(err.Error(), ErrInvalid.Error()+":"), " "); got != want {
		t.Errorf("says\n  %s\nwant\n  %s", got, want)
	}
}

func TestErrorsNameFlagVariableAndDefault(t *testing.T) {
	path := write(t, "drain: 1s")
	_, err := Load(Source{File: path, Env: env(map[string]string{"ESLUA_DRAIN": "x"})})
	check(t, err, `ESLUA_DRAIN: "x" is no duration, as 500ms, 5s or 2m`)
	_, err = Load(Source{File: path, Flag: flags(map[string][]string{"drain": {"5s", "x"}})})
	check(t, err, `--drain: "x" is no duration, as 500ms, 5s or 2m`)
	_, err = Load(Source{File: path, Env: env(map[string]string{"ESLUA_LISTEN": ":1,,:2"})})
	check(t, err, `ESLUA_LISTEN: "" is not HOST:PORT`)
	_, err = Load(Source{File: "missing.yaml"})
	check(t, err, `open missing.yaml: no such file or directory`)
	path = write(t, "scripts: {")
	os.Remove("scripts")
	_, err = Load(Source{File: "missing.yaml"}) // may say where they are
	check(t, err, `open missing.yaml: no such file or directory`)
	if _, err = Load(Source{File: path}); err == nil || strings.Contains(err.Error(), "default") {
		t.Error(err)
	}
	_, err = Load(Source{})
	check(t, err, `scripts (default): "./scripts" does not exist; --scripts DIR gives another`)
}

func TestSections(t *testing.T) {
	rows := []Option{
		{Key: "max_calls", Arg: "N", set: one(func(c *Config) *int { return &c.MaxCalls }, count)},
		{Key: "esl.address", Arg: "HOST:PORT", set: many(func(c *Config) *[]string { return &c.Listen }, hostPort)},
	}
	if flag, env := rows[1].Flag(), rows[1].Env(); flag != "esl-address" || env != "ESLUA_ESL_ADDRESS" {
		t.Errorf("%s, %s", flag, env)
	}
	c, err := load(rows, Source{File: write(t, "esl:\n  address: h:1\n")})
	if err != nil || !reflect.DeepEqual(c.Listen, []string{"h:1"}) {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"esl:\n  adress: h:1":  `eslua.yaml:2: esl: unknown key "adress"`,
		"esl:\n  address: h:x": `eslua.yaml:2: esl.address: "h:x" has no port from 0 to 65535`,
		"esl: h:1":             `eslua.yaml:1: esl: not a mapping of keys to values`,
		"esl.address: h:1":     ``,
	} {
		t.Run(text, func(t *testing.T) {
			_, err := load(rows, Source{File: write(t, text)})
			if want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			check(t, err, want)
		})
	}
}

func TestEveryOptionIsWhole(t *testing.T) {
	keys := make(map[string]bool)
	for _, o := range Options() {
		if keys[o.Key] {
			t.Errorf("%s: twice", o.Key)
		}
		keys[o.Key] = true
		if o.Doc == "" || strings.HasSuffix(o.Doc, ".") || (o.Arg == "") != (o.Kind == Bool) {
			t.Errorf("%s: Doc %q, Arg %q", o.Key, o.Doc, o.Arg)
		}
		if (o.decode != nil) != (o.Kind == Structure) || (o.set == nil) != (o.Kind == Structure) {
			t.Errorf("%s: kind %d does not go with its parser", o.Key, o.Kind)
		}
	}
}

func FuzzFilesNeverPanic(f *testing.F) {
	f.Add(Example)
	f.Add("listen: &a [*a]\n")
	f.Add("? [x]\n: y\n<<: {a: b}\n--- # c\n")
	f.Add("routes: [&r {script: a, variable: *r}]")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "eslua.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(Source{File: path, Flag: func(name string) ([]string, bool) { return []string{filepath.Dir(path)}, name == "scripts" }})
		if (c == nil) != (err != nil) || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v, %v", c, err)
		}
	})
}
