package luabind_test

import (
	"strings"
	"testing"

	"eslua/esl"
	"eslua/luabind"
	"eslua/luabind/vm"
)

// alone runs a script without a call and gives what it has logged.
func alone(t *testing.T, opts luabind.Options, script string) []string {
	t.Helper()
	chunk, err := vm.Compile("test.lua", script)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	opts.Log = func(line luabind.LogLine) { lines = append(lines, line.Text) }
	s := luabind.NewLibrary().New(opts)
	defer s.Close()
	if err := s.Run(t.Context(), chunk); err != nil {
		t.Error(err)
	}
	return lines
}

// TestStream is s41 of the recordings.
func TestStream(t *testing.T) {
	env := &esl.Event{}
	env.Add("API-Command", "lua")
	stream := &luabind.Stream{Input: "a=1\x00"}
	alone(t, luabind.Options{Args: []string{"s41.lua", "a", "b"}, Stream: stream, Env: env}, `
		stream:write("argc=" .. #argv .. " first=" .. tostring(argv[1]) .. "\n")
		stream:write("session is " .. type(session) .. ", env is " .. type(env) .. " " .. env:getHeader("api-command") .. "\n")
		local ok, e = pcall(function() stream:write(nil) end) stream:write("write(nil): " .. tostring(ok) .. " " .. tostring(e) .. "\n")
		ok, e = pcall(function() stream:write(12) end) stream:write(" <- write(12): " .. tostring(ok) .. " " .. tostring(e) .. "\n")
		ok, e = pcall(function() return stream:raw_write("raw", 3) end) stream:write(" <- raw_write: " .. tostring(ok) .. " " .. tostring(e) .. "\n")
		stream:raw_write("a\0b\n", 2) stream:raw_write("\n", 9) stream:raw_write("x", -1)
		stream:write("percent %s %d\n")
		stream:write("get_data type: " .. type(stream:get_data()) .. "\n")
		local data, length = stream:read()
		stream:write(("read: %q %d, then %q %d\n"):format(data:sub(1, 3), length, stream:read()))
		local st = freeswitch.Stream()
		st:write("own stream")
		stream:write("own stream get_data: " .. tostring(st:get_data()) .. " " .. freeswitch.Stream():get_data() .. "\n")`)
	want := `argc=2 first=a
session is nil, env is userdata lua
write(nil): true nil
12 <- write(12): true nil
raw <- raw_write: true nil
` + "a\x00\n" + `percent %s %d
get_data type: string
read: "a=1" 4, then "" 0
own stream get_data: own stream 
`
	if got := stream.Output(); got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

func TestAStreamHasAnEnd(t *testing.T) {
	lines := alone(t, luabind.Options{}, `
		print(stream, env)
		local st, mega = freeswitch.Stream(), ("x"):rep(2^20)
		print(pcall(function() for i = 1, 20 do st:write(mega) end end))
		print(pcall(freeswitch.Stream, 1))`)
	if got := strings.Join(lines, "\n"); !strings.HasPrefix(got, "nil\tnil\nfalse\ttest.lua:4: stream: more than 8388608 bytes\nfalse\tWrong arguments") {
		t.Error(got)
	}
}
