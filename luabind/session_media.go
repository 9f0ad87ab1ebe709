package luabind

import (
	"strings"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
)

func (x *session) streamFile(c *call) int {
	file := c.text(1)
	if file == "" {
		return c.number(0)
	}
	// In a phrase or the like no file is open that could be controlled, and every result stops it (modlua-api.md 2.3).
	kind := openFile
	if prefix, _, ok := strings.Cut(file, ":"); ok && (prefix == "phrase" || prefix == "say") {
		kind = closedFile
	}
	p, err := x.leg.Play(x.ctx(), file, c.int(2), x.callbacks(c, kind))
	c.failed(err)
	return c.number(oneIf(p == channel.Played))
}

func (x *session) recordFile(c *call) int {
	r := channel.Record{File: c.text(1), Limit: c.int(2), Threshold: c.int(3), Silence: c.int(4)}
	if r.File == "" {
		return c.number(0)
	}
	ok, err := x.leg.Record(x.ctx(), r, x.callbacks(c, openFile))
	c.failed(err)
	return c.number(oneIf(ok))
}

func (x *session) sleep(c *call) int {
	d := time.Duration(c.int(1)) * time.Millisecond
	if d <= 0 || !x.leg.Ready() {
		return c.number(1)
	}
	stopped, err := x.leg.Pause(x.ctx(), d, x.callbacks(c, noFile))
	c.failed(err)
	return c.number(oneIf(!stopped && err == nil))
}

func (x *session) say(c *call) int {
	for i := 1; i <= 4; i++ {
		if !c.given(i) {
			c.script.write(esl.LogErr, "Error! invalid args.", false)
			return 0
		}
	}
	_, err := x.leg.Say(x.ctx(), c.text(1), c.text(2), c.text(3), c.text(4), c.text(5), x.callbacks(c, noFile))
	c.failed(err)
	return 0
}

func (x *session) sayPhrase(c *call) int {
	_, err := x.leg.Phrase(x.ctx(), c.text(1), c.text(2), c.text(3), x.callbacks(c, noFile))
	c.failed(err)
	return 0
}

// speak answers 1 when nothing was set: mod_lua returns a status there, of which 1 is the bad one.
func (x *session) speak(c *call) int {
	text := c.text(1)
	switch {
	case text == "":
		return c.number(0)
	case x.engine == nil:
		c.script.write(esl.LogErr, "No TTS engine specified", false)
		return c.number(1)
	case *x.engine == "" || x.voice == "":
		return c.number(0)
	}
	stopped, err := x.leg.Speak(x.ctx(), *x.engine, x.voice, text, x.callbacks(c, noFile))
	c.failed(err)
	return c.number(oneIf(!stopped && err == nil))
}

func (x *session) setTTS(c *call) int {
	engine := c.text(1)
	x.engine, x.voice = &engine, c.text(2)
	return 0
}

func (x *session) setTTSOld(c *call) int {
	if !c.given(1) || !c.given(2) {
		c.raise("set_tts_parms: engine and voice must be given")
	}
	c.script.write(esl.LogErr, "set_tts_parms is deprecated. Use set_tts_params.", false)
	return x.setTTS(c)
}

func (x *session) detectSpeech(c *call) int {
	if !x.leg.Ready() {
		return 0
	}
	words := []string{}
	for i := 1; i <= 4; i++ {
		if c.given(i) {
			words = append(words, c.text(i))
		}
	}
	if len(words) > 0 && words[0] == "start_input_timers" {
		words[0] = "start-input-timers"
	}
	_, err := x.leg.Execute(x.ctx(), channel.Exec{App: "detect_speech", Arg: esl.Literal(strings.Join(words, " ")), KeepDigits: true})
	c.failed(err)
	return 0
}

func (x *session) playAndDetectSpeech(c *call) int {
	text, err := x.leg.PlayAndDetect(x.ctx(), c.text(1), c.text(2), c.text(3))
	c.failed(err)
	return c.stringOrNil(text, text != "")
}
