package scan_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// TestChanges has an image for each kind of change.
func TestChanges(t *testing.T) {
	for _, test := range []struct {
		name   string
		layers []imagetest.Layer
		want   []string // added, changed, removed, buried, as files:bytes
		waste  []string
	}{
		{
			"a file replaced, one removed, one added",
			[]imagetest.Layer{
				{imagetest.Dir("d", 0o755), imagetest.File("d/a", "12345"), imagetest.File("d/b", "123"), imagetest.File("d/c", "1")},
				{imagetest.Dir("d", 0o700), imagetest.File("d/a", "12"), imagetest.Whiteout("d/b"), imagetest.File("d/e", "1234567")},
			},
			[]string{"3:9 0:0 0:0 2:8", "1:7 1:2 1:3 0:0"},
			[]string{"d/a 1 5", "d/b 1 3"},
		},
		{
			"a directory removed, and created again",
			[]imagetest.Layer{
				{imagetest.Dir("d/e/f", 0o755), imagetest.File("d/e/f/a", "12345"), imagetest.File("d/b", "123"), imagetest.Symlink("d/l", "b")},
				{imagetest.Whiteout("d")},
				{imagetest.File("d/b", "1")},
			},
			[]string{"3:8 0:0 0:0 3:8", "0:0 0:0 3:8 0:0", "1:1 0:0 0:0 0:0"},
			[]string{"d/e/f/a 1 5", "d/b 1 3"},
		},
		{
			"an opaque directory",
			[]imagetest.Layer{
				{imagetest.File("d/a", "12345"), imagetest.File("d/b", "123")},
				{imagetest.File("d/a", "1234"), imagetest.Opaque("d")},
			},
			[]string{"2:8 0:0 0:0 2:8", "0:0 1:4 1:3 0:0"},
			[]string{"d/a 1 5", "d/b 1 3"},
		},
		{
			"a directory becomes a file, and a file a directory",
			[]imagetest.Layer{
				{imagetest.File("d/a", "12345"), imagetest.File("f", "123")},
				{imagetest.File("d", "1"), imagetest.File("f/x", "12")},
			},
			[]string{"2:8 0:0 0:0 2:8", "2:3 0:0 2:8 0:0"},
			[]string{"d/a 1 5", "f 1 3"},
		},
		{
			"twice in one layer",
			[]imagetest.Layer{
				{imagetest.File("a", "12345")},
				{imagetest.File("a", "12"), imagetest.File("a", "123"), imagetest.File("b", "1"), imagetest.File("b", "12")},
			},
			[]string{"1:5 0:0 0:0 1:5", "1:2 1:3 0:0 2:3"},
			[]string{"a 2 7", "b 1 1"},
		},
		{
			"the same three times",
			[]imagetest.Layer{{imagetest.File("a", "12345")}, {imagetest.FileMode("a", 0o600, "12345")}, {imagetest.FileMode("a", 0o400, "12345")}},
			[]string{"1:5 0:0 0:0 1:5", "0:0 1:5 0:0 1:5", "0:0 1:5 0:0 0:0"},
			[]string{"a 2 10"},
		},
		{
			"a hard link keeps what its other name lost",
			[]imagetest.Layer{
				{imagetest.File("a", "12345"), imagetest.Link("b", "a"), imagetest.File("c", "123"), imagetest.Link("d", "c")},
				{imagetest.Whiteout("a"), imagetest.Whiteout("c"), imagetest.Whiteout("d")},
			},
			[]string{"4:8 0:0 0:0 2:3", "0:0 0:0 3:8 0:0"},
			[]string{"c 1 3"},
		},
		{"nothing", []imagetest.Layer{{}, {imagetest.Whiteout("nowhere"), imagetest.Opaque("elsewhere")}}, []string{"0:0 0:0 0:0 0:0", "0:0 0:0 0:0 0:0"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := read(t, imagetest.Image{Layers: test.layers}.OCILayout(t), scan.Options{})
			var got, waste []string
			for _, c := range m.Changes() {
				got = append(got, fmt.Sprintf("%d:%d %d:%d %d:%d %d:%d", c.Added.Files, c.Added.Bytes, c.Changed.Files, c.Changed.Bytes, c.Removed.Files, c.Removed.Bytes, c.Buried.Files, c.Buried.Bytes))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			for _, w := range m.LargestWaste(10) {
				waste = append(waste, fmt.Sprintf("%s %d %d", w.Path, w.Versions, w.Bytes))
			}
			if diff := cmp.Diff(test.waste, waste); diff != "" {
				t.Errorf("waste (-want +got):\n%s", diff)
			}
			if top := m.LargestWaste(1); len(test.waste) > 0 && (len(top) != 1 || fmt.Sprintf("%s %d %d", top[0].Path, top[0].Versions, top[0].Bytes) != test.waste[0]) {
				t.Errorf("largest waste %v", top)
			}
		})
	}
}

// TestChangesAddUp shows, for the images of TestMerge, that a container sees exactly the
// files that layers added and did not remove.
func TestChangesAddUp(t *testing.T) {
	for _, n := range nasty {
		m := read(t, imagetest.Image{Layers: n.layers}.OCILayout(t), scan.Options{})
		files, buried := 0, 0
		for _, c := range m.Changes() {
			files += c.Added.Files - c.Removed.Files
			buried += c.Buried.Files
			for _, a := range []scan.Amount{c.Added, c.Changed, c.Removed, c.Buried} {
				if a.Files < 0 || a.Bytes < 0 {
					t.Errorf("%s: %+v", n.name, c)
				}
			}
		}
		live, dead := 0, 0
		for e := range m.Live() {
			if e.Type != seaworthy.Directory {
				live++
			}
		}
		for e := range m.Buried() {
			if e.Type != seaworthy.Directory {
				dead++
			}
		}
		if files != live || buried > dead {
			t.Errorf("%s: %d files of %d live ones, %d buried of %d dead ones", n.name, files, live, buried, dead)
		}
	}
}
