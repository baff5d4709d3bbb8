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

// imageCensus is a census with an image-level half that reports nothing.
type imageCensus struct{ census }

func (imageCensus) Risk() seaworthy.Risk                                          { return seaworthy.Secret }
func (imageCensus) Image(context.Context, seaworthy.Merged, seaworthy.Sink) error { return nil }

// gaps is a Handler that writes the reasons of coverage.
type gaps struct{ printer }

func (g *gaps) Coverage(c *seaworthy.Coverage) error {
	fmt.Fprintf(g.w, "%s %s: %s\n", c.Risk, c.State, c.Reason)
	return nil
}

// TestLayerAnomalies shows that anomalies of layers are reported as Coverage, with and
// without a warm cache.
func TestLayerAnomalies(t *testing.T) {
	outside := imagetest.Layer{imagetest.File("../../etc/evil", "x"), imagetest.File("fine", "")}.Tar()
	trailing := append(imagetest.Layer{imagetest.File("first", "")}.Tar(), imagetest.Layer{imagetest.File("second", "")}.Tar()...)
	oversized := imagetest.SparseTar("holes", "data", 1<<50)
	config := fmt.Appendf(nil, `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[%q,%q,%q]}}`, imagetest.Digest(outside), imagetest.Digest(trailing), imagetest.Digest(oversized))
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{"odd:1"}, "Layers": []string{"0.tar", "1.tar", "2.tar"}}})
	if err != nil {
		t.Fatal(err)
	}
	archive := imagetest.Archive(t, map[string][]byte{"0.tar": outside, "1.tar": trailing, "2.tar": oversized, "config.json": config, "manifest.json": manifest})
	dir := t.TempDir()
	for _, state := range []string{"cold", "warm"} {
		analyzer := imageCensus{census{want: seaworthy.Body}}
		m := read(t, archive, scan.Options{Analyzers: []seaworthy.Analyzer{analyzer}, Cache: openCache(t, dir)})
		if _, ok := m.Lookup("etc/evil"); !ok {
			t.Errorf("%s: the entry with .. in its name was not scanned", state)
		}
		var out bytes.Buffer
		if err := scan.Analyze(t.Context(), m, []seaworthy.Analyzer{analyzer}, &gaps{printer{&out}}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`secret partial: layer 0 has entries whose names lead above the root (1 in all; the first is "../../etc/evil"): `,
			fmt.Sprintf("secret partial: %d bytes after the end of the tar archive of layer 1 ", len(trailing)/2),
			`secret partial: layer 2 has sparse files that are too large when unpacked`,
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in:\n%s", state, want, &out)
			}
		}
	}
}

// TestConflicts shows that the layers of TestMergeAgainstDocker which Docker refuses are
// reported as ambiguous, and the others are not; and a few more.
func TestConflicts(t *testing.T) {
	conflicts := func(layers []imagetest.Layer) string {
		analyzer := imageCensus{census{want: seaworthy.Body}}
		m := read(t, imagetest.Image{Layers: layers}.OCILayout(t), scan.Options{Analyzers: []seaworthy.Analyzer{analyzer}})
		var out bytes.Buffer
		if err := scan.Analyze(t.Context(), m, []seaworthy.Analyzer{analyzer}, &gaps{printer{&out}}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, test := range nasty {
		out := conflicts(test.layers)
		if got := strings.Contains(out, "runtime"); got != (test.refused != "") {
			t.Errorf("%s: refused %q, and reported:\n%s", test.name, test.refused, out)
		}
	}
	base := imagetest.Layer{imagetest.File("d/a", "1"), imagetest.File("b", "1")}
	for name, test := range map[string]struct {
		layer imagetest.Layer
		want  string // "" for no conflict
	}{
		"file twice":                {imagetest.Layer{imagetest.File("x", "1"), imagetest.File("x", "2")}, `paths more than once (1 in all; the first is "x")`},
		"directory, then file":      {imagetest.Layer{imagetest.Dir("x", 0o755), imagetest.File("x", "2")}, `paths more than once (1 in all; the first is "x")`},
		"directory twice":           {imagetest.Layer{imagetest.Dir("x", 0o755), imagetest.Dir("x", 0o711)}, ""},
		"file, then whiteout of it": {imagetest.Layer{imagetest.File("b", "2"), imagetest.Whiteout("b")}, `deletes paths that it creates (1 in all; the first is "b")`},
		"whiteout, then file":       {imagetest.Layer{imagetest.Whiteout("b"), imagetest.File("b", "2")}, ""},
		"link to a file of below":   {imagetest.Layer{imagetest.Link("x", "b")}, `hard links to files that it does not contain (1 in all; the first is "x")`},
		"link to nothing":           {imagetest.Layer{imagetest.Link("x", "nowhere")}, "hard links to files that it does not contain"},
		"link to a later file":      {imagetest.Layer{imagetest.Link("x", "y"), imagetest.File("y", "")}, "hard links to files that it does not contain"},
		"link to an earlier file":   {imagetest.Layer{imagetest.File("y", ""), imagetest.Link("x", "y"), imagetest.Link("z", "x")}, ""},
		"whiteout without a name":   {imagetest.Layer{imagetest.File("d/.wh.", "")}, `whiteouts that name no file (1 in all; the first is "d/.wh.")`},
		"whiteout of the parent":    {imagetest.Layer{imagetest.File("d/.wh...", "")}, "whiteouts that name no file"},
		"opaque directory":          {imagetest.Layer{imagetest.Opaque("d"), imagetest.File("d/c", "")}, ""},
	} {
		out := conflicts([]imagetest.Layer{base, test.layer})
		if !strings.Contains(out, test.want) || (test.want == "") == strings.Contains(out, "partial") {
			t.Errorf("%s: want %q in:\n%s", name, test.want, out)
		}
	}
}
