package modules

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/api"
	"eslua/luabind/dbh"
	"eslua/luabind/vm"
)

// The rows of luabind/api say what the modules have, no more and no less.
func TestTheRowsAreThoseOfTheModules(t *testing.T) {
	pools := dbh.New(dbh.Options{})
	defer pools.Close()
	b := newLab(t, Options{Databases: pools})
	rows := make(map[string]api.Module)
	for _, m := range api.Modules() {
		rows[m.Name] = m
	}
	delete(rows, "eslua") // these two are made of their rows, in luabind
	delete(rows, "ESL")
	b.modules.Loader("")
	if want, got := slices.Sorted(maps.Keys(b.modules.loaders)), slices.Sorted(maps.Keys(rows)); !slices.Equal(got, want) {
		t.Errorf("there are rows of %q, want %q", got, want)
	}
	objects := make(map[api.Type]*api.Object)
	for _, o := range api.Objects() {
		objects[o.Type] = o
	}
	var compare func(value string, o *api.Object)
	compare = func(value string, o *api.Object) {
		want := names(o, "function")
		for _, f := range o.Fields {
			if inner := objects[f.Type]; inner != nil {
				compare(value+"."+f.Name, inner)
				want = append(want, f.Name+" table")
				continue
			}
			want = append(want, f.Name+" "+luaType(f.Type))
		}
		got, err := b.run(fmt.Sprintf(`for name, v in pairs(%s) do print(name .. " " .. type(v)) end`, value))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, value, strings.Split(got, "\n"), want)
	}
	for name, m := range rows {
		compare(fmt.Sprintf("require(%q)", name), m.Table)
		got, err := b.run(fmt.Sprintf(`local meta = getmetatable(require(%q)) print(meta and meta.__call)`, name))
		if called := got != "nil"; err != nil || called != (m.Table.Call != nil) {
			t.Errorf("%s can be called: %v, %v", name, called, err)
		}
		got, err = b.run(fmt.Sprintf(`local m = require(%q) print(rawget(_G, %[1]q) == m)`, name))
		if err != nil || got != fmt.Sprint(m.Global) {
			t.Errorf("%s becomes a global: %s, %v", name, got, err)
		}
	}
}

// names are the names of the methods or functions that an object has rows of, each with a word behind it.
func names(o *api.Object, word string) []string {
	var out []string
	for _, c := range o.Classes {
		for _, m := range c.Methods {
			out = append(out, m.Name+" "+word)
		}
	}
	return out
}

// luaType is what Lua's function type says of a value.
func luaType(t api.Type) string {
	switch t {
	case api.Int:
		return "number"
	case api.Any: // values that stand for others
		return "userdata"
	}
	return string(t)
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s has %q, the rows say %q", what, got, want)
	}
}

// environment is the metatable of what a module of LuaSQL makes.
func environment(t *testing.T, d *driver) *lua.LTable {
	t.Helper()
	chunk, err := vm.Compile("test.lua", "env = require(\"x\")."+d.name+"()")
	if err != nil {
		t.Fatal(err)
	}
	load := luasql(d, nil)
	s := vm.New(vm.Options{Modules: func(string) *lua.LFunction { return load }})
	defer s.Close()
	if err := s.Run(t.Context(), chunk); err != nil {
		t.Fatal(err)
	}
	return s.Global("env").(*lua.LUserData).Metatable.(*lua.LTable)
}

// The objects that functions of the modules give have the methods and the fields of their rows.
func TestTheRowsAreThoseOfTheObjects(t *testing.T) {
	classes := map[string]*lua.LTable{"md5.Digest": md5Class.meta, "lfs.Directory": dirClass.meta}
	for _, d := range drivers {
		name := "luasql." + d.name
		classes[name+".Cursor"] = newClass(name, cursorMethods(d), nil).meta
		classes[name+".Connection"] = newClass(name, connectionMethods(d, nil), nil).meta
		classes[name+".Environment"] = environment(t, d)
	}
	for _, m := range api.Modules() {
		if m.Name == "eslua" || m.Name == "ESL" {
			continue
		}
		for _, o := range m.Objects {
			switch meta := classes[o.Name]; {
			case meta != nil:
				var got []string
				meta.RawGetString("__index").(*lua.LTable).ForEach(func(name, _ lua.LValue) { got = append(got, name.String()+" method") })
				equal(t, o.Name, got, names(o, "method"))
				delete(classes, o.Name)
			case !o.Table() && o.Name != "http.Answer":
				t.Errorf("nobody knows what %s really has", o.Name)
			}
		}
	}
	if len(classes) > 0 {
		t.Errorf("no rows: %v", classes)
	}

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") }))
	defer server.Close()
	b := newLab(t, Options{Allow: patterns(t, server.Listener.Addr().String())})
	got, err := b.run(fmt.Sprintf(`for name, v in pairs(require("http").get(%q)) do print(name .. " " .. type(v)) end`, server.URL))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range api.Objects() {
		if o.Name == "http.Answer" {
			var want []string
			for _, f := range o.Fields {
				want = append(want, f.Name+" "+luaType(f.Type))
			}
			equal(t, o.Name, strings.Split(got, "\n"), want)
		}
	}
}
