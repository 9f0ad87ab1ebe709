package config

import (
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"eslua/internal/address"
)

// Kind is what sort of flag an option is.
type Kind int

const (
	// Text is one text.
	Text Kind = iota
	// List may be given several times; in a variable its texts are parted by commas, in the file they are a list or one text.
	List
	// Bool is true or false; the flag alone means true.
	Bool
	// Structure can only stand in the file.
	Structure
)

// Option is one row of the table of options.
type Option struct {
	// Key is the key in the YAML file, with a dot between a section and what is in it.
	Key  string
	Kind Kind
	// Arg says what a value looks like, as HOST:PORT; "" for a Bool.
	Arg string
	// Default is the text that counts when nobody gives one, a list's texts parted by commas; "": none.
	Default string
	// Doc is one line, without a full stop.
	Doc string
	// Serve: it concerns the calls and requests of a server only, so that a command that runs one script has no flag for it.
	Serve bool

	set    func(*Config, []given) error           // for all but a Structure
	decode func(*Config, *file, *yaml.Node) error // for a Structure
}

// Flag is the name of the option's flag, without dashes in front; "" for a Structure.
func (o *Option) Flag() string {
	if o.Kind == Structure {
		return ""
	}
	return strings.NewReplacer("_", "-", ".", "-").Replace(o.Key)
}

// Env is the name of the option's variable; "" for a Structure.
func (o *Option) Env() string {
	if o.Kind == Structure {
		return ""
	}
	return "ESLUA_" + strings.ToUpper(strings.ReplaceAll(o.Key, ".", "_"))
}

