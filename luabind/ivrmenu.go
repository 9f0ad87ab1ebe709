package luabind

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2"

	"eslua/esl"
	"eslua/esl/channel"
)

// ivrMenu is mod_lua's voice menu (modlua-api.md 1.11).
type ivrMenu struct {
	of   *class
	next *ivrMenu // the menus below an outermost one are a list behind it
	top  bool     // it is an outermost one

	name                                                    string
	greeting, shortGreeting, invalidSound, exitSound, moved string // moved is played before a transfer
	confirmMacro, confirmKey                                string
	engine, voice                                           string
	confirmAttempts, digits, maxFailures, maxTimeouts       int
	timeout, interTimeout                                   time.Duration
	actions                                                 []menuAction

	// While it runs, of the menu that execute was called for.
	levels int  // menus within menus
	toMain bool // on the way to the outermost one
}

func (x *ivrMenu) class() *class { return x.of }

// Size is about how many bytes it holds of the script's memory.
func (x *ivrMenu) Size() int {
	n := 0
	for _, s := range [...]string{
		x.name, x.greeting, x.shortGreeting, x.invalidSound, x.exitSound, x.moved, x.confirmMacro, x.confirmKey, x.engine, x.voice,
	} {
		n += len(s)
	}
	for i := range x.actions {
		n += x.actions[i].size()
	}
	return n
}

// menuAction is what digits do.
type menuAction struct {
	action string
	arg    string
	digits string // with slashes around a regular expression
}

func (a *menuAction) size() int { return 48 + len(a.action) + len(a.arg) + len(a.digits) }

// The defaults of a menu.
const (
	menuTries   = 3
	menuTimeout = 10 * time.Second
	maxLevels   = 12
)

func newIVRMenu(c *call) int {
	k := c.script.lib.menu
	x := &ivrMenu{
		of: k, name: c.text(2), greeting: c.text(3), shortGreeting: c.text(4), invalidSound: c.text(5), exitSound: c.text(6), moved: c.text(7),
		confirmMacro: c.text(8), confirmKey: c.text(9), engine: c.text(10), voice: c.text(11), confirmAttempts: c.int(12),
		interTimeout: ms(c.int(13)), digits: c.int(14), timeout: ms(c.int(15)), maxFailures: c.int(16), maxTimeouts: c.int(17),
	}
	if x.name == "" {
		x.name = "no name"
	}
	if x.confirmAttempts == 0 {
		x.confirmAttempts = menuTries
	}
	if x.maxFailures <= 0 {
		x.maxFailures = menuTries
	}
	if x.maxTimeouts <= 0 {
		x.maxTimeouts = menuTries
	}
	if x.interTimeout == 0 {
		x.interTimeout = x.timeout / 2
	}
	if x.timeout == 0 {
		x.timeout = menuTimeout
	}
	if main, _ := object[*ivrMenu](c.l.Get(1)); main == nil {
		x.top = true
	} else {
		for main.next != nil {
			main = main.next
		}
		main.next = x
	}
	c.l.Push(k.object(x))
	return 1
}

// find is the menu of that name among this one and those behind it.
func (x *ivrMenu) find(name string) *ivrMenu {
	for x != nil && x.name != name {
		x = x.next
	}
	return x
}

// menuActions are the names of what digits can do.
var menuActions = []string{"menu-exit", "menu-sub", "menu-exec-app", "menu-play-sound", "menu-back", "menu-top"}

// menuMethods are what the rows of api.IVRMenuClass say.
var menuMethods = map[string]method{
	"bindAction": func(c *call) int {
		x, _ := object[*ivrMenu](c.l.Get(1))
		a := menuAction{strings.ToLower(c.text(1)), c.text(2), c.text(3)}
		if !slices.Contains(menuActions, a.action) {
			c.script.write(esl.LogErr, "invalid action "+c.text(1), false)
			return 0
		}
		if !strings.HasPrefix(a.digits, "/") {
			x.digits = max(x.digits, len(a.digits))
		}
		c.script.state.Grow(a.size())
		x.actions = append(x.actions, a)
		return 0
	},
	"execute": func(c *call) int {
		x, _ := object[*ivrMenu](c.l.Get(1))
		s, _ := object[*session](c.l.Get(2))
		if s == nil || s.leg == nil || c.text(2) == "" {
			c.script.write(esl.LogErr, "Invalid menu context", false)
			return 0
		}
		(&menuRun{c: c, x: s, stack: x}).menu(c.text(2))
		return 0
	},
}

// menuResult says whether the menus go on after an action, or after a menu below.
type menuResult int

const (
	menuGoesOn menuResult = iota
	menuBreaks            // on the way to the outermost menu, or a digit has stopped a sound
	menuEnds
)

