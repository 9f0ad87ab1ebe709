package esltest

import "eslua/esl"

// interceptApp bridges the channel with another one, whose partner is hung up: [-bleg] uuid. With -bleg it is the partner
// that is taken.
func interceptApp(ch *channel, t *thread, arg string) {
	a := words(arg, 2)
	uuid, bleg := a[0], a[0] == "-bleg"
	if bleg {
		uuid = a[1]
	}
	if uuid == "" {
		ch.logf(esl.LogErr, siteExecute, "Usage: %s", "[-bleg] <uuid>")
		return
	}
	b := ch.sw.find(uuid)
	if b == nil || b == ch {
		return
	}
	ch.answer(siteExecute)
	if bleg && b.bridged != nil {
		b = b.bridged
	}
	partner := b.bridged
	b.bridged = nil
	ch.bridgeWith(b)
	if partner != nil {
		partner.bridged = nil
		partner.hangup(esl.ParseCause("PICKED_OFF"), siteExecute)
	}
}

// setUserApp sets the variables of a user of the directory on the channel.
func setUserApp(ch *channel, _ *thread, arg string) {
	a := words(arg, 2)
	u := ch.sw.user(a[0])
	if u == nil {
		ch.logf(esl.LogErr, siteExecute, "can't find user [%s]", a[0])
		return
	}
	for _, name := range sortedKeys(u.Variables) {
		ch.set(a[1]+name, u.Variables[name])
	}
	ch.set(a[1]+"user_name", u.Name)
	ch.set(a[1]+"domain_name", u.Domain)
}
