package corpus

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eslua/luabind/lint"
)

// TestTheCheckHasNothingToSay: scripts that run, however they come by their globals and functions, give no false alarm.
func TestTheCheckHasNothingToSay(t *testing.T) {
	root, err := filepath.Abs("scripts")
	if err != nil {
		t.Fatal(err)
	}
	opts := lint.Options{Root: root}
	var files []lint.File
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".lua" {
			return err
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		opts.Scripts = append(opts.Scripts, name)
		files = append(files, lint.File{Path: name, Text: string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	findings, err := lint.Check(files, opts)
	if err != nil || len(files) < 25 {
		t.Fatal(len(files), err)
	}
	var text strings.Builder
	if err := lint.WriteText(&text, findings); err != nil {
		t.Fatal(err)
	}
	if text.Len() > 0 {
		t.Error(text.String())
	}
	// And it is not silent: a slip in one of them is found.
	files = append(files, lint.File{Path: "slip.lua", Text: "local Database = require \"lib.functions.database\"\nsession:anwser(Datbase)"})
	if findings, err = lint.Check(files, opts); err != nil || len(findings) < 2 {
		t.Error(findings, err)
	}
}