// menuRun is one run of a menu.
type menuRun struct {
	c     *call
	x     *session
	stack *ivrMenu // that execute was called for
	input string
}

// menu runs one menu until it ends.
func (r *menuRun) menu(name string) menuResult {
	s := r.c.script
	r.stack.levels++
	defer func() { r.stack.levels-- }()
	if r.stack.levels > maxLevels {
		s.write(esl.LogErr, "Too many levels of recursion.", false)
		return menuEnds
	}
	m := r.stack.find(name)
	if m == nil {
		s.write(esl.LogErr, "Invalid Menu!", false)
		return menuEnds
	}
	r.speech(m)
	r.set("ivr_menu_status", "success")
	r.tell("menu::enter", m)
	defer r.tell("menu::exit", m)
	result := r.rounds(m)
	if r.stack.levels == 1 && m.exitSound != "" {
		r.sound(m.exitSound)
	}
	return result
}

// rounds asks for digits and does what they say, until the menu ends.
func (r *menuRun) rounds(m *ivrMenu) menuResult {
	failures, timeouts, greeting := 0, 0, m.greeting
	for r.x.leg != nil && r.x.leg.Ready() {
		switch {
		case failures == m.maxFailures:
			r.set("ivr_menu_status", "failure")
			return menuGoesOn
		case timeouts == m.maxTimeouts:
			r.set("ivr_menu_status", "timeout")
			return menuGoesOn
		}
		timedOut := r.collect(m, greeting)
		if m.shortGreeting != "" {
			greeting = m.shortGreeting
		}
		if timedOut && r.input == "" {
			timeouts++
			continue
		}
		result, matched, back, below := r.actions(m)
		if below {
			greeting = m.greeting // as at the first time
		}
		if matched {
			failures = 0
		}
		if m.top && r.input != "" && r.stack.toMain {
			r.stack.toMain = false
			continue
		}
		if !matched {
			if r.input != "" && m.invalidSound != "" {
				r.sound(m.invalidSound)
			}
			failures++
		}
		if back || result != menuGoesOn {
			return result
		}
	}
	return menuGoesOn
}

// actions carries out all actions that the input matches. back says that one of them leaves this menu, below that one has
// gone to a menu below.
func (r *menuRun) actions(m *ivrMenu) (result menuResult, matched, back, below bool) {
	if r.input == "" {
		return menuGoesOn, false, false, false
	}
	input := r.input
	for _, a := range m.actions {
		r.speech(m)
		arg, ok := a.match(input)
		if !ok {
			continue
		}
		matched = true
		switch a.action {
		case "menu-exit":
			result = menuEnds
		case "menu-play-sound":
			result = r.play(arg)
		case "menu-sub":
			result = menuGoesOn
			if arg != m.name {
				below = true
				r.tell("menu::exit", m)
				result = r.menu(arg)
				r.tell("menu::enter", m)
			}
		case "menu-exec-app":
			result = r.application(m, arg)
		case "menu-back":
			back, result = true, menuGoesOn
		case "menu-top":
			r.stack.toMain, result = true, menuBreaks
		}
	}
	r.input = input
	return result, matched, back, below
}

// application executes an application, the sound for transfers in front of one.
func (r *menuRun) application(m *ivrMenu, arg string) menuResult {
	app, rest, _ := strings.Cut(arg, " ")
	if app == "" || r.x.leg == nil {
		return menuEnds
	}
	if app == "transfer" && m.moved != "" {
		r.sound(m.moved)
	}
	r.x.run(r.c, app, rest)
	return menuGoesOn
}

// match tells whether digits match the action, and gives its argument with the groups of a regular expression put in.
func (a menuAction) match(input string) (arg string, ok bool) {
	pattern, found := strings.CutPrefix(a.digits, "/")
	end := strings.LastIndexByte(pattern, '/')
	switch {
	case !found:
		return a.arg, a.digits == input
	case end < 0:
		return "", false
	}
	options := regexp2.RegexOptions(0)
	if strings.Contains(pattern[end:], "i") {
		options |= regexp2.IgnoreCase
	}
	if strings.Contains(pattern[end:], "s") {
		options |= regexp2.Singleline
	}
	re, err := regexp2.Compile(pattern[:end], options)
	if err != nil {
		return "", false
	}
	re.MatchTimeout = matchTime
	found2, err := re.FindStringMatch(input)
	if err != nil || found2 == nil {
		return "", false
	}
	return substitute(a.arg, found2), true
}

// matchTime bounds the work of one pattern.
const matchTime = time.Second

