package cli

import (
	"bytes"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/advisory"
)

func TestFetchingNamesWhatIsRead(t *testing.T) {
	var out bytes.Buffer
	p := &fetching{out: &out, loaded: make(map[string]advisory.Progress), reading: make(map[string]advisory.Progress)}
	p.progress(advisory.Progress{Name: "npm", Read: 4096, Size: 4096})
	p.progress(advisory.Progress{Name: "npm", Read: 7, Size: 90, Records: true})
	if got, want := p.line(), "npm, 7 of 90 records"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end in %q", got, want)
	}
	p.finished("npm")
	if got := p.line(); strings.Contains(got, "npm") {
		t.Errorf("got %q of what is finished", got)
	}
}
