package esltest

import (
	"slices"
	"testing"
)

func TestTheLastWordIsAllThatIsLeft(t *testing.T) {
	for _, tt := range []struct {
		text  string
		delim byte
		n     int
		want  []string
	}{
		{"a/b/c/d/e", '/', 3, []string{"a", "b", "c/d/e"}},
		{"a/b", '/', 3, []string{"a", "b"}},
		{"a/b/", '/', 3, []string{"a", "b"}},
		{"a//c/d", '/', 3, []string{"a", "", "c/d"}},
		{"a/'b/c'/d/'e'", '/', 3, []string{"a", "b/c", "d/e"}},
		{`a/b\/c/d/e`, '/', 3, []string{"a", "b/c", "d/e"}},
		{"^^:a:b:c:d", '/', 3, []string{"a", "b", "c:d"}},
		{"^^0^^$$$$$$0", ',', 5, []string{"^^$$$$$$"}},
		{"/^^/x", '/', 3, []string{"", "^^", "x"}},
		{"id name two words", ' ', 3, []string{"id", "name", "two words"}},
		{"  id   name  two  words ", ' ', 3, []string{"id", "name", "two  words"}},
		{"id name ", ' ', 3, []string{"id", "name"}},
		{"", '/', 3, nil},
	} {
		if got := splitArgs(tt.text, tt.delim, tt.n); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
