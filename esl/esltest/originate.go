package esltest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"eslua/esl"
)

// callerID is who calls, where neither the dial string nor the calling channel says it.
type callerID struct{ name, number string }

// attempt is what came of an originate.
type attempt struct {
	leg   *channel // that answered, or nil
	cause esl.Cause
	tried []*channel
}

// originate dials until one leg answers. For a bridge, from is the channel that waits; without one the leg has a caller id
// of its own. The thread that calls it waits as the switch's does.
func (sw *Switch) originate(t *thread, from *channel, dial string, id callerID, timeout time.Duration) attempt {
	d := parseDialString(dial)
	a := attempt{cause: esl.CauseDestinationOutOfOrder}
	for _, group := range sw.expand(d.groups, 0) {
		var legs []*channel
		for _, target := range group {
			leg, c := sw.dial(from, id, d.vars, target)
			if leg == nil {
				a.cause = c
				continue
			}
			a.tried = append(a.tried, leg)
			if from != nil {
				from.vars.push("originated_legs", leg.uuid+";"+leg.profile.calleeName+";"+leg.profile.calleeNumber, false)
			}
			if s := leg.own("leg_timeout"); s != "" {
				leg.deadline = sw.now.Add(time.Duration(atoi(s)) * time.Second)
			}
			legs = append(legs, leg)
		}
		if len(legs) == 0 {
			continue
		}
		limit := sw.now.Add(timeout)
		for _, v := range d.vars {
			if strings.EqualFold(v.name, "originate_timeout") {
				limit = sw.now.Add(time.Duration(atoi(v.value)) * time.Second)
			}
		}
		if a.leg, a.cause = sw.awaitAnswer(t, from, legs, limit); a.leg != nil {
			break
		}
		if from != nil && !from.ready() {
			break
		}
	}
	return a
}

// maxNesting is how deep users and groups may lead to each other.
const maxNesting = 10

// expand puts what users and groups of the directory stand for in their place. One that is not the whole dial string stands for the first
// of its legs only: the switch dials it without waiting for more (tried; SOF_FORKED_DIAL in mod_dptools.c, user_outgoing_channel).
func (sw *Switch) expand(groups [][]target, depth int) [][]target {
	alone := len(groups) == 1 && len(groups[0]) == 1
	for _, legs := range groups {
		for i, l := range legs {
			parts := sw.standsFor(l)
			switch {
			case parts == nil:
			case depth == maxNesting:
				legs[i] = cannotDial("DESTINATION_OUT_OF_ORDER")
			case alone:
				return sw.expand(parts, depth+1)
			default:
				legs[i] = sw.expand([][]target{{parts[0][0]}}, depth+1)[0][0]
			}
		}
	}
	return groups
}

// cannotDial is a target that fails with a cause.
func cannotDial(cause string) target { return target{endpoint: "error", address: cause} }

// standsFor are the targets that the directory has for a user or a group; nil: the target is neither.
func (sw *Switch) standsFor(tg target) [][]target {
	switch {
	case sw.leadsOut(tg):
		return nil
	case tg.endpoint == "group":
		if users := sw.groupLegs(tg.address); len(users) > 0 {
			for i := range users {
				users[i].vars = tg.vars
			}
			return [][]target{users}
		}
		return [][]target{{cannotDial("NO_ROUTE_DESTINATION")}}
	case tg.endpoint != "user":
		return nil
	}
	u := sw.user(tg.address)
	if u == nil {
		return [][]target{{cannotDial("SUBSCRIBER_ABSENT")}}
	}
	if u.Params["dial-string"] == "" {
		return [][]target{{cannotDial("USER_NOT_REGISTERED")}}
	}
	d := parseDialString(u.Params["dial-string"])
	for _, legs := range d.groups {
		for i := range legs {
			legs[i].vars = slices.Concat(tg.vars, d.vars, legs[i].vars)
		}
	}
	return d.groups
}

// dial makes one outbound leg and starts it.
func (sw *Switch) dial(from *channel, id callerID, vars []variable, tg target) (*channel, esl.Cause) {
	if tg.endpoint == "error" {
		return nil, esl.ParseCause(tg.address)
	}
	to, cause := sw.destination(tg)
	if cause != 0 {
		return nil, cause
	}
	if from != nil && !esl.IsTrue(from.own("loopback_no_pre_answer")) && to.kind == loopbackLeg {
		from.preAnswer(siteLoopbackEarly)
	}
	all := append(append([]variable{}, vars...), tg.vars...)
	value := func(name string) string {
		for _, v := range all {
			if strings.EqualFold(v.name, name) {
				return v.value
			}
		}
		return ""
	}
	uuid := value("origination_uuid")
	if uuid != "" && sw.channels[uuid] != nil {
		return nil, esl.CauseDestinationOutOfOrder
	}
	ch := sw.newChannel(to.kind, true, uuid)
	ch.name = to.name
	ch.target = tg.endpoint + "/" + tg.address
	ch.originating = true
	ch.set("direction", "outbound")
	ch.set("is_outbound", "true")
	ch.set("session_id", itoa(ch.number))
	ch.setCodecVariables()
	ch.set("channel_name", ch.name)
	ch.set("uuid", ch.uuid)
	ch.set("call_uuid", ch.uuid)
	for _, v := range to.vars {
		ch.set(v.name, v.value)
	}
	ch.profile = sw.originatedProfile(ch, from, id, to, value)
	if from != nil {
		ch.set("originator", from.uuid)
		ch.set("signal_bond", from.uuid)
		from.set("originate_signal_bond", ch.uuid)
		ch.set("loopback_from_uuid", from.uuid)
		ch.profile.peer, ch.profile.peerType = from.profile.snapshot(), "originator"
	}
	ch.state = csInit
	ch.fire("CHANNEL_OUTGOING", siteOutgoing)
	for _, v := range all {
		ch.set(v.name, v.value)
	}
	ch.dialled = all
	ch.set("originate_early_media", "true")
	ch.set("originate_endpoint", tg.endpoint)
	if from != nil {
		ch.exportFrom(from)
	}
	ch.launch()
	return ch, 0
}

