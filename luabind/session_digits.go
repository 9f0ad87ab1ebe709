package luabind

import (
	"time"

	"eslua/esl/channel"
)

func ms(n int) time.Duration { return time.Duration(max(n, 0)) * time.Millisecond }

func (x *session) getDigits(c *call) int {
	if !x.leg.Ready() {
		return c.string("")
	}
	digits, _, err := x.leg.Collect(x.ctx(), channel.Collect{
		Max: c.int(1), Terminators: c.text(2), First: ms(c.int(3)), Between: ms(c.int(4)), Total: ms(c.int(5)),
	}, "")
	c.failed(err)
	return c.string(digits)
}

func (x *session) read(c *call) int {
	digits, _, err := x.leg.Read(x.ctx(), channel.Read{
		Min: max(c.int(1), 1), Max: max(c.int(2), 1), Prompt: c.text(3), Timeout: ms(max(c.int(4), 1)), Terminators: c.text(5),
		DigitTimeout: ms(c.int(6)),
	})
	c.failed(err)
	return c.string(digits)
}

func (x *session) playAndGetDigits(c *call) int {
	digits, err := x.leg.PlayAndGetDigits(x.ctx(), channel.Prompted{
		Read: channel.Read{
			Min: c.int(1), Max: c.int(2), Timeout: ms(c.int(4)), Terminators: c.text(5), Prompt: c.text(6), Variable: c.text(9),
			DigitTimeout: ms(c.int(10)),
		},
		Tries: c.int(3), BadInput: c.text(7), Regex: c.text(8), TransferOnFailure: c.text(11),
	})
	c.failed(err)
	if err != nil {
		digits = ""
	}
	return c.string(digits)
}

// collectDigits waits for its callback to stop it; without one a digit does, and stays queued.
func (x *session) collectDigits(c *call) int {
	between, total := time.Duration(0), ms(c.int(1))
	if c.l.GetTop() > 2 {
		between, total = total, ms(c.int(2))
	}
	c.failed(x.leg.Await(x.ctx(), between, total, x.callbacks(c, noFile)))
	return c.number(0)
}

func (x *session) flushDigits(c *call) int {
	c.failed(x.leg.FlushDigits(x.ctx()))
	return c.number(0)
}

func (x *session) flushEvents(c *call) int {
	x.leg.FlushEvents()
	return c.number(0)
}
