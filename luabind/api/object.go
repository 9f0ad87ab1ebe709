package api

// Object is what the values of a type have.
type Object struct {
	Type Type
	// Name is what annotations call the type.
	Name    string
	Classes []*Class
	// Fields are attributes that are objects themselves.
	Fields []Global
}

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

// Objects are the objects of all interfaces that have rows.
func Objects() []*Object {
	vars := []Global{{"vars", VarsType, Vars.Doc}}
	return []*Object{
		{Session, "freeswitch.Session", []*Class{&CallClass, Native.Except(&CallClass)}, vars},
		{"api", "freeswitch.API", []*Class{&APIObject}, nil},
		{Event, "freeswitch.Event", []*Class{&EventClass, &EventObject}, nil},
		{"consumer", "freeswitch.EventConsumer", []*Class{&EventConsumerClass}, nil},
		{"json", "freeswitch.JSON", []*Class{&JSONClass}, nil},
		{Menu, "freeswitch.IVRMenu", []*Class{&IVRMenuClass}, nil},
		{"stream", "freeswitch.Stream", []*Class{&StreamClass}, nil},
		{"dbh", "freeswitch.Dbh", []*Class{&DbhClass}, nil},
		{"dtmf", "freeswitch.DTMF", []*Class{&DTMFClass}, nil},
		{"text", "freeswitch.string", []*Class{&StringClass}, nil},
		{"state", "freeswitch.input_callback_state_t", []*Class{&InputStateClass}, nil},
		{NativeSession, "eslua.Session", []*Class{&Native}, vars},
		{"job", "eslua.Job", []*Class{&Job}, nil},
		{SwitchType, "eslua.Switch", []*Class{&Switch}, nil},
		{VarsType, "eslua.Vars", []*Class{&Vars}, nil},
	}
}
