package advisory

import (
	"strings"
	"testing"
)

// events reads a short form: "introduced 0, fixed 1.2".
func events(text string) []Event {
	var list []Event
	for part := range strings.SplitSeq(text, ", ") {
		kind, version, _ := strings.Cut(part, " ")
		switch kind {
		case "introduced":
			list = append(list, Event{Introduced: version})
		case "fixed":
			list = append(list, Event{Fixed: version})
		case "last":
			list = append(list, Event{LastAffected: version})
		case "limit":
			list = append(list, Event{Limit: version})
		}
	}
	return list
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
		o := orderOf("npm")
		spans, err := o.spans(events(c.events))
		if err != nil {
			t.Fatal(err)
		}
		for want := range strings.SplitSeq(c.want, ", ") {
			version, fix, _ := strings.Cut(want, " ")
			affected, fixed, err := newAssay(Query{Ecosystem: "npm", Name: "p", Version: version}).test(&affects{spans: spans})
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
	if _, err := orderOf("npm").spans(events("introduced 0, fixed soon")); err == nil {
		t.Error("an event without a place in the order is no error")
	}
}

// TestFixLeavesAllSpans: the version that mends must not lie in another span.
func TestFixLeavesAllSpans(t *testing.T) {
	spans := []span{{from: "2.0.0", to: "2.5.0"}, {from: zero, to: "1.5.0"}, {from: "1.5.0", to: "2.0.0"}}
	_, fixed, err := newAssay(Query{Ecosystem: "npm", Name: "p", Version: "1.0.0"}).test(&affects{spans: spans})
	if fixed != "2.5.0" || err != nil {
		t.Errorf("fixed in %q, error %v; want 2.5.0", fixed, err)
	}
	_, fixed, err = newAssay(Query{Ecosystem: "npm", Name: "p", Version: "1.0.0"}).test(&affects{spans: append(spans, span{from: "2.1.0"})})
	if fixed != "" || err != nil {
		t.Errorf("fixed in %q, error %v; want none, as 2.5.0 is affected again", fixed, err)
	}
}
