package esltest_test

import (
	"testing"

	"eslua/tests/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }
