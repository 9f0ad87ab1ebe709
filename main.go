// Eslua runs the call scripts of FreeSWITCH's mod_lua outside of the switch. See README.md.
package main

import (
	"context"
	"os"

	"eslua/internal/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), os.Args, cli.Terminal()))
}
