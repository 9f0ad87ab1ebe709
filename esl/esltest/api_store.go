package esltest

import (
	"strconv"
	"strings"
)

// storeAPIs are the commands of the key-value stores: hash and db, which differ in little but their answers.
func storeAPIs() []apiCommand {
	return []apiCommand{
		{name: "hash", run: good(func(c apiCall) string { return c.store("hash", "+OK\n") })},
		{name: "db", run: good(func(c apiCall) string { return c.store("db", "+OK") })},
	}
}

// store carries out command/realm/key/value.
func (c apiCall) store(which, ok string) string {
	a := strings.SplitN(c.arg, "/", 4)
	for len(a) < 4 {
		a = append(a, "")
	}
	key := which + "/" + a[1] + "/" + a[2]
	switch a[0] {
	case "insert":
		c.sw.stores[key] = a[3]
		return ok
	case "insert_ifempty":
		if _, there := c.sw.stores[key]; there {
			return "-ERR key already exists\n"
		}
		c.sw.stores[key] = a[3]
		return ok
	case "delete":
		delete(c.sw.stores, key)
		return ok
	case "select":
		return c.sw.stores[key]
	case "exists":
		_, there := c.sw.stores[key]
		return strconv.FormatBool(there)
	}
	return "-ERR Usage: " + which + " [insert|delete|select|exists]/<realm>/<key>/<val>\n"
}
