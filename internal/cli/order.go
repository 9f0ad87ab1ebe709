package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// optionsFirst moves the options of a command line in front of the arguments of its command, as the flag package looks for none
// behind the first argument. What stands behind -- is no option, and left alone are commands whose further arguments are those of a
// script.
func optionsFirst(args []string, commands []*cli.Command) []string {
	if len(args) < 2 || args[len(args)-1] == "--generate-bash-completion" {
		return args
	}
	at := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[1]) })
	if at < 0 || strings.HasPrefix(commands[at].ArgsUsage, scriptArgs) {
		return args
	}
	options, rest := slices.Clone(args[:2]), []string(nil)
	for i := 2; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		options = append(options, arg)
		if takesValue(commands[at], arg) {
			if i++; i == len(args) {
				return options // the error is that the last one lacks its value
			}
			options = append(options, args[i])
		}
	}
	return slices.Concat(options, []string{"--"}, rest)
}

// scriptArgs begins the usage of a command that gives its further arguments to a script.
const scriptArgs = "SCRIPT"

// takesValue tells whether the value of an option is the argument behind it.
func takesValue(c *cli.Command, option string) bool {
	name := strings.TrimLeft(option, "-")
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), name) {
			_, alone := f.(*cli.BoolFlag)
			return !alone
		}
	}
	return false
}
