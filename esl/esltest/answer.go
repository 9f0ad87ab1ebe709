package esltest

import "eslua/esl"

// markAnswered is what happens when the far end has answered.
func (ch *channel) markAnswered(by site) {
	if ch.down() || ch.answered {
		return
	}
	ch.profile.times.answered = ch.sw.micros()
	ch.answered = true
	if ch.leg == sipLeg {
		if !ch.early {
			ch.setLocalMedia()
		}
		ch.acknowledge()
		if ch.call != nil {
			ch.call.speak()
		}
	}
	ch.fire("CHANNEL_ANSWER", siteAnswered)
	ch.set("endpoint_disposition", "ANSWER")
	ch.logFrom(esl.LogNotice, by, "Channel [%s] has been answered", ch.name)
	ch.runOn("execute_on_answer")
	if !ch.early {
		ch.runOn("execute_on_media")
	}
	ch.setCallState(ccsActive, siteAnsweredLog)
	ch.changed()
}

// markEarly is what happens when there is early media.
func (ch *channel) markEarly(by site) {
	if ch.down() || ch.early || ch.answered {
		return
	}
	ch.profile.times.progressMedia = ch.sw.micros()
	ch.early = true
	if ch.leg == sipLeg {
		ch.setLocalMedia()
	}
	ch.fire("CHANNEL_PROGRESS_MEDIA", siteEarly)
	ch.set("endpoint_disposition", "EARLY MEDIA")
	ch.logFrom(esl.LogNotice, by, "Pre-Answer %s!", ch.name)
	ch.runOn("execute_on_pre_answer")
	ch.setCallState(ccsEarly, siteEarly)
	ch.changed()
}

// markRinging is what happens when the far end rings.
func (ch *channel) markRinging(by site) {
	if ch.down() || ch.profile.times.progress != 0 || ch.answered || ch.early {
		return
	}
	ch.profile.times.progress = ch.sw.micros()
	ch.fire("CHANNEL_PROGRESS", siteRinging)
	ch.logFrom(esl.LogNotice, by, "Ring-Ready %s!", ch.name)
	ch.setCallState(ccsRinging, siteRinging)
	ch.changed()
}

// answer answers an inbound leg.
func (ch *channel) answer(by site) bool {
	if ch.outbound {
		return true
	}
	if ch.down() {
		return false
	}
	if !ch.answered {
		if ch.other != nil {
			ch.other.markAnswered(siteLoopbackAnswer)
		}
		ch.markAnswered(by)
	}
	return true
}

// preAnswer gives an inbound leg early media.
func (ch *channel) preAnswer(by site) bool {
	if ch.outbound || ch.mediaReady() {
		return ch.mediaReady()
	}
	if ch.down() {
		return false
	}
	if ch.other != nil {
		ch.other.markEarly(siteLoopbackEarly)
	}
	ch.markEarly(by)
	return true
}

func ringReadyApp(ch *channel, _ *thread, _ string) {
	if ch.outbound || ch.down() {
		return
	}
	if ch.other != nil {
		ch.other.markRinging(siteLoopbackAnswer)
	}
	ch.markRinging(siteAnswerApp)
}
