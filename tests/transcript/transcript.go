// Package transcript reads the wire recordings in tests/testdata/wire: who sent which bytes when, and how each recording
// was made.
package transcript

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Side is one of the two ends of a recorded connection.
type Side byte

// The application is the recording program, our side; the switch is the other.
const (
	Application Side = 'C'
	Switch      Side = 'S'
)

// Block is what one side sent in one piece: a message of the switch, or one write of the application.
type Block struct {
	From  Side
	At    float64 // seconds, from the note in front of it
	Bytes []byte
}

// Transcript is one recording.
type Transcript struct {
	Name   string
	Blocks []Block
	Notes  []string // the other notes, without "# "
}

// Dir is the folder of the recordings.
func Dir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "testdata", "wire")
}

// Names lists the recordings. race_statistics is none: it counts what came in some hundred calls.
func Names() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(Dir(), "*.txt"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".txt"); name != "race_statistics" {
			names = append(names, name)
		}
	}
	return names, nil
}

// Load reads the recording of that name.
func Load(name string) (*Transcript, error) {
	data, err := os.ReadFile(filepath.Join(Dir(), name+".txt"))
	if err != nil {
		return nil, err
	}
	return Parse(name, data)
}

// Parse reads a recording. The sizes in its notes are checked against the bytes.
func Parse(name string, data []byte) (*Transcript, error) {
	t := &Transcript{Name: name}
	var at float64
	open, want := false, 0
	for n, line := range bytes.Split(data, []byte("\n")) {
		fail := func(format string, args ...any) error {
			return fmt.Errorf("%s:%d: %s", name, n+1, fmt.Sprintf(format, args...))
		}
		if len(line) == 0 {
			continue
		}
		if note, ok := bytes.CutPrefix(line, []byte("# ")); ok || string(line) == "#" {
			if err := t.checkSize(want); err != nil {
				return nil, fail("%v", err)
			}
			at, want = parseNote(string(note))
			open = false
			if want == 0 {
				t.Notes = append(t.Notes, string(note))
			}
			continue
		}
		if len(line) < 3 || line[2] != ' ' || line[1] != ':' && line[1] != '~' {
			return nil, fail("neither a note nor a line of one side: %q", line)
		}
		side := Side(line[0])
		text := bytes.ReplaceAll(line[3:], []byte("<CR>"), []byte("\r"))
		if line[1] == ':' {
			text = append(bytes.Clone(text), '\n')
		}
		if last := len(t.Blocks) - 1; open && t.Blocks[last].From == side {
			t.Blocks[last].Bytes = append(t.Blocks[last].Bytes, text...)
		} else {
			t.Blocks = append(t.Blocks, Block{From: side, At: at, Bytes: bytes.Clone(text)})
			open = true
		}
	}
	return t, t.checkSize(want)
}

func (t *Transcript) checkSize(want int) error {
	if want == 0 || len(t.Blocks) == 0 {
		return nil
	}
	if got := len(t.Blocks[len(t.Blocks)-1].Bytes); got != want {
		return fmt.Errorf("the block before has %d bytes, its note says %d", got, want)
	}
	return nil
}

// parseNote reads the time of a note, and the size where it announces a block: "+0.018 switch -> app 3769 bytes".
func parseNote(note string) (at float64, size int) {
	words := strings.Fields(note)
	if len(words) == 0 || !strings.HasPrefix(words[0], "+") {
		return 0, 0
	}
	at, _ = strconv.ParseFloat(words[0][1:], 64)
	if len(words) == 6 && words[2] == "->" && words[5] == "bytes" {
		size, _ = strconv.Atoi(words[4])
	}
	return at, size
}

// Stream is all that one side sent.
func (t *Transcript) Stream(side Side) []byte {
	var b []byte
	for _, block := range t.Blocks {
		if block.From == side {
			b = append(b, block.Bytes...)
		}
	}
	return b
}

// Writes are the pieces that the application sent.
func (t *Transcript) Writes() [][]byte {
	var w [][]byte
	for _, block := range t.Blocks {
		if block.From == Application {
			w = append(w, block.Bytes)
		}
	}
	return w
}
