package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"eslua/engine"
	"eslua/engine/admin"
)

// adminAddress is that of a server that was told none.
const adminAddress = "127.0.0.1:8085"

// adminCommands talk to a running server.
func adminCommands(w World) []*cli.Command {
	flags := []cli.Flag{
		&cli.StringFlag{Name: "admin", Value: adminAddress, EnvVars: []string{"ESLUA_ADMIN"}, Usage: "the server's admin `ADDRESS`"},
		&cli.BoolFlag{Name: "json", Usage: "print what the server says as JSON", DisableDefaultText: true},
	}
	command := func(name, args, usage string, wanted int, action func(c *cli.Context, a *adminClient) error) *cli.Command {
		return &cli.Command{
			Name: name, Usage: usage, ArgsUsage: args, Flags: flags, OnUsageError: usageError,
			Action: func(c *cli.Context) error {
				switch first := c.Args().First(); {
				case wanted == 0 && c.Args().Present():
					return fmt.Errorf("%w: %s takes no arguments, got %q", errUsage, name, first)
				case wanted == 1 && (c.Args().Len() != 1 || first == ""):
					return fmt.Errorf("%w: %s takes the uuid of a call, or the beginning of one; eslua calls lists them", errUsage, name)
				}
				ctx, stop := untilSignal(c.Context, w)
				defer stop()
				c.Context = ctx
				err := action(c, &adminClient{c, w})
				if err != nil && ctx.Err() != nil {
					return context.Cause(ctx)
				}
				return err
			},
		}
	}
	return []*cli.Command{
		command("status", " ", "show what a running server does", 0, showStatus),
		command("calls", " ", "list the calls of a running server", 0, showCalls),
		command("trace", "UUID", "show what goes between a running server and the switch for a call", 1, showTrace),
		command("kill", "UUID", "end the script of a call, which goes on in its dialplan", 1, orderKill),
		command("reload", " ", "have a running server look at its scripts", 0, orderReload),
		command("drain", " ", "have a running server take no more calls and stop, as SIGTERM does", 0, orderDrain),
	}
}

// adminClient asks a running server.
type adminClient struct {
	c *cli.Context
	w World
}

// do sends a request. Its error says what the server says.
func (a *adminClient) do(method, path string) (*http.Response, error) {
	address := a.c.String("admin")
	req, err := http.NewRequestWithContext(a.c.Context, method, "http://"+address+path, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: --admin %q is no address", errUsage, address)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, fmt.Errorf("no server answers at the admin address %s: %w", address, err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
		return nil, errors.New(printableLines(strings.TrimSpace(string(text))))
	}
	return resp, nil
}

// ask sends a request and reads its answer, which is printed as it is with --json; then it reports false.
func (a *adminClient) ask(method, path string, into any) (bool, error) {
	resp, err := a.do(method, path)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if a.c.Bool("json") {
		_, err := io.Copy(a.w.Out, resp.Body)
		return false, err
	}
	return true, json.NewDecoder(resp.Body).Decode(into)
}

func showStatus(_ *cli.Context, a *adminClient) error {
	var s admin.Status
	if ok, err := a.ask(http.MethodGet, "/status", &s); !ok || err != nil {
		return err
	}
	fmt.Fprintf(a.w.Out, "%s, up for %v", s.Version, time.Since(s.Began).Round(time.Second))
	if s.Stops {
		fmt.Fprint(a.w.Out, ", stopping: it takes no more calls")
	}
	fmt.Fprintln(a.w.Out)
	limit := "without limit"
	if s.Max > 0 {
		limit = fmt.Sprintf("of %d", s.Max)
	}
	fmt.Fprintf(a.w.Out, "calls: %d %s; %d have ended, %d of them failed, %d by a limit; %d events dropped\n", s.Calls, limit,
		s.Since.Calls, s.Since.Failed, s.Since.Limited, s.Since.Dropped)
	fmt.Fprintf(a.w.Out, "limits: %d instructions and %v of computing between two waits, %d bytes", s.Limits.Instructions, s.Limits.CPU, s.Limits.Memory)
	if s.Limits.Wall > 0 {
		fmt.Fprintf(a.w.Out, ", %v in all", s.Limits.Wall)
	}
	fmt.Fprintln(a.w.Out)
	fmt.Fprintf(a.w.Out, "scripts: %s, %d files, generation %d since %s, reload %s\n", s.Scripts.Root, s.Scripts.Files, s.Scripts.Generation,
		s.Scripts.Since.Format(time.DateTime), s.Scripts.Mode)
	for _, problem := range [][2]string{{"not watched", s.Scripts.Fallback}, {"refused", s.Scripts.Refused}} {
		if problem[1] != "" {
			fmt.Fprintf(a.w.Out, "  %s: %s\n", problem[0], strings.ReplaceAll(printableLines(problem[1]), "\n", "\n    "))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(s.Scripts.Broken)) {
		fmt.Fprintf(a.w.Out, "  broken: %s\n", admin.Printable(s.Scripts.Broken[path]))
	}
	return nil
}

// printableLines is admin.Printable for a text of several lines.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = admin.Printable(line)
	}
	return strings.Join(lines, "\n")
}

func showCalls(_ *cli.Context, a *adminClient) error {
	var calls []engine.CallInfo
	if ok, err := a.ask(http.MethodGet, "/calls", &calls); !ok || err != nil {
		return err
	}
	t := tabwriter.NewWriter(a.w.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "UUID\tLASTS\tFROM\tTO\tSCRIPT")
	for _, c := range calls {
		fmt.Fprintf(t, "%s\t%v\t%s\t%s\t%s\n", c.UUID, c.Lasts.Round(time.Second), admin.Printable(c.From), admin.Printable(c.To), admin.Printable(c.Script))
	}
	return t.Flush()
}

func showTrace(c *cli.Context, a *adminClient) error {
	resp, err := a.do(http.MethodGet, "/calls/"+url.PathEscape(c.Args().First())+"/trace")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(a.w.Out, resp.Body)
	return err
}

func orderKill(c *cli.Context, a *adminClient) error {
	var text string
	if ok, err := a.ask(http.MethodPost, "/calls/"+url.PathEscape(c.Args().First())+"/kill", &text); !ok || err != nil {
		return err
	}
	fmt.Fprintln(a.w.Out, text)
	return nil
}

func orderReload(_ *cli.Context, a *adminClient) error {
	var generation uint64
	if ok, err := a.ask(http.MethodPost, "/reload", &generation); !ok || err != nil {
		return err
	}
	fmt.Fprintf(a.w.Out, "generation %d serves\n", generation)
	return nil
}

func orderDrain(_ *cli.Context, a *adminClient) error {
	var text string
	if ok, err := a.ask(http.MethodPost, "/drain", &text); !ok || err != nil {
		return err
	}
	fmt.Fprintln(a.w.Out, text)
	return nil
}
