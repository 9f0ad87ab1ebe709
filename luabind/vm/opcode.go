package vm

import lua "github.com/yuin/gopher-lua"

// The layout of an instruction: opcode 6 bits, A 8, C 9, B 9, from the most significant bit on.

func opOf(inst uint32) int { return int(inst >> 26) }
func argA(inst uint32) int { return int(inst>>18) & 0xff }
func argB(inst uint32) int { return int(inst & 0x1ff) }
func argC(inst uint32) int { return int(inst>>9) & 0x1ff }

func argBx(inst uint32) int  { return int(inst & 0x3ffff) }
func argSbx(inst uint32) int { return int(inst&0x3ffff) - 0x1ffff }

func instruction(op, a, b, c int) uint32 {
	return uint32(op)<<26 | uint32(a)<<18 | uint32(c)<<9 | uint32(b)
}

// isConstant: the operand is a constant, not a register.
func isConstant(operand int) bool { return operand&0x100 != 0 }

func constantOf(p *lua.FunctionProto, operand int) lua.LValue {
	if i := operand &^ 0x100; i < len(p.Constants) {
		return p.Constants[i]
	}
	return lua.LNil
}

// localName is the local variable that lives in a register at an instruction; "" if it is a temporary value.
func localName(p *lua.FunctionProto, reg, pc int) string {
	for _, v := range p.DbgLocals {
		if v.StartPc <= pc && pc < v.EndPc {
			if reg == 0 {
				if v.Name[0] == '(' {
					return ""
				}
				return v.Name
			}
			reg--
		}
	}
	return ""
}

// registerName is what the script calls the value that is in a register when the instruction at pc is carried out, as ldebug.c
// of PUC Lua finds it.
func registerName(p *lua.FunctionProto, pc, reg int) (what, name string) {
	if op := opOf(p.Code[pc]); op != lua.OP_CALL && op != lua.OP_TAILCALL { // a called function is always a temporary value
		if name := localName(p, reg, pc); name != "" {
			return "local", name
		}
	}
	at := setter(p, pc, reg)
	if at < 0 {
		return "", ""
	}
	inst := p.Code[at]
	switch opOf(inst) {
	case lua.OP_GETGLOBAL:
		if s, ok := p.Constants[argBx(inst)].(lua.LString); ok {
			return "global", string(s)
		}
	case lua.OP_MOVE, lua.OP_MOVEN:
		if b := argB(inst); b < argA(inst) {
			return registerName(p, at, b)
		}
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS:
		return field(p, "field", argC(inst))
	case lua.OP_SELF:
		if argA(inst) == reg {
			return field(p, "method", argC(inst))
		}
	case lua.OP_GETUPVAL:
		if b := argB(inst); b < len(p.DbgUpvalues) {
			return "upvalue", p.DbgUpvalues[b]
		}
	}
	return "", ""
}

func field(p *lua.FunctionProto, what string, operand int) (string, string) {
	if isConstant(operand) {
		if s, ok := constantOf(p, operand).(lua.LString); ok {
			return what, string(s)
		}
	}
	return what, "?"
}

// setter is the instruction before pc that has last put a value into a register, -1 if that is not known.
func setter(p *lua.FunctionProto, pc, reg int) int {
	found := -1
	for i := 0; i < pc; i++ {
		inst := p.Code[i]
		a, sets := argA(inst), false
		switch opOf(inst) {
		case lua.OP_SETGLOBAL, lua.OP_SETUPVAL, lua.OP_SETTABLE, lua.OP_SETTABLEKS, lua.OP_EQ, lua.OP_LT, lua.OP_LE, lua.OP_TEST,
			lua.OP_RETURN, lua.OP_CLOSE, lua.OP_NOP:
		case lua.OP_SETLIST:
			if argC(inst) == 0 {
				i++
			}
		case lua.OP_LOADNIL:
			sets = a <= reg && reg <= argB(inst)
		case lua.OP_CALL, lua.OP_TAILCALL, lua.OP_VARARG:
			sets = reg >= a
		case lua.OP_TFORLOOP:
			sets = reg >= a+3
		case lua.OP_FORLOOP, lua.OP_FORPREP:
			sets = reg >= a && reg <= a+3
		case lua.OP_SELF:
			sets = reg == a || reg == a+1
		case lua.OP_JMP:
			// Values that are set on one of two ways have no name, as in PUC Lua.
			if to := i + 1 + argSbx(inst); to > i && to <= pc {
				i = to - 1
			}
		case lua.OP_CLOSURE:
			sets = a == reg
			if sets {
				found = i
			}
			i += int(p.FunctionPrototypes[argBx(inst)].NumUpvalues)
			continue
		default:
			sets = a == reg
		}
		if sets {
			found = i
		}
	}
	return found
}
