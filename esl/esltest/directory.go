package esltest

import (
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
	if a[1] == "param" {
		return u.Params[a[2]]
	}
	return u.Variables[a[2]]
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
	// ESL is what the user may do on the event socket; without a password nothing.
	ESL ESLRights
}

// ESLRights are the rights of a directory user on the event socket.
type ESLRights struct {
	Password string
	// Events and API are lists of words; nil is all.
	Events []string
	API    []string
	NoLog  bool
}
