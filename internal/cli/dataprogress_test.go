package cli

import (
	"bytes"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

func TestFetchingNamesWhatIsRead(t *testing.T) {
	var out bytes.Buffer
	p := &dataLine{out: &out, loaded: make(map[string]seaworthy.Progress), reading: make(map[string]seaworthy.Progress)}
	p.show(&seaworthy.Progress{Stage: seaworthy.StageFetch, Name: "npm", Read: 4096, Size: 4096})
	p.show(&seaworthy.Progress{Stage: seaworthy.StageIndex, Name: "npm", Read: 7, Size: 90})
	if got, want := p.line(), "npm, 7 of 90 records"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end in %q", got, want)
	}
	p.show(&seaworthy.Progress{Stage: seaworthy.StageFetch, Name: "npm", Size: -1, Done: true})
	if got := p.line(); strings.Contains(got, "npm") {
		t.Errorf("got %q of what is finished", got)
	}
}
