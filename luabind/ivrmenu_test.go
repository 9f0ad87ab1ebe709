package luabind_test

import (
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestIVRMenu is s52 of the recordings.
func TestIVRMenu(t *testing.T) {
	run(t, "async full", `
		session:answer()
		local T = "tone_stream://%(200,0,440)"
		local menu = freeswitch.IVRMenu(nil, "m1", T, T, T, T, T, nil, nil, nil, nil, 3, 500, 1, 1500, 2, 2)
		local heard = freeswitch.EventConsumer("CUSTOM", "menu::enter")
		heard:bind("CUSTOM", "menu::exit")
		print(type(menu), select("#", menu:bindAction("menu-exec-app", "set ivr_choice=one", "1")), select("#", menu:bindAction("Menu-Exit", "", "9")))
		print(select("#", menu:bindAction("menu-nothing", "", "8")))
		print(select("#", menu:execute(session, "m1")))
		print(session:getVariable("ivr_choice"), session:getVariable("ivr_menu_status"), session:ready())
		for i = 1, 2 do
			local e = heard:pop(1, 1000)
			print(e:getHeader("Event-Subclass"), e:getHeader("Menu-Name"), e:getHeader("Unique-ID") == session:get_uuid())
		end`,
		"userdata\t0\t0\ninvalid action menu-nothing\n0\n0\none\tsuccess\ttrue\nmenu::enter\tm1\ttrue\nmenu::exit\tm1\ttrue", func(l *lab, c *esltest.Call) {
			l.sw.After(600 * time.Millisecond)
			c.Press("1")
			l.sw.After(time.Second)
			c.Press("9")
		})
}

// menus are a main menu and one below it; what is played shows in the variable "path".
const menus = `
	session:answer()
	local T = "tone_stream://%(200,0,440)"
	local main = freeswitch.IVRMenu(nil, "main", T, nil, nil, nil, nil, nil, nil, nil, nil, 0, 500, 2, 2000, 2, 3)
	local below = freeswitch.IVRMenu(main, "below", T, nil, nil, nil, nil, nil, nil, nil, nil, 0, 500, 1, 2000, 2, 2)
	main:bindAction("menu-sub", "below", "1")
	main:bindAction("menu-exec-app", "set path=${path}a", "2")
	main:bindAction("menu-exec-app", "set path=${path}b", "2")
	main:bindAction("menu-exec-app", "set path=${path}<$1-${2}$x>", "/^4(\\d)(\\d)?$/")
	main:bindAction("menu-sub", "main", "3")
	main:bindAction("menu-exit", "", "99")
	below:bindAction("menu-exec-app", "set path=${path}c", "5")
	below:bindAction("menu-back", "", "6")
	below:bindAction("menu-top", "", "7")
	below:bindAction("menu-exit", "", "8")
	session:setVariable("path", "")
	main:execute(session, "main")
	print(session:getVariable("path"), session:getVariable("ivr_menu_status"), session:ready())
`

func TestIVRMenus(t *testing.T) {
	tests := map[string]struct {
		keys []string // one after the other, each two seconds behind the one before
		want string
	}{
		"actions run in their order":       {[]string{"2", "99"}, "ab\tsuccess\ttrue"},
		"a menu below and back":            {[]string{"1", "5", "6", "2", "99"}, "cab\tsuccess\ttrue"},
		"to the top":                       {[]string{"1", "7", "2", "99"}, "ab\tsuccess\ttrue"},
		"the end from below":               {[]string{"1", "8", "2"}, "nil\tsuccess\ttrue"},
		"the menu itself":                  {[]string{"3", "2", "99"}, "ab\tsuccess\ttrue"},
		"a regular expression":             {[]string{"47", "4", "99"}, "<7-$x>\tsuccess\ttrue"},
		"wrong digits":                     {[]string{"55", "56"}, "nil\tfailure\ttrue"},
		"digits that are right begin anew": {[]string{"55", "2", "55", "2", "99"}, "abab\tsuccess\ttrue"},
		"nothing":                          {nil, "nil\ttimeout\ttrue"},
		"a terminator ends the input":      {[]string{"2#", "99"}, "ab\tsuccess\ttrue"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, "async full", menus, test.want, func(l *lab, c *esltest.Call) {
				for _, keys := range test.keys {
					l.sw.After(1500 * time.Millisecond)
					c.Press(keys)
				}
			})
		})
	}
}

func TestIVRMenuConfirms(t *testing.T) {
	script := `
		session:answer()
		local m = freeswitch.IVRMenu(nil, "m", "welcome.wav", nil, nil, "again.wav", nil, "confirm", "1", nil, nil, 2, 500, 3, 3000, 2, 2)
		m:bindAction("menu-exec-app", "set right=$0", "/^\\d+$/")
		m:bindAction("menu-exit", "", "/./")
		m:execute(session, "m")
		print(session:getVariable("right"), session:getVariable("ivr_menu_status"))
		m:execute(session, "nobody") m:execute(session, "")
		freeswitch.IVRMenu(nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, 0, 0, 0, 0, 1, 1):execute(session, "no name")
		print(session:getVariable("ivr_menu_status"), select(2, pcall(freeswitch.IVRMenu)))
		print(select(2, pcall(freeswitch.IVRMenu, session, "m", "", "", "", "", "", "", "", "", "", 1, 1, 1, 1, 1, 1)))`
	want := "\nInvalid Menu!\nInvalid menu context\nfailure\tError in IVRMenu::IVRMenu expected 17..17 args, got 0\n" +
		"Error in new_IVRMenu (arg 1), expected 'IVRMenu *' got 'LUA::Session *'"
	t.Run("accepted", func(t *testing.T) {
		run(t, "async full", script, "123\tsuccess"+want, func(l *lab, c *esltest.Call) {
			l.sw.After(time.Second)
			c.Press("123")
			l.sw.After(2 * time.Second)
			c.Press("1")
		})
	})
	t.Run("rejected", func(t *testing.T) {
		run(t, "async full", script, "456\tsuccess"+want, func(l *lab, c *esltest.Call) {
			l.sw.After(time.Second)
			c.Press("123")
			l.sw.After(2 * time.Second)
			c.Press("2")
			l.sw.After(3 * time.Second)
			c.Press("456")
			l.sw.After(2 * time.Second)
			c.Press("1")
		})
	})
}

func TestIVRMenuEndsWithTheCall(t *testing.T) {
	run(t, "async full", menus, "nil\tsuccess\tfalse", func(l *lab, c *esltest.Call) {
		l.sw.After(time.Second)
		c.Hangup("")
	})
}
