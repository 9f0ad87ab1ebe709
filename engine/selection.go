package engine

import (
	"errors"
	"strings"

	"eslua/esl"
)

// selection is which script a call gets.
type selection struct {
	name   string
	args   []string // the words behind the name
	inline string   // the code itself, instead of a name
	isCode bool
}

var (
	errNoScript = errors.New("the dialplan line names no script, no route takes the call, and there is no default script")
	errInline   = errors.New("code in the dialplan line is not allowed")
)

// choose finds the script of a call (modlua-api.md 5.4): behind the words async and full of the dialplan line stands what
// used to stand behind lua; or the address has a path; or a route takes the call; or there is a default.
func (e *Engine) choose(hello *esl.Event) (selection, error) {
	address, tail := cutAddress(hello.Variable("current_application_data"))
	for {
		word, rest := cutWord(tail)
		if w := strings.ToLower(word); w != "async" && w != "full" && w != "sync" {
			break
		}
		tail = rest
	}
	if path := hello.Variable("socket_path"); path != "" && hasPath(address) {
		path, _, _ = strings.Cut(path, "?")
		return selection{name: path, args: splitArgs(tail)}, nil
	}
	if strings.Trim(tail, " \r\n") != "" {
		return e.parse(tail)
	}
	for i := range e.opts.Routes {
		if r := &e.opts.Routes[i]; takes(r, hello) {
			return selection{name: r.Script, args: splitArgs(r.Args)}, nil
		}
	}
	if e.opts.DefaultScript != "" {
		return selection{name: e.opts.DefaultScript}, nil
	}
	return selection{}, errNoScript
}

// parse reads the argument of the lua application (modlua-api.md 5.1).
func (e *Engine) parse(data string) (selection, error) {
	data = strings.TrimLeft(data, " \r\n")
	if code, ok := strings.CutPrefix(data, "~"); ok {
		if e.opts.NoInline {
			return selection{}, errInline
		}
		return selection{inline: code, isCode: true}, nil
	}
	name, rest := cutWord(data)
	return selection{name: name, args: splitArgs(rest)}, nil
}

// argv is what the script finds under that name; inline code has none.
func (s selection) argv() []string {
	if s.isCode {
		return nil
	}
	return append([]string{s.name}, s.args...)
}

// title is what the log calls the script.
func (s selection) title() string {
	if s.isCode {
		return "~"
	}
	return s.name
}

// cutAddress cuts the address off a dialplan line. It is quoted if there are blanks in its path.
func cutAddress(s string) (address, rest string) {
	s = strings.TrimLeft(s, " ")
	if strings.HasPrefix(s, "'") {
		if i := strings.IndexByte(s[1:], '\''); i >= 0 {
			return s[:i+2], strings.TrimLeft(s[i+2:], " ")
		}
	}
	return cutWord(s)
}

// cutWord cuts at the first run of spaces.
func cutWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimLeft(s, " "), " ")
	return word, strings.TrimLeft(rest, " ")
}

// maxArgs is how many arguments mod_lua splits off.
const maxArgs = 127

func splitArgs(s string) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	args := esl.SplitArgs(s, ' ')
	return args[:min(len(args), maxArgs)]
}

// hasPath tells whether an address of the dialplan line, or one of several, has a path. Without one the variable
// socket_path may be left over from another socket application.
func hasPath(address string) bool { return strings.Contains(strings.Trim(address, "'"), "/") }

// takes tells whether a call fulfils all conditions of a route.
func takes(r *Route, hello *esl.Event) bool {
	if r.Context != "" && r.Context != hello.Get("Caller-Context") ||
		r.Destination != nil && !r.Destination.MatchString(hello.Get("Caller-Destination-Number")) ||
		r.Caller != nil && !r.Caller.MatchString(hello.Get("Caller-Caller-ID-Number")) {
		return false
	}
	for _, c := range r.Variables {
		if !c.Pattern.MatchString(hello.Variable(c.Variable)) {
			return false
		}
	}
	return true
}
