package examples_test

import (
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
)

func TestRingGroup(t *testing.T) {
	o := open(t, esltest.World{}, engine.Options{}, esltest.Options{})
	c := o.call("ring-group/main.lua sales loopback/1001,loopback/1002 error/USER_BUSY loopback/1003", map[string]string{"ring_seconds": "10"})
	o.finish(c)
	if c.Variable("dialplan") != "" || c.Cause() != "NORMAL_CLEARING" {
		t.Errorf("the call ended with %s, dialplan %q", c.Cause(), c.Variable("dialplan"))
	}
	o.logs("stage 1: USER_BUSY", "stage 2: USER_BUSY", "taken by")
}

func TestRingGroupThatNobodyTakes(t *testing.T) {
	world := esltest.World{Extensions: extensions()}
	world.Extensions["5210"] = world.Extensions["1003"]
	o := open(t, world, engine.Options{}, esltest.Options{})
	c := o.call("ring-group/main.lua sales loopback/1002", map[string]string{"ring_fallback": "5210"})
	o.finish(c)
	o.logs("stage 1: USER_BUSY", "goes to 5210")
	c = o.call("ring-group/main.lua sales loopback/1002", nil)
	o.finish(c)
	if c.Cause() != "USER_BUSY" {
		t.Errorf("the call ended with %s", c.Cause())
	}
	c = o.call("ring-group/main.lua sales loopback/1001 loopback/1003", nil)
	o.play(c, step{5 * time.Second, ""})
	if c.Answered() {
		t.Error("the call was answered")
	}
}
