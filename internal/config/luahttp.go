package config

import (
	"errors"
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
	return nil
}
