package api

// Module is a module that require gives.
type Module struct {
	Name string
	// Table is what require gives; Objects are the tables in it, and what its functions give.
	Table   *Object
	Objects []*Object
	// Global: once it was required it is the global of its name, too.
	Global bool
}

// Modules are the modules that have rows: that of the native interface, ESL, and the helper modules.
func Modules() []Module {
	modules := []Module{
		{
			Name:  "eslua",
			Table: table("eslua", []Global{{"session", NativeSession, "The call with native methods only; nil when there is none."}}, &NativeModule),
			Objects: []*Object{
				{Type: NativeSession, Name: "eslua.Session", Classes: []*Class{&Native}, Fields: varsField()},
				{Type: "job", Name: "eslua.Job", Classes: []*Class{&Job}},
				{Type: SwitchType, Name: "eslua.Switch", Classes: []*Class{&Switch}},
				{Type: VarsType, Name: "eslua.Vars", Classes: []*Class{&Vars}, Open: true, Others: "string or nil"},
			},
		},
		{
			Name: "ESL", Global: true,
			Table: table("ESL", nil, &ESLModule, &ESLConstructors),
			Objects: []*Object{
				{Type: ESLConnection, Name: "ESL.ESLconnection", Classes: []*Class{&ESLConnectionClass}},
				{Type: ESLEvent, Name: "ESL.ESLevent", Classes: []*Class{&ESLEventClass}},
			},
		},
		httpModule(), jsonModule(), cjsonModule("cjson"), cjsonModule("cjson.safe"), socketHTTPModule(), socketURLModule(), ltn12Module(), mimeModule(), mimeCoreModule(),
		md5Module("md5"), md5Module("md5.core"), digestModule("sha1"), digestModule("sha256"), sha2Module(), base64Module(), lfsModule(),
	}
	return append(modules, luasqlModules()...)
}

// table is the table of a module, or one that stands in it.
func table(name string, fields []Global, classes ...*Class) *Object {
	return &Object{Type: moduleType(name), Name: name, Classes: classes, Fields: fields, Open: true}
}

// moduleType is the type of the table of a module, or of one that stands in it, as ltn12.source.
func moduleType(name string) Type { return Type("module " + name) }

// library is a table of functions as libraries for Lua have them.
func library(name, doc string, fields []Global, functions ...Method) *Object {
	return table(name, fields, &Class{Name: name, Doc: doc, Table: true, Native: true, Loose: true, Methods: functions})
}

// thing is what functions of such a library give: an object with methods. self is what the documentation calls it.
func thing(t Type, name, self, doc string, methods ...Method) *Object {
	return &Object{Type: t, Name: name, Classes: []*Class{{Name: self, Doc: doc, Native: true, Loose: true, Methods: methods}}}
}

// fn is a function or a method of such a library.
func fn(name string, params []Param, doc string, results ...Result) Method {
	return Method{Name: name, Params: params, Results: results, Doc: doc}
}

func takes(params ...Param) []Param { return params }

func anything(name string) Param { return Param{Name: name, Type: Any} }

// rest is any number of further arguments.
func rest(name string, t Type) Param { return Param{Name: name, Type: t, Optional: true, Rest: true} }

// why is the second result of what may fail.
func why(what string) Result { return Result{String, "why not, when " + what + " is nil"} }
