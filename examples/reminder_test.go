package examples_test

import (
	"context"
	"fmt"
	"testing"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
)

// appointments is a table: due ones, and such that are none of this run's business.
const appointments = `
	CREATE TABLE appointments (id INTEGER PRIMARY KEY, number TEXT NOT NULL, starts INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'planned',
		attempts INTEGER NOT NULL DEFAULT 0, tried INTEGER NOT NULL DEFAULT 0);`

// row is one row of it, in SQL.
func row(id int, number string, starts int64) string {
	return fmt.Sprintf("(%d, '%s', %d), ", id, number, starts)
}

func TestReminder(t *testing.T) {
	answers := func(actions ...esl.Action) []esl.Action {
		return append([]esl.Action{{App: "answer"}, {App: "sleep", Data: "5000"}}, actions...)
	}
	x := map[string][]esl.Action{
		"49301": answers(esl.Action{App: "send_dtmf", Data: "1"}, esl.Action{App: "sleep", Data: "20000"}),
		"49302": answers(esl.Action{App: "send_dtmf", Data: "9w2"}, esl.Action{App: "sleep", Data: "60000"}),
		"49303": answers(), // hangs up
		"49304": {{App: "hangup", Data: "USER_BUSY"}},
		"49305": answers(esl.Action{App: "sleep", Data: "60000"}), // a machine
	}
	o := open(t, esltest.World{Extensions: x}, engine.Options{}, esltest.Options{})
	now := o.until(10)
	o.sql("appointments", appointments+`INSERT INTO appointments (id, number, starts) VALUES `+
		row(1, "49301", now+10000)+row(2, "49302", now+11000)+row(3, "49303", now+12000)+row(4, "49304", now+13000)+row(5, "49305", now+14000)+
		row(6, "49301}user/1", now+15000)+row(7, "49301", now+3600)+row(8, "49301", now+100000)+`(9, '49301', 0)`)
	if err := o.engine.Run(context.Background(), engine.Run{Script: "reminder/main.lua", Args: []string{"loopback/"}}); err != nil {
		t.Fatal(err)
	}
	const want = "1|confirmed|1\n2|cancelled|1\n3|planned|1\n4|planned|1\n5|planned|1\n6|planned|0\n7|planned|0\n8|planned|0\n9|planned|0"
	if got := o.sql("appointments", "SELECT id, state, attempts FROM appointments ORDER BY id"); got != want {
		t.Errorf("appointments:\n%s", got)
	}
	o.logs("4: USER_BUSY", "is no number", "5 called, 2 reached")
	// The next run calls nobody so soon.
	if err := o.engine.Run(context.Background(), engine.Run{Script: "reminder/main.lua", Args: []string{"loopback/"}}); err != nil {
		t.Fatal(err)
	}
	o.logs("0 called, 0 reached")
}

func TestReminderAtNight(t *testing.T) {
	o := open(t, esltest.World{}, engine.Options{}, esltest.Options{})
	o.sql("appointments", appointments+`INSERT INTO appointments (id, number, starts) VALUES `+row(1, "49301", o.until(3)+10000)+`(2, '1', 0)`)
	if err := o.engine.Run(context.Background(), engine.Run{Script: "reminder/main.lua", Args: []string{"loopback/"}}); err != nil {
		t.Fatal(err)
	}
	o.logs("too early or too late", "0 called")
}

func TestReminderWithoutADialString(t *testing.T) {
	o := open(t, esltest.World{}, engine.Options{}, esltest.Options{})
	if err := o.engine.Run(context.Background(), engine.Run{Script: "reminder/main.lua"}); err == nil {
		t.Error("no error")
	}
	o.logs("the dial string in front of the numbers is missing")
}
