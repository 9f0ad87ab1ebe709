package esltest

import (
	"strconv"

	"eslua/esl"
)

// site is a place in the switch's source, as events and log lines name it. The lines are those of the recorded build.
type site struct {
	file     string
	function string
	line     int
}

// The places that fire events.
var (
	siteSetCallState  = site{"switch_channel.c", "switch_channel_perform_set_callstate", 302}
	siteDTMF          = site{"switch_channel.c", "switch_channel_dequeue_dtmf", 678}
	siteRunningState  = site{"switch_channel.c", "switch_channel_perform_set_running_state", 2409}
	siteFlipLog       = site{"switch_channel.c", "switch_channel_flip_cid", 3291}
	siteFlipCallerID  = site{"switch_channel.c", "switch_channel_flip_cid", 3279}
	siteHangup        = site{"switch_channel.c", "switch_channel_perform_hangup", 3447}
	siteRinging       = site{"switch_channel.c", "switch_channel_perform_mark_ring_ready_value", 3507}
	siteEarly         = site{"switch_channel.c", "switch_channel_perform_mark_pre_answered", 3562}
	siteAnswered      = site{"switch_channel.c", "switch_channel_perform_mark_answered", 3848}
	siteAnsweredLog   = site{"switch_channel.c", "switch_channel_perform_mark_answered", 3914}
	siteCreate        = site{"switch_core_state_machine.c", "switch_core_session_run", 626}
	siteOriginate     = site{"switch_core_state_machine.c", "switch_core_session_run", 632}
	siteComplete      = site{"switch_core_state_machine.c", "switch_core_session_reporting_state", 943}
	siteLastAction    = site{"switch_core_state_machine.c", "switch_core_standard_on_execute", 384}
	siteOutgoing      = site{"switch_core_session.c", "switch_core_session_outgoing_channel", 768}
	siteDestroy       = site{"switch_core_session.c", "switch_core_session_perform_destroy", 1588}
	siteInvalidApp    = site{"switch_core_session.c", "switch_core_session_execute_application_get_flags", 2771}
	siteExecute       = site{"switch_core_session.c", "switch_core_session_exec", 2949}
	siteExecuteLog    = site{"switch_core_session.c", "switch_core_session_exec", 2907}
	siteExecuted      = site{"switch_core_session.c", "switch_core_session_exec", 2972}
	sitePrivate       = site{"switch_ivr.c", "switch_ivr_parse_next_event", 804}
	siteParseEvent    = site{"switch_ivr.c", "switch_ivr_parse_event", 632}
	siteInvalidEvent  = site{"switch_ivr.c", "switch_ivr_parse_event", 522}
	sitePark          = site{"switch_ivr.c", "switch_ivr_park", 1002}
	siteParkEvent     = site{"switch_ivr.c", "switch_ivr_park", 1187}
	siteUnpark        = site{"switch_ivr.c", "switch_ivr_park", 1213}
	siteTransfer      = site{"switch_ivr.c", "switch_ivr_session_transfer", 2303}
	siteKill          = site{"switch_ivr.c", "switch_ivr_kill_uuid", 4404}
	siteBridge        = site{"switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1689}
	siteUUIDBridge    = site{"switch_ivr_bridge.c", "uuid_bridge_on_soft_execute", 1217}
	siteUnbridge      = site{"switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1879}
	sitePlayback      = site{"switch_ivr_play_say.c", "switch_ivr_play_file", 1649}
	sitePlayed        = site{"switch_ivr_play_say.c", "switch_ivr_play_file", 2023}
	siteRecord        = site{"switch_ivr_play_say.c", "switch_ivr_record_file_event", 770}
	siteRecorded      = site{"switch_ivr_play_say.c", "switch_ivr_record_file_event", 1033}
	siteRecordBug     = site{"switch_ivr_async.c", "record_callback", 1482}
	siteRecordedBug   = site{"switch_ivr_async.c", "send_record_stop_event", 1241}
	siteAPI           = site{"switch_loadable_module.c", "switch_api_execute", 3140}
	siteReload        = site{"switch_xml.c", "switch_xml_open_root", 2423}
	siteSchedule      = site{"switch_scheduler.c", "switch_scheduler_execute", 73}
	siteHeartbeat     = site{"switch_core.c", "send_heartbeat", 95}
	siteShutdown      = site{"switch_core.c", "switch_core_destroy", 3033}
	siteBgapi         = site{"mod_commands.c", "bgapi_exec", 5423}
	siteDump          = site{"mod_commands.c", "uuid_dump_function", 6495}
	siteOriginateAPI  = site{"mod_commands.c", "originate_function", 5191}
	siteApplication   = site{"mod_dptools.c", "event_function", 1902}
	siteBye           = site{"sofia.c", "sofia_handle_sip_i_bye", 10560}
	siteAnswerApp     = site{"mod_dptools.c", "answer_function", 1406}
	siteHangupApp     = site{"mod_dptools.c", "hangup_function", 1374}
	siteLogApp        = site{"mod_dptools.c", "log_function", 1865}
	siteSetApp        = site{"mod_dptools.c", "base_set", 1671}
	siteNoName        = site{"mod_dptools.c", "base_set", 1649}
	siteConnect       = site{"mod_event_socket.c", "parse_command", 2029}
	siteSendEvent     = site{"mod_event_socket.c", "parse_command", 2283}
	siteJob           = site{"mod_event_socket.c", "api_exec", 1580}
	siteSocketError   = site{"mod_event_socket.c", "listener_run", 2715}
	siteTryingHost    = site{"mod_event_socket.c", "socket_function", 452}
	siteSocketRefused = site{"mod_event_socket.c", "socket_function", 486}
	siteSocketFailed  = site{"mod_event_socket.c", "socket_function", 490}
	siteSpeech        = site{"switch_ivr_async.c", "speech_thread", 5071}
	siteLoopbackKill  = site{"mod_loopback.c", "channel_on_hangup", 585}
)

var (
	siteLoopbackAnswer = site{"mod_loopback.c", "channel_receive_message", 1021}
	siteLoopbackEarly  = site{"mod_loopback.c", "channel_receive_message", 1026}
)

// newEvent makes an event with the headers that every event begins with.
func (sw *Switch) newEvent(name string, at site) *esl.Event { return sw.newEventOf(name, at, 32) }

// newEventOf is newEvent with room for so many headers.
func (sw *Switch) newEventOf(name string, at site, headers int) *esl.Event {
	e := &esl.Event{}
	e.Grow(headers)
	sw.addStandard(e, name, at)
	return e
}

func (sw *Switch) addStandard(e *esl.Event, name string, at site) {
	sw.sequence++
	e.Add("Event-Name", name)
	e.Add("Core-UUID", sw.coreUUID)
	e.Add("FreeSWITCH-Hostname", hostname)
	e.Add("FreeSWITCH-Switchname", switchname)
	e.Add("FreeSWITCH-IPv4", "192.0.2.2")
	e.Add("FreeSWITCH-IPv6", "fd00::2")
	if second := sw.now.Unix(); second != sw.dates.second {
		sw.dates = dates{second, sw.now.Format(stampFormat), sw.now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")}
	}
	e.Add("Event-Date-Local", sw.dates.local)
	e.Add("Event-Date-GMT", sw.dates.gmt)
	e.Add("Event-Date-Timestamp", strconv.FormatInt(sw.micros(), 10))
	e.Add("Event-Calling-File", at.file)
	e.Add("Event-Calling-Function", at.function)
	e.Add("Event-Calling-Line-Number", strconv.Itoa(at.line))
	e.Add("Event-Sequence", strconv.FormatUint(sw.sequence, 10))
}

// dates are those of the events of one second.
type dates struct {
	second     int64
	local, gmt string
}

const (
	hostname    = "vm"
	switchname  = "freeswitch"
	stampFormat = "2006-01-02 15:04:05"
)

// fire delivers an event to all connections that want it.
func (sw *Switch) fire(ev *esl.Event) { sw.audience.deliver(ev) }

// fire makes an event about the channel and delivers it.
func (ch *channel) fire(name string, at site) {
	if ev := ch.newEvent(name, at); ev != nil {
		ch.addData(ev)
		ch.sw.fire(ev)
	}
}

// newEvent is newEvent of the switch for an event about the channel. It returns nil when nobody listens to such ones:
// to make one takes more than anything else in the switch. It counts all the same.
func (ch *channel) newEvent(name string, at site) *esl.Event {
	if !ch.sw.audience.wants(name, ch.uuid) {
		ch.sw.sequence++
		return nil
	}
	return ch.makeEvent(name, at)
}

// makeEvent makes an event about the channel, whether somebody listens or not.
func (ch *channel) makeEvent(name string, at site) *esl.Event {
	const fixed, profile = 40, 32 // headers
	n := fixed + profile + len(ch.vars.list)
	if ch.profile != nil && ch.profile.peer != nil {
		n += profile
	}
	return ch.sw.newEventOf(name, at, n)
}

// withVariables are the events that carry all variables of the channel (event-socket.md 14.2).
var withVariables = map[string]bool{
	"CHANNEL_CREATE": true, "CHANNEL_ORIGINATE": true, "CHANNEL_UUID": true, "CHANNEL_ANSWER": true, "CHANNEL_PARK": true,
	"CHANNEL_UNPARK": true, "CHANNEL_BRIDGE": true, "CHANNEL_UNBRIDGE": true, "CHANNEL_PROGRESS": true,
	"CHANNEL_PROGRESS_MEDIA": true, "CHANNEL_HANGUP": true, "CHANNEL_HANGUP_COMPLETE": true, "CHANNEL_DATA": true,
	"CHANNEL_EXECUTE": true, "CHANNEL_EXECUTE_COMPLETE": true, "CHANNEL_DESTROY": true, "CHANNEL_HOLD": true,
	"CHANNEL_UNHOLD": true, "SESSION_HEARTBEAT": true, "RECORD_START": true, "RECORD_STOP": true, "PLAYBACK_START": true,
	"PLAYBACK_STOP": true, "CALL_UPDATE": true, "MEDIA_BUG_START": true, "MEDIA_BUG_STOP": true, "TEXT": true,
	"CUSTOM": true, "API": true,
}

// addData adds what every event about a channel says, and all its variables where the type of the event has them.
func (ch *channel) addData(ev *esl.Event) { ch.addDataAs(ev, ev.Name()) }

// addDataAs is addData for an event that does not have its name yet.
func (ch *channel) addDataAs(ev *esl.Event, name string) {
	ch.addBasic(ev)
	if !withVariables[name] && !esl.IsTrue(ch.own("verbose_events")) && !ch.sw.stopping {
		return
	}
	for i := len(ch.scopes) - 1; i >= 0; i-- {
		for _, v := range ch.scopes[i].list {
			if _, there := ev.Lookup("scope_variable_" + v.name); !there {
				ev.Add("scope_variable_"+v.name, v.value)
			}
		}
	}
	for i := range ch.vars.list {
		v := &ch.vars.list[i]
		ev.Add(v.headerName(), v.value)
	}
}

// addBasic adds the state of the channel, its codecs and its caller profile (event-socket.md 14.1).
func (ch *channel) addBasic(ev *esl.Event) {
	direction := "inbound"
	if ch.outbound {
		direction = "outbound"
	}
	ev.Add("Channel-State", ch.running.String())
	ev.Add("Channel-Call-State", ch.callState.String())
	ev.Add("Channel-State-Number", strconv.Itoa(int(ch.state)))
	ev.Add("Channel-Name", ch.name)
	ev.Add("Unique-ID", ch.uuid)
	ev.Add("Call-Direction", direction)
	ev.Add("Presence-Call-Direction", direction)
	ev.Add("Channel-HIT-Dialplan", strconv.FormatBool(!ch.outbound || ch.hitDialplan))
	if id := ch.own("presence_id"); id != "" {
		ev.Add("Channel-Presence-ID", id)
	}
	if data := ch.own("presence_data"); data != "" {
		ev.Add("Channel-Presence-Data", data)
	}
	if id := ch.own("call_uuid"); id != "" {
		ev.Add("Channel-Call-UUID", id)
	} else {
		ev.Add("Channel-Call-UUID", ch.uuid)
	}
	switch {
	case ch.down():
		ev.Add("Answer-State", "hangup")
	case ch.answered:
		ev.Add("Answer-State", "answered")
	case ch.early:
		ev.Add("Answer-State", "early")
	default:
		ev.Add("Answer-State", "ringing")
	}
	if ch.cause != 0 {
		ev.Add("Hangup-Cause", ch.cause.String())
	}
	if c := ch.codec(); c.name != "" {
		rate, bits := strconv.Itoa(c.rate), strconv.Itoa(c.bits)
		ev.Add("Channel-Read-Codec-Name", c.name)
		ev.Add("Channel-Read-Codec-Rate", rate)
		ev.Add("Channel-Read-Codec-Bit-Rate", bits)
		ev.Add("Channel-Write-Codec-Name", c.name)
		ev.Add("Channel-Write-Codec-Rate", rate)
		ev.Add("Channel-Write-Codec-Bit-Rate", bits)
	}
	if ch.profile == nil {
		return
	}
	ch.profile.addTo(ev, callerHeaders)
	if ch.profile.peer != nil {
		ev.Add("Other-Type", ch.profile.peerType)
		ch.profile.peer.addTo(ev, otherLegHeaders)
	}
}

type codec struct {
	name       string
	rate, bits int
}

func (ch *channel) codec() codec {
	if ch.leg == sipLeg {
		return codec{"PCMU", 8000, 64000}
	}
	return codec{"L16", 8000, 128000}
}
