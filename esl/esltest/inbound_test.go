package esltest_test

import (
	"testing"

	"eslua/esl"
	"eslua/esl/esltest"
)

func TestLogin(t *testing.T) {
	w := world("")
	w.Directory = append(w.Directory, esltest.User{Name: "ops", Domain: "example.com", ESL: esltest.ESLRights{
		Password: "secret", Events: []string{"DTMF"}, API: []string{"echo", "expand"}, NoLog: true,
	}}, esltest.User{Name: "all", Domain: "example.com", ESL: esltest.ESLRights{Password: "secret"}})
	for _, tt := range []struct {
		name, command, reply string
		in                   bool
		then, thenReply      string
	}{
		{"the password", "auth ClueCon", "+OK accepted", true, "api echo 1", "1"},
		{"in capitals", "AUTH ClueCon", "+OK accepted", true, "event ALL", "+OK event listener enabled plain"},
		{"a wrong password", "auth cluecon", "-ERR invalid", false, "", ""},
		{"something else", "api status", "-ERR command not found", true, "auth ClueCon", "+OK accepted"},
		{"a user", "userauth ops@example.com:secret", "+OK accepted", true, "api echo 1", "1"},
		{"a user, the other way", "userauth ops:secret@example.com", "+OK accepted", true, "api status", "-ERR permission denied"},
		{"what a user may hear", "userauth ops@example.com:secret", "+OK accepted", true, "event plain DTMF", "+OK event listener enabled plain"},
		{"what a user may not hear", "userauth ops@example.com:secret", "+OK accepted", true, "event plain MESSAGE", "-ERR permission denied"},
		{"a user without the log", "userauth ops@example.com:secret", "+OK accepted", true, "log 7", "-ERR permission denied"},
		{"a user without a job", "userauth ops@example.com:secret", "+OK accepted", true, "bgapi status", "-ERR permission denied"},
		{"a wrapper", "userauth ops@example.com:secret", "+OK accepted", true, "api expand echo 1", "1"},
		{"a wrapper of what is not allowed", "userauth ops@example.com:secret", "+OK accepted", true, "api expand status", "-ERR permission denied"},
		{"a user who may do all", "userauth all@example.com:secret", "+OK accepted", true, "event ALL", "+OK event listener enabled plain"},
		{"a wrong user", "userauth nobody@example.com:secret", "-ERR invalid", false, "", ""},
		{"a user without rights", "userauth 1002@example.com:", "-ERR invalid", false, "", ""},
		{"exit", "exit", "+OK bye", false, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, w)
			p := l.knock()
			p.next("greeting", func(m message) bool { return m.frame.Type == esl.AuthRequest })
			p.want(tt.command, tt.reply)
			if tt.in {
				p.want(tt.then, tt.thenReply)
				return
			}
			if notice := p.end(); notice != goodbye {
				t.Errorf("notice %q", notice)
			}
		})
	}
}

func TestWhatAUserMay(t *testing.T) {
	w := world("")
	w.Directory = []esltest.User{{Name: "ops", Domain: "x", ESL: esltest.ESLRights{Password: "p", Events: []string{"DTMF", "TALK"}, NoLog: true}}}
	l := newLab(t, w)
	p := l.knock()
	p.send("userauth ops@x:p")
	m := p.waitFor("reply", &p.replies, message.isReply)
	for header, want := range map[string]string{"Allowed-Events": "DTMF TALK", "Allowed-API": "all", "Allowed-LOG": "false"} {
		if got := m.frame.Header(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
}

func TestNoLoginInTime(t *testing.T) {
	l := newLab(t, world(""))
	p := l.knock()
	began := l.clock.Now()
	p.end()
	if ms := l.since(began); ms < 24_000 || ms > 25_020 {
		t.Errorf("the connection ended after %d ms", ms)
	}
}

func TestAccessDenied(t *testing.T) {
	w := world("")
	w.Denied = true
	l := newLab(t, w)
	p := l.knock()
	m := p.next("rejection", func(m message) bool { return m.frame.Type == esl.RudeRejection })
	if string(m.frame.Body) != "Access Denied, go away.\n" || p.end() != goodbye {
		t.Errorf("%q", m.frame.Body)
	}
}

func TestLogFrames(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	watcher := l.login()
	watcher.want("log warning", "+OK log level warning [4]")
	l.sw.After(100 * 1e6)
	p.want(execute("1", "log", "INFO not this"), "+OK")
	p.want(execute("2", "log", "ERR but this"), "+OK")
	m := watcher.next("log line", func(m message) bool { return m.frame.Type == esl.LogData })
	for header, want := range map[string]string{"Log-Level": "3", "Log-File": "mod_dptools.c", "User-Data": p.uuid, "Text-Channel": "3"} {
		if got := m.frame.Header(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if len(m.frame.Body) == 0 || m.frame.Body[len(m.frame.Body)-1] != '\n' {
		t.Errorf("the line is %q", m.frame.Body)
	}
	watcher.want("nolog", "+OK no longer logging")
}
