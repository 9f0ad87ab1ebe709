package lint

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// prompts are the names by which the files of a directory of sounds can be played.
type prompts struct{ names map[string]bool }

// readPrompts reads a directory of sounds. A directory of a sample rate (ivr/8000/welcome.wav) is not in the names, and the directory may be that of a
// voice, as `sound_prefix` is, or stand up to three levels above it (en/us/callie).
func readPrompts(dir fs.FS) (*prompts, error) {
	p := &prompts{make(map[string]bool)}
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		p.names[name] = true
		parts := strings.Split(name, "/")
		if n := len(parts); n > 1 && rate(parts[n-2]) {
			parts = append(parts[:n-2], parts[n-1])
		}
		for i := 0; i <= 3 && i < len(parts); i++ {
			full := strings.Join(parts[i:], "/")
			p.names[full] = true
			p.names[strings.TrimSuffix(full, path.Ext(full))] = true
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the sounds: %w", err)
	}
	return p, nil
}

func rate(dir string) bool {
	return dir == "8000" || dir == "16000" || dir == "32000" || dir == "48000"
}

// prompt looks for what is played, as far as it is a constant and a file.
func (k *checker) prompt(c *chunk, e ast.Expr, at place) {
	text, whole := fold(e)
	if k.prompts == nil || !whole {
		return
	}
	if strings.HasPrefix(text, "{") {
		if n := strings.IndexByte(text, '}'); n >= 0 {
			text = text[n+1:]
		}
	}
	names := []string{text}
	if list, ok := strings.CutPrefix(text, "file_string://"); ok {
		names = strings.Split(list, "!")
	}
	if exact, ok := c.places[e]; ok {
		at = exact
	}
	for _, name := range names {
		name, _, _ = strings.Cut(name, "@@")
		if name == "" || strings.ContainsAny(name, "$:*") {
			continue // variables of the switch, streams, phrases
		}
		if path.IsAbs(name) {
			inside, ok := below(k.opts.SoundsPath, name)
			if !ok {
				continue // it lies on the switch, where nobody looks
			}
			name = inside
		}
		if !k.prompts.names[path.Clean(name)] {
			var all []string
			for n := range k.prompts.names {
				all = append(all, n)
			}
			k.add(c.file, at, MissingPrompt, fmt.Sprintf("there is no prompt %q in the directory of the sounds%s", name, guess(name, all)))
		}
	}
}
