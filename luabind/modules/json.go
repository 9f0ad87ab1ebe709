package modules

// Kind is the kind of a JSON value.
type Kind int

// The kinds of JSON values.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// JSON is a JSON value. The order of an object's members is kept, and a name may stand in it twice.
type JSON struct {
	Kind   Kind
	Bool   bool
	Number float64
	Text   string // of a String
	Items  []JSON // of an Array, or the values of an Object
	Names  []string
}

// Member is the first member of an object with that name.
func (v *JSON) Member(name string) (*JSON, bool) {
	for i, n := range v.Names {
		if n == name {
			return &v.Items[i], true
		}
	}
	return nil, false
}
