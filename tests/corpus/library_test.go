package corpus

import (
	"slices"
	"strings"
	"testing"
)

// TestTheLibrary: the database class, the settings and their cache, and the lazy functions, as the script selftest.lua uses them.
func TestTheLibrary(t *testing.T) {
	o := newOffice(t)
	o.run("selftest.lua")
	o.says(
		"config\tsqlite://office\tphrase:office_welcome\t3",
		"statement\tSELECT ''?'', a::text, 12:30, 'it''s', (1.5),1 FROM t WHERE x=NULL",
		"missing\tnil\tno value for the parameter b",
		"number\t1000000000000000 0.3 3 1234567.891", // integral numbers stay in full (lua-vm.md 0)
		"first\tanonymous",
		"all\t4\t1",
		"settings\t30\t120\tnil\t7",
		"list\tOPUS PCMU\t3\t2",
		"again\t30\tnil\t3",
		"cached\t30\tnil\t0",
		"later\t45\t1",
		"lazy\ta b\ttrue\tnil\tfunction\tnil",
		"text\t1:15\t1:02:05\t3",
		"fill\t{presence_id=100@south.example}user/100@south.example:{5060}",
		"released\tfalse",
	)
	for _, part := range []string{
		"database.lua:48: argument #2 is neither values nor a function", "selftest.lua:31: attempt to call field 'nothing' (a table value)",
		"broken.lua:2: broken on purpose",
	} {
		if !strings.Contains(o.log(), part) {
			t.Errorf("the log does not have %q:\n%s", part, o.log())
		}
	}
	files := o.files()
	if !slices.Contains(files, "setting.north.example.voicemail.max_seconds") || slices.ContainsFunc(files, func(name string) bool { return strings.HasSuffix(name, ".tmp") }) {
		t.Errorf("the cache has %q", files)
	}
}
