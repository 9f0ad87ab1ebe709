package luabind

import "eslua/luabind/vm"

// allowance accounts for what Go does for a script in one go, and ends the script when that is too much. nil accounts for nothing.
type allowance struct {
	state       *vm.State
	held, known int
}

// allowanceStep is how many bytes come together before the limits are looked at.
const allowanceStep = 64 << 10

// hold accounts for n more bytes that are in memory besides the values of the script.
func (a *allowance) hold(n int) {
	if a == nil {
		return
	}
	if a.held += n; a.held-a.known >= allowanceStep {
		a.known = a.held
		a.state.Grow(a.held)
	}
}

// work accounts for n steps, each about as long as an instruction.
func (a *allowance) work(n int) {
	if a != nil {
		a.state.Work(n)
	}
}
