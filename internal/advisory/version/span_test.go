package version

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// events reads a short form: "introduced 0, fixed 1.2".
func events(text string) []osv.Event {
	var list []osv.Event
	for part := range strings.SplitSeq(text, ", ") {
		kind, version, _ := strings.Cut(part, " ")
		switch kind {
		case "introduced":
			list = append(list, osv.Event{Introduced: version})
		case "fixed":
			list = append(list, osv.Event{Fixed: version})
		case "last":
			list = append(list, osv.Event{LastAffected: version})
		case "limit":
			list = append(list, osv.Event{Limit: version})
		}
	}
	return list
}

func fixOf(o Order, text string, spans []Span) (inside bool, fixed string, err error) {
	v, err := o.Parse(text)
	if err != nil {
		return false, "", err
	}
	return o.Fix(v, spans)
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		events string
		want   string // version, then the fix, "-" for none; "free" if not affected
	}{
		{"introduced 0", "0.0.1 -, 99.0.0 -"},
		{"introduced 0, fixed 1.2.0", "1.1.9 1.2.0, 1.2.0-rc1 1.2.0, 1.2.0 free"},
		{"fixed 1.2.0, introduced 1.0.0", "0.9.0 free, 1.0.0 1.2.0, 1.2.0 free"}, // in any order
		{"introduced 1.0.0, last 1.2.0", "1.2.0 -, 1.2.1 free, 0.9.0 free"},
		{"last 1.0.0, introduced 1.0.0", "0.9.9 free, 1.0.0 -, 1.0.1 free"},
		{"introduced 1.0.0, fixed 1.5.0, introduced 2.0.0, fixed 2.3.0", "1.2.0 1.5.0, 1.7.0 free, 2.0.0 2.3.0, 2.3.0 free"},
		{"introduced 1.0.0, fixed 2.0.0, introduced 2.0.0, fixed 3.0.0", "1.5.0 3.0.0, 2.0.0 3.0.0, 3.0.0 free"},
		{"introduced 1.0.0, introduced 2.0.0, fixed 3.0.0", "1.5.0 3.0.0"},
		{"introduced 0, limit 2.0.0", "1.0.0 -, 2.0.0 free"},
		{"introduced 0, limit 2.0.0, limit 3.0.0", "2.5.0 -, 3.0.0 free"},
		{"introduced 0, fixed 1.0.0, introduced 4.0.0, limit 3.0.0", "0.5.0 1.0.0, 5.0.0 free"},
		{"introduced 0, limit *", "7.0.0 -"},
		{"fixed 1.0.0", "0.5.0 free"},
	} {
		o := OrderOf(seaworthy.Ecosystem{Name: "npm"})
		spans, err := o.Spans(events(c.events))
		if err != nil {
			t.Fatal(err)
		}
		for want := range strings.SplitSeq(c.want, ", ") {
			version, fix, _ := strings.Cut(want, " ")
			affected, fixed, err := fixOf(o, version, spans)
			got := fixed
			switch {
			case err != nil:
				t.Fatal(err)
			case !affected:
				got = "free"
			case fixed == "":
				got = "-"
			}
			if got != fix {
				t.Errorf("%s: %s: %s, want %s", c.events, version, got, fix)
			}
		}
	}
	if _, err := OrderOf(seaworthy.Ecosystem{Name: "npm"}).Spans(events("introduced 0, fixed soon")); err == nil {
		t.Error("an event without a place in the order is no error")
	}
}

// TestFixLeavesAllSpans: the fixed version must not lie in another span.
func TestFixLeavesAllSpans(t *testing.T) {
	o := OrderOf(seaworthy.Ecosystem{Name: "npm"})
	spans := []Span{{From: "2.0.0", To: "2.5.0"}, {From: Zero, To: "1.5.0"}, {From: "1.5.0", To: "2.0.0"}}
	_, fixed, err := fixOf(o, "1.0.0", spans)
	if fixed != "2.5.0" || err != nil {
		t.Errorf("fixed in %q, error %v; want 2.5.0", fixed, err)
	}
	_, fixed, err = fixOf(o, "1.0.0", append(spans, Span{From: "2.1.0"}))
	if fixed != "" || err != nil {
		t.Errorf("fixed in %q, error %v; want none, as 2.5.0 is affected again", fixed, err)
	}
}
