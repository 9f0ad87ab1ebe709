package scripttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl/esltest"
	"eslua/luabind"
	"eslua/luabind/dbh"
	"eslua/luabind/vm"
)

// question is asked of a function of the test by the switch or by a script, which wait for the answer and hold the clock
// meanwhile. Only the goroutine of the test can call it: it does so wherever it waits.
type question struct {
	fn    *lua.LFunction
	args  func(l *lua.LState) []lua.LValue
	reply chan lua.LValue
}

func (s *stage) ask(fn *lua.LFunction, args func(l *lua.LState) []lua.LValue) lua.LValue {
	q := &question{fn, args, make(chan lua.LValue, 1)}
	s.asked <- q
	s.waiter.Wake()
	return <-q.reply
}

// answer answers what has been asked. It runs in the goroutine of the test.
func (s *stage) answer() {
	for {
		select {
		case q := <-s.asked:
			f := s.file
			s.busy = true
			results, err := f.state.Results(f.l, q.fn, q.args(f.l)...)
			s.busy = false
			if err != nil {
				s.problems = append(s.problems, fmt.Errorf("a stand-in failed: %w", err))
				results = nil
			}
			reply := lua.LValue(lua.LNil)
			if len(results) > 0 {
				reply = results[0]
			}
			q.reply <- reply
		default:
			return
		}
	}
}

// value is the answer of a stand-in.
func (s *stage) value(in *standIn, args func(l *lua.LState) []lua.LValue) lua.LValue {
	if in.answer == nil {
		return in.text
	}
	return s.ask(in.answer, args)
}

// best finds the stand-in that says most of what is asked for; of equal ones the last.
func best(list []standIn, fits func(what string) bool) *standIn {
	var found *standIn
	for i := range list {
		if fits(list[i].what) && (found == nil || len(list[i].what) >= len(found.what)) {
			found = &list[i]
		}
	}
	return found
}

// api answers an API command of the switch.
func (s *stage) api(name, arg string) (string, bool) {
	line := strings.TrimSpace(name + " " + arg)
	in := best(s.set.apis, func(what string) bool { return line == what || strings.HasPrefix(line, what+" ") })
	if in == nil {
		if name == "curl" && len(s.set.pages) > 0 {
			p := s.page("GET", firstWord(arg), "", nil)
			return p.body, true
		}
		return "", false
	}
	text, _ := vm.Text(s.value(in, func(*lua.LState) []lua.LValue {
		return []lua.LValue{lua.LString(strings.TrimSpace(strings.TrimPrefix(line, in.what))), lua.LString(line)}
	}))
	return text, true
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return word
}

// applications are those of the test: each answers with a table of seconds that it takes, vars that it sets, execute, hangup.
func (s *stage) applications() map[string]func(esltest.Application) {
	all := map[string]func(esltest.Application){"curl": s.curl}
	for i := range s.set.apps {
		in := &s.set.apps[i]
		all[strings.ToLower(in.what)] = func(a esltest.Application) {
			t, ok := s.value(in, func(*lua.LState) []lua.LValue { return []lua.LValue{lua.LString(a.Arg)} }).(*lua.LTable)
			if !ok {
				return
			}
			if n, ok := vm.Number(t.RawGetString("seconds")); ok {
				a.Wait(seconds(n))
			}
			if vars, ok := t.RawGetString("vars").(*lua.LTable); ok {
				vars.ForEach(func(k, v lua.LValue) { a.Set(lua.LVAsString(k), lua.LVAsString(v)) })
			}
			if text, ok := vm.Text(t.RawGetString("response")); ok {
				a.Respond(text)
			}
			if cause, ok := vm.Text(t.RawGetString("hangup")); ok {
				a.Hangup(cause)
			}
		}
	}
	return all
}

// curl is the application of that name: its variables are those of mod_curl.
func (s *stage) curl(a esltest.Application) {
	p := s.page("GET", firstWord(a.Arg), "", nil)
	a.Set("curl_response_code", strconv.Itoa(p.status))
	a.Set("curl_response_data", p.body)
}

// page is what a web server answers.
type page struct {
	status int
	body   string
	header http.Header
}

var errNoPage = errors.New("the test has no stand-in for it")

