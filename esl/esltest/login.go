package esltest

import (
	"strings"
)

// logIn answers a command before the login. A wrong password ends the connection, any other command does not
// (event-socket.md 12).
func (l *listener) logIn(line string) string {
	if password, ok := cutPrefixFold(line, "auth "); ok {
		if password != l.sw.world.Password {
			l.running = false
			return "-ERR invalid"
		}
		l.authed = true
		return "+OK accepted"
	}
	arg, ok := cutPrefixFold(line, "userauth ")
	if !ok {
		return notFoundReply
	}
	// user@domain:password or user:password@domain
	name, domain, _ := strings.Cut(arg, "@")
	domain, password, _ := strings.Cut(domain, ":")
	if n, p, inName := strings.Cut(name, ":"); inName {
		name, password = n, p
	}
	for i := range l.sw.world.Directory {
		u := &l.sw.world.Directory[i]
		if u.Name == name && u.Domain == domain && u.ESL.Password != "" && u.ESL.Password == password {
			l.authed, l.rights = true, u
			return "~Reply-Text: +OK accepted\nAllowed-Events: " + allOr(u.ESL.Events) + "\nAllowed-API: " + allOr(u.ESL.API) +
				"\nAllowed-LOG: " + map[bool]string{true: "false", false: "true"}[u.ESL.NoLog] + "\n\n"
		}
	}
	l.running = false
	return "-ERR invalid"
}

func allOr(words []string) string {
	if words == nil {
		return "all"
	}
	return strings.Join(words, " ")
}
