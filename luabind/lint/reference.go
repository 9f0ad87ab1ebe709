package lint

import (
	"fmt"
	"strings"
)

// Reference is the documentation of eslua check as Markdown.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# eslua check

<!-- Made from the table in luabind/lint: go test ./luabind/lint -update -->

` + "`eslua check`" + ` finds what is wrong with call scripts without running them. It knows mod_lua's interface, the native one, the module ESL, the
[helper modules](modules.md), and what of mod_lua cannot work off the switch.

` + "```" + `
eslua check                                    the scripts below this directory
eslua check --scripts /etc/eslua/scripts       the scripts of a server: modules and paths are looked at, too
eslua check --scripts scripts scripts/ivr.lua  one script, with the others to know what they set
eslua check --sounds /usr/share/freeswitch/sounds/en/us/callie
` + "```" + `

Each finding is a line: file, line, column, code, text.

` + "```" + `
ivr.lua:12:9: unknown-method: freeswitch.Session has no method "awnser"; did you mean "answer"?
` + "```" + `

The exit status is 1 when there is an error or a warning; notes alone leave it 0. ` + "`--format json`" + ` writes an array of objects,
` + "`--format sarif`" + ` a SARIF 2.1 log. Lines and columns count from 1, columns in characters.

Scripts share their global variables, so a script is better checked together with those that load it. A single file is read together with the other files of its directory.
Where eslua check cannot know it says nothing: of globals in a file that uses ` + "`setfenv`" + ` or ` + "`_ENV`" + `, of methods of a value that comes from elsewhere, of names
that are put together when the script runs, of a module when there is a file of its name among the scripts, and of what scripts have put into a module's table themselves.

In files ` + "`*_test.lua`" + ` the words of [eslua test](testing.md) are known, and what a call can do that ` + "`place`" + ` has given.

## What it takes

| option | meaning |
|---|---|
| ` + "`--scripts DIR`" + ` | the directory of the scripts, as that of ` + "`eslua serve`" + `: ` + "`require`, `dofile` and `loadfile`" + ` load from there |
| ` + "`--read DIR`, `--write DIR`" + ` | directories that scripts may read, or also change, as those of ` + "`eslua serve`" + `; they count with ` + "`--scripts`" + ` |
| ` + "`--sounds DIR`" + ` | the directory of the prompts: that of a voice (` + "`sound_prefix`" + `), or up to three levels above it |
| ` + "`--format text\\|json\\|sarif`" + ` | how findings are written |

## Ignoring a finding

A comment on the line, or alone on the line above, ignores findings of its codes; at the top of the file, before any code, it does so for the whole file.
Behind a code may stand why.

` + "```lua" + `
-- eslua: ignore undefined-global set by the host program
session:execute("bridge", trunk) -- eslua: ignore off-box, undefined-global
` + "```" + `

## Codes

| code | severity | what is found | example |
|---|---|---|---|
`)
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", r.Code, r.Severity, r.Doc, r.Example)
	}
	b.WriteString(`
## In the editor

` + "`eslua types`" + ` writes annotation files for the Lua language server: what scripts can call, with parameters, results and documentation. mod_lua's interface is
in ` + "`freeswitch.lua` and `globals.lua`" + `, each module in the file of its name (` + "`eslua.lua`, `ESL.lua`, `http.lua`, `socket/http.lua`" + `, ...), the words of
` + "`eslua test` in `testing.lua`" + `. They are no modules: they belong into a directory of their own, not where ` + "`require`" + ` looks. In the editor's
` + "`.luarc.json`" + ` stands where they are, and which Lua it is: LuaJIT is the server's name for Lua 5.1 with ` + "`goto`" + ` and the escapes of 5.2.

` + "```json" + `
{
  "runtime.version": "LuaJIT",
  "runtime.builtin": { "bit": "disable", "ffi": "disable", "jit": "disable", "bit32": "enable", "utf8": "enable" },
  "workspace.library": ["types"]
}
` + "```" + `
`)
	return b.String()
}
