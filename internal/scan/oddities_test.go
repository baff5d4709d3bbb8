package scan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// keeper is a census that judges, too: nothing.
type keeper struct{ census }

func (keeper) Risk() seaworthy.Risk                                          { return seaworthy.Secret }
func (keeper) Image(context.Context, seaworthy.Merged, seaworthy.Sink) error { return nil }

// gaps is a Handler that writes the reasons of coverage.
type gaps struct{ printer }

func (g *gaps) Coverage(c *seaworthy.Coverage) error {
	fmt.Fprintf(g.w, "%s %s: %s\n", c.Risk, c.State, c.Reason)
	return nil
}

// TestOddLayer shows that what runtimes disagree about is a gap, cold and warm.
func TestOddLayer(t *testing.T) {
	climbing := imagetest.Layer{imagetest.File("../../etc/evil", "x"), imagetest.File("fine", "")}.Tar()
	hiding := append(imagetest.Layer{imagetest.File("seen", "")}.Tar(), imagetest.Layer{imagetest.File("unseen", "")}.Tar()...)
	hollow := imagetest.SparseTar("holes", "data", 1<<50)
	config := fmt.Appendf(nil, `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[%q,%q,%q]}}`, imagetest.Digest(climbing), imagetest.Digest(hiding), imagetest.Digest(hollow))
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{"odd:1"}, "Layers": []string{"0.tar", "1.tar", "2.tar"}}})
	if err != nil {
		t.Fatal(err)
	}
	archive := imagetest.Archive(t, map[string][]byte{"0.tar": climbing, "1.tar": hiding, "2.tar": hollow, "config.json": config, "manifest.json": manifest})
	dir := t.TempDir()
	for _, state := range []string{"cold", "warm"} {
		analyzer := keeper{census{want: seaworthy.Body}}
		m := read(t, archive, scan.Options{Analyzers: []seaworthy.Analyzer{analyzer}, Cache: openCache(t, dir)})
		if _, ok := m.Lookup("etc/evil"); !ok {
			t.Errorf("%s: the entry that climbs was not looked at", state)
		}
		var out bytes.Buffer
		if err := scan.Judge(t.Context(), m, []seaworthy.Analyzer{analyzer}, &gaps{printer{&out}}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`secret partial: layer 0 has entries whose names lead above the root (1 in all; the first is "../../etc/evil"): `,
			fmt.Sprintf("secret partial: %d bytes after the end of the tar archive of layer 1 ", len(hiding)/2),
			`secret partial: layer 2 has sparse files that are too large when unpacked`,
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in:\n%s", state, want, &out)
			}
		}
	}
}
