package misconfig

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// merge reads an image with the analyzer, as a scan does.
func merge(t *testing.T, a *Analyzer, img imagetest.Image) *scan.Merged {
	t.Helper()
	return open(t, a, "oci:"+img.OCILayout(t))
}

// open reads the one image that a reference names.
func open(t *testing.T, a *Analyzer, reference string) *scan.Merged {
	t.Helper()
	src, err := image.Open(t.Context(), reference, image.Options{Platform: "linux/amd64"})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	reading, err := scan.Read(t.Context(), src, scan.Options{Analyzers: []seaworthy.Analyzer{a}, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for m, err := range reading.Images(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	t.Fatal("no image")
	return nil
}
