package luabind

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"syscall"

	"eslua/esl"
	"eslua/luabind/vm"
)

// Mail is a message that a script sends with freeswitch.email. Sender and recipient are as the script gave them.
type Mail struct {
	To, From string
	// Text is the message with its headers.
	Text []byte
}

// Mailer sends a message. Its error is that nobody has taken it.
type Mailer func(context.Context, Mail) error

// email makes the message that the switch makes, and gives it to the mailer (switch_utils.c, switch_simple_email).
func email(c *call) int {
	s := c.script
	err := s.mail(c)
	if err != nil {
		s.write(esl.LogErr, fmt.Sprintf("EMAIL NOT SENT, error [%v]", err), false)
	}
	return c.truth(err == nil)
}

func (s *Script) mail(c *call) error {
	m := Mail{To: c.text(1), From: c.text(2)}
	switch {
	case s.Mail == nil:
		return errors.New("no program is configured that sends it (mailer)")
	case m.To == "":
		//lint:ignore ST1005 it is the switch's text
		return errors.New("No to address specified")
	case m.From == "":
		m.From = "freeswitch"
	}
	var attached *attachment
	if c.given(5) {
		a, err := s.attachment(c.text(5), c.text(6), c.text(7))
		if err != nil {
			return err
		}
		attached = a
	}
	m.Text = message(c.text(3), c.text(4), attached)
	s.state.Waiting()
	defer s.state.Resumed()
	return s.Mail(s.ctx, m)
}

// attachment is a file that goes with a message.
type attachment struct {
	name    string // without directory
	content []byte
}

// maxAttachment is how large a file may be that is attached, in bytes.
const maxAttachment = 32 << 20

// attachment reads a file, once a command has made another one of it whose name ends with extension, where both are given.
func (s *Script) attachment(file, command, extension string) (*attachment, error) {
	if old := path.Ext(file); command != "" && extension != "" && old != "" {
		converted := strings.TrimSuffix(file, old) + "." + extension
		if status := s.state.Execute(command + " " + file + " " + converted); status != 0 {
			return nil, fmt.Errorf("%s ends with status %d", command, status)
		}
		if converted != file {
			file = converted
			defer s.state.Find(file, true, func(d vm.Dir, rel string) error { return d.Root.Remove(rel) })
		}
	}
	a := &attachment{name: path.Base(file)}
	err := s.state.Find(file, false, func(d vm.Dir, rel string) error {
		f, err := d.Root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not hold the script up
		if err != nil {
			return err
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return errors.New("no file")
		}
		a.content, err = io.ReadAll(io.LimitReader(f, maxAttachment+1))
		return err
	})
	if err != nil {
		text, _ := vm.FileError(err)
		return nil, fmt.Errorf("cannot open %s: %s", file, text)
	}
	if len(a.content) > maxAttachment {
		return nil, fmt.Errorf("%s is larger than %d bytes", file, maxAttachment)
	}
	return a, nil
}

// boundary parts what a message consists of; it is that of the switch (switch_utils.c, switch_simple_email). Scripts know it and put parts of their own between.
const boundary = "XXXX_boundary_XXXX"

// mediaTypes are those of the switch for what telephones make.
var mediaTypes = map[string]string{
	".wav": "audio/x-wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".pdf": "application/pdf", ".tif": "image/tiff", ".tiff": "image/tiff",
	".txt": "text/plain", ".csv": "text/csv", ".html": "text/html",
}

// message is the text of a message: of one part, unless a file is attached or the body has a type of its own.
func message(headers, body string, file *attachment) []byte {
	var b bytes.Buffer
	typed := strings.Contains(strings.ToLower(body), "content-type")
	parts := file != nil || typed
	if parts {
		b.WriteString("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"" + boundary + "\"\n")
	}
	b.WriteString(headers + "\n\n")
	if parts {
		b.WriteString("--" + boundary + "\n")
		if !typed {
			b.WriteString("Content-Type: text/plain\n\n")
		}
	}
	b.WriteString(body)
	if file != nil {
		media := mediaTypes[strings.ToLower(path.Ext(file.name))]
		if media == "" {
			media = "audio/inline"
		}
		fmt.Fprintf(&b, "\n\n--%s\nContent-Type: %s; name=\"%s\"\nContent-ID: <ATTACHED@freeswitch.org>\n"+
			"Content-Transfer-Encoding: base64\nContent-Description: Sound attachment.\n"+
			"Content-Disposition: attachment; filename=\"%[3]s\"\n\n", boundary, media, file.name)
		for text := base64.StdEncoding.EncodeToString(file.content); text != ""; {
			line := text[:min(72, len(text))]
			text = text[len(line):]
			b.WriteString(line)
			if len(line) == 72 && !strings.HasSuffix(line, "=") {
				b.WriteByte('\n')
			}
		}
	}
	if parts {
		b.WriteString("\n\n--" + boundary + "--\n.\n")
	}
	return b.Bytes()
}
