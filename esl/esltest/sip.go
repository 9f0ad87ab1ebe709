package esltest

import (
	"fmt"
	"strings"

	"eslua/esl"
)

// domain is where the caller's telephone and the switch are; the switch listens on sipPort.
const (
	domain  = "127.0.0.1"
	sipPort = "5080"
)

// invite makes the leg of a call that comes in over SIP and starts it. Its variables are those that mod_sofia sets, in its
// order (wire/sip_connect), without what only a real media stream could tell.
func (sw *Switch) invite(call *Call) {
	spec := call.spec
	ch := sw.newChannel(sipLeg, false, "")
	ch.call, call.near = call, ch
	ch.actions = spec.Actions
	from, to := spec.CallerNumber+"@"+domain, spec.Destination+"@"+domain+":"+sipPort
	ch.name = "sofia/internal/" + from
	tag := strings.ReplaceAll(sw.uuid(), "-", "")[:13]
	party := fmt.Sprintf("%q <sip:%s>", spec.CallerName, from)
	sets := []variable{
		{"direction", "inbound"}, {"uuid", ch.uuid}, {"session_id", itoa(ch.number)},
		{"sip_from_user", spec.CallerNumber}, {"sip_from_uri", from}, {"sip_from_host", domain},
		{"video_media_flow", "disabled"}, {"text_media_flow", "disabled"}, {"channel_name", ch.name},
		{"sip_call_id", sw.uuid()}, {"sip_local_network_addr", domain}, {"sip_network_ip", domain},
		{"sip_network_port", sipPort}, {"sip_invite_stamp", fmt.Sprint(sw.micros())}, {"sip_received_ip", domain},
		{"sip_received_port", sipPort}, {"sip_via_protocol", "udp"}, {"sip_from_user_stripped", spec.CallerNumber},
		{"sip_from_tag", tag}, {"sofia_profile_name", "internal"},
		{"sofia_profile_url", "sip:mod_sofia@" + domain + ":" + sipPort}, {"recovery_profile_name", "internal"},
		{"sip_Remote-Party-ID", party + ";party=calling;screen=yes;privacy=off"}, {"sip_cid_type", "rpid"},
		{"sip_full_via", "SIP/2.0/UDP " + domain + ":" + sipPort + ";rport=" + sipPort + ";branch=z9hG4bK" + tag},
		{"sip_from_display", spec.CallerName}, {"sip_full_from", party + ";tag=" + tag}, {"sip_full_to", "<sip:" + to + ">"},
		{"sip_allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REFER, NOTIFY"},
	}
	for _, what := range []string{"req", "to"} {
		address := []variable{{"user", spec.Destination}, {"port", sipPort}, {"uri", to}, {"host", domain}}
		for _, part := range address {
			sets = append(sets, variable{"sip_" + what + "_" + part.name, part.value})
		}
	}
	sets = append(sets, []variable{
		{"sip_contact_user", "mod_sofia"}, {"sip_contact_port", sipPort},
		{"sip_contact_uri", "mod_sofia@" + domain + ":" + sipPort}, {"sip_contact_host", domain},
		{"sip_user_agent", "FreeSWITCH-mod_sofia/" + version}, {"sip_via_host", domain}, {"sip_via_port", sipPort},
		{"sip_via_rport", sipPort}, {"max_forwards", "70"},
	}...)
	for _, name := range sortedKeys(spec.Variables) {
		if strings.HasPrefix(name, "sip_h_") {
			sets = append(sets, variable{name, spec.Variables[name]})
		}
	}
	sets = append(sets, []variable{
		{"switch_r_sdp", sdp("16676")},
		{"ep_codec_string", "CORE_PCM_MODULE.PCMU@8000h@20i@64000b,CORE_PCM_MODULE.PCMA@8000h@20i@64000b"},
		{"rtp_use_codec_string", "PCMU,PCMA"}, {"remote_video_media_flow", "inactive"},
		{"remote_text_media_flow", "inactive"}, {"remote_audio_media_flow", "sendrecv"}, {"audio_media_flow", "sendrecv"},
		{"remote_media_ip", domain}, {"remote_media_port", "16676"}, {"rtp_audio_recv_pt", "0"},
		{"rtp_use_codec_name", "PCMU"}, {"rtp_use_codec_rate", "8000"}, {"rtp_use_codec_ptime", "20"},
		{"rtp_use_codec_channels", "1"}, {"rtp_last_audio_codec_string", "PCMU@8000h@20i@1c"}, {"read_codec", "PCMU"},
		{"original_read_codec", "PCMU"}, {"read_rate", "8000"}, {"original_read_rate", "8000"}, {"write_codec", "PCMU"},
		{"write_rate", "8000"}, {"dtmf_type", "rfc2833"}, {"endpoint_disposition", "RECEIVED"},
	}...)
	for _, v := range sets {
		ch.set(v.name, v.value)
	}
	for _, name := range sortedKeys(spec.Called) {
		ch.set(name, spec.Called[name])
	}
	ch.profile = &profile{
		username: spec.CallerNumber, dialplan: "XML", callerName: spec.CallerName, callerNumber: spec.CallerNumber,
		origName: spec.CallerName, origNumber: spec.CallerNumber, networkAddr: domain, ani: spec.CallerNumber,
		destination: spec.Destination, uuid: ch.uuid, source: "mod_sofia", context: sw.world.Context, channelName: ch.name,
		index: 1, times: times{profileCreated: sw.micros(), created: sw.micros()},
	}
	ch.state = csInit
	ch.launch()
}

