package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"eslua/luabind"
)

// mailTime is how long the program may take for a message.
const mailTime = 30 * time.Second

// MailProgram gives messages to a program, as sendmail, in the way in which the switch gives them to its mailer-app: it is run
// with -f, the sender, the arguments that it is to have, and the recipient, and reads the message. A sender or recipient that
// would be an option of it is refused.
func MailProgram(program string, args ...string) luabind.Mailer {
	return func(ctx context.Context, m luabind.Mail) error {
		for _, address := range []string{m.From, m.To} {
			if strings.HasPrefix(address, "-") {
				return fmt.Errorf("%q is no address", address)
			}
		}
		ctx, cancel := context.WithTimeout(ctx, mailTime)
		defer cancel()
		words := append([]string{"-f", m.From}, args...)
		cmd := exec.CommandContext(ctx, program, append(words, m.To)...)
		cmd.WaitDelay = time.Second // for what it has started itself
		var says output
		cmd.Stdin, cmd.Stderr = bytes.NewReader(m.Text), &says
		err := cmd.Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			return err // it could not be run, which says what and why, or has taken the message
		}
		first, _, _ := strings.Cut(strings.TrimSpace(string(says.kept)), "\n")
		return fmt.Errorf("%s: %w: %s", program, err, first)
	}
}
