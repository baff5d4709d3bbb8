package report

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/visible"
)

// TestHistoryIsHarmless shows that no line of a history is wider than the page,
// and that nothing an image says has power over a terminal.
func TestHistoryIsHarmless(t *testing.T) {
	boundary := 1
	img := &seaworthy.Image{Reference: "evil\x1b[2J", BaseBoundary: &boundary, Layers: []seaworthy.Layer{{Index: 0, Size: 1 << 40}, {Index: 1, Size: 12}}}
	steps := []HistoryStep{
		{Layer: &img.Layers[0], Instruction: "RUN echo \x1b]0;title\x07 \u202egnol\u202c " + strings.Repeat("long", 500), Changes: &HistoryChanges{Added: HistoryAmount{Files: 5_000_000, Bytes: 1 << 42}, Changed: HistoryAmount{Files: 1, Bytes: 1}, Removed: HistoryAmount{Files: 2, Bytes: 3}, Buried: HistoryAmount{Files: 3, Bytes: 1 << 41}}},
		{Instruction: "::set-output name=x::y"},
		{Layer: &img.Layers[1], Changes: &HistoryChanges{}},
	}
	waste := []HistoryWaste{{Path: "a\nb\x9b" + strings.Repeat("d/", 300), Versions: 3, Bytes: 1 << 41}}
	finding := &seaworthy.Finding{Risk: seaworthy.Secret, Severity: seaworthy.High, Locations: []seaworthy.Location{{Layer: new(0), Path: "x"}, {Layer: new(0), Path: "y"}, {Layer: new(1)}}}
	for _, width := range []int{40, 80, 120} {
		for _, verbose := range []bool{false, true} {
			var out bytes.Buffer
			h, err := NewHistory(Text, &out, Options{Width: width, Verbose: verbose})
			if err != nil {
				t.Fatal(err)
			}
			h.Steps(steps, waste)
			for _, err := range []error{h.Provenance(&seaworthy.Provenance{}), h.Image(img), h.Finding(finding), h.Verdict(&seaworthy.Verdict{}), h.Close()} {
				if err != nil {
					t.Fatal(err)
				}
			}
			for line := range strings.Lines(out.String()) {
				line = strings.TrimSuffix(line, "\n")
				if visible.Columns(line) > width {
					t.Errorf("%d columns on a page of %d: %q", visible.Columns(line), width, line)
				}
				if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.HasPrefix(strings.TrimSpace(line), "::") {
					t.Errorf("not harmless: %q", line)
				}
			}
			if n := strings.Count(out.String(), "1 high"); n != 3 {
				t.Errorf("the finding is counted %d times, want once in each of two layers and once in the sum:\n%s", n, &out)
			}
			if !strings.Contains(out.String(), "base layers end here") {
				t.Error("the boundary is not shown")
			}
		}
	}
}
