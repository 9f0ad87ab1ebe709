package config

import (
	"errors"
	"fmt"
	"time"
)

// LuaHTTP says how scripts are run for those that ask over HTTP.
type LuaHTTP struct {
	Listen      string // host:port; "": not at all
	Token       string // "": none, on loopback addresses only
	Timeout     time.Duration
	MaxRequests int
}

// check finds what does not fit together.
func (h *LuaHTTP) check() []error {
	if h.Listen == "" && h.Token != "" {
		return []error{errors.New("lua_http.token is given without lua_http.listen")}
	}
	if h.Listen != "" && h.Token == "" {
		if _, err := loopback(h.Listen); err != nil {
			return []error{fmt.Errorf("lua_http.listen: %q is no loopback address, so that it needs lua_http.token_file", h.Listen)}
		}
	}
	return nil
}
