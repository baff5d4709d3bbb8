package extract_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/extract"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// randomLayers returns layers with few different names, so that they conflict in every way:
// through links, in whiteouts, as duplicates. The content of each file is its layer and
// ordinal.
func randomLayers(r *rand.Rand) []imagetest.Layer {
	name := func() string {
		elements := make([]string, 1+r.IntN(3))
		for i := range elements {
			elements[i] = []string{"a", "b", "c", "..", "d"}[r.IntN(5)]
		}
		return strings.TrimLeft(path.Join(elements...), "./") + "x"[r.IntN(2):]
	}
	layers := make([]imagetest.Layer, 1+r.IntN(4))
	for l := range layers {
		for ordinal := range r.IntN(12) {
			n := name()
			if n == "" {
				n = "e"
			}
			var e imagetest.Entry
			switch r.IntN(9) {
			case 0:
				e = imagetest.Dir(n, 0o755)
			case 1:
				e = imagetest.Symlink(n, []string{"/", "..", "../..", "a", "/a/b", "b/../.."}[r.IntN(6)])
			case 2:
				e = imagetest.Link(n, name())
			case 3:
				e = imagetest.Whiteout(n)
			case 4:
				e = imagetest.Opaque(n)
			default:
				e = imagetest.File(n, fmt.Sprintf("layer %d entry %d", l, ordinal))
			}
			layers[l] = append(layers[l], e)
		}
	}
	return layers
}

// TestRandomImages compares the extracted files of random images with the merge: of the
// merged file system and of each layer.
func TestRandomImages(t *testing.T) {
	for seed := range uint64(100) {
		src := open(t, imagetest.Image{Layers: randomLayers(rand.New(rand.NewPCG(seed, 2)))}.OCILayout(t), image.Options{})
		reading, err := scan.Read(t.Context(), src, scan.Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		for m, err := range reading.Images(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			live, all := make(map[string]string), make(map[string]string)
			for e := range m.Live() {
				addFile(m, e, "", live)
			}
			for l := range m.Image().Layers {
				for ordinal := range m.Table(l).Len() {
					e, ok := m.At(l, ordinal)
					if !ok {
						continue
					}
					dir := fmt.Sprintf("layer-%d/", l)
					if e.RemovedIn != nil && *e.RemovedIn == l {
						dir = fmt.Sprintf("layer-%d-entry-%d/", l, ordinal)
					}
					addFile(m, e, dir, all)
				}
			}
			for _, test := range []struct {
				request extract.Request
				want    map[string]string
			}{{extract.Request{Layer: extract.Merged}, live}, {extract.Request{AllVersions: true}, all}} {
				p, err := extract.NewPlan(m, src.Manifests()[0], test.request)
				if err != nil {
					if len(test.want) > 0 {
						t.Errorf("image %d: %v, want %v", seed, err, test.want)
					}
					continue
				}
				dir := t.TempDir()
				if _, err := p.Write(t.Context(), src, dir, extract.Options{}); err != nil {
					t.Fatal(err)
				}
				got := tree(t, dir)
				for name, body := range got {
					if strings.HasPrefix(body, "-> ") {
						delete(got, name)
					}
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("image %d, all versions %v (-want +got):\n%s", seed, test.request.AllVersions, diff)
				}
			}
		}
	}
}

// addFile adds a file and its content to files.
func addFile(m *scan.Merged, e seaworthy.Entry, dir string, files map[string]string) {
	body, ok := m.At(e.BodyLayer, e.BodyOrdinal)
	if ok && body.Type == seaworthy.Regular {
		files[dir+e.Path] = fmt.Sprintf("layer %d entry %d", e.BodyLayer, e.BodyOrdinal)
	}
}
