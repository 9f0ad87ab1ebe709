package luabind

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// jsonCodec is mod_lua's JSON object (modlua-api.md 1.10).
type jsonCodec struct {
	of          *class
	emptyArrays bool // an empty table is an array
	oneLine     bool
}

func (x *jsonCodec) class() *class { return x.of }

func newJSON(c *call) int {
	k := c.script.lib.json
	c.l.Push(k.object(&jsonCodec{of: k}))
	return 1
}

// jsonMethods are what the rows of api.JSONClass say.
var jsonMethods = map[string]method{
	"encode": func(c *call) int {
		x := c.codec()
		return c.string(string(x.ofTable(c, c.l.CheckTable(2), 0).append(nil, !x.oneLine, 0)))
	},
	"decode": func(c *call) int {
		v, ok := parseJSON(c.text(1))
		if !ok {
			return 0
		}
		c.l.Push(tableOf(c.l, v))
		return 1
	},
	"execute": func(c *call) int {
		v := c.executeJSON()
		if v == nil {
			return 0
		}
		c.l.Push(tableOf(c.l, v))
		return 1
	},
	"execute2": func(c *call) int {
		v := c.executeJSON()
		if v == nil {
			return c.string("")
		}
		return c.string(string(v.append(nil, !c.codec().oneLine, 0)))
	},
	"encode_empty_table_as_object": func(c *call) int {
		c.codec().emptyArrays = !c.bool(1)
		return 0
	},
	"return_unformatted_json": func(c *call) int {
		c.codec().oneLine = c.bool(1)
		return 0
	},
}

func (c *call) codec() *jsonCodec {
	x, _ := object[*jsonCodec](c.l.Get(1))
	return x
}

// maxTableDepth is how deep tables may be nested that are written as JSON: one that contains itself has no end.
const maxTableDepth = 200

// ofTable makes JSON of a table: the first key decides what it is.
func (x *jsonCodec) ofTable(c *call, t *lua.LTable, depth int) *jsonValue {
	if depth > maxTableDepth {
		c.raise("the table is nested too deeply")
	}
	v := &jsonValue{kind: jsonObject}
	first := true
	for k, value := t.Next(lua.LNil); k != lua.LNil; k, value = t.Next(k) {
		if n, ok := vm.Number(k); first && ok && n == 1 {
			v.kind = jsonArray
		}
		first = false
		name, named := vm.Text(k)
		m := &jsonValue{name: upToNUL(name)}
		switch value := value.(type) {
		case lua.LNumber:
			m.kind, m.number = jsonNumber, float64(value)
		case lua.LString:
			m.kind, m.text = jsonText, upToNUL(string(value))
		case lua.LBool:
			m.kind = jsonFalse
			if value {
				m.kind = jsonTrue
			}
		case *lua.LTable:
			inner := x.ofTable(c, value, depth+1)
			inner.name = m.name
			m = inner
		default:
			continue
		}
		if named || v.kind == jsonArray {
			v.members = append(v.members, m)
		}
	}
	if first && x.emptyArrays {
		v.kind = jsonArray
	}
	return v
}

func upToNUL(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}

// tableOf makes a table of JSON. Only objects and arrays have members; nulls are left out, and arrays within arrays.
func tableOf(l *lua.LState, v *jsonValue) *lua.LTable {
	t := l.CreateTable(0, 0)
	for _, m := range v.members {
		var value lua.LValue
		switch m.kind {
		case jsonText:
			value = lua.LString(upToNUL(m.text))
		case jsonNumber:
			value = lua.LNumber(m.number)
		case jsonTrue, jsonFalse:
			value = lua.LBool(m.kind == jsonTrue)
		case jsonArray:
			if v.kind == jsonArray {
				continue
			}
			value = tableOf(l, m)
		case jsonObject:
			value = tableOf(l, m)
		default:
			continue
		}
		if v.kind == jsonArray {
			t.Append(value)
		} else {
			t.RawSetString(upToNUL(m.name), value)
		}
	}
	return t
}

// executeJSON runs a command of the JSON API and gives its response, nil if there is no such command.
func (c *call) executeJSON() *jsonValue {
	var command *jsonValue
	if t, ok := c.l.Get(2).(*lua.LTable); ok {
		command = c.codec().ofTable(c, t, 0)
	} else if command, ok = parseJSON(c.text(1)); !ok {
		return nil
	}
	answer, ok := parseJSON(c.script.api(c, "json", string(command.append(nil, false, 0))))
	if !ok {
		return nil
	}
	if message := answer.member("message"); message != nil && message.text == noSuchJSON {
		return nil
	}
	return answer.member("response")
}

// noSuchJSON is what the switch says of a command that it does not have, or that has no data.
const noSuchJSON = "Invalid request or non-existant command"
