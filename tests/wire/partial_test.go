package wire

import (
	"slices"
	"strings"

	"eslua/esl"
)

// partial is the table of recordings that are compared in part only: which messages are left out, on both sides, and why.
var partial = map[string]struct {
	why  string
	omit func(m message) bool
}{
	"api_commands": {
		"time_test measures the machine, and console_complete lists what the switch was built with",
		func(m message) bool {
			body := string(m.frame.Body)
			for _, part := range []string{"test 1 sleep", "-ERR time_test", "start_tdd_detect", "-ERR console_complete"} {
				if strings.Contains(body, part) {
					return true
				}
			}
			return false
		},
	},
	"log_frames": {
		"what the state machine writes to the log at level DEBUG is not simulated",
		func(m message) bool {
			return m.frame.Type == esl.LogData && slices.Contains([]string{"switch_core_state_machine.c",
				"switch_ivr_originate.c", "mod_loopback.c", "mod_commands.c"}, m.frame.Header("Log-File"))
		},
	},
	"sip_connect": {
		"there is no RTP to make statistics of, and the recorded switch was so slow that CHANNEL_PARK came before myevents",
		func(m message) bool {
			return m.event != nil && (m.event.Name() == "CHANNEL_HANGUP_COMPLETE" || m.event.Name() == "CHANNEL_PARK")
		},
	},
}

func without(messages []message, omit func(m message) bool) []message {
	return slices.DeleteFunc(slices.Clone(messages), omit)
}
