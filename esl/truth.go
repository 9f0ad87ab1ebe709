package esl

import "strings"

// IsTrue tells whether the switch takes a value for true: yes, on, true, t, enabled, active or allow in any case, or a number
// whose whole part is not 0 (switch_utils.h, switch_true).
func IsTrue(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "on", "true", "t", "enabled", "active", "allow":
		return true
	}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	whole, _, _ := strings.Cut(s, ".")
	return strings.Trim(s, "0123456789.") == "" && strings.Trim(whole, "0") != ""
}
