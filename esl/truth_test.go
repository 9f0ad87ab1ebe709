package esl_test

import (
	"testing"

	"eslua/esl"
)

func TestWhatTheSwitchTakesForTrue(t *testing.T) {
	for s, want := range map[string]bool{
		"true": true, "TRUE": true, "t": true, "yes": true, "on": true, "Enabled": true, "active": true, "allow": true,
		"1": true, "-1": true, "+2": true, "10": true, "1.5": true, "01": true,
		"": false, "0": false, "00": false, "0.5": false, "-": false, ".": false, "--1": false, "1a": false, "a1": false, "1a1": false, " 1": false,
		"y": false, "no": false, "off": false, "false": false, "disabled": false, "trues": false,
	} {
		if got := esl.IsTrue(s); got != want {
			t.Errorf("%q is %t", s, got)
		}
	}
}
