package config

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Hook runs a script for each event of a type, or of a subclass of CUSTOM.
type Hook struct {
	Event    string
	Subclass string
	Script   string
	Switch   string // by name; "": that of esl.address
}

func (f *file) hooks(n *yaml.Node) ([]Hook, error) {
	return items(f, n, "hooks", f.hook)
}

func (f *file) hook(n *yaml.Node) (h Hook, err error) {
	err = f.fields(n, "hooks", func(key string, k, v *yaml.Node) (err error) {
		switch key {
		case "event":
			h.Event, err = scalar(f, v, "hooks: event", filled)
		case "subclass":
			h.Subclass, err = scalar(f, v, "hooks: subclass", filled)
		case "script":
			h.Script, err = scalar(f, v, "hooks: script", scriptName)
		case "switch":
			h.Switch, err = scalar(f, v, "hooks: switch", filled)
		default:
			return fmt.Errorf("%s: unknown key %q", f.at(k, "hooks"), key)
		}
		return err
	})
	switch {
	case err != nil:
	case h.Script == "":
		err = fmt.Errorf("%s: a hook without script", f.at(n, "hooks"))
	case h.Event == "":
		err = fmt.Errorf("%s: a hook without event", f.at(n, "hooks"))
	case h.Event == "CUSTOM" && h.Subclass == "":
		err = fmt.Errorf("%s: a hook for CUSTOM without subclass", f.at(n, "hooks"))
	}
	return h, err
}
