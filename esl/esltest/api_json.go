package esltest

import (
	"encoding/json"
	"strings"
	"time"
)

// jsonAPI is the API command json: a request goes in, and comes out with a response in it (mod_commands.c, json_function).
// Of the commands behind it there is status.
func jsonAPI(c apiCall) string {
	if c.arg == "" {
		return "-ERR No JSON supplied.\n"
	}
	var request map[string]any
	if json.Unmarshal([]byte(c.arg), &request) != nil {
		return "-ERR Parse error.\n"
	}
	command, _ := request["command"].(string)
	if _, data := request["data"]; data && strings.EqualFold(command, "status") {
		request["status"], request["response"] = "success", c.sw.jsonStatus()
	} else {
		request["status"], request["message"] = "error", "Invalid request or non-existant command"
	}
	out, err := json.Marshal(request)
	if err != nil {
		return "-ERR Parse error.\n"
	}
	return string(out) + "\n"
}

// jsonStatus is what the command status tells of the switch.
func (sw *Switch) jsonStatus() any {
	up := sw.now.Sub(sw.booted)
	return map[string]any{
		"systemStatus": "ready",
		"uptime": map[string]any{
			"years": 0, "days": int(up.Hours()) / 24, "hours": int(up.Hours()) % 24, "minutes": int(up.Minutes()) % 60,
			"seconds": int(up.Seconds()) % 60, "milliseconds": int(up/time.Millisecond) % 1000, "microseconds": int(up/time.Microsecond) % 1000,
		},
		"version":  version,
		"sessions": map[string]any{"count": map[string]any{"active": len(sw.channels), "limit": 1000}},
	}
}
