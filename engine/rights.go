package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"eslua/internal/address"
	"eslua/luabind/vm"
	"eslua/scripts"
)

// Rights are what scripts may touch outside of their calls. The zero value is nothing but the scripts themselves, which can
// be read.
type Rights struct {
	// Read and Write are directories: what is in them may be read, or also changed.
	Read, Write []string
	// Env are the names of environment variables that may be read.
	Env []string
	// Commands are those that os.execute and io.popen may run, by their names. They are run without a shell, in the directory
	// of the process; a command with more to it than words, quotes and redirections to /dev/null is not run. With "*" everything is run,
	// by sh -c.
	Commands []string
	// HTTP are the addresses that the requests of scripts may reach.
	HTTP address.Set
	// ESL are the hosts and ports that the module ESL may connect to.
	ESL address.Set
}

// rights are Rights with their directories open.
type rights struct {
	dirs     []vm.Dir
	env      []string
	commands []string
}

// openRights opens the directories.
func openRights(r Rights) (*rights, error) {
	out := &rights{env: r.Env, commands: r.Commands}
	open := func(path string, write bool) error {
		absolute, err := filepath.Abs(path)
		var dir *os.Root
		if err == nil {
			dir, err = os.OpenRoot(path)
		}
		if err != nil {
			out.close()
			return fmt.Errorf("engine: %w", err)
		}
		out.dirs = append(out.dirs, vm.Dir{Path: filepath.ToSlash(absolute), Root: dir, Write: write})
		return nil
	}
	for _, path := range r.Write {
		if err := open(path, true); err != nil {
			return nil, err
		}
	}
	for _, path := range r.Read {
		if err := open(path, false); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *rights) close() {
	for _, d := range r.dirs {
		d.Root.Close()
	}
}

// machine is what a script of a generation may touch, and how much of it. Files beside the scripts are those of the generation's
// own directory, so that a swapped link gives new calls the new ones. call is the uuid of its call, or "".
func (e *Engine) machine(gen *scripts.Generation, call string) vm.Options {
	beside := vm.Dir{Path: filepath.ToSlash(gen.Root()), Root: gen.Dir()}
	m := vm.Options{
		Limits: e.opts.Limits, Watch: e.watch, Path: gen.Path(), Files: append(slices.Clip(e.rights.dirs), beside), Getenv: e.rights.getenv,
		Modules: e.loader,
		Source: func(name string) (*vm.Chunk, error) {
			f, err := gen.File(name)
			switch {
			case errors.Is(err, scripts.ErrNotFound), errors.Is(err, scripts.ErrOutside):
				return nil, fs.ErrNotExist
			case err != nil:
				return nil, err
			}
			return f.Chunk, nil
		},
	}
	if len(e.rights.commands) > 0 {
		m.Exec = e.rights.run
	}
	if e.opts.Machine != nil {
		e.opts.Machine(call, &m)
	}
	return m
}

func (r *rights) getenv(name string) (string, bool) {
	if !slices.Contains(r.env, name) {
		return "", false
	}
	return os.LookupEnv(name)
}

// notAllowed is the status with which a shell ends that may not run a command.
const notAllowed = 126

// run runs a command for a script.
func (r *rights) run(ctx context.Context, command string, stdin []byte) ([]byte, int, error) {
	var cmd *exec.Cmd
	switch words, ok := vm.SplitCommand(command); {
	case slices.Contains(r.commands, "*"):
		cmd = exec.CommandContext(ctx, "/bin/sh", "-c", command)
	case !ok || !slices.Contains(r.commands, words[0]):
		return nil, notAllowed, nil
	default:
		cmd = exec.CommandContext(ctx, words[0], words[1:]...)
	}
	var out output
	cmd.Stdin, cmd.Stdout = bytes.NewReader(stdin), &out
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return out.kept, exit.ExitCode(), nil
	}
	return out.kept, 0, err
}

// maxOutput is how much of what a command writes is kept, in bytes.
const maxOutput = 16 << 20

// output keeps the beginning of what a command writes.
type output struct{ kept []byte }

func (o *output) Write(b []byte) (int, error) {
	o.kept = append(o.kept, b[:min(len(b), maxOutput-len(o.kept))]...)
	return len(b), nil
}
