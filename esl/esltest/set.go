package esltest

import (
	"strings"

	"eslua/esl"
)

// setVariable is what set, push and unshift do: name=value, or name,value; the value is expanded once more.
func (ch *channel) setVariable(t *thread, what, arg string) {
	if arg == "" {
		ch.logf(esl.LogErr, siteNoName, "No variable name specified.")
		return
	}
	name, value, ok := strings.Cut(arg, "=")
	if !ok {
		name, value, _ = strings.Cut(arg, ",")
	}
	value = ch.expand(t, value)
	shown := value
	if value == "" {
		shown = "UNDEF"
	}
	ch.logf(esl.LogDebug, siteSetApp, "%s %s [%s]=[%s]", what, ch.name, name, shown)
	if what == "SET" || value == "" {
		ch.set(name, value)
		return
	}
	ch.vars.push(name, value, what == "UNSHIFT")
}

func multisetApp(ch *channel, t *thread, arg string) {
	sep := " "
	if rest, ok := strings.CutPrefix(arg, "^^"); ok && rest != "" {
		sep, arg = rest[:1], rest[1:]
	}
	for _, part := range strings.Split(arg, sep) {
		ch.setVariable(t, "SET", part)
	}
}

func multiunsetApp(ch *channel, _ *thread, arg string) {
	sep := " "
	if rest, ok := strings.CutPrefix(arg, "^^"); ok && rest != "" {
		sep, arg = rest[:1], rest[1:]
	}
	for _, name := range strings.Split(arg, sep) {
		ch.set(name, "")
	}
}

// exportApp sets a variable that legs dialled later get, too; nolocal: leaves it out of the channel itself.
func exportApp(ch *channel, _ *thread, arg string) {
	if arg == "" {
		ch.logf(esl.LogErr, siteNoName, "No variable name specified.")
		return
	}
	name, value, _ := strings.Cut(arg, "=")
	local, nolocal := cutPrefixFold(name, "nolocal:")
	if nolocal {
		ch.set(name, value)
	} else {
		ch.set(local, value)
	}
	exported := ch.own("export_vars")
	if exported == "" {
		ch.set("export_vars", name)
	} else if !containsFold(strings.Split(exported, ","), name) {
		ch.set("export_vars", exported+","+name)
	}
}

func setGlobalApp(ch *channel, _ *thread, arg string) {
	name, value, _ := strings.Cut(arg, "=")
	ch.sw.globals.set(name, value)
}

func setProfileVarApp(ch *channel, _ *thread, arg string) {
	name, value, _ := strings.Cut(arg, "=")
	ch.profile.setField(name, value)
}
