package esltest

import (
	"cmp"
	"slices"
	"strings"

	"eslua/esl"
)

// destination is where a leg of a dial string leads: to an extension of the world, over a loopback pair or over SIP.
type destination struct {
	kind            leg
	number, context string
	name, source    string // of the outgoing channel
	vars            []variable
}

// destination finds out where a target leads: as the world's endpoints say, to the switch itself, or nowhere.
func (sw *Switch) destination(tg target) (destination, esl.Cause) {
	d := destination{kind: sipLeg, context: sw.world.Context, source: "mod_" + tg.endpoint}
	if tg.endpoint == "sofia" {
		d.name = "sofia/" + tg.address
	}
	if prefix, number, ok := sw.endpoint(tg); ok {
		rest := strings.TrimPrefix(tg.endpoint+"/"+tg.address, prefix)
		if d.number = number; number == "" {
			d.number = userOf(rest)
		}
		switch gateway, number, _ := strings.Cut(strings.TrimPrefix(tg.address, "gateway/"), "/"); {
		case tg.endpoint == "sofia" && strings.HasPrefix(tg.address, "gateway/"):
			d.name = "sofia/external/" + number
			d.vars = []variable{{"sip_gateway_name", gateway}, {"sip_profile_name", "gateway"}}
		case tg.endpoint == "user" || tg.endpoint == "group":
			d.name, d.source = "sofia/internal/"+tg.address, "mod_sofia"
		default:
			d.name = cmp.Or(d.name, tg.endpoint+"/"+tg.address)
		}
		return d, 0
	}
	switch tg.endpoint {
	case "loopback":
		d.kind = loopbackLeg
		number, context, found := strings.Cut(tg.address, "/")
		if d.number = number; found {
			d.context, _, _ = strings.Cut(context, "/")
		}
		d.name = "loopback/" + d.number + "-a"
		return d, 0
	case "sofia":
		kind, address, _ := strings.Cut(tg.address, "/")
		if kind == "gateway" {
			return d, esl.ParseCause("INVALID_GATEWAY")
		}
		_, host, _ := strings.Cut(address, "@")
		if host != domain && host != domain+":"+sipPort {
			return d, esl.ParseCause("NORMAL_TEMPORARY_FAILURE")
		}
		d.number = userOf(address)
		return d, 0
	}
	return d, esl.CauseChanNotImplemented
}

// leadsOut tells whether an endpoint of the world says where a target leads, so that nothing else is asked.
func (sw *Switch) leadsOut(tg target) bool {
	_, _, ok := sw.endpoint(tg)
	return ok
}

// endpoint finds the endpoint of the world that a target begins with, the longest one.
func (sw *Switch) endpoint(tg target) (prefix, number string, ok bool) {
	for p, n := range sw.world.Endpoints {
		if strings.HasPrefix(tg.endpoint+"/"+tg.address, p) && len(p) >= len(prefix) {
			prefix, number, ok = p, n, true
		}
	}
	return prefix, number, ok
}

// userOf is what stands in front of the host of an address.
func userOf(address string) string {
	if i := strings.IndexAny(address, "@;/"); i >= 0 {
		return address[:i]
	}
	return address
}

// groupLegs are the legs of the users of a group of the directory, as group/name@domain stands for.
func (sw *Switch) groupLegs(id string) []target {
	name, domain, _ := strings.Cut(id, "@")
	var legs []target
	for _, u := range sw.world.Directory {
		if slices.Contains(u.Groups, name) && (domain == "" || domain == u.Domain) {
			legs = append(legs, target{endpoint: "user", address: u.Name + "@" + u.Domain})
		}
	}
	return legs
}
