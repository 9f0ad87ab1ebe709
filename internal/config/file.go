package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// file is a YAML file whose keys are known to the table of options.
type file struct {
	path   string
	values map[string]*yaml.Node // by Option.Key
	broken bool                  // nobody knows what it is to say
}

// readFile reads the file at path, or none if path is "". What it returns can be used in spite of an error.
func readFile(path string, rows []Option) (*file, error) {
	f := &file{path: path, values: make(map[string]*yaml.Node)}
	if path == "" {
		return f, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		f.broken = true
		return f, err // says what, which file and why
	}
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return f, nil
	} else if err != nil {
		return f, f.syntaxError(err)
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		return f, fmt.Errorf("%s:%d: a second document", path, second.Line)
	} else if !errors.Is(err, io.EOF) {
		return f, f.syntaxError(err)
	}
	return f, f.collect(doc.Content[0], "", rows)
}

// syntaxError puts the line number of the parser's error to where ours have it.
func (f *file) syntaxError(err error) error {
	f.broken = true
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := regexp.MustCompile(`^line (\d+): (.*)`).FindStringSubmatch(text); m != nil {
		return fmt.Errorf("%s:%s: %s", f.path, m[1], m[2])
	}
	return fmt.Errorf("%s: %s", f.path, text)
}

// collect finds the values of all options in a mapping, and in the sections below it.
func (f *file) collect(n *yaml.Node, section string, rows []Option) error {
	return f.fields(n, strings.TrimSuffix(section, "."), func(name string, k, v *yaml.Node) error {
		key := section + name
		for _, o := range rows {
			if o.Key == key {
				f.values[key] = v
				return nil
			}
			if strings.HasPrefix(o.Key, key+".") {
				return f.collect(v, key+".", rows)
			}
		}
		return fmt.Errorf("%s: unknown key %q", f.at(k, strings.TrimSuffix(section, ".")), name)
	})
}

// fields calls each for what a mapping holds and joins its errors. Nothing at all is an empty mapping.
func (f *file) fields(n *yaml.Node, key string, each func(name string, k, v *yaml.Node) error) error {
	if empty(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("%s: not a mapping of keys to values", f.at(n, key))
	}
	var problems []error
	seen := make(map[string]bool)
	for i := 0; i < len(n.Content); i += 2 {
		k, v := resolved(n.Content[i]), resolved(n.Content[i+1])
		if seen[k.Value] {
			problems = append(problems, fmt.Errorf("%s: %q stands here twice", f.at(k, key), k.Value))
			continue
		}
		seen[k.Value] = true
		problems = append(problems, each(k.Value, k, v))
	}
	return errors.Join(problems...)
}

// list is what a list holds. Nothing at all is an empty list.
func (f *file) list(n *yaml.Node, key string) ([]*yaml.Node, error) {
	if empty(n) {
		return nil, nil
	}
	if n.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("%s: not a list", f.at(n, key))
	}
	items := make([]*yaml.Node, len(n.Content))
	for i := range items {
		items[i] = resolved(n.Content[i])
	}
	return items, nil
}

// given are the texts that the file gives for an option.
func (f *file) given(o *Option, n *yaml.Node) ([]given, error) {
	if empty(n) || n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		if o.Default != "" {
			return nil, fmt.Errorf("%s: no value", f.at(n, o.Key))
		}
		return nil, nil
	}
	items := []*yaml.Node{n}
	if o.Kind == List && n.Kind != yaml.ScalarNode {
		var err error
		if items, err = f.list(n, o.Key); err != nil {
			return nil, err
		}
	}
	values := make([]given, len(items))
	for i, item := range items {
		if item.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("%s: not a single value", f.at(item, o.Key))
		}
		values[i] = given{f.at(item, o.Key), item.Value}
	}
	return values, nil
}

// scalar is what parse makes of a single value.
func scalar[T any](f *file, n *yaml.Node, key string, parse func(string) (T, error)) (v T, err error) {
	if n.Kind != yaml.ScalarNode {
		return v, fmt.Errorf("%s: not a single value", f.at(n, key))
	}
	return parsed(given{f.at(n, key), n.Value}, parse)
}

// at is where n stands.
func (f *file) at(n *yaml.Node, key string) string {
	place := fmt.Sprintf("%s:%d", f.path, n.Line)
	if key != "" {
		place += ": " + key
	}
	return place
}

// empty is whether there is nothing behind a key.
func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == "" || n.Tag == "!!null" }

// resolved follows an alias to what it stands for.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// items reads those of a list, and says what is wrong with all of them.
func items[T any](f *file, n *yaml.Node, what string, read func(*yaml.Node) (T, error)) ([]T, error) {
	var out []T
	var problems []error
	nodes, err := f.list(n, what)
	for _, node := range nodes {
		item, err := read(node)
		out = append(out, item)
		problems = append(problems, err)
	}
	return out, errors.Join(append(problems, err)...)
}
