package api

// SwitchType is the type of another switch.
const SwitchType Type = "switch"

// NativeModule are the functions of the module eslua.
var NativeModule = Class{
	Name: "eslua", Native: true, Table: true,
	Doc: "What `require(\"eslua\")` gives, beside its field `session`.",
	Methods: []Method{
		{
			Name: "switch", Params: []Param{opt(str("name"))}, Results: returns(Result{SwitchType, "the switch"}, Result{String, "why there is none: `not_found`"}),
			Doc: "Gives a switch by its name, which stands under `switches` in [configuration.md](configuration.md). Without a name it is the one that the " +
				"script's API commands go to. A connection is made when something is first asked of it, and again when it was lost; it is closed with the script.",
			Example: `local berlin = require("eslua").switch("berlin")`,
		},
	},
}

// Switch are the methods of a switch.
var Switch = Class{
	Name: "switch", Native: true,
	Doc: "A switch, over a connection to its event socket. Without one the reason is `error: ` and why it could not be made.",
	Methods: []Method{
		{
			Name: "api", Params: []Param{str("command"), opt(str("argument"))},
			Results: returns(Result{String, "what it put out"}, Result{String, "why there is nothing: `error: ` and what stood behind -ERR"}),
			Doc:     "Runs an API command there and waits for its output.", Example: `local text, why = berlin:api("sofia", "status")`,
		},
		{
			Name: "bgapi", Params: []Param{str("command"), opt(str("argument"))}, Results: returns(Result{Type: "job", Doc: "a job"}, Result{String, "why there is none"}),
			Doc: "Starts an API command there and does not wait for it.", Example: `local job = berlin:bgapi("reloadxml")`,
		},
		{
			Name: "originate", Params: []Param{str("destination"), options()},
			Results: returns(Result{Session, "the leg"}, Result{String, "why there is none: `error: ` and the cause, as `error: USER_BUSY`"}),
			Doc: "Calls a destination from there and waits until it answers or has media. The leg is an object as `freeswitch.Session` makes them: it is hung up " +
				"with the script, unless `setAutoHangup(false)` says otherwise. Options: `timeout`, how long it may ring (60); `variables`, a table of those " +
				"that the leg begins with.",
			Example: `local leg, why = berlin:originate("user/1000", { timeout = 20, variables = { origination_caller_id_name = "Reminder" } })`,
		},
	},
}
