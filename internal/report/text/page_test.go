package text

import (
	"slices"
	"testing"
)

// An address is never cut, so that a terminal can open it.
func TestAddressIsWhole(t *testing.T) {
	page := &page{width: 40}
	const address = "https://example.com/a/page/that/is/longer/than/the/line"
	want := []string{"see", address, "and more"}
	if got := page.wrap(20, prose(plain, "see "+address+" and more")); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