// substitute puts the groups of a match in place of $1, ${1}, ...
func substitute(s string, m *regexp2.Match) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		inner, braced := strings.CutPrefix(rest, "{")
		n := 0
		for n < len(inner) && '0' <= inner[n] && inner[n] <= '9' {
			n++
		}
		if n == 0 || braced && !strings.HasPrefix(inner[n:], "}") {
			b.WriteByte('$')
			s = rest
			continue
		}
		number, _ := strconv.Atoi(inner[:n])
		if g := m.GroupByNumber(number); g != nil && len(g.Captures) > 0 {
			b.WriteString(g.String())
		}
		s = inner[n:]
		if braced {
			s = s[1:]
		}
	}
}

// collect plays a sound, which a digit stops, and collects the input of a menu. It tells whether the time for a digit was
// over before the input was complete.
func (r *menuRun) collect(m *ivrMenu, sound string) (timedOut bool) {
	r.input = ""
	if sound == "" {
		return false
	}
	complete := false
	leg := r.x.leg
	_, err := leg.Play(r.x.ctx(), r.x.expand(sound), 0, channel.Input{Digit: func(d channel.Digit) bool {
		r.input = string(d.Key)
		return true
	}})
	r.c.failed(err)
	terminators := r.get("ivr_menu_terminator")
	if terminators == "" {
		terminators = "#"
	}
	if len(r.input) < m.digits {
		first := m.timeout
		if r.input != "" {
			first = m.interTimeout
		}
		digits, _, err := leg.Collect(r.x.ctx(), channel.Collect{
			Max: m.digits - len(r.input), Terminators: terminators, First: first, Between: m.interTimeout, Total: m.timeout,
		}, "")
		r.c.failed(err)
		r.input += digits
		timedOut, complete = errors.Is(err, channel.ErrTimeout), err == nil
	}
	if m.confirmMacro != "" && complete && r.input != "" && !r.confirm(m, terminators) {
		r.input = ""
	}
	return timedOut
}

// confirm repeats the input and asks whether it is right.
func (r *menuRun) confirm(m *ivrMenu, terminators string) bool {
	leg := r.x.leg
	for range m.confirmAttempts {
		key := ""
		in := channel.Input{}
		if m.confirmKey != "" {
			in.Digit = func(d channel.Digit) bool {
				key = string(d.Key)
				return true
			}
		}
		_, err := leg.Phrase(r.x.ctx(), m.confirmMacro, r.input, "", in)
		r.c.failed(err)
		if m.confirmKey != "" && key == "" {
			key, _, err = leg.Collect(r.x.ctx(), channel.Collect{Max: 1, Terminators: terminators, First: m.timeout}, "")
			r.c.failed(err)
		}
		if key != "" {
			return key[0] == m.confirmKey[0]
		}
	}
	return false
}

// sound plays a file, which a digit stops that stays queued.
func (r *menuRun) sound(file string) {
	if r.x.leg == nil {
		return
	}
	var pressed []channel.Digit
	_, err := r.x.leg.Play(r.x.ctx(), r.x.expand(file), 0, channel.Input{Digit: func(d channel.Digit) bool {
		pressed = append(pressed, d)
		return true
	}})
	r.x.leg.PutBack(pressed)
	r.c.failed(err)
}

// play plays a file to its end. The menus end when it cannot be played.
func (r *menuRun) play(file string) menuResult {
	if r.x.leg == nil {
		return menuEnds
	}
	p, err := r.x.leg.Play(r.x.ctx(), file, 0, channel.Input{})
	r.c.failed(err)
	switch p {
	case channel.Played:
		return menuGoesOn
	case channel.PlaybackStopped:
		return menuBreaks
	}
	return menuEnds
}

// speech sets the voice of the menu for files that are spoken.
func (r *menuRun) speech(m *ivrMenu) {
	if m.engine != "" && m.voice != "" {
		r.set("tts_engine", m.engine)
		r.set("tts_voice", m.voice)
	}
}

func (r *menuRun) set(name, value string) {
	if r.x.leg != nil {
		r.c.failed(r.x.leg.Set(r.x.ctx(), name, value))
	}
}

func (r *menuRun) get(name string) string {
	v, _, err := r.x.leg.Get(r.x.ctx(), name)
	r.c.failed(err)
	return v
}

// tell fires an event with the data of the channel, as the switch's own menus do.
func (r *menuRun) tell(subclass string, m *ivrMenu) {
	if r.x.leg == nil || !r.x.leg.Ready() {
		return
	}
	arg := esl.Literal("Event-Subclass=" + subclass + ",Event-Name=CUSTOM,Menu-Name=" + m.name)
	r.c.failed(r.x.leg.StartDetached(r.x.ctx(), channel.Exec{App: "event", Arg: arg, KeepDigits: true}))
}
