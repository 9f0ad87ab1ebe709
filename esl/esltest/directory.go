package esltest

import (
	"slices"
	"strconv"
	"strings"
)

func (sw *Switch) user(id string) *User {
	name, domain, _ := strings.Cut(id, "@")
	for i := range sw.world.Directory {
		if u := &sw.world.Directory[i]; u.Name == name && (domain == "" || domain == u.Domain) {
			return u
		}
	}
	return nil
}

func userDataAPI(c apiCall) string {
	a := words(c.arg, 3)
	u := c.sw.user(a[0])
	if u == nil {
		return ""
	}
	switch {
	case a[1] == "attr" && a[2] == "id":
		return u.Name
	case a[1] == "param" && a[2] == "password" && u.Params["password"] == "":
		return u.Password
	case a[1] == "param":
		return u.Params[a[2]]
	case a[1] == "var":
		return u.Variables[a[2]]
	}
	return ""
}

func userExistsAPI(c apiCall) string {
	a := words(c.arg, 3)
	return strconv.FormatBool(a[0] == "id" && c.sw.user(a[1]+"@"+a[2]) != nil)
}

// User is a user of the directory.
type User struct {
	Name, Domain string
	Password     string
	// Variables and Params are the user's, as user_data reads them.
	Variables map[string]string
	Params    map[string]string
	// Groups are those that the user is in.
	Groups []string
	// ESL is what the user may do on the event socket; without a password nothing.
	ESL ESLRights
}

// ESLRights are the rights of a directory user on the event socket.
type ESLRights struct {
	// Password is that of userauth; "" lets nobody in.
	Password string
	// Events and API are the types and subclasses of events, and the API commands, that the user may use; nil is all.
	Events, API []string
	// NoLog keeps the log from the user.
	NoLog bool
}

// inGroupAPI tells whether a user is in a group: user@domain group.
func inGroupAPI(c apiCall) string {
	a := words(c.arg, 2)
	u := c.sw.user(a[0])
	return strconv.FormatBool(u != nil && slices.Contains(u.Groups, a[1]))
}

// groupCallAPI makes the dial string of a group: name@domain, and +A for all at once, +F one after the other or +E in as
// many tries.
func groupCallAPI(c apiCall) string {
	id, order, _ := strings.Cut(c.arg, "+")
	legs := c.sw.groupLegs(strings.TrimSpace(id))
	if len(legs) == 0 {
		return "error/NO_ROUTE_DESTINATION"
	}
	var list []string
	for _, l := range legs {
		list = append(list, "user/"+l.address)
	}
	switch strings.ToUpper(order) {
	case "F":
		return strings.Join(list, "|")
	case "E":
		return strings.Join(list, ":_:")
	}
	return strings.Join(list, ",")
}
