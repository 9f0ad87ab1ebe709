package esl_test

import (
	"testing"

	"eslua/esl"
)

func TestEventName(t *testing.T) {
	for in, want := range map[string]string{
		"custom": "CUSTOM", "SWITCH_EVENT_DTMF": "DTMF", "all": "ALL", "channel_answer": "CHANNEL_ANSWER", "": "", "CUSTOM my::x": "", "DTM": "",
	} {
		if got, ok := esl.EventName(in); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
}
