package esltest

import (
	"cmp"
	"strings"

	"eslua/esl"
)

// limitItem counts the calls of one resource (mod_hash; mod_db counts the same way).
type limitItem struct {
	usage, rate int
	checked     int64 // when the rate was reset, in seconds
}

// limitApp counts the channel: backend realm id [max[/interval] [extension [dialplan [context]]]]. Above the limit it is sent
// to the extension, limit_exceeded by default, or with !CAUSE hung up.
func limitApp(ch *channel, _ *thread, arg string) {
	a := esl.SplitArgs(arg, ' ')
	if len(a) < 3 {
		ch.logf(esl.LogErr, siteExecute, "USAGE: limit %s", "<backend> <realm> <id> [<max>[/interval]] [number [dialplan [context]]]")
		return
	}
	a = append(a, "", "", "", "")
	limit, interval := -1, 0
	if a[3] != "" && a[3][0] != '-' {
		most, per, _ := strings.Cut(a[3], "/")
		limit, interval = atoi(most), atoi(per)
	}
	if ch.count(a[0], a[1], a[2], limit, interval) {
		return
	}
	to := cmp.Or(a[4], "limit_exceeded")
	if cause, ok := strings.CutPrefix(to, "!"); ok {
		ch.hangup(esl.ParseCause(cause), siteExecute)
		return
	}
	ch.transfer(to, a[5], a[6])
}

// count counts the channel for a resource, once, unless that exceeds the limit (less than 0: none). With an interval in
// seconds the limit is one of calls in that time.
func (ch *channel) count(backend, realm, id string, limit, interval int) bool {
	key := backend + "/" + realm + "_" + id
	item := ch.sw.limits[key]
	if item == nil {
		item = &limitItem{}
		ch.sw.limits[key] = item
	}
	now := ch.sw.now.Unix()
	held := containsFold(ch.limits, key)
	switch {
	case interval > 0 && item.checked <= now-int64(interval):
		item.rate, item.checked = 1, now
	case interval > 0:
		if item.rate++; limit >= 0 && item.rate > limit {
			return false
		}
	case limit >= 0 && !held && item.usage+1 > limit:
		return false
	}
	if !held {
		item.usage++
		ch.limits = append(ch.limits, key)
	}
	name := realm + "_" + id
	ch.set("limit_usage", itoa(item.usage))
	ch.set("limit_usage_"+name, itoa(item.usage))
	ch.set("limit_rate", itoa(item.rate))
	ch.set("limit_rate_"+name, itoa(item.rate))
	ch.set("limit_backend", backend)
	return true
}

// uncount gives back what the channel was counted for: at its end, and when it is sent elsewhere.
func (ch *channel) uncount() {
	for _, key := range ch.limits {
		ch.sw.limits[key].usage--
	}
	ch.limits = nil
}

// limitUsageAPI says how many calls are counted: [backend] realm id [rate].
func limitUsageAPI(c apiCall) string {
	a := esl.SplitArgs(c.arg, ' ')
	if len(a) == 2 {
		a = append([]string{"db"}, a...)
	}
	if len(a) < 3 {
		return "USAGE: limit_usage <backend> <realm> <id> [rate]\n"
	}
	item := c.sw.limits[a[0]+"/"+a[1]+"_"+a[2]]
	if item == nil {
		item = &limitItem{}
	}
	if len(a) > 3 && strings.EqualFold(a[3], "rate") {
		return itoa(item.usage) + "/" + itoa(item.rate)
	}
	return itoa(item.usage)
}
