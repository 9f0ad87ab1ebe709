package config

import (
	"fmt"
	"strings"
)

// Example is a YAML file that uses most options. It stands in the reference.
const Example = `listen:
  - 10.0.0.5:8084
allow: [10.0.0.0/24, 127.0.0.1]
scripts: /usr/share/eslua/scripts
default_script: welcome.lua
max_calls: 2000
log_format: json

hooks:
  - event: CHANNEL_HANGUP_COMPLETE
    script: cdr.lua
databases:
  root: /var/lib/eslua
  names:
    fusionpbx: pgsql://host=10.0.0.9 user=fusionpbx password=... dbname=fusionpbx
    asterisk: mariadb://Server=10.0.0.9;Database=asterisk;Uid=lua;Pwd=...
xml_handler:
  listen: 10.0.0.5:8085
  allow: [10.0.0.0/24]
  user: switch
  password_file: /etc/eslua/xml-password
  bindings:
    directory: xml/directory.lua
    dialplan: app.lua xml_handler
esl:
  address: 127.0.0.1:8021
  password_file: /etc/eslua/password
switches:
  - name: berlin
    address: 10.0.1.5:8021
    password_file: /etc/eslua/berlin-password

# The script of a call whose dialplan line names none: the first route that takes the call counts.
routes:
  - destination: ^5\d\d$
    context: default
    script: ivr/main.lua
    args: 1000 'two words'
  - variable: {company: ^acme$, language: ^(de|fr)$}
    caller: ^\+49
    script: acme/welcome.lua
`

const preamble = `# Configuration

<!-- Made from the table in internal/config: go test ./internal/config -update -->

Each option is a key of the YAML file (` + "`eslua serve --config FILE`" + `), an environment variable and a flag. A flag counts more
than its variable, that more than the file, that more than the default. In a variable the texts of a list are parted by
commas; as a flag it is given several times. A variable that is set to nothing counts as not set.

An unknown key, a bad value or a missing directory is an error that names the place and the value; eslua ends with exit
status 78 then.

`

