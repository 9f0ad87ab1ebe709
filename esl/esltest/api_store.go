package esltest

import (
	"slices"
	"strconv"
	"strings"
)

// storeAPIs are the commands of the key-value stores. Both have realms with keys and values, and little else in common.
func storeAPIs() []apiCommand {
	return []apiCommand{
		{name: "hash", run: good(func(c apiCall) string { return c.sw.hash.command(c.arg) })},
		{name: "db", run: good(func(c apiCall) string { return c.sw.db.command(c.arg) })},
		{name: "group", run: good(func(c apiCall) string { return c.sw.db.group(c.arg) })},
	}
}

// newStores are the stores as the world has them at the start.
func newStores(w World) (hashStore, dbStore) {
	h := make(hashStore)
	for realm, keys := range w.Hash {
		for key, value := range keys {
			h[realm+"_"+key] = value
		}
	}
	var d dbStore
	for _, realm := range sortedKeys(w.DB) {
		for _, key := range sortedKeys(w.DB[realm]) {
			d.rows = append(d.rows, dbRow{realm, key, w.DB[realm][key]})
		}
	}
	return h, d
}

// hashStore is that of mod_hash: by realm_key.
type hashStore map[string]string

const hashUsage = "-ERR Usage: hash insert|insert_ifempty|select|delete|delete_ifmatch/realm/key[/value]\n"

func (h hashStore) command(arg string) string {
	a := splitArgs(arg, '/', 4)
	if len(a) < 3 {
		return hashUsage
	}
	key := a[1] + "_" + a[2]
	old, there := h[key]
	switch what := strings.ToLower(a[0]); {
	case what == "select":
		return old
	case what == "delete" && there:
		delete(h, key)
		return "+OK\n"
	case what == "delete":
		return "-ERR Not found\n"
	case len(a) < 4:
		return hashUsage
	case what == "insert_ifempty" && there:
		return "-ERR key already exists\n"
	case what == "insert", what == "insert_ifempty":
		h[key] = a[3]
		return "+OK\n"
	case what == "delete_ifmatch" && !there:
		return "-ERR Not found\n"
	case what == "delete_ifmatch" && old != a[3]:
		return "-ERR Doesn't match\n"
	case what == "delete_ifmatch":
		delete(h, key)
		return "+OK\n"
	}
	return hashUsage
}

// dbStore is that of mod_db: a table with rows in the order in which they were inserted.
type dbStore struct {
	rows   []dbRow
	groups []dbRow // a group and a dial string
}

type dbRow struct{ realm, key, value string }

// dbValue is how long a value can be that is read from it.
const dbValue = 255

func (d *dbStore) command(arg string) string {
	a := splitArgs(arg, '/', 4)
	n := len(a)
	a = append(a, "", "", "", "")
	realm, key := a[1], a[2]
	here := func(r dbRow) bool { return r.realm == realm && r.key == key }
	i := slices.IndexFunc(d.rows, here)
	switch what := strings.ToLower(a[0]); {
	case what == "insert" && n >= 4:
		d.rows = append(slices.DeleteFunc(d.rows, here), dbRow{realm, key, a[3]})
		return "+OK"
	case what == "delete" && n >= 2:
		d.rows = slices.DeleteFunc(d.rows, here)
		return "+OK"
	case what == "select" && n >= 3 && i >= 0:
		return truncate(d.rows[i].value, dbValue)
	case what == "select" && n >= 3:
		return ""
	case what == "exists" && n >= 3:
		return strconv.FormatBool(i >= 0 && d.rows[i].value != "")
	case what == "count" && n < 2:
		return itoa(len(d.realms()))
	case what == "count" && n < 3:
		return itoa(len(d.keys(realm)))
	case what == "list" && n < 2:
		return strings.Join(d.realms(), ",")
	case what == "list" && n < 3:
		return strings.Join(d.keys(realm), ",")
	}
	return "!err!"
}

// group carries out insert:group:url, delete:group:url (* is all) and call:group[:order|multi].
func (d *dbStore) group(arg string) string {
	a := splitArgs(arg, ':', 4)
	n := len(a)
	a = append(a, "", "", "")
	name, url := a[1], a[2]
	remove := func() {
		d.groups = slices.DeleteFunc(d.groups, func(r dbRow) bool { return r.realm == name && (r.key == url || url == "*") })
	}
	switch what := strings.ToLower(a[0]); {
	case what == "insert" && n >= 3:
		remove()
		d.groups = append(d.groups, dbRow{realm: name, key: url})
		return "+OK"
	case what == "delete" && n >= 3:
		remove()
		return "+OK"
	case what == "call" && n >= 2:
		how := ","
		if strings.EqualFold(url, "order") {
			how = "|"
		} else if strings.EqualFold(url, "multi") {
			how = ":_:"
		}
		var urls []string
		for _, r := range d.groups {
			if r.realm == name {
				urls = append(urls, r.key)
			}
		}
		return strings.Join(urls, how)
	}
	return "!err!"
}

func (d *dbStore) realms() []string {
	var list []string
	for _, r := range d.rows {
		if !slices.Contains(list, r.realm) {
			list = append(list, r.realm)
		}
	}
	return list
}

func (d *dbStore) keys(realm string) []string {
	var list []string
	for _, r := range d.rows {
		if r.realm == realm {
			list = append(list, r.key)
		}
	}
	return list
}
