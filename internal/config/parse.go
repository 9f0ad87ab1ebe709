package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"
)

// one sets a field to what parse makes of the last text that was given. The error of parse goes on where the quoted text
// ends, as in: is not a number.
func one[T any](field func(*Config) *T, parse func(string) (T, error)) func(*Config, []given) error {
	return func(c *Config, values []given) (err error) {
		for _, g := range values {
			if *field(c), err = parsed(g, parse); err != nil {
				return err
			}
		}
		return nil
	}
}

// many sets a field to what parse makes of all texts that were given.
func many[T any](field func(*Config) *[]T, parse func(string) (T, error)) func(*Config, []given) error {
	return func(c *Config, values []given) error {
		var all []T
		for _, g := range values {
			v, err := parsed(g, parse)
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		*field(c) = all
		return nil
	}
}

func parsed[T any](g given, parse func(string) (T, error)) (T, error) {
	v, err := parse(g.text)
	if err != nil {
		err = fmt.Errorf("%s: %q %w", g.at, g.text, err)
	}
	return v, err
}

func hostPort(text string) (string, error) {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return "", errors.New("is not HOST:PORT")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", errors.New("has no port from 0 to 65535")
	}
	return text, nil
}

// loopback is an address that only programs on the same machine reach, as far as that is known before a name is looked up.
func loopback(text string) (string, error) {
	text, err := hostPort(text)
	if err != nil {
		return "", err
	}
	host, _, _ := net.SplitHostPort(text)
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && !ip.IsLoopback() {
		return "", errors.New("is no loopback address, as 127.0.0.1:8085")
	}
	return text, nil
}

func prefix(text string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, errors.New("is no network, as 10.0.0.0/8, and no address")
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// firstLine reads the first line of a file. Its error does not show what is in the file.
func firstLine(path string) (string, error) {
	b, err := os.ReadFile(path)
	var why *os.PathError
	switch {
	case errors.As(err, &why):
		return "", fmt.Errorf("cannot be read: %w", why.Err)
	case err != nil:
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	if line = strings.TrimRight(line, "\r"); line == "" {
		return "", errors.New("is empty")
	}
	return line, nil
}

func directory(text string) (string, error) {
	info, err := os.Stat(text)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", errors.New("does not exist")
	case err != nil:
		return "", fmt.Errorf("cannot be looked at: %w", err.(*os.PathError).Err)
	case !info.IsDir():
		return "", errors.New("is not a directory")
	}
	return filepath.Abs(text)
}

func scriptName(text string) (string, error) {
	if !filepath.IsLocal(text) {
		return "", errors.New("is not a path below the directory of the scripts")
	}
	return text, nil
}

// program is a command without a shell, whose program is there.
func program(text string) ([]string, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, errors.New("is empty")
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return nil, errors.New("begins with no program that can be run")
	}
	return words, nil
}

func boolean(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "on":
		return true, nil
	case "false", "no", "off":
		return false, nil
	}
	return false, errors.New("is neither true nor false")
}

func word(words ...string) func(string) (string, error) {
	return func(text string) (string, error) {
		if !slices.Contains(words, text) {
			return "", fmt.Errorf("is not one of %s", strings.Join(words, ", "))
		}
		return text, nil
	}
}

func count(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, errors.New("is not a whole number from 1")
	}
	return int(n), nil
}

func duration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errors.New("is no duration, as 500ms, 5s or 2m")
	}
	return d, nil
}

// longer is a duration that cannot be 0.
func longer(text string) (time.Duration, error) {
	d, err := duration(text)
	if err == nil && d == 0 {
		err = errors.New("is no time at all")
	}
	return d, err
}

func level(text string) (slog.Level, error) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	l, ok := levels[text]
	if !ok {
		return 0, errors.New("is not one of debug, info, warn, error")
	}
	return l, nil
}

func pattern(text string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(text)
	var syn *syntax.Error
	if errors.As(err, &syn) {
		return nil, fmt.Errorf("is no regular expression: %s", syn.Code)
	}
	return re, err
}
