package esltest_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

func TestAPICommands(t *testing.T) {
	w := world("")
	w.Globals = map[string]string{"domain": "example.com"}
	w.Directory = []esltest.User{{Name: "1002", Domain: "example.com", Variables: map[string]string{"toll": "local"},
		Params: map[string]string{"vm-password": "1234"}}}
	for _, tt := range []struct{ command, out string }{ // out is text, or a pattern between slashes
		{"echo  two  words ", "two  words"},
		{"STATUS", "/^UP 0 years, 0 days.*session/"},
		{"version", "/^FreeSWITCH Version 1\\.11/"},
		{"create_uuid", "/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/"},
		{"global_getvar domain", "example.com"},
		{"global_getvar", "domain=example.com\n"},
		{"global_getvar missing", ""},
		{"global_setvar a=b", "+OK"},
		{"global_setvar", "/^-USAGE/"},
		{"eval $${domain}", "example.com"},
		{"eval", "/^-USAGE/"},
		{"expand echo $${domain}", "example.com"},
		{"expand nonsense", "/-ERR Cannot execute command/"},
		{"md5 hello", "5d41402abc4b2a76b9719d911017c592"},
		{"url_encode a b&c", "a%20b%26c"},
		{"url_decode a%20b", "a b"},
		{"strftime %Y-%m-%d %H:%M:%S %% %j", "2026-11-21 00:00:00 % 325"},
		{"strftime 0|%Y", "1970"},
		{"strepoch", "1795219200"},
		{"module_exists mod_commands", "true"},
		{"module_exists mod_nothing", "false"},
		{"user_exists id 1002 example.com", "true"},
		{"user_exists id 1003 example.com", "false"},
		{"user_data 1002@example.com var toll", "local"},
		{"user_data 1002@example.com param vm-password", "1234"},
		{"hash select/realm/missing", ""},
		{"hash nonsense", "/^-ERR Usage/"},
		{"reloadxml", "+OK [Success]\n"},
		{"nonsense", "INVALID COMMAND!\n"},
		{"cond 2 > 10 ? yes : no", "no"},
		{"cond abc == abc ? yes : no", "yes"},
		{"cond 'a b' != 'a c' ? yes : no", "yes"},
		{"cond '2' == 2.0 ? yes : no", "no"},
		{"cond 2 == 2.0 ? yes : no", "yes"},
		{"cond abc < abcd ? yes : no", "yes"},
		{"cond 1 >= 2 ? yes", ""},
		{"cond 1 = 2 ? yes : no", "-ERR"},
		{"cond", "-ERR"},
		{"regex abc|b", "true"},
		{"regex abc|^b", "false"},
		{"regex 4711|^(\\d)(\\d+)$|%2-%1", "711-4"},
		{"regex 4711|^(\\d)(\\d+)$|${2}5$9", "7115"},
		{"regex 4711|x|%1", "4711"},
		{"regex 4711|x|%1|n", ""},
		{"regex 4711|x|%1|b", "false"},
		{"regex m:~a|b~a.b~x", "x"},
		{"regex ABC|/abc/i", "true"},
		{"regex abc|/abc", "false"},
		{"regex foobar|foo(?=bar)", "true"},
		{"regex foobaz|foo(?!baz)", "false"},
		{"regex aaa|^a++a$", "false"},
		{"regex abc", "-ERR"},
		{"regex abc|(", "false"},
		{"uuid_getvar nobody x", "-ERR No such channel!\n"},
		{"uuid_getvar nobody", "/^-USAGE/"},
		{"uuid_exists nobody", "false"},
		{"uuid_kill nobody", "-ERR No such channel!\n"},
		{"uuid_answer nobody", "-ERROR\n"},
		{"uuid_bridge a b", "-ERR Invalid uuid\n"},
	} {
		l := newLab(t, w)
		out := l.sw.API(tt.command)
		if pattern, ok := strings.CutPrefix(tt.out, "/"); ok {
			if re := regexp.MustCompile("(?s)" + strings.TrimSuffix(pattern, "/")); !re.MatchString(out) {
				t.Errorf("%s: %q does not match %s", tt.command, out, tt.out)
			}
		} else if out != tt.out {
			t.Errorf("%s: %q, want %q", tt.command, out, tt.out)
		}
	}
}

