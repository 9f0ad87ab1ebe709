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
		return c.string(c.printJSON(x.ofTable(c, c.l.CheckTable(2), c.allowance(), 0), !x.oneLine))
	},
	"decode": func(c *call) int {
		a := c.allowance()
		v, ok := parseJSON(c.text(1), a)
		if !ok {
			return 0
		}
		c.l.Push(tableOf(c.l, v, a))
		return 1
	},
	"execute": func(c *call) int {
		v := c.executeJSON()
		if v == nil {
			return 0
		}
		c.l.Push(tableOf(c.l, v, c.allowance()))
		return 1
	},
	"execute2": func(c *call) int {
		v := c.executeJSON()
		if v == nil {
			return c.string("")
		}
		return c.string(c.printJSON(v, !c.codec().oneLine))
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

// allowance is for what the call does.
func (c *call) allowance() *allowance { return &allowance{state: c.script.state} }

// printJSON writes a value within the limits of the script.
func (c *call) printJSON(v *jsonValue, indent bool) string {
	return printJSON(v, indent, func(length int) { c.script.state.Room(c.l, length) })
}

// maxTableDepth is how deep tables may be nested that are written as JSON: one that contains itself has no end.
const maxTableDepth = 200

// ofTable makes JSON of a table: the first key decides what it is.
func (x *jsonCodec) ofTable(c *call, t *lua.LTable, a *allowance, depth int) *jsonValue {
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
		a.hold(jsonBytes)
		a.work(2)
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
			inner := x.ofTable(c, value, a, depth+1)
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
func tableOf(l *lua.LState, v *jsonValue, a *allowance) *lua.LTable {
	const empty, member = 512, 32 // bytes
	a.hold(empty + member*len(v.members))
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
			value = tableOf(l, m, a)
		case jsonObject:
			value = tableOf(l, m, a)
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
		command = c.codec().ofTable(c, t, c.allowance(), 0)
	} else if command, ok = parseJSON(c.text(1), c.allowance()); !ok {
		return nil
	}
	answer, ok := parseJSON(c.script.api(c, "json", c.printJSON(command, false)), c.allowance())
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