// exportFrom copies what the originating channel exports to the legs that it dials.
func (ch *channel) exportFrom(from *channel) {
	for _, name := range strings.Split(from.own("export_vars"), ",") {
		if v := from.own(name); name != "" && v != "" {
			ch.set(strings.TrimPrefix(name, "nolocal:"), v)
			ch.dialled = append(ch.dialled, variable{strings.TrimPrefix(name, "nolocal:"), v})
		}
	}
}

func (sw *Switch) originatedProfile(ch, from *channel, id callerID, to destination, value func(string) string) *profile {
	p := &profile{
		outbound: true, logicalOutbound: true, dialplan: "xml", destination: to.number, uuid: ch.uuid,
		source: to.source, context: to.context, channelName: ch.name, index: 1,
		calleeName: "Outbound Call", calleeNumber: to.context,
	}
	if to.kind == sipLeg {
		p.calleeNumber = to.number
	}
	name, num := value("origination_caller_id_name"), value("origination_caller_id_number")
	if from != nil {
		if name == "" {
			name = from.profile.callerName
		}
		if num == "" {
			num = from.profile.callerNumber
		}
	} else {
		name = cmp.Or(name, id.name)
		num = cmp.Or(num, id.number, "0000000000")
	}
	p.callerName, p.callerNumber, p.origName, p.origNumber, p.ani = name, num, name, num, num
	p.times.profileCreated, p.times.created = sw.micros(), sw.micros()
	return p
}

// awaitAnswer waits until one of the legs has answered (or gives early media, where that counts), all have failed, the
// caller is hung up or sent elsewhere, or the time is over. The others are hung up. Messages to the caller are executed
// meanwhile (switch_ivr_originate).
func (sw *Switch) awaitAnswer(t *thread, from *channel, legs []*channel, limit time.Time) (*channel, esl.Cause) {
	for _, leg := range legs {
		leg.watch(t)
		defer leg.unwatch(t)
	}
	if from != nil {
		from.watch(t)
		defer from.unwatch(t)
	}
	var won *channel
	cause := esl.CauseNoAnswer
	for won == nil {
		if from != nil {
			from.parseEvents(t)
		}
		alive := 0
		next := limit
		for _, leg := range legs {
			switch {
			case leg.down():
				cause = leg.cause
				continue
			case !leg.deadline.IsZero() && !sw.now.Before(leg.deadline):
				leg.hangup(esl.CauseNoAnswer, siteOriginateAPI)
				cause = esl.CauseNoAnswer
				continue
			case leg.answered || leg.early && !esl.IsTrue(leg.own("ignore_early_media")):
				if won == nil {
					won = leg
				}
			}
			alive++
			if !leg.deadline.IsZero() && leg.deadline.Before(next) {
				next = leg.deadline
			}
		}
		if from != nil && !from.ready() {
			won, cause = nil, esl.CauseOriginatorCancel
			break
		}
		if won != nil || alive == 0 {
			break
		}
		if !sw.now.Before(limit) {
			cause = esl.CauseNoAnswer
			break
		}
		t.wait(next)
		t.sleep(condTime)
	}
	for _, leg := range legs {
		if leg != won && leg.up() {
			c := cause
			if won != nil {
				c = esl.ParseCause("LOSE_RACE")
			}
			leg.hangup(c, siteOriginateAPI)
		}
	}
	if won != nil {
		if from != nil {
			from.profile.peer, from.profile.peerType = won.profile.snapshot(), "originatee"
			from.set("signal_bond", won.uuid)
			from.set("originate_signal_bond", "")
		}
		return won, 0
	}
	return nil, cause
}

// setExtension gives the channel what it is to execute. On an outbound leg that turns the caller id around: the leg is now
// one that calls (switch_channel_sort_cid).
func (ch *channel) setExtension(actions []esl.Action) {
	ch.actions = actions
	ch.originating = false
	if !ch.outbound || ch.hitDialplan {
		return
	}
	ch.hitDialplan = true
	p := ch.profile
	ch.set("pre_transfer_caller_id_name", p.callerName)
	ch.set("pre_transfer_caller_id_number", p.callerNumber)
	p.callerName, p.calleeName = p.calleeName, p.callerName
	p.callerNumber, p.calleeNumber = p.calleeNumber, p.callerNumber
	if ch.bridged != nil {
		p.calleeName, p.calleeNumber = "", ""
	}
	ch.set("channel_cid_flipped", "yes")
	if ev := ch.newEvent("CALL_UPDATE", siteFlipCallerID); ev != nil {
		ev.Add("Direction", "RECV")
		if b := ch.partner(); b != nil {
			ev.Add("Bridged-To", b.uuid)
		}
		ch.addData(ev)
		ch.sw.fire(ev)
	}
	ch.logf(esl.LogInfo, siteFlipLog, "%s Flipping CID from \"%s\" <%s> to \"%s\" <%s>", ch.name,
		p.calleeName, p.calleeNumber, p.callerName, p.callerNumber)
}
