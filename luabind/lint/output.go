package lint

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteText writes findings, one in a line.
func WriteText(w io.Writer, findings []Finding) error {
	for _, f := range findings {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return fmt.Errorf("writing findings: %w", err)
		}
	}
	return nil
}

// WriteJSON writes findings as an array of objects.
func WriteJSON(w io.Writer, findings []Finding) error {
	if findings == nil {
		findings = []Finding{}
	}
	return writeJSON(w, findings)
}

func writeJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	return nil
}
