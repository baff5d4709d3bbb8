package update

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/advisory/feed"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

func FuzzModifiedList(f *testing.F) {
	f.Add("2026-11-02T00:00:00Z,GHSA-2\n2026-11-01T00:00:00Z,GHSA-1\n")
	f.Add("2026-11-02T00:00:00.5+01:00,../x\n")
	redHat, _ := feed.Lookup(store.RedHatStates)
	f.Fuzz(func(t *testing.T, text string) {
		ids, _, err := parseModified(strings.NewReader(text), now, modifiedRecord)
		if err == nil && len(ids) > maxRenewed {
			t.Errorf("%d ids", len(ids))
		}
		if _, _, err := parseModified(strings.NewReader(text), now, redHat.Changes.ParseLine); err == nil && text == "" {
			t.Error("an empty list is no error")
		}
		for _, id := range ids {
			if id == "" || strings.ContainsAny(id, `/\`) {
				t.Errorf("id %q", id)
			}
		}
	})
}
