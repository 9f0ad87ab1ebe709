package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/api"
	"eslua/luabind/vm"
)

// Library is everything that scripts can call. It is made once and shared by all scripts.
type Library struct {
	session    *class
	event      *class
	api        *class
	consumer   *class
	json       *class
	menu       *class
	stream     *class
	dbh        *class
	dtmf       *class
	text       *class
	inputState *class
	native     *class
	vars       *class
	job        *class
	// otherSwitch is the class of what the function switch of the module eslua gives, nativeModule that and its other functions.
	otherSwitch  *class
	nativeModule map[string]*lua.LFunction
	// eslConnection and eslEvent are the classes of the module ESL, esl its functions, eslConstructors as constructors.
	eslConnection   *class
	eslEvent        *class
	esl             map[string]*lua.LFunction
	eslConstructors map[string]*lua.LTable
	loadESL         *lua.LFunction
	eslua           *lua.LFunction // the loader of the module eslua
	freeswitch      map[string]*lua.LFunction
	// environment are the globals of all states.
	environment *vm.Environment
	// constructors are the metatables of the classes in the table freeswitch, by name.
	constructors map[string]*lua.LTable
}

// NewLibrary makes the library. It panics when rows and functions do not match.
func NewLibrary() *Library {
	lib := &Library{}
	lib.event = newClass("Event *", eventAttribute, eventMethods, &api.EventClass, &api.EventObject)
	lib.event.set = setEventAttribute
	lib.consumer = newClass("EventConsumer *", consumerAttribute, consumerMethods, &api.EventConsumerClass)
	lib.json = newClass("LUA::JSON *", nil, jsonMethods, &api.JSONClass)
	lib.menu = newClass("IVRMenu *", nil, menuMethods, &api.IVRMenuClass)
	lib.stream = newClass("Stream *", nil, streamMethods, &api.StreamClass)
	lib.dbh = newClass("LUA::Dbh *", nil, dbhMethods, &api.DbhClass)
	lib.dtmf = newClass("DTMF *", dtmfAttribute, nil, &api.DTMFClass)
	lib.dtmf.set = setDTMFAttribute
	lib.text = newClass("std::string *", nil, stringMethods, &api.StringClass)
	lib.inputState = newClass("input_callback_state *", inputStateAttribute, nil, &api.InputStateClass)
	lib.inputState.set = setInputStateAttribute
	lib.session = newClass("CoreSession *", sessionAttribute, sessionMethods(), &api.CallClass, api.Native.Except(&api.CallClass))
	lib.native = newClass("session", nativeAttribute, nativeMethods(), &api.Native)
	lib.vars = newClass("vars", readVariable, nil, &api.Vars)
	lib.vars.set = writeVariable
	lib.job = newClass("job", nil, jobMethods, &api.Job)
	lib.otherSwitch = newClass("switch", nil, switchMethods, &api.Switch)
	lib.nativeModule = functions(nil, moduleFunctions, &api.NativeModule)
	lib.eslua = vm.Function(loadNative)
	lib.eslEvent = newClass("ESLevent *", eslEventAttribute, eslEventMethods, &api.ESLEventClass)
	lib.eslEvent.set = setESLEventAttribute
	lib.eslConnection = newClass("ESLconnection *", nil, eslConnectionMethods, &api.ESLConnectionClass)
	lib.esl = functions(nil, eslFunctions, &api.ESLModule)
	lib.eslConstructors = make(map[string]*lua.LTable)
	for name, f := range functions(nil, eslConstructors, &api.ESLConstructors) {
		lib.eslConstructors[name] = callable(f)
	}
	lib.loadESL = vm.Function(loadESL)
	lib.api = newClass("API *", nil, apiMethods, &api.APIObject)
	lib.constructors = make(map[string]*lua.LTable)
	for name, f := range functions(nil, constructors, &api.Constructors) {
		lib.constructors[name] = callable(f)
	}
	lib.freeswitch = functions(nil, freeswitchFunctions, &api.Freeswitch)
	lib.environment = vm.NewEnvironment(map[string]vm.Make{"freeswitch": lib.table, "swig_type": vm.Value(vm.Function(swigType)), "swig_equals": vm.Value(vm.Function(swigEquals))})
	return lib
}

// module is the loader of a module that all scripts find, as an installed one: those of the script come before it.
func (lib *Library) module(name string, more func(name string) *lua.LFunction) *lua.LFunction {
	switch {
	case name == "ESL":
		return lib.loadESL
	case more != nil:
		return more(name)
	}
	return nil
}
