package api

// Place is where a text is handed to the switch.
type Place uint8

// The places.
const (
	// Variable: the text is the value of a channel variable.
	Variable Place = iota
	// Command: the text is the argument of an API command.
	Command
	// Anywhere: the text stands in any string.
	Anywhere
)

// Elsewhere is a way in which a script has the switch itself run Lua, later and by itself. Only mod_lua can do that
// (modlua-api.md 4.2, 5.6, 6.2).
type Elsewhere struct {
	Place Place
	// Name is that of the variable, in which a * at the end is any text, or of the command; for Anywhere it is the text itself.
	Name string
	// Instead is what to do.
	Instead string
}

// Elsewheres are all of these ways.
func Elsewheres() []Elsewhere {
	const instead = "keep mod_lua on the switch for it, or "
	return []Elsewhere{
		{Variable, "api_hangup_hook", instead + "use session:setHangupHook, or a hook for CHANNEL_HANGUP_COMPLETE"},
		{Variable, "api_reporting_hook", instead + "use a hook for CHANNEL_HANGUP_COMPLETE"},
		{Variable, "api_on_*", instead + "use a hook for the event"},
		{Variable, "execute_on_*", instead + "give the leg to eslua with the application socket"},
		{Variable, "bridge_pre_execute_*", instead + "give the leg to eslua with the application socket"},
		{Variable, "exec_after_bridge_app", instead + "go on in this script when bridge returns"},
		{Command, "sched_api", instead + "start the script now with luarun and let it wait with freeswitch.msleep"},
		{Anywhere, "${lua(", instead + "compute the value in the script"},
		{Anywhere, "${luarun(", instead + "start the script with the API command luarun"},
		{Anywhere, "&lua(", instead + "give the leg to eslua: &socket(HOST:PORT async full SCRIPT)"},
	}
}

// PromptApplications are the applications whose whole argument names something to play.
func PromptApplications() []string {
	return []string{"playback", "endless_playback", "play_fsv"}
}