// sdp describes one stream of audio.
func sdp(port string) string {
	return "v=0\r\no=FreeSWITCH 1795204061 1795204062 IN IP4 " + domain + "\r\ns=FreeSWITCH\r\nc=IN IP4 " + domain +
		"\r\nt=0 0\r\nm=audio " + port + " RTP/AVP 0 101 13\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n" +
		"a=fmtp:101 0-15\r\na=rtpmap:13 CN/8000\r\na=ptime:20\r\na=sendrecv\r\n"
}

// setLocalMedia sets the variables of the switch's own end of the media stream, which comes with early media or the answer.
func (ch *channel) setLocalMedia() {
	remote := []variable{{"remote_media_ip", domain}, {"remote_media_port", "16676"}}
	for _, v := range append([]variable{
		{"rtp_local_sdp_str", sdp("16522")}, {"local_media_ip", domain}, {"local_media_port", "16522"},
		{"advertised_media_ip", domain}, {"rtp_use_timer_name", "soft"}, {"rtp_use_pt", "0"}, {"rtp_use_ssrc", "3070660233"},
		{"rtp_2833_send_payload", "101"}, {"rtp_2833_recv_payload", "101"},
	}, remote...) {
		ch.set(v.name, v.value)
	}
}

// acknowledge is the ACK of the telephone to the answer.
func (ch *channel) acknowledge() {
	ch.sw.spawn(func(t *thread) {
		t.sleep(frameTime)
		ch.set("sip_to_tag", strings.ReplaceAll(ch.sw.uuid(), "-", "")[:13])
		ch.set("sip_cseq", "123056576")
	})
}

// bye hangs up a call that came over SIP, from the other end.
func (ch *channel) bye(cause esl.Cause) {
	if ch.down() {
		return
	}
	if ch.answered {
		for _, v := range []variable{
			{"sip_reason", fmt.Sprintf("Q.850;cause=%d;text=%q", int(cause), cause.String())}, {"sip_term_status", "200"},
			{"proto_specific_hangup_cause", "sip:200"}, {"sip_term_cause", itoa(int(cause))},
		} {
			ch.set(v.name, v.value)
		}
	}
	ch.hangup(cause, siteBye)
	if ch.answered {
		ch.set("sip_hangup_disposition", "recv_bye")
	} else {
		ch.set("sip_hangup_disposition", "recv_cancel")
	}
}
