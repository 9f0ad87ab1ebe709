package luabind

import (
	"context"

	"eslua/esl"
)

// Mail is a message that a script sends with freeswitch.email.
type Mail struct {
	To, From string
	// Headers are further lines such as Subject: hello.
	Headers string
	Body    string
	// File is attached, after ConvertCommand has made of it a file with the extension ConvertExtension, where these are given.
	File, ConvertCommand, ConvertExtension string
}

// Mailer sends messages.
type Mailer func(context.Context, Mail) error

func email(c *call) int {
	s := c.script
	if s.Mail == nil {
		s.write(esl.LogErr, "email: no mailer is configured", false)
		return c.truth(false)
	}
	s.state.Waiting()
	defer s.state.Resumed()
	err := s.Mail(s.ctx, Mail{
		To: c.text(1), From: c.text(2), Headers: c.text(3), Body: c.text(4), File: c.text(5), ConvertCommand: c.text(6), ConvertExtension: c.text(7),
	})
	if err != nil {
		s.write(esl.LogErr, "email: "+err.Error(), false)
	}
	return c.truth(err == nil)
}
