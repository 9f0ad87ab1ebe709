package api

// Object is what the values of a type have.
type Object struct {
	Type Type
	// Name is what annotations call the type.
	Name    string
	Classes []*Class
	// Fields are attributes that are objects themselves, or what else is in a table.
	Fields []Global
	// Call is what a call of the value itself does; nil: it cannot be called.
	Call *Method
	// Open: scripts may give it fields of their own.
	Open bool
	// Others is the type of fields of any other name; "": there are none.
	Others Type
}

// Table tells whether its methods are functions of a table, called with a dot.
func (o *Object) Table() bool { return o.Classes[0].Table }

// Method finds a method by its name, which may be an alias; nil: there is none.
func (o *Object) Method(name string) (*Class, *Method) {
	for _, c := range o.Classes {
		if m := c.Method(name); m != nil {
			return c, m
		}
	}
	return nil, nil
}

// Method finds a method by its name or an alias; nil: there is none.
func (c *Class) Method(name string) *Method {
	for i := range c.Methods {
		m := &c.Methods[i]
		if m.Name == name {
			return m
		}
		for _, alias := range m.Aliases {
			if alias == name {
				return m
			}
		}
	}
	return nil
}

// varsField is what sessions have for the variables of the call.
func varsField() []Global { return []Global{{"vars", VarsType, Vars.Doc}} }

// Objects are the objects and tables of all interfaces.
func Objects() []*Object {
	objects := modLua()
	for _, m := range Modules() {
		objects = append(append(objects, m.Objects...), m.Table)
	}
	return append(objects, TestObjects()...)
}

// modLua are those of mod_lua.
func modLua() []*Object {
	return []*Object{
		{Type: FreeswitchType, Name: "freeswitch", Classes: []*Class{&Freeswitch, &Constructors}, Fields: Freeswitch.Constants, Open: true},
		{Type: Session, Name: "freeswitch.Session", Classes: []*Class{&CallClass, Native.Except(&CallClass)}, Fields: varsField()},
		{Type: "api", Name: "freeswitch.API", Classes: []*Class{&APIObject}},
		{Type: Event, Name: "freeswitch.Event", Classes: []*Class{&EventClass, &EventObject}},
		{Type: "consumer", Name: "freeswitch.EventConsumer", Classes: []*Class{&EventConsumerClass}},
		{Type: "json", Name: "freeswitch.JSON", Classes: []*Class{&JSONClass}},
		{Type: Menu, Name: "freeswitch.IVRMenu", Classes: []*Class{&IVRMenuClass}},
		{Type: "stream", Name: "freeswitch.Stream", Classes: []*Class{&StreamClass}},
		{Type: "dbh", Name: "freeswitch.Dbh", Classes: []*Class{&DbhClass}},
		{Type: "dtmf", Name: "freeswitch.DTMF", Classes: []*Class{&DTMFClass}},
		{Type: "text", Name: "freeswitch.string", Classes: []*Class{&StringClass}},
		{Type: "state", Name: "freeswitch.input_callback_state_t", Classes: []*Class{&InputStateClass}},
	}
}
