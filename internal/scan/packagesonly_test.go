package scan_test

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/scan"
)

// TestMergedFromPackages shows that every method works on an image without files, also if
// the document has layers that do not exist.
func TestMergedFromPackages(t *testing.T) {
	img := &seaworthy.Image{Platform: "linux/amd64", BaseBoundary: new(7), Layers: []seaworthy.Layer{{DiffID: "sha256:00"}}}
	packages := []*seaworthy.Package{
		{Name: "b", Locations: []seaworthy.Location{{Path: "x", Layer: new(1)}, {Path: "a", Layer: new(0)}, {Path: "x", Layer: new(-1)}}},
		{Name: "a"},
	}
	gaps := []*seaworthy.Coverage{{Subject: "b"}, {Subject: "a"}}
	m, err := scan.MergedFromPackages(t.Context(), img, packages, gaps, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Packages(); got[0].Name != "a" || len(got) != 2 {
		t.Errorf("packages are not sorted")
	}
	for _, l := range m.Packages()[1].Locations {
		if l.Layer != nil && *l.Layer != 0 {
			t.Errorf("a location in layer %d of 1", *l.Layer)
		}
	}
	if img.BaseBoundary != nil {
		t.Errorf("%d layers of the base, of 1", *img.BaseBoundary)
	}
	if got := m.InventoryGaps(); got[0].Subject != "a" {
		t.Error("gaps are not sorted")
	}
	for range m.Live() {
		t.Error("a file")
	}
	for range m.Buried() {
		t.Error("a buried file")
	}
	if _, ok := m.Resolve("x"); ok {
		t.Error("a file that can be resolved")
	}
	if _, ok := m.Lookup(""); ok {
		if len(m.List("")) != 0 {
			t.Error("the root is not empty")
		}
	}
	if _, ok := m.At(0, 0); ok {
		t.Error("an entry")
	}
	if m.Versions("x") != nil || m.List("x") != nil || m.Result(nothing{}, 0) != nil {
		t.Error("versions, children or a result of nothing")
	}
	if _, ok := m.Owner("x"); ok {
		t.Error("an owner of nothing")
	}
	if _, known := m.GoFunction("x", "y", "z"); known {
		t.Error("the functions of a program that is not there are known")
	}
}

// nothing is an analyzer without results.
type nothing struct{ seaworthy.Analyzer }

func (nothing) Name() string { return "none" }
