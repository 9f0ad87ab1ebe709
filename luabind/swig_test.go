package luabind_test

import (
	"strings"
	"testing"

	"eslua/luabind"
)

// methods prints what a script finds in the metatable of an object, one line for each kind of thing.
const methods = `
	local function methods(name, obj)
		local kinds = {}
		for part, label in pairs{ [".fn"] = "method", [".get"] = "read attribute", [".set"] = "write attribute" } do
			local names = {}
			for k, v in pairs(getmetatable(obj)[part]) do
				assert(type(v) == "function")
				names[#names + 1] = k
			end
			table.sort(names)
			if #names > 0 then kinds[#kinds + 1] = name .. " " .. label .. ": " .. table.concat(names, " ") end
		end
		table.sort(kinds)
		for _, line in ipairs(kinds) do print(line) end
	end
`

// TestMetatables is what s27 of the recordings shows of the classes.
func TestMetatables(t *testing.T) {
	run(t, "async full", methods+`
		methods("Session", session)
		methods("API", freeswitch.API())
		methods("Event", freeswitch.Event("CUSTOM", "x::y"))
		methods("EventConsumer", freeswitch.EventConsumer())
		methods("Stream", freeswitch.Stream())
		methods("JSON", freeswitch.JSON())
		local keys = {}
		for k, v in pairs(freeswitch) do keys[#keys + 1] = k .. ":" .. (type(v) == "number" and v or type(v)) end
		table.sort(keys)
		print(table.concat(keys, " "))
		print(pcall(getmetatable(session)[".fn"].setLUA, session))
		getmetatable(session)[".fn"].ready = nil
		print(session:ready())`,
		`Session method: __disown answer answered begin_allow_threads bridged check_hangup_hook collectDigits consoleLog consoleLog2 destroy detectSpeech end_allow_threads execute flushDigits flushEvents getDigits getPrivate getState getVariable getXMLCDR get_cb_args get_uuid hangup hangupCause hangupState insertFile mediaReady originate playAndDetectSpeech playAndGetDigits preAnswer print process_callback_result read ready recordFile run_dtmf_callback say sayPhrase sendEvent setAutoHangup setDTMFCallback setEventData setHangupHook setInputCallback setLUA setPrivate setVariable set_tts_params set_tts_parms sleep speak streamFile transfer unsetInputCallback waitForAnswer
Session read attribute: allocated cause cb_arg cb_function cb_state channel flags hangup_func_arg hangup_func_str hook_state session tts_name uuid voice_name
Session write attribute: allocated cause cb_arg cb_function cb_state channel flags hangup_func_arg hangup_func_str hook_state session tts_name uuid voice_name
API method: __disown execute executeString getTime
Event method: __disown addBody addHeader chat_execute chat_send delHeader fire getBody getHeader getType merge serialize setPriority
Event read attribute: event mine serialized_string
Event write attribute: event mine serialized_string
EventConsumer method: __disown bind cleanup pop
EventConsumer read attribute: e_callback e_cb_arg e_event_id e_subclass_name enodes events node_index
EventConsumer write attribute: e_callback e_cb_arg e_event_id e_subclass_name enodes events node_index
Stream method: __disown get_data raw_write read write
JSON method: __disown decode encode encode_empty_table_as_object execute execute2 return_unformatted_json
`+freeswitchTable+`
false	not available off-box
true`, nil)
}

// freeswitchTable is the table freeswitch of s27.
const freeswitchTable = "API:table CoreSession:table DTMF:table Dbh:table Event:table EventConsumer:table IVRMenu:table JSON:table S_FREE:2 S_HUP:1 S_RDLOCK:4 " +
	"Session:table Stream:table bridge:function consoleCleanLog:function consoleLog2:function consoleLog:function console_clean_log:function " +
	"console_log2:function console_log:function dtmf_callback:function email:function getGlobalVariable:function hanguphook:function " +
	"input_callback_state_t:table msleep:function running:function setGlobalVariable:function string:table"

func TestSwigGlobals(t *testing.T) {
	run(t, "async full", `
		local api, e = freeswitch.API(), freeswitch.Event("CUSTOM")
		print(swig_type(session), swig_type(api), swig_type(e), swig_type(freeswitch.JSON()), swig_type("x"), swig_type(nil), swig_type(e.event))
		print(swig_equals(session, _G[session.uuid]), swig_equals(session, e), swig_equals(e, e), select("#", swig_equals(e, 1)))
		print(select(2, pcall(freeswitch.API, e)))
		print(select(2, pcall(function() e:merge(session) end)))
		print(select(2, pcall(function() session.ready(e) end)))`,
		"LUA::Session *\tAPI *\tEvent *\tLUA::JSON *\tstring\tnil\tuserdata (unknown type)\n"+
			"true\tfalse\ttrue\t0\n"+
			"Error in new_API (arg 1), expected 'CoreSession *' got 'Event *'\n"+
			"test.lua:6: Error in Event_merge (arg 2), expected 'Event *' got 'LUA::Session *'\n"+
			"test.lua:7: Error in Session_ready (arg 1), expected 'LUA::Session *' got 'Event *'", nil)
}

func TestSmallClasses(t *testing.T) {
	lines := alone(t, luabind.Options{}, `
		local function try(f, ...) print(select(2, pcall(f, ...))) end
		local d = freeswitch.DTMF("55")
		d.digit = "#9"
		print(d.digit, type(d.duration), type(freeswitch.DTMF("1", d.duration)), d.nothing)
		try(freeswitch.DTMF, "5", 100)
		try(freeswitch.DTMF)
		try(function() d.duration = 5 end)
		local s = freeswitch.string("hello")
		print(s:size(), s:length(), s:empty(), s:c_str(), s:data(), select("#", s:assign("a\0b")), s:c_str(), freeswitch.string():empty())
		try(freeswitch.string, 1, 2)
		local i = freeswitch.input_callback_state_t()
		print(i.funcargs, i.extra, i.c_function)
		i.funcargs = "x"
		print(i.funcargs)
		try(freeswitch.input_callback_state_t, 1)
		print(pcall(function() return freeswitch.CoreSession() end))
		try(freeswitch.hanguphook, nil)
		try(freeswitch.dtmf_callback, nil, nil, d.duration, nil, 0)
		print(freeswitch.S_HUP + freeswitch.S_FREE + freeswitch.S_RDLOCK)`)
	want := `#	userdata	userdata	nil
Error in DTMF::DTMF (arg 2), expected 'uint32_t' got 'number'
Error in DTMF::DTMF expected 1..2 args, got 0
test.lua:8: Assignment not possible. No setter/member with this name. For custom assignments implement __setitem method.
5	5	false	hello	hello	0	a	true
Wrong arguments for overloaded function 'new_string'
  Possible C/C++ prototypes are:
    std::string::string()
    std::string::string(char const *)

nil	nil	nil
x
Error in input_callback_state::input_callback_state expected 0..0 args, got 1
false	test.lua:17: attempt to call field 'CoreSession' (a table value)
hanguphook is a callback of C and cannot be called
dtmf_callback is a callback of C and cannot be called
7`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}
