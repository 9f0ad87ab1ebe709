package esltest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
)

func TestShow(t *testing.T) {
	l := newLab(t, world("async full"))
	if out := l.sw.API("show channels"); out != "\n0 total.\n" {
		t.Errorf("nothing: %q", out)
	}
	if out := l.sw.API("show channels as json"); out != "{\"row_count\": 0}\n" {
		t.Errorf("nothing as JSON: %q", out)
	}
	call, p := l.answered()
	p.want(execute("1", "bridge", "loopback/answers"), "+OK")
	p.event("CHANNEL_BRIDGE")
	l.sw.After(time.Second)

	lines := strings.Split(l.sw.API("show channels"), "\n")
	if len(lines) != 8 || !strings.HasPrefix(lines[0], "uuid,direction,created,created_epoch,name,state,") || lines[6] != "4 total." {
		t.Errorf("channels: %q", lines)
	}
	for command, want := range map[string]string{
		"show channels count": "\n4 total.\n", "show calls count": "\n3 total.\n", "show bridged_calls count": "\n1 total.\n",
		"show channels like " + call.UUID() + " count": "\n1 total.\n", "show channels like nobody count": "\n0 total.\n",
	} {
		if out := l.sw.API(command); out != want {
			t.Errorf("%s: %q, want %q", command, out, want)
		}
	}
	for _, command := range []string{"show", "show nonsense"} {
		if out := l.sw.API(command); !strings.HasPrefix(out, "-USAGE") {
			t.Errorf("%s: %q", command, out)
		}
	}
	var list struct {
		Count int                 `json:"row_count"`
		Rows  []map[string]string `json:"rows"`
	}
	if err := json.Unmarshal([]byte(l.sw.API("show channels as json")), &list); err != nil || list.Count != 4 || len(list.Rows) != 4 {
		t.Fatalf("%v: %+v", err, list)
	}
	for _, row := range list.Rows {
		if row["uuid"] == call.UUID() && (row["application"] != "bridge" || row["application_data"] != "loopback/answers" || row["callstate"] != "ACTIVE") {
			t.Errorf("the row of the call: %v", row)
		}
	}
	if out := l.sw.API("show calls as xml"); !strings.HasPrefix(out, "<result row_count=\"3\">\n  <row row_id=\"1\">\n    <uuid>") {
		t.Errorf("XML: %.80q", out)
	}
}

// TestShowIsLate: the table that show reads is written from a queue.
func TestShowIsLate(t *testing.T) {
	l := newLab(t, world(""))
	l.place(esltest.CallSpec{Destination: "answers"})
	if out := l.sw.API("show channels count"); out != "\n0 total.\n" {
		t.Errorf("at once: %q", out)
	}
	l.sw.After(time.Second)
	if out := l.sw.API("show channels count"); out != "\n2 total.\n" {
		t.Errorf("later: %q", out)
	}
}