func TestStores(t *testing.T) {
	w := world("")
	w.Hash = map[string]map[string]string{"r": {"given": "h"}}
	w.DB = map[string]map[string]string{"r": {"given": "d"}}
	l := newLab(t, w)
	for _, c := range []struct{ command, hash, db string }{
		{"select/r/given", "h", "d"},
		{"insert/r/k/v/w", "+OK\n", "+OK"}, {"select/r/k", "v/w", "v/w"}, {"exists/r/k", "-ERR Usage", "true"},
		{"insert_ifempty/r/k/x", "-ERR key already exists\n", "!err!"}, {"delete_ifmatch/r/k/x", "-ERR Doesn't match\n", "!err!"},
		{"delete/r/k", "+OK\n", "+OK"}, {"delete/r/k", "-ERR Not found\n", "+OK"}, {"select/r/k", "", ""}, {"exists/r/k", "-ERR Usage", "false"},
		{"delete_ifmatch/r/k/x", "-ERR Not found\n", "!err!"}, {"insert_ifempty/r/k/x", "+OK\n", "!err!"}, {"select/r/k", "x", ""},
		{"delete_ifmatch/r/k/x", "+OK\n", "!err!"}, {"insert/other/k/1", "+OK\n", "+OK"}, {"select/other/k", "1", "1"},
		{"count", "-ERR Usage", "2"}, {"count/r", "-ERR Usage", "1"}, {"list", "-ERR Usage", "r,other"}, {"list/other", "-ERR Usage", "k"},
		{"insert/r/k", "-ERR Usage", "!err!"}, {"nonsense", "-ERR Usage", "!err!"}, {"insert/r/k/'a/b'", "+OK\n", "+OK"}, {"select/r/k", "a/b", "a/b"},
	} {
		for store, want := range map[string]string{"hash": c.hash, "db": c.db} {
			if out := l.sw.API(store + " " + c.command); out != want && (want != "-ERR Usage" || !strings.HasPrefix(out, want)) {
				t.Errorf("%s %s: %q, want %q", store, c.command, out, want)
			}
		}
	}
	call, a := l.connected()
	a.want(execute("1", "hash", "insert/app/k/v"), "+OK")
	a.want(execute("2", "db", "insert/app/k/v"), "+OK")
	for _, store := range []string{"hash", "db"} {
		if out := l.sw.API(store + " select/app/k"); out != "v" {
			t.Errorf("the application %s: %q", store, out)
		}
	}
	call.Hangup("")
	l.finish(call)
}

