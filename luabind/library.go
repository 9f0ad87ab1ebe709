package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/api"
)

// Library is everything that scripts can call. It is made once and shared by all scripts.
type Library struct {
	session    *class
	event      *class
	freeswitch map[string]*lua.LFunction
}

// NewLibrary makes the library. It panics when rows and functions do not match.
func NewLibrary() *Library {
	lib := &Library{}
	lib.event = newClass("Event *", nil, eventMethods, &api.EventObject)
	lib.session = newClass("CoreSession *", sessionAttribute, sessionMethods(), &api.CallClass, &api.Native)
	lib.freeswitch = functions(nil, freeswitchFunctions, &api.Freeswitch)
	return lib
}
