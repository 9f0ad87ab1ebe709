package api

// IVRMenuClass is mod_lua's voice menu (modlua-api.md 1.11).
var IVRMenuClass = Class{
	Name:     "menu",
	Doc:      "A voice menu, or one below another.",
	Internal: []string{"__disown"},
	Methods: []Method{
		{
			Name: "bindAction", Class: "IVRMenu",
			Params: []Param{str("action"), constant(str("argument")), constant(str("digits"))},
			Doc: "Says what digits do, as they are, or as a regular expression between slashes whose groups are `$1`, `$2`, ... in the argument. " +
				"Actions: `menu-exec-app` executes an application, `menu-sub` goes to the menu of that name, `menu-play-sound` plays a file, " +
				"`menu-back` leaves this menu, `menu-top` goes to the outermost one, `menu-exit` ends it all.",
			Example: `menu:bindAction("menu-exec-app", "transfer 1000 XML default", "1")`,
		},
		{
			Name: "execute", Class: "IVRMenu",
			Params: []Param{leg("session"), constant(str("name"))},
			Doc: "Runs the menu of that name until it ends. `ivr_menu_status` says how: success, failure or timeout. " +
				"`ivr_menu_terminator` has the digits that end an input, `#` if it is not set.",
			Needs:   Async,
			Down:    "returns at once",
			Example: `menu:execute(session, "main")`,
		},
	},
}

var menuConstructor = Method{
	Name: "IVRMenu", Class: "IVRMenu",
	Params: []Param{
		{Name: "main", Type: Menu, C: "IVRMenu *"}, constant(str("name")), constant(str("greeting")).orNil().played(),
		constant(str("short_greeting")).orNil().played(), constant(str("invalid_sound")).orNil().played(), constant(str("exit_sound")).orNil().played(),
		constant(str("transfer_sound")).orNil().played(), constant(str("confirm_macro")).orNil(), constant(str("confirm_key")).orNil(),
		constant(str("tts_engine")).orNil(), constant(str("tts_voice")).orNil(), num("confirm_attempts"),
		num("inter_timeout"), num("digit_len"), num("timeout"), num("max_failures"), num("max_timeouts"),
	},
	Results: returns(Result{Type: "menu", Doc: "a menu"}),
	Doc: "Makes a menu, below the menu `main` unless that is nil. `digit_len` is how many digits it takes at most. Times are in milliseconds: " +
		"`timeout` (0: 10,000) for the first digit and for all of them, `inter_timeout` (0: half of it) between two. " +
		"0 is 3 for `confirm_attempts`, `max_failures` and `max_timeouts`.",
	Example: `local menu = freeswitch.IVRMenu(nil, "main", "hello.wav", "short.wav", "invalid.wav", "bye.wav", nil, nil, nil, nil, nil, 3, 2000, 1, 5000, 3, 3)`,
}