func TestCommandsOnAChannel(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	p.subscribe()
	l.sw.After(time.Second)
	api := func(command, want string) {
		t.Helper()
		command = strings.ReplaceAll(command, "<uuid>", p.uuid)
		if out := l.sw.API(command); out != want {
			t.Errorf("%s: %q, want %q", command, out, want)
		}
	}
	api("uuid_getvar <uuid> before", "yes")
	api("uuid_getvar <uuid> missing", "_undef_")
	api("uuid_getvar <uuid> caller_id_number", "1001")
	api("uuid_setvar <uuid> a one two", "+OK\n")
	api("uuid_getvar <uuid> a", "one two")
	api("uuid_setvar <uuid> a", "+OK\n")
	api("uuid_getvar <uuid> a", "_undef_")
	api("uuid_setvar_multi <uuid> a=1;b=2", "+OK\n")
	api("uuid_getvar <uuid> b", "2")
	api("uuid_pre_answer <uuid>", "+OK\n")
	p.event("CHANNEL_PROGRESS_MEDIA", "Unique-ID", p.uuid)
	api("uuid_answer <uuid>", "+OK\n")
	p.event("CHANNEL_ANSWER", "Unique-ID", p.uuid)
	api("uuid_broadcast <uuid> short.wav", "+OK Message sent\n")
	p.event("PLAYBACK_STOP", "Playback-File-Path", "/short.wav")
	api("uuid_broadcast <uuid> set::c=3", "+OK Message sent\n")
	p.event("CHANNEL_EXECUTE_COMPLETE", "Application", "set")
	api("uuid_getvar <uuid> c", "3")
	api("uuid_record <uuid> start /tmp/r.wav", "+OK Success\n")
	p.event("RECORD_START", "Record-File-Path", "/tmp/r.wav")
	l.sw.After(2 * time.Second)
	api("uuid_record <uuid> stop /tmp/r.wav", "+OK Success\n")
	if ev := p.event("RECORD_STOP"); ev.Variable("record_ms") != "2000" && ev.Variable("record_ms") == "" {
		t.Errorf("record_ms %q", ev.Variable("record_ms"))
	}
	api("uuid_record <uuid> stop /tmp/r.wav", "-ERR Cannot stop record session!\n")
	if out := l.sw.API("uuid_dump " + p.uuid); !strings.Contains(out, "Event-Name: CHANNEL_DATA\n") || !strings.Contains(out, "variable_c: 3\n") {
		t.Errorf("uuid_dump: %s", out)
	}
	if out := l.sw.API("uuid_dump " + p.uuid + " json"); !strings.Contains(out, `"variable_c":"3"`) {
		t.Errorf("uuid_dump: %s", out)
	}
	api("expand uuid:<uuid> echo ${variable_c}", "3")
	api("expand uuid:<uuid> echo x${c}${caller_id_number}", "x")
	api("eval uuid:<uuid> ${Caller-Caller-ID-Number}-${variable_c:0:1}", "1001-3")
	api("sched_api +2 none uuid_setvar <uuid> later yes", "+OK Added: 4\n")
	if call.Variable("later") != "" {
		t.Error("it was done at once")
	}
	l.sw.After(2100 * time.Millisecond)
	if call.Variable("later") != "yes" {
		t.Error("it was not done")
	}
	api("uuid_kill <uuid> USER_BUSY", "+OK\n")
	api("uuid_getvar <uuid> before", "-ERR No such channel!\n")
	l.finish(call)
}

func TestCommandsOfTheTest(t *testing.T) {
	l := newLab(t, world("async full"), func(o *esltest.Options) {
		o.Commands = map[string]func(esltest.Command) string{"mine": func(c esltest.Command) string {
			uuid, value, _ := strings.Cut(c.Arg, " ")
			c.Set(uuid, "given", value)
			c.Set("nobody", "given", value)
			return "got " + value
		}}
	})
	call, p := l.connected()
	p.want("api MINE "+p.uuid+" x y", "got x y")
	if call.Variable("given") != "x y" {
		t.Error("the variable was not set")
	}
}

// TestExpansion: what an application's argument becomes (event-socket.md 6.3).
func TestExpansion(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                             "plain",
		"${x}":                              "value",
		"a${x}b${x}":                        "avaluebvalue",
		"${missing}":                        "",
		"$${domain}":                        "example.com",
		"${domain}":                         "example.com",
		"${x:1}":                            "alue",
		"${x:-2}":                           "ue",
		"${x:1:2}":                          "al",
		"${list[1]}":                        "b",
		"${${name}}":                        "value",
		"${md5(hello)}":                     "5d41402abc4b2a76b9719d911017c592",
		"${echo ${x}}":                      "value",
		"${regex(${x}|^v|yes)}":             "yes",
		"\\${x}":                            "${x}",
		"${x} \\\\":                         "value \\",
		"${x}\\'":                           "value",
		"no $ variable":                     "no $ variable",
		"${destination_number}":             "1000",
		"${cond(${x} == value ? yes : no)}": "yes",
		"${CALLER_ID_NUMBER} and":           "1001 and",
	} {
		l := newLab(t, esltest.World{
			Globals: map[string]string{"domain": "example.com"},
			Extensions: map[string][]esl.Action{"1000": {
				{App: "multiset", Data: "x=value name=x"}, {App: "push", Data: "list=a"}, {App: "push", Data: "list=b"},
				{App: "answer"}, {App: "log", Data: "NOTICE [" + in + "]"}, {App: "sleep", Data: "1000"}}},
		})
		call := l.place(esltest.CallSpec{})
		l.finish(call)
		if !l.logged("[" + want + "]") {
			t.Errorf("%q does not become %q: %q", in, want, l.log)
		}
	}
}