// Options are all options, in the order of the documentation. A flag that is made of a row must leave the variable and
// the default to Load.
func Options() []Option {
	return []Option{
		{
			Key: "listen", Serve: true, Kind: List, Arg: "HOST:PORT", Default: "127.0.0.1:8084",
			Doc: "addresses on which calls are taken from the switch's `socket` application; without a host: on all addresses of the machine",
			set: many(func(c *Config) *[]string { return &c.Listen }, hostPort),
		},
		{
			Key: "allow", Serve: true, Kind: List, Arg: "CIDR",
			Doc: "networks or addresses of the switches that may connect; none: all that reach a listen address",
			set: many(func(c *Config) *[]netip.Prefix { return &c.Allow }, prefix),
		},
		{
			Key: "scripts", Arg: "DIR", Default: "./scripts",
			Doc: "directory of the scripts; a relative one starts at the working directory",
			set: one(func(c *Config) *string { return &c.Scripts }, directory),
		},
		{
			Key: "reload", Serve: true, Arg: "watch|poll|manual|off", Default: "watch",
			Doc: "how changed scripts are noticed: the system tells, they are looked at every second, on SIGHUP, or never; SIGHUP also works with the first two",
			set: one(func(c *Config) *string { return &c.Reload }, word("watch", "poll", "manual", "off")),
		},
		{
			Key: "reload_gate", Serve: true, Arg: "none|check|test", Default: GateNone,
			Doc: "what changed scripts must pass before they serve: nothing, `eslua check`, or the tests beside them; the old ones serve until they do",
			set: one(func(c *Config) *string { return &c.ReloadGate }, word(GateNone, GateCheck, GateTest)),
		},
		{
			Key: "default_script", Serve: true, Arg: "NAME",
			Doc: "script, below the directory of the scripts, of a call that names none and that no route takes",
			set: one(func(c *Config) *string { return &c.DefaultScript }, scriptName),
		},
		{
			Key: "routes", Kind: Structure, Arg: "list",
			Doc: "scripts of calls that name none, by variable, destination, context and caller; see below",
			decode: func(c *Config, f *file, n *yaml.Node) (err error) {
				c.Routes, err = f.routes(n)
				return err
			},
		},
		{
			Key: "inline", Serve: true, Kind: Bool, Default: "true",
			Doc: "whether a dialplan may give Lua code itself, as `~session:answer()`, in place of a script's name",
			set: one(func(c *Config) *bool { return &c.Inline }, boolean),
		},
		{
			Key: "esl.address", Arg: "HOST:PORT",
			Doc: "the switch's event socket, for scripts without a call and calls without `async full`",
			set: one(func(c *Config) *string { return &c.ESL.Address }, hostPort),
		},
		{
			Key: "esl.user", Arg: "USER@DOMAIN",
			Doc: "user of the directory to log in as; none: with the password of the event socket",
			set: one(func(c *Config) *string { return &c.ESL.User }, filled),
		},
		{
			Key: "esl.password", Arg: "TEXT",
			Doc: "password of the event socket; it is better kept in a file",
			set: one(func(c *Config) *string { return &c.ESL.Password }, filled),
		},
		{
			Key: "esl.password_file", Arg: "FILE",
			Doc: "file whose first line is the password of the event socket",
			set: one(func(c *Config) *string { return &c.ESL.Password }, firstLine),
		},
		{
			Key: "switches", Kind: Structure, Arg: "list",
			Doc: "event sockets of other switches, by name; see below",
			decode: func(c *Config, f *file, n *yaml.Node) (err error) {
				c.Switches, err = f.switches(n)
				return err
			},
		},
		{
			Key: "startup", Serve: true, Kind: List, Arg: "LINE",
			Doc: "scripts that are started with the server, each with its arguments as behind `luarun`",
			set: many(func(c *Config) *[]string { return &c.Startup }, filled),
		},
		{
			Key: "hooks", Kind: Structure, Arg: "list",
			Doc: "scripts that run for events of the switch; see below",
			decode: func(c *Config, f *file, n *yaml.Node) (err error) {
				c.Hooks, err = f.hooks(n)
				return err
			},
		},
		{
			Key: "xml_handler.listen", Serve: true, Arg: "HOST:PORT",
			Doc: "address on which requests of the switch's mod_xml_curl are served; none: they are not",
			set: one(func(c *Config) *string { return &c.XMLHandler.Listen }, hostPort),
		},
		{
			Key: "xml_handler.bindings", Kind: Structure, Arg: "mapping",
			Doc: "scripts with their arguments, by section of the switch's configuration; see below",
			decode: func(c *Config, f *file, n *yaml.Node) (err error) {
				c.XMLHandler.Bindings, err = f.bindings(n)
				return err
			},
		},
		{
			Key: "xml_handler.user", Serve: true, Arg: "NAME",
			Doc: "user of the basic authentication that a request has to give; none: no authentication",
			set: one(func(c *Config) *string { return &c.XMLHandler.User }, filled),
		},
		{
			Key: "xml_handler.password", Serve: true, Arg: "TEXT",
			Doc: "its password; it is better kept in a file",
			set: one(func(c *Config) *string { return &c.XMLHandler.Password }, filled),
		},
		{
			Key: "xml_handler.password_file", Serve: true, Arg: "FILE",
			Doc: "file whose first line is its password",
			set: one(func(c *Config) *string { return &c.XMLHandler.Password }, firstLine),
		},
		{
			Key: "xml_handler.allow", Serve: true, Kind: List, Arg: "CIDR", Default: "127.0.0.0/8,::1/128",
			Doc: "networks or addresses of the switches that may ask",
			set: many(func(c *Config) *[]netip.Prefix { return &c.XMLHandler.Allow }, prefix),
		},
		{
			Key: "xml_handler.timeout", Serve: true, Arg: "DURATION", Default: "10s",
			Doc: "how long the script of a request may take",
			set: one(func(c *Config) *time.Duration { return &c.XMLHandler.Timeout }, longer),
		},
		{
			Key: "xml_handler.max_requests", Serve: true, Arg: "N", Default: "100",
			Doc: "requests that may be served at the same time; one beyond is answered with status 503",
			set: one(func(c *Config) *int { return &c.XMLHandler.MaxRequests }, count),
		},
		{
			Key: "lua_http.listen", Serve: true, Arg: "HOST:PORT",
			Doc: "address on which scripts are run for HTTP requests, as the API command `lua` does; without a token it must be a loopback one; none: they are not",
			set: one(func(c *Config) *string { return &c.LuaHTTP.Listen }, hostPort),
		},
		{
			Key: "lua_http.token", Serve: true, Arg: "TEXT",
			Doc: "token that such a request has to give; it is better kept in a file",
			set: one(func(c *Config) *string { return &c.LuaHTTP.Token }, filled),
		},
		{
			Key: "lua_http.token_file", Serve: true, Arg: "FILE",
			Doc: "file whose first line is that token",
			set: one(func(c *Config) *string { return &c.LuaHTTP.Token }, firstLine),
		},
		{
			Key: "lua_http.timeout", Serve: true, Arg: "DURATION", Default: "1m",
			Doc: "how long the script of a request may take",
			set: one(func(c *Config) *time.Duration { return &c.LuaHTTP.Timeout }, longer),
		},
		{
			Key: "lua_http.max_requests", Serve: true, Arg: "N", Default: "100",
			Doc: "requests that may be served at the same time; one beyond is answered with status 503",
			set: one(func(c *Config) *int { return &c.LuaHTTP.MaxRequests }, count),
		},
		{
			Key: "read", Kind: List, Arg: "DIR",
			Doc: "directories that scripts may read, beside that of the scripts",
			set: many(func(c *Config) *[]string { return &c.Read }, directory),
		},
		{
			Key: "write", Kind: List, Arg: "DIR",
			Doc: "directories that scripts may read and change",
			set: many(func(c *Config) *[]string { return &c.Write }, directory),
		},
		{
			Key: "env", Kind: List, Arg: "NAME",
			Doc: "environment variables that scripts may read",
			set: many(func(c *Config) *[]string { return &c.Env }, filled),
		},
		{
			Key: "commands", Kind: List, Arg: "NAME",
			Doc: "commands that `os.execute` and `io.popen` may run, without a shell: a line may have words, quotes and redirections to `/dev/null`; `*` is all, with a shell",
			set: many(func(c *Config) *[]string { return &c.Commands }, filled),
		},
		{
			Key: "mailer", Arg: "COMMAND",
			Doc: "program with its arguments, between blanks, that sends the messages of `freeswitch.email`, as `/usr/sbin/sendmail -t`: it is run as the switch runs its mailer-app, with `-f`, the sender, these arguments and the recipient; none: they are not sent",
			set: one(func(c *Config) *[]string { return &c.Mailer }, program),
		},
		{
			Key: "http_allow", Kind: List, Arg: "HOST[:PORT]",
			Doc: "addresses that the HTTP requests of scripts may reach: networks and addresses, as `10.0.0.0/8:8080`, names, as `api.example.com:443`, `*.example.com` or `*`, where these lead to public addresses",
			set: many(func(c *Config) *[]address.Pattern { return &c.HTTPAllow }, address.Parse),
		},
		{
			Key: "databases.root", Arg: "DIR",
			Doc: "directory of the SQLite files that scripts may open; `sqlite://name` is `name.db` in it",
			set: one(func(c *Config) *string { return &c.Databases.Root }, directory),
		},
		{
			Key: "databases.names", Kind: Structure, Arg: "mapping",
			Doc: "databases by the names that scripts use as those of ODBC; see below",
			decode: func(c *Config, f *file, n *yaml.Node) (err error) {
				c.Databases.Names, err = f.databaseNames(n)
				return err
			},
		},
		{
			Key: "databases.network", Kind: List, Arg: "CIDR",
			Doc: "networks or addresses of the database servers that scripts may name themselves, as `pgsql://host=10.0.0.9 ...`; none: only those of `databases.names`",
			set: many(func(c *Config) *[]netip.Prefix { return &c.Databases.Network }, prefix),
		},
		{
			Key: "databases.max_open", Arg: "N", Default: "20",
			Doc: "connections that may be open to one database, for all calls together",
			set: one(func(c *Config) *int { return &c.Databases.MaxOpen }, count),
		},
		{
			Key: "databases.max_idle", Arg: "N", Default: "50",
			Doc: "connections that are kept for the next script, to all databases together",
			set: one(func(c *Config) *int { return &c.Databases.MaxIdle }, count),
		},
		{
			Key: "databases.idle", Arg: "DURATION", Default: "1m",
			Doc: "how long such a connection is kept",
			set: one(func(c *Config) *time.Duration { return &c.Databases.IdleTime }, longer),
		},
		{
			Key: "databases.open_timeout", Arg: "DURATION", Default: "5s",
			Doc: "how long a script waits for a connection",
			set: one(func(c *Config) *time.Duration { return &c.Databases.OpenTimeout }, longer),
		},
		{
			Key: "databases.query_timeout", Arg: "DURATION", Default: "10s",
			Doc: "how long one query may take",
			set: one(func(c *Config) *time.Duration { return &c.Databases.QueryTimeout }, longer),
		},
		{
			Key: "databases.max_result", Arg: "BYTES", Default: "33554432",
			Doc: "bytes that the rows of one query may have",
			set: one(func(c *Config) *int { return &c.Databases.MaxResult }, count),
		},
		{
			Key: "esl_allow", Kind: List, Arg: "HOST[:PORT]",
			Doc: "addresses, networks and names that connections of the module `ESL` may go to; inside of a private network an address or a network is needed",
			set: many(func(c *Config) *[]address.Pattern { return &c.ESLAllow }, address.Parse),
		},
		{
			Key: "limits.instructions", Arg: "N", Default: "200000000",
			Doc: "instructions that a script may carry out between two waits",
			set: one(func(c *Config) *int { return &c.Instructions }, count),
		},
		{
			Key: "limits.cpu", Arg: "DURATION", Default: "5s",
			Doc: "how long a script may compute between two waits",
			set: one(func(c *Config) *time.Duration { return &c.CPU }, duration),
		},
		{
			Key: "limits.memory", Arg: "BYTES", Default: "16777216",
			Doc: "bytes that a script may hold",
			set: one(func(c *Config) *int { return &c.Memory }, count),
		},
		{
			Key: "limits.wall", Arg: "DURATION", Default: "0s",
			Doc: "how long a script may run in all; 0: as long as it likes",
			set: one(func(c *Config) *time.Duration { return &c.Wall }, duration),
		},
		{
			Key: "degraded", Serve: true, Arg: "run|refuse", Default: DegradedRun,
			Doc: "what happens to a call whose dialplan line lacks `async full`: its script runs with less, or the dialplan goes on at once",
			set: one(func(c *Config) *string { return &c.Degraded }, word(DegradedRun, DegradedRefuse)),
		},
		{
			Key: "max_calls", Serve: true, Arg: "N", Default: "10000",
			Doc: "calls that may run at the same time; the dialplan of a call beyond goes on at once",
			set: one(func(c *Config) *int { return &c.MaxCalls }, count),
		},
		{
			Key: "after_hangup", Serve: true, Arg: "DURATION", Default: "60s",
			Doc: "how long a script may go on after its call has been hung up",
			set: one(func(c *Config) *time.Duration { return &c.AfterHangup }, duration),
		},
		{
			Key: "drain", Serve: true, Arg: "DURATION", Default: "5s",
			Doc: "how long calls may go on after a request to stop, before they are given back to their dialplans",
			set: one(func(c *Config) *time.Duration { return &c.Drain }, duration),
		},
		{
			Key: "admin", Serve: true, Arg: "HOST:PORT", Default: "127.0.0.1:8085",
			Doc: "loopback address that `eslua status`, `calls`, `trace`, `kill`, `reload` and `drain` talk to; `off`: none",
			set: one(func(c *Config) *string { return &c.Admin }, func(text string) (string, error) {
				if text == "off" {
					return "", nil
				}
				return loopback(text)
			}),
		},
		{
			Key: "log_format", Arg: "text|json", Default: LogText,
			Doc: "form of the log on standard error",
			set: one(func(c *Config) *string { return &c.LogFormat }, word(LogText, LogJSON)),
		},
		{
			Key: "log_level", Arg: "debug|info|warn|error", Default: "info",
			Doc: "what is not logged: all that is less than this",
			set: one(func(c *Config) *slog.Level { return &c.LogLevel }, level),
		},
	}
}
