package esltest_test

import (
	"testing"
	"time"

	"eslua/esl/esltest"
)

func TestACallOverSIP(t *testing.T) {
	l := newLab(t, world("async full"))
	call := l.place(esltest.CallSpec{
		Destination: "1000", SIP: true, CallerName: "Mr X", CallerNumber: "4711", Variables: map[string]string{"sip_h_X-Test": "1", "other": "2"},
		Called: map[string]string{"given": "yes"},
	})
	p := l.accept()
	hello := p.connect()
	for header, want := range map[string]string{
		"Channel-Name": "sofia/internal/4711@127.0.0.1", "Caller-Caller-ID-Name": "Mr X", "Caller-Caller-ID-Number": "4711",
		"variable_sip_h_X-Test": "1", "variable_other": "", "variable_given": "yes", "Channel-Read-Codec-Name": "PCMU",
		"Caller-Source": "mod_sofia", "variable_sip_to_user": "1000", "Channel-Read-Codec-Rate": "8000",
	} {
		if got := hello.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if call.FarUUID() != "" || call.UUID() != p.uuid {
		t.Errorf("legs %q and %q", call.FarUUID(), call.UUID())
	}
	p.subscribe()
	p.run("0", "answer", "")
	l.sw.After(time.Second)
	call.Hangup("")
	l.finish(call)
	for name, want := range map[string]string{"sip_hangup_disposition": "recv_bye", "sip_term_status": "200", "hangup_cause": "NORMAL_CLEARING"} {
		if got := call.Variable(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestACallerOverSIPWhoGivesUp(t *testing.T) {
	l := newLab(t, world("async full"))
	call := l.place(esltest.CallSpec{Destination: "1000", SIP: true})
	p := l.accept()
	p.connect()
	call.Hangup("ORIGINATOR_CANCEL")
	if cause := l.finish(call); cause != "ORIGINATOR_CANCEL" || call.Variable("sip_hangup_disposition") != "recv_cancel" {
		t.Errorf("%s, %s", cause, call.Variable("sip_hangup_disposition"))
	}
}