func TestVariablesByApplications(t *testing.T) {
	l := newLab(t, world("full"))
	call, p := l.connected()
	for _, tt := range []struct{ app, arg, name, want string }{
		{"set", "a=1", "a", "1"}, {"set", "a,2", "a", "2"}, {"set", "A=3", "a", "3"}, {"set", "a=", "a", ""},
		{"set", "a=b=c", "a", "b=c"}, {"unset", "a", "a", ""}, {"multiset", "a=1 b=2", "b", "2"},
		{"multiset", "^^;a=1;b=x y", "b", "x y"}, {"multiunset", "a b", "b", ""},
		{"push", "l=1", "l", "1"}, {"push", "l=2", "l", "ARRAY::1|:2"}, {"unshift", "l=0", "l", "ARRAY::0|:1|:2"},
		{"export", "e=1", "export_vars", "e"}, {"export", "nolocal:f=1", "f", ""}, {"export", "e=2", "export_vars", "e,nolocal:f"},
		{"set_global", "g=1", "g", ""},
	} {
		p.want(execute("1", tt.app, tt.arg), "+OK")
		if got := call.Variable(tt.name); got != tt.want {
			t.Errorf("%s %s: %s is %q, want %q", tt.app, tt.arg, tt.name, got, tt.want)
		}
	}
	p.want(execute("1", "set_profile_var", "caller_id_name=New Name"), "+OK")
	p.want("getvar caller_id_name", "New Name")
	p.want("api global_getvar g", "1")
}

func TestEventApplication(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	p.want("event plain CHANNEL_APPLICATION CUSTOM my::sub", "+OK event listener enabled plain")
	p.want(execute("1", "event", "Event-Name=CUSTOM,Event-Subclass=my::sub,k='a,b'"), "+OK")
	if ev := p.event("CUSTOM", "Event-Subclass", "my::sub"); ev.Get("k") != "a,b" || ev.Get("Unique-ID") != p.uuid {
		t.Errorf("%s", ev)
	}
	p.want(execute("2", "event", "k=v"), "+OK")
	p.event("CHANNEL_APPLICATION", "k", "v")
}

// TestAnyByteInAVariable: uuid_setvar takes every byte but NUL, at every place of a value.
func TestAnyByteInAVariable(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.answered()
	var all []byte
	for b := byte(255); b > 0; b-- {
		all = append(all, b)
	}
	values := []string{"\x01", "\x01\x01a\x01", string(all), string(all) + string(all), "'\x01'", " \x01 ", "a  b"}
	for _, b := range all {
		values = append(values, string(b), "a"+string(b), string(b)+"a", "a"+string(b)+string(b)+"a")
	}
	for _, value := range values {
		for _, name := range []string{"v", "two words"} {
			p.want("api uuid_setvar "+p.uuid+" "+esl.QuoteArg(name)+" "+esl.EscapeValue(value), "+OK\n")
			if got := l.sw.API("uuid_getvar " + p.uuid + " " + esl.QuoteArg(name)); got != value {
				t.Errorf("%q became %q", value, got)
			}
		}
	}
}
