package channel

// Held is how many applications, jobs, legs and followed channels the call remembers.
func (c *Call) Held() [4]int {
	return [4]int{len(c.executions), len(c.jobs), len(c.legs), len(c.followed)}
}
