package scan_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// TestMergeLimits merges images of a few kilobytes that need much memory or time.
func TestMergeLimits(t *testing.T) {
	deep := func(n int) (l imagetest.Layer) {
		tail := strings.Repeat("a/", 2000) + "a"
		for i := range n {
			l = append(l, imagetest.File(fmt.Sprintf("%07d/%s", i, tail), ""))
		}
		return l
	}
	// Each path leads through forty links with many .. elements. The parents alternate, so
	// that no entry has the same parent as the previous one.
	var winding imagetest.Layer
	winding = append(winding, imagetest.Dir("x", 0o755))
	for _, chain := range []string{"l", "m"} {
		for i := range 39 {
			winding = append(winding, imagetest.Symlink(fmt.Sprint(chain, i), strings.Repeat("x/../", 800)+fmt.Sprint(chain, i+1)))
		}
		winding = append(winding, imagetest.Dir(chain+"39", 0o755))
	}
	for i := range 500 {
		winding = append(winding, imagetest.File(fmt.Sprintf("%c0/%d", "lm"[i%2], i), ""))
	}
	for _, test := range []struct {
		name   string
		layers []imagetest.Layer
		want   string // part of the error, or "" for none
	}{
		{"a few deep paths", []imagetest.Layer{deep(100)}, ""},
		{"deep paths", []imagetest.Layer{deep(1000)}, "directories without an entry of their own"},
		{"winding links", []imagetest.Layer{winding}, "too deep"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := tryRead(t, "oci:"+imagetest.Image{Layers: test.layers}.OCILayout(t), scan.Options{})
			if got := fmt.Sprint(err); test.want != "" && !strings.Contains(got, test.want) || test.want == "" && err != nil {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// TestMergeIsCanceled shows that a merge ends when its context does.
func TestMergeIsCanceled(t *testing.T) {
	dir := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("a", "")}}}.OCILayout(t)
	src, err := image.Open(t.Context(), "oci:"+dir, image.Options{Platform: "linux/amd64"})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	reading, err := scan.Read(t.Context(), src, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range reading.Images(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want %v", err, context.Canceled)
		}
	}
}
