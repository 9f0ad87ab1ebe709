package transcript

import "testing"

func TestEveryRecordingHasTheBytesThatItsNotesSay(t *testing.T) {
	names, err := Names()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 130 {
		t.Errorf("only %d recordings in %s", len(names), Dir())
	}
	for _, name := range names {
		if _, err := Load(name); err != nil {
			t.Error(err)
		}
	}
}
