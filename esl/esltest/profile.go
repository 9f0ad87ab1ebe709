package esltest

import (
	"strconv"
	"strings"

	"eslua/esl"
)

// profile is the caller profile of a channel: who calls whom. A transfer makes a new one.
type profile struct {
	outbound, logicalOutbound bool
	username, dialplan        string
	callerName, callerNumber  string
	origName, origNumber      string
	calleeName, calleeNumber  string
	networkAddr               string
	ani, aniii, rdnis         string
	destination               string
	uuid, source              string
	transferSource            string
	context, channelName      string
	index                     int
	times                     times
	// The profile of the other leg of an originate, and which of the two it is.
	peer     *profile
	peerType string
}

// times are microseconds since 1970, 0 for what has not happened.
type times struct {
	profileCreated, created, answered, progress, progressMedia, hungup int64
	transferred, resurrected, bridged, lastHold, holdAccum             int64
}

// profileHeaders are the names of the headers that a profile has in an event: a prefix, and the name of the field.
type profileHeaders map[string]string

var (
	callerHeaders   = newProfileHeaders("Caller")
	otherLegHeaders = newProfileHeaders("Other-Leg")
	channelHeaders  = newProfileHeaders("Channel") // of the reply to connect
)

func newProfileHeaders(prefix string) profileHeaders {
	h := make(profileHeaders)
	for name := range strings.FieldsSeq(`Direction Logical-Direction Username Dialplan Caller-ID-Name Caller-ID-Number
Orig-Caller-ID-Name Orig-Caller-ID-Number Callee-ID-Name Callee-ID-Number Network-Addr ANI ANI-II Destination-Number Unique-ID
Source Transfer-Source Context RDNIS Channel-Name Profile-Index Profile-Created-Time Channel-Created-Time Channel-Answered-Time
Channel-Progress-Time Channel-Progress-Media-Time Channel-Hangup-Time Channel-Transfer-Time Channel-Resurrect-Time
Channel-Bridged-Time Channel-Last-Hold Channel-Hold-Accum Screen-Bit Privacy-Hide-Name Privacy-Hide-Number`) {
		h[name] = prefix + "-" + name
	}
	return h
}

// addTo writes the profile into an event.
func (p *profile) addTo(ev *esl.Event, headers profileHeaders) {
	direction := func(outbound bool) string {
		if outbound {
			return "outbound"
		}
		return "inbound"
	}
	add := func(name, value string) {
		if value != "" {
			ev.Add(headers[name], value)
		}
	}
	add("Direction", direction(p.outbound))
	add("Logical-Direction", direction(p.logicalOutbound))
	add("Username", p.username)
	add("Dialplan", p.dialplan)
	add("Caller-ID-Name", p.callerName)
	add("Caller-ID-Number", p.callerNumber)
	if p.callerName != "" {
		add("Orig-Caller-ID-Name", p.origName)
	}
	if p.callerNumber != "" {
		add("Orig-Caller-ID-Number", p.origNumber)
	}
	add("Callee-ID-Name", p.calleeName)
	add("Callee-ID-Number", p.calleeNumber)
	add("Network-Addr", p.networkAddr)
	add("ANI", p.ani)
	add("ANI-II", p.aniii)
	add("Destination-Number", p.destination)
	add("Unique-ID", p.uuid)
	add("Source", p.source)
	add("Transfer-Source", p.transferSource)
	add("Context", p.context)
	add("RDNIS", p.rdnis)
	add("Channel-Name", p.channelName)
	if p.index > 0 {
		add("Profile-Index", strconv.Itoa(p.index))
	}
	t := &p.times
	for _, x := range []struct {
		name string
		at   int64
	}{
		{"Profile-Created-Time", t.profileCreated}, {"Channel-Created-Time", t.created},
		{"Channel-Answered-Time", t.answered}, {"Channel-Progress-Time", t.progress},
		{"Channel-Progress-Media-Time", t.progressMedia}, {"Channel-Hangup-Time", t.hungup},
		{"Channel-Transfer-Time", t.transferred}, {"Channel-Resurrect-Time", t.resurrected},
		{"Channel-Bridged-Time", t.bridged}, {"Channel-Last-Hold", t.lastHold}, {"Channel-Hold-Accum", t.holdAccum},
	} {
		add(x.name, strconv.FormatInt(x.at, 10))
	}
	add("Screen-Bit", "true")
	add("Privacy-Hide-Name", "false")
	add("Privacy-Hide-Number", "false")
}

// field is a field of the profile by the name under which it is read as a variable; "" if there is none.
func (p *profile) field(name string) string {
	if p == nil {
		return ""
	}
	switch strings.ToLower(name) {
	case "dialplan":
		return p.dialplan
	case "caller_id_name":
		return p.callerName
	case "caller_id_number":
		return p.callerNumber
	case "orig_caller_id_name":
		return p.origName
	case "orig_caller_id_number":
		return p.origNumber
	case "callee_id_name":
		return p.calleeName
	case "callee_id_number":
		return p.calleeNumber
	case "ani":
		return p.ani
	case "aniii":
		return p.aniii
	case "network_addr":
		return p.networkAddr
	case "rdnis":
		return p.rdnis
	case "destination_number":
		return p.destination
	case "uuid":
		return p.uuid
	case "source":
		return p.source
	case "transfer_source":
		return p.transferSource
	case "context":
		return p.context
	case "chan_name":
		return p.channelName
	case "profile_index":
		return strconv.Itoa(p.index)
	case "username":
		return p.username
	case "created_time":
		return strconv.FormatInt(p.times.created, 10)
	case "answered_time":
		return strconv.FormatInt(p.times.answered, 10)
	case "hungup_time":
		return strconv.FormatInt(p.times.hungup, 10)
	}
	if rest, ok := strings.CutPrefix(strings.ToLower(name), "aleg_"); ok && p.peerType == "originator" {
		return p.peer.field(rest)
	}
	if rest, ok := strings.CutPrefix(strings.ToLower(name), "bleg_"); ok && p.peerType == "originatee" {
		return p.peer.field(rest)
	}
	return ""
}

// setField changes a field by the name of its variable, as the set_profile_var application does.
func (p *profile) setField(name, value string) bool {
	fields := map[string]*string{
		"dialplan": &p.dialplan, "caller_id_name": &p.callerName, "caller_id_number": &p.callerNumber,
		"callee_id_name": &p.calleeName, "callee_id_number": &p.calleeNumber, "ani": &p.ani, "aniii": &p.aniii,
		"network_addr": &p.networkAddr, "rdnis": &p.rdnis, "destination_number": &p.destination,
		"context": &p.context, "username": &p.username, "source": &p.source,
	}
	f := fields[strings.ToLower(name)]
	if f == nil {
		return false
	}
	*f = value
	return true
}

// snapshot is what the other leg keeps of the profile: a copy that has forgotten some of it.
func (p *profile) snapshot() *profile {
	c := p.clone()
	c.logicalOutbound, c.index = false, 0
	return c
}

// clone is a copy for another channel: it has no peer of its own.
func (p *profile) clone() *profile {
	c := *p
	c.peer, c.peerType = nil, ""
	return &c
}
