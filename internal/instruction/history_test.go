package instruction_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

func TestHistoryBinds(t *testing.T) {
	c := seaworthy.ImageConfig{History: []seaworthy.History{
		{CreatedBy: "/bin/sh -c #(nop) ADD file:0123456789abcdef0123456789abcdef in / "},
		{CreatedBy: `/bin/sh -c #(nop)  CMD ["sh"]`, EmptyLayer: true},
		{CreatedBy: "RUN /bin/sh -c apk add curl # buildkit", Comment: "buildkit.dockerfile.v0"},
	}}
	steps, bound := instruction.History(c, 2)
	if !bound {
		t.Fatal("two layers and two steps that made one are not bound")
	}
	for i, want := range []int{0, -1, 1} {
		if steps[i].Layer != want || steps[i].History != i {
			t.Errorf("step %d (%s): layer %d, history %d; want %d, %d", i, steps[i], steps[i].Layer, steps[i].History, want, i)
		}
	}
	steps, bound = instruction.History(c, 3)
	if bound {
		t.Error("three layers are bound to two steps")
	}
	for _, s := range steps {
		if s.Layer != -1 {
			t.Errorf("%s is bound to layer %d of an image whose history does not fit", s, s.Layer)
		}
	}
}

// TestHistoryOfAlpine reads the history of a real image, if it is at hand: the
// directory with images/alpine-310.tar.gz is named by SEAWORTHY_SHARED.
func TestHistoryOfAlpine(t *testing.T) {
	shared := os.Getenv("SEAWORTHY_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	c, err := archiveConfig(filepath.Join(shared, "images", "alpine-310.tar.gz"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no image to read: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	steps, bound := instruction.History(c, len(c.RootFS.DiffIDs))
	if !bound || len(steps) != 2 {
		t.Fatalf("%d steps, bound %v; want 2, bound", len(steps), bound)
	}
	if transfer, ok := steps[0].Transfer(); steps[0].Layer != 0 || !ok || transfer.Dest != "/" {
		t.Errorf("step 0 is %q in layer %d, want an ADD to / in layer 0", steps[0], steps[0].Layer)
	}
	if got, want := steps[1].String(), `CMD ["/bin/sh"]`; got != want || !steps[1].Empty || steps[1].Created == nil {
		t.Errorf("step 1 is %q, empty %v, created %v; want %q", got, steps[1].Empty, steps[1].Created, want)
	}
}

func archiveConfig(name string) (seaworthy.ImageConfig, error) {
	f, err := os.Open(name)
	if err != nil {
		return seaworthy.ImageConfig{}, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return seaworthy.ImageConfig{}, err
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err != nil {
			return seaworthy.ImageConfig{}, err
		}
		if !strings.HasSuffix(h.Name, ".json") || strings.ContainsAny(h.Name, "/") || h.Name == "manifest.json" {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return seaworthy.ImageConfig{}, err
		}
		return seaworthy.ParseImageConfig(data)
	}
}