const routesReference = `
## Routes

A call whose dialplan line names a script (` + "`socket 10.0.0.5:8084 async full ivr/main.lua 1000`" + `) gets it. For the others
the routes are gone through from the top; the first one of which all conditions are fulfilled gives the script, and else
it is ` + "`default_script`" + `. A route without conditions takes every call. Regular expressions are those of Go (RE2) and match
anywhere in the text unless ` + "`^` and `$`" + ` tie them to its ends.

| key | meaning |
|---|---|
| ` + "`script`" + ` | the script, below the directory of the scripts |
| ` + "`args`" + ` | its arguments, as they would stand behind it in the dialplan |
| ` + "`destination`" + ` | regular expression for the number that was dialled |
| ` + "`context`" + ` | the dialplan context, exactly |
| ` + "`caller`" + ` | regular expression for the caller's number |
| ` + "`variable`" + ` | regular expressions for channel variables, by name; one that is not set is an empty text |

## Hooks

A hook runs a script, without a call, for each event of a type. The script finds the event in the global ` + "`event`" + `. Hooks of
one channel run one after the other. They need ` + "`esl.address`" + `, or the name of one of ` + "`switches`" + `.

| key | meaning |
|---|---|
| ` + "`event`" + ` | the type, as ` + "`CHANNEL_HANGUP_COMPLETE`" + ` |
| ` + "`subclass`" + ` | the subclass of a ` + "`CUSTOM`" + ` event |
| ` + "`script`" + ` | the script, below the directory of the scripts |
| ` + "`switch`" + ` | the name of the switch whose events are meant, and that the script works with; none: that of ` + "`esl.address`" + ` |

## Switches

` + "`esl.address`" + ` is the switch that scripts without a call, and calls without ` + "`async full`" + `, work with. Others stand under ` + "`switches`" + ` with a name: a
script gets one with ` + "`require(\"eslua\").switch(\"berlin\")`" + ` ([native-api.md](native-api.md#eslua)), a hook with its key ` + "`switch`" + `, and ` + "`eslua run --switch berlin`" + `
runs a script with it in place of ` + "`esl.address`" + `. Connections are made when a script first needs them.

| key | meaning |
|---|---|
| ` + "`name`" + ` | the name |
| ` + "`address`" + ` | HOST:PORT of its event socket |
| ` + "`user`" + ` | user of the directory to log in as; none: with the password of the event socket |
| ` + "`password_file`" + ` | file whose first line is the password |

## HTTP

Without ` + "`http_allow`" + ` scripts send no HTTP request anywhere. A row is an address or a network (` + "`10.1.2.3`, `10.0.0.0/8:8080`, `[::1]:80`" + `), or a
name (` + "`api.example.com:443`, `*.example.com`, `*`" + `); without a port it holds for all. What a name leads to is looked up for each connection, and redirects
are held to the same rows. A name allows public addresses only: what is inside of your network needs a row with its address.

## Databases

A script opens ` + "`sqlite://name`" + ` (below ` + "`databases.root`" + `), ` + "`sqlite://memory://name`" + `, a database server that it names itself,
as far as ` + "`databases.network`" + ` allows that, or a name of ` + "`databases.names`" + `: ` + "`freeswitch.Dbh(\"odbc://fusionpbx:user:password\")`" + ` and
` + "`freeswitch.Dbh(\"fusionpbx:user:password\")`" + ` lead to what stands there under ` + "`fusionpbx`" + `. A user and a password that the script
gives count more than those that stand there. The forms are ` + "`sqlite://`" + ` with a path, also outside of the root, ` + "`pgsql://`" + ` with a
connection string or the rest of a URL as libpq takes them, and ` + "`mariadb://`" + ` with ` + "`Server=..;Port=..;Database=..;Uid=..;Pwd=..`" + ` or
` + "`user:password@host:port/database`" + `. Errors and the log never show them. Keep a file with passwords readable by eslua alone.
A connection string of a script names no files (` + "`passfile`, `service`, `sslkey`" + ` and their like), and gets no password and no certificate of the process.

## XML handler

Scripts that mod_lua runs as its XML handler (` + "`xml-handler-script`" + `, ` + "`xml-handler-bindings`" + `) answer the switch over HTTP. In
xml_curl.conf.xml of the switch:

` + "```xml" + `
<binding name="eslua">
  <param name="gateway-url" value="http://10.0.0.5:8085/" bindings="directory|dialplan"/>
  <param name="gateway-credentials" value="switch:password"/>
  <param name="timeout" value="10"/>
</binding>
` + "```" + `

` + "`xml_handler.bindings`" + ` names a script for each section: configuration, directory, dialplan, languages, phrases, chatplan or channels. The
path of the address does not matter. A script finds the table ` + "`XML_REQUEST`" + ` (` + "`section`, `tag_name`, `key_name`, `key_value`" + `) and the event
` + "`params`" + ` with all fields of the request, and sets ` + "`XML_STRING`" + `. Without that, and for other sections, the switch is told that there is
nothing, and goes on with its next binding and its own files. When a script fails (status 500), takes longer than
` + "`xml_handler.timeout`" + ` (504) or cannot be run at once (503) the switch logs that, too.

## Scripts over HTTP

With ` + "`lua_http.listen`" + ` a program can run a script as the API command ` + "`lua`" + ` does, and reads what the script writes to ` + "`stream`" + `:

` + "```sh" + `
curl "http://127.0.0.1:8086/lua/reports/calls.lua?1000%20'two%20words'&format=json"
curl -H "Authorization: Bearer $TOKEN" --data-urlencode 'note=50% & more' http://10.0.0.5:8086/lua/note.lua?1000
` + "```" + `

Behind ` + "`/lua/`" + ` stands the script, behind the question mark its arguments as in a dialplan (a space is ` + "`%20`" + `, a plus sign is one), then
fields. These, and those of a form in the body, are headers of the event ` + "`env`" + `, with what is known of the request under the names that
mod_xml_rpc uses (` + "`HTTP-URI`, `HTTP-QUERY`, `HTTP-HOST`, `HTTP-USER-AGENT`" + `, ...). ` + "`stream:read()`" + ` gives the body. The addresses of mod_xml_rpc itself
(` + "`/api/lua?calls.lua%201000`, `/webapi/lua?...`" + `) work, too, and so does a script that begins with writing
` + "`Content-Type: text/html`" + ` and an empty line. When a script fails or is not there the answer is ` + "`-ERR Cannot execute script`" + ` with status 500; it is 504
after ` + "`lua_http.timeout`" + `, 503 beyond ` + "`lua_http.max_requests`" + ` or while eslua stops, and 401 without the token.

Whoever may ask can run every script. Without a token only programs on the same machine may, and no web page in a browser on it. The token
goes over the network as it is: put a proxy with TLS in front where others could listen.

## Example

`

// Reference is the documentation of all options as Markdown.
func Reference() string {
	var b strings.Builder
	b.WriteString(preamble)
	b.WriteString("| key | flag | variable | default | meaning |\n|---|---|---|---|---|\n")
	for _, o := range Options() {
		key, flag, env := code(o.Key), "", code(o.Env())
		switch o.Kind {
		case Structure:
		case Bool:
			flag = code("--" + o.Flag() + "=false")
		default:
			flag = code("--" + o.Flag() + " " + o.Arg)
		}
		if o.Kind == List {
			key += " (list)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", key, flag, env, code(o.Default), o.Doc)
	}
	b.WriteString(routesReference + "```yaml\n" + Example + "```\n")
	return b.String()
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
}
