package config

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// XMLHandler says how the switch's requests for XML are served.
type XMLHandler struct {
	Listen         string            // host:port; "": not at all
	Bindings       map[string]string // lines of script and arguments, by section
	User, Password string            // User "": none
	Allow          []netip.Prefix
	Timeout        time.Duration
	MaxRequests    int
}

// sections are those of the switch's configuration (switch_xml.c).
var sections = []string{"configuration", "directory", "dialplan", "languages", "phrases", "chatplan", "channels"}

func (f *file) bindings(n *yaml.Node) (map[string]string, error) {
	bindings := make(map[string]string)
	err := f.fields(n, "xml_handler.bindings", func(section string, k, v *yaml.Node) (err error) {
		if !slices.Contains(sections, section) {
			return fmt.Errorf("%s: %q is not one of %s", f.at(k, "xml_handler.bindings"), section, strings.Join(sections, ", "))
		}
		bindings[section], err = scalar(f, v, "xml_handler.bindings: "+section, scriptLine)
		return err
	})
	return bindings, err
}

// scriptLine is a script with its arguments.
func scriptLine(text string) (string, error) {
	name, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if _, err := scriptName(name); err != nil {
		return "", fmt.Errorf("begins with what %w", err)
	}
	return text, nil
}

// check finds what does not fit together.
func (x *XMLHandler) check() (problems []error) {
	switch {
	case x.Listen != "" && len(x.Bindings) == 0:
		problems = append(problems, errors.New("xml_handler.listen is given without xml_handler.bindings"))
	case x.Listen == "" && len(x.Bindings) > 0:
		problems = append(problems, errors.New("xml_handler.bindings is given without xml_handler.listen"))
	}
	switch {
	case x.User != "" && x.Password == "":
		problems = append(problems, errors.New("xml_handler.user is given without a password"))
	case x.User == "" && x.Password != "":
		problems = append(problems, errors.New("xml_handler.password is given without xml_handler.user"))
	}
	return problems
}