// page asks the stand-ins for a page. There is none when its status is 0.
func (s *stage) page(method, url, body string, header http.Header) page {
	in := best(s.set.pages, func(what string) bool {
		if m, rest, ok := strings.Cut(what, " "); ok {
			if m != method {
				return false
			}
			what = rest
		}
		return url == what || strings.HasPrefix(url, what) && (strings.HasSuffix(what, "/") || url[len(what)] == '?')
	})
	if in == nil {
		return page{}
	}
	v := s.value(in, func(l *lua.LState) []lua.LValue {
		request, headers := l.NewTable(), l.NewTable()
		for name := range header {
			headers.RawSetString(strings.ToLower(name), lua.LString(header.Get(name)))
		}
		for name, v := range map[string]lua.LValue{"method": lua.LString(method), "url": lua.LString(url), "body": lua.LString(body), "headers": headers} {
			request.RawSetString(name, v)
		}
		return []lua.LValue{request}
	})
	p := page{status: 200, header: make(http.Header)}
	if text, ok := vm.Text(v); ok {
		p.body = text
		return p
	}
	t, ok := v.(*lua.LTable)
	if !ok {
		return page{}
	}
	if n, ok := vm.Number(t.RawGetString("status")); ok {
		p.status = int(n)
	}
	p.body, _ = vm.Text(t.RawGetString("body"))
	if headers, ok := t.RawGetString("headers").(*lua.LTable); ok {
		headers.ForEach(func(k, v lua.LValue) { p.header.Set(lua.LVAsString(k), lua.LVAsString(v)) })
	}
	return p
}

// transport carries the requests of scripts to the stand-ins, and nowhere else.
type transport struct{ stage *stage }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	p := t.stage.page(req.Method, req.URL.String(), body, req.Header)
	t.stage.note(entry{kind: otherKind, who: theScript, text: fmt.Sprintf("requests %s %s: %d", req.Method, req.URL, p.status)})
	if p.status == 0 {
		return nil, errNoPage
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", p.status, http.StatusText(p.status)), StatusCode: p.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: p.header, Body: io.NopCloser(strings.NewReader(p.body)), ContentLength: int64(len(p.body)), Request: req,
	}, nil
}

// errMail: a function of the test has given false.
var errMail = errors.New("the test refuses it")

// mail takes a message that a script sends.
func (s *stage) mail(_ context.Context, m luabind.Mail) error {
	s.note(entry{kind: otherKind, who: theScript, text: "mails " + m.To})
	if s.set.mail == nil {
		return nil
	}
	taken := s.value(s.set.mail, func(l *lua.LState) []lua.LValue {
		t := l.NewTable()
		for name, v := range map[string]string{"from": m.From, "to": m.To, "text": string(m.Text)} {
			t.RawSetString(name, lua.LString(v))
		}
		return []lua.LValue{t}
	})
	if taken == lua.LFalse {
		return errMail
	}
	return nil
}

// databaseWord runs SQL in a database of the test, which is made when it is not there.
func databaseWord(f *file, l *lua.LState) int {
	name, sql := vm.CheckString(l, 1), vm.CheckString(l, 2)
	if f.test == nil {
		f.change(func(set *settings) { set.sql = append(set.sql, [2]string{name, sql}) })
		return 0
	}
	if _, err := f.sql(f.test.set, name, sql); err != nil {
		vm.Raise(l, fmt.Sprintf("database %s: %v", name, err))
	}
	return 0
}

// queryWord gives the rows of a query, each a table of texts by the names of the columns.
func queryWord(f *file, l *lua.LState) int {
	if f.test == nil {
		vm.Raise(l, "query stands in a test")
	}
	name, sql := vm.CheckString(l, 1), vm.CheckString(l, 2)
	if f.test.last != nil {
		f.test.last.settle()
	}
	rows, err := f.sql(f.test.set, name, sql)
	if err != nil {
		vm.Raise(l, fmt.Sprintf("database %s: %v", name, err))
	}
	t := l.NewTable()
	for _, columns := range rows {
		row := l.NewTable()
		for _, c := range columns {
			if !c.Null {
				row.RawSetString(c.Name, lua.LString(c.Text))
			}
		}
		t.Append(row)
	}
	l.Push(t)
	return 1
}

// sql runs statements in a database of the test.
func (f *file) sql(set *settings, name, sql string) (rows [][]dbh.Column, err error) {
	pools := dbh.New(dbh.Options{Root: set.folder(f.run), MakeRoot: true})
	defer pools.Close()
	if !strings.Contains(name, "://") {
		name = "sqlite://" + name
	}
	h, err := pools.Open(context.Background(), name, "", "")
	if err != nil {
		return nil, err
	}
	defer h.Release()
	err = h.Query(context.Background(), sql, func(row []dbh.Column) bool {
		rows = append(rows, append([]dbh.Column(nil), row...))
		return true
	})
	return rows, err
}
