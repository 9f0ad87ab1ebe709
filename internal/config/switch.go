package config

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Switch is another switch, beside that of esl.address.
type Switch struct {
	Name string
	ESL
}

func (f *file) switches(n *yaml.Node) ([]Switch, error) {
	seen := make(map[string]bool)
	return items(f, n, "switches", func(item *yaml.Node) (Switch, error) {
		s, err := f.aSwitch(item)
		if err == nil && seen[s.Name] {
			err = fmt.Errorf("%s: %q stands here twice", f.at(item, "switches"), s.Name)
		}
		seen[s.Name] = true
		return s, err
	})
}

// aSwitch reads one switch. No error shows a password.
func (f *file) aSwitch(n *yaml.Node) (s Switch, err error) {
	err = f.fields(n, "switches", func(key string, k, v *yaml.Node) (err error) {
		switch key {
		case "name":
			s.Name, err = scalar(f, v, "switches: name", filled)
		case "address":
			s.Address, err = scalar(f, v, "switches: address", hostPort)
		case "user":
			s.User, err = scalar(f, v, "switches: user", filled)
		case "password_file":
			s.Password, err = scalar(f, v, "switches: password_file", firstLine)
		default:
			return fmt.Errorf("%s: unknown key %q", f.at(k, "switches"), key)
		}
		return err
	})
	switch {
	case err != nil:
	case s.Name == "":
		err = fmt.Errorf("%s: a switch without name", f.at(n, "switches"))
	case s.Address == "":
		err = fmt.Errorf("%s: a switch without address", f.at(n, "switches"))
	case s.Password == "":
		err = fmt.Errorf("%s: a switch without password_file", f.at(n, "switches"))
	}
	return s, err
}

// checkHooks finds hooks for a switch that is not there.
func (c *Config) checkHooks() (problems []error) {
	for _, h := range c.Hooks {
		switch {
		case h.Switch == "" && c.ESL.Address == "":
			problems = append(problems, fmt.Errorf("hooks: %s: the hook names no switch, and there is no esl.address", h.Event))
		case h.Switch != "" && c.Switch(h.Switch) == nil:
			problems = append(problems, fmt.Errorf("hooks: %s: there is no switch %q", h.Event, h.Switch))
		}
	}
	return problems
}

// Switch is the switch of a name; nil: there is none.
func (c *Config) Switch(name string) *Switch {
	for i := range c.Switches {
		if c.Switches[i].Name == name {
			return &c.Switches[i]
		}
	}
	return nil
}
