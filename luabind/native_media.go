package luabind

import (
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl/channel"
)

func (x *session) stopPlayback(c *call) int {
	_, err := x.leg.Call().API(x.ctx(), "uuid_break", x.leg.UUID())
	return c.did(err)
}

func (x *session) nativeRecord(c *call) int {
	r := channel.Record{File: c.text(1)}
	terminators := ""
	c.options(2, map[string]func(v lua.LValue){
		"limit": into(&r.Limit), "silence": into(&r.Silence), "threshold": into(&r.Threshold), "terminators": into(&terminators),
	})
	if r.Silence > 0 && r.Threshold == 0 {
		r.Threshold = 200
	}
	var key byte
	in := channel.Input{}
	if terminators != "" {
		in.Digit = func(d channel.Digit) bool {
			if strings.IndexByte(terminators, d.Key) >= 0 {
				key = d.Key
			}
			return key != 0
		}
	}
	_, err := x.leg.Record(x.ctx(), r, in)
	if err != nil {
		return c.because(err)
	}
	ms, _, err := x.leg.Get(x.ctx(), "record_ms")
	if err != nil {
		return c.because(err)
	}
	c.l.Push(lua.LNumber(float64(atoi(ms)) / 1000))
	if key == 0 {
		return 1
	}
	c.l.Push(lua.LString("break"))
	c.l.Push(lua.LString(string(key)))
	return 3
}

func (x *session) nativeSay(c *call) int {
	module, kind, how, gender := "en", "number", "pronounced", ""
	c.options(2, map[string]func(v lua.LValue){"module": into(&module), "type": into(&kind), "method": into(&how), "gender": into(&gender)})
	_, err := x.leg.Say(x.ctx(), c.text(1), module, kind, how, gender, channel.Input{})
	return c.did(err)
}

func (x *session) nativeSpeak(c *call) int {
	var engine, voice string
	c.options(2, map[string]func(v lua.LValue){"engine": into(&engine), "voice": into(&voice)})
	for name, to := range map[string]*string{"tts_engine": &engine, "tts_voice": &voice} {
		if *to == "" {
			v, _, err := x.leg.Get(x.ctx(), name)
			if err != nil {
				return c.because(err)
			}
			*to = v
		}
	}
	_, err := x.leg.Speak(x.ctx(), engine, voice, c.text(1), channel.Input{})
	return c.did(err)
}

func (x *session) nativeSleep(c *call) int {
	d, _ := c.seconds(1)
	_, err := x.leg.Pause(x.ctx(), d, channel.Input{})
	return c.did(err)
}

// gather collects digits. A try without any is a time-out.
func (x *session) gather(c *call) int {
	p := channel.Prompted{Tries: 1, Read: channel.Read{Min: 1, Max: 128, Terminators: "#"}}
	timeout, interdigit := 5.0, 0.0
	c.options(1, map[string]func(v lua.LValue){
		"prompt": into(&p.Prompt), "min": into(&p.Min), "max": into(&p.Max), "tries": into(&p.Tries), "timeout": into(&timeout),
		"interdigit": into(&interdigit), "terminators": into(&p.Terminators), "regex": into(&p.Regex), "invalid": into(&p.BadInput),
	})
	p.Timeout, p.DigitTimeout = time.Duration(timeout*float64(time.Second)), time.Duration(interdigit*float64(time.Second))
	digits, err := x.leg.PlayAndGetDigits(x.ctx(), p)
	switch {
	case err != nil:
		return c.because(err)
	case digits == "":
		return c.reason("timeout")
	}
	return c.string(digits)
}

func (x *session) waitDigit(c *call) int {
	d, _ := c.seconds(1)
	digits, _, err := x.leg.Collect(x.ctx(), channel.Collect{Max: 1, First: d}, "")
	if err != nil {
		return c.because(err)
	}
	return c.string(digits)
}

func (x *session) sendDTMF(c *call) int { return c.did(x.leg.SendDigits(x.ctx(), c.text(1))) }

func (x *session) nativeFlush(c *call) int { return c.did(x.leg.FlushDigits(x.ctx())) }
