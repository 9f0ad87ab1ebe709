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
	freeswitch map[string]*lua.LFunction
	// environment are the globals of all states.
	environment *vm.Environment
	// constructors are the metatables of the classes in the table freeswitch, by name.
	constructors map[string]*lua.LTable
}

// NewLibrary makes the library. It panics when rows and functions do not match.
func NewLibrary() *Library {
	lib := &Library{}
	lib.event = newClass("Event *", nil, eventMethods, &api.EventObject)
	lib.session = newClass("CoreSession *", sessionAttribute, sessionMethods(), &api.CallClass, &api.Native)
	lib.api = newClass("API *", nil, apiMethods, &api.APIObject)
	lib.constructors = make(map[string]*lua.LTable)
	for name, f := range functions(nil, constructors, &api.Constructors) {
		lib.constructors[name] = callable(f)
	}
	lib.freeswitch = functions(nil, freeswitchFunctions, &api.Freeswitch)
	lib.environment = vm.NewEnvironment(map[string]vm.Make{"freeswitch": lib.table})
	return lib
}
