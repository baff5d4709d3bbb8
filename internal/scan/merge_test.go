package scan_test

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// nasty are images with layers that are hard to merge. Each has the files that must be
// live after the merge, as path, layer and content, and those that must be buried.
var nasty = []struct {
	name    string
	layers  []imagetest.Layer
	live    []string
	buried  []string
	refused string // what the Docker daemon says of it, if it does not take it
}{
	{
		name: "whiteout of a file",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755), imagetest.File("d/a", "1"), imagetest.File("d/b", "1")},
			{imagetest.Dir("d", 0o755), imagetest.Whiteout("d/a")},
		},
		live:   []string{"d/ 1", "d/b 0"},
		buried: []string{"d 0-1", "d/a 0-1"},
	},
	{
		name: "whiteout of a directory that the same layer creates again",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755), imagetest.File("d/a", "1"), imagetest.Dir("d/e", 0o755), imagetest.File("d/e/f", "1")},
			{imagetest.Whiteout("d")},
			{imagetest.Dir("d", 0o700), imagetest.File("d/g", "3")},
		},
		live:   []string{"d/ 2", "d/g 2"},
		buried: []string{"d 0-1", "d/a 0-1", "d/e 0-1", "d/e/f 0-1"},
	},
	{
		name: "opaque directory, marked after its entries",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755), imagetest.File("d/a", "1"), imagetest.Dir("d/e", 0o755), imagetest.File("d/e/f", "1")},
			{imagetest.Dir("d", 0o750), imagetest.File("d/a", "2"), imagetest.Opaque("d")},
		},
		live:   []string{"d/ 1", "d/a 1"},
		buried: []string{"d 0-1", "d/a 0-1", "d/e 0-1", "d/e/f 0-1"},
	},
	{
		name: "file replaces directory and the reverse",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755), imagetest.File("d/a", "1"), imagetest.File("f", "1")},
			{imagetest.File("d", "now a file"), imagetest.Dir("f", 0o755), imagetest.File("f/x", "2")},
		},
		live:   []string{"d 1", "f/ 1", "f/x 1"},
		buried: []string{"d 0-1", "d/a 0-1", "f 0-1"},
	},
	{
		name: "names that must be cleaned",
		layers: []imagetest.Layer{
			{imagetest.Dir("./", 0o755), imagetest.Dir("./d", 0o755), imagetest.File("d//a", "1"), imagetest.File("/d/b", "1"), imagetest.File("d/./c", "1")},
			{imagetest.Whiteout("./d/b"), imagetest.File(".//d/c", "2"), imagetest.File("D", "case matters")},
		},
		live:   []string{"D 1", "d/ 0", "d/a 0", "d/c 1"},
		buried: []string{"d/b 0-1", "d/c 0-1"},
	},
	{
		name: "duplicate entries in one layer",
		layers: []imagetest.Layer{
			{imagetest.File("a", "first"), imagetest.File("a", "second, longer"), imagetest.Dir("d", 0o755), imagetest.Dir("d", 0o711)},
		},
		live:    []string{"a 0", "d/ 0"},
		buried:  []string{"a 0-0", "d 0-0"},
		refused: "duplicates of file paths not supported",
	},
	{
		name: "link to a directory, written through in the same layer",
		layers: []imagetest.Layer{
			{imagetest.Dir("usr", 0o755), imagetest.Dir("usr/lib", 0o755), imagetest.Symlink("lib", "usr/lib"), imagetest.File("lib/a", "1")},
		},
		live: []string{"lib@ 0", "usr/ 0", "usr/lib/ 0", "usr/lib/a 0"},
	},
	{
		name: "absolute links and links with .. to directories, written through",
		layers: []imagetest.Layer{
			{imagetest.Dir("x", 0o755), imagetest.Dir("x/y", 0o755), imagetest.Symlink("abs", "/x/y"), imagetest.File("abs/a", "1"),
				imagetest.Symlink("x/up", "../x/y"), imagetest.File("x/up/b", "1"), imagetest.Symlink("chain", "abs"), imagetest.File("chain/c", "1")},
		},
		live: []string{"abs@ 0", "chain@ 0", "x/ 0", "x/up@ 0", "x/y/ 0", "x/y/a 0", "x/y/b 0", "x/y/c 0"},
	},
	{
		name: "link of a lower layer, covered by a directory",
		layers: []imagetest.Layer{
			{imagetest.Dir("usr", 0o755), imagetest.Dir("usr/lib", 0o755), imagetest.File("usr/lib/a", "1"), imagetest.Symlink("lib", "usr/lib")},
			{imagetest.Dir("lib", 0o755), imagetest.File("lib/b", "2")},
		},
		live:   []string{"lib/ 1", "lib/b 1", "usr/ 0", "usr/lib/ 0", "usr/lib/a 0"},
		buried: []string{"lib 0-1"},
	},
	{
		name: "hard links, also after the removal of their target",
		layers: []imagetest.Layer{
			{imagetest.FileMode("a", 0o4755, "shared").Owned(1, 2), imagetest.Link("b", "a"), imagetest.Link("c", "./b")},
			{imagetest.Whiteout("a")},
			{imagetest.File("b", "own")},
		},
		live:   []string{"b 2", "c 0"},
		buried: []string{"a 0-1", "b 0-2"},
	},
	{
		name: "whiteout of a missing file, and of a file of the same layer",
		layers: []imagetest.Layer{
			{imagetest.File("a", "1")},
			{imagetest.Whiteout("nowhere"), imagetest.Whiteout("a"), imagetest.File("a", "2")},
		},
		live:   []string{"a 1"},
		buried: []string{"a 0-1"},
	},
	{
		name: "removed, created again and removed again",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755), imagetest.File("d/a", "1")},
			{imagetest.Whiteout("d/a")},
			{imagetest.File("d/a", "2")},
			{imagetest.Whiteout("d/a")},
			{imagetest.File("d/b", "3")},
		},
		live:   []string{"d/ 0", "d/b 4"},
		buried: []string{"d/a 0-1", "d/a 2-3"},
	},
	{
		name: "opaque root, which runtimes ignore",
		layers: []imagetest.Layer{
			{imagetest.Dir("old", 0o755), imagetest.File("old/a", "1"), imagetest.File("top", "1")},
			{imagetest.Opaque("."), imagetest.File("new", "2")},
		},
		live: []string{"new 1", "old/ 0", "old/a 0", "top 0"},
	},
	{
		name: "hard link with a mode and owner of its own",
		layers: []imagetest.Layer{
			{imagetest.File("a", "shared"), imagetest.FileMode("x", 0o600, ""), {Header: tar.Header{Typeflag: tar.TypeLink, Name: "b", Linkname: "a", Mode: 0o4711, Uid: 3}}},
		},
		live: []string{"a 0", "b 0", "x 0"},
	},
	{
		name: "special files, long names and bytes that are not UTF-8",
		layers: []imagetest.Layer{
			{{Header: tar.Header{Typeflag: tar.TypeFifo, Name: "pipe", Mode: 0o600}},
				{Header: tar.Header{Typeflag: tar.TypeChar, Name: "null", Mode: 0o666, Devmajor: 1, Devminor: 3}},
				imagetest.Dir("sticky", 0o1777),
				imagetest.File(strings.Repeat("x", 200)+"/"+strings.Repeat("y", 250), "deep"),
				imagetest.File("caf\xe9", "latin"), imagetest.File("tab\tnew\nline", "odd")},
		},
		live: []string{"caf\xe9 0", "null 0", "pipe 0", "sticky/ 0", "tab\tnew\nline 0", strings.Repeat("x", 200) + "/ -1", strings.Repeat("x", 200) + "/" + strings.Repeat("y", 250) + " 0"},
	},
	{
		name: "hard link to a file of a lower layer",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755), imagetest.FileMode("d/a", 0o640, "lower").Owned(4, 5)},
			{imagetest.Link("b", "d/a")},
			{imagetest.Whiteout("d/a")},
		},
		live:    []string{"b 1", "d/ 0"},
		buried:  []string{"d/a 0-2"},
		refused: "link /d/a /b: no such file or directory",
	},
	{
		name: "whiteouts below paths that are not directories in lower layers",
		layers: []imagetest.Layer{
			{imagetest.Dir("usr", 0o755), imagetest.File("usr/a", "1"), imagetest.Symlink("link", "usr"), imagetest.File("file", "1"), imagetest.Symlink("opaque", "usr")},
			{imagetest.Whiteout("link/a"), imagetest.Whiteout("file/x"), imagetest.Whiteout("nowhere/at/all/x"), imagetest.Opaque("opaque"), imagetest.Opaque("new")},
		},
		live:   []string{"file/ -1", "link/ -1", "new/ -1", "nowhere/ -1", "nowhere/at/ -1", "nowhere/at/all/ -1", "opaque/ -1", "usr/ 0", "usr/a 0"},
		buried: []string{"file 0-1", "link 0-1", "opaque 0-1"},
	},
	{
		name: "whiteouts of directories that the layer creates again",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755), imagetest.File("d/a", "1"), imagetest.Dir("d/e", 0o755), imagetest.File("d/e/f", "1"), imagetest.Dir("o", 0o755), imagetest.File("o/a", "1"), imagetest.Dir("g", 0o755), imagetest.File("g/a", "1")},
			{imagetest.Whiteout("d"), imagetest.Dir("d", 0o711), imagetest.Whiteout("d/e"), imagetest.Dir("d/e", 0o700), imagetest.File("d/e/g", "2"),
				imagetest.Whiteout("o"), imagetest.Dir("o", 0o700), imagetest.Opaque("o"), imagetest.Whiteout("g")},
		},
		live:   []string{"d/ 1", "d/a 0", "d/e/ 1", "d/e/f 0", "d/e/g 1", "o/ 1"},
		buried: []string{"d 0-1", "d/e 0-1", "g 0-1", "g/a 0-1", "o 0-1", "o/a 0-1"},
	},
	{
		name: "whiteout of a directory that stays removed, with entries in it",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755), imagetest.File("d/a", "1")},
			{imagetest.Whiteout("d"), imagetest.File("d/b", "2")},
		},
		live:    []string{"d/ -1", "d/b 1"},
		buried:  []string{"d 0-1", "d/a 0-1"},
		refused: "not a directory",
	},
	{
		name: "directories without a trailing slash, files and links with one",
		layers: []imagetest.Layer{
			{{Header: tar.Header{Typeflag: tar.TypeDir, Name: "d", Mode: 0o755}}, imagetest.File("d/a", "1"),
				{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: "l/", Linkname: "d/", Mode: 0o777}}, imagetest.File("l/b", "1")},
			{imagetest.Dir("d//", 0o711), imagetest.Whiteout("d//a")},
		},
		live:   []string{"d/ 1", "d/b 0", "l@ 0"},
		buried: []string{"d 0-1", "d/a 0-1"},
	},
	{
		name: "names that differ only in case or in Unicode normalization",
		layers: []imagetest.Layer{
			{imagetest.File("a", "1"), imagetest.File("A", "1"), imagetest.File("caf\u00e9", "1"), imagetest.File("cafe\u0301", "1")},
			{imagetest.Whiteout("A"), imagetest.Whiteout("cafe\u0301")},
		},
		live:   []string{"a 0", "caf\u00e9 0"},
		buried: []string{"A 0-1", "cafe\u0301 0-1"},
	},
	{
		name: "long names as GNU tar writes them",
		layers: []imagetest.Layer{
			{imagetest.Dir("d", 0o755),
				{Header: tar.Header{Typeflag: tar.TypeReg, Format: tar.FormatGNU, Name: "d/" + strings.Repeat("g", 230), Mode: 0o600, Size: 3}, Body: []byte("gnu")},
				{Header: tar.Header{Typeflag: tar.TypeSymlink, Format: tar.FormatGNU, Name: "s", Linkname: strings.Repeat("t/", 100) + "u", Mode: 0o777}},
				{Header: tar.Header{Typeflag: tar.TypeLink, Format: tar.FormatGNU, Name: "h", Linkname: "d/" + strings.Repeat("g", 230)}}},
		},
		live: []string{"d/ 0", "d/" + strings.Repeat("g", 230) + " 0", "h 0", "s@ 0"},
	},
	{
		name: "empty layer, and the same layer twice",
		layers: []imagetest.Layer{
			{imagetest.File("a", "1")},
			{},
			{imagetest.File("a", "1")},
			{imagetest.Whiteout("a")},
			{imagetest.File("a", "1")},
		},
		live:   []string{"a 4"},
		buried: []string{"a 0-2", "a 2-3"},
	},
}

func TestMerge(t *testing.T) {
	for _, test := range nasty {
		t.Run(test.name, func(t *testing.T) {
			m := read(t, imagetest.Image{Layers: test.layers}.OCILayout(t), scan.Options{})
			var live, buried []string
			for e := range m.Live() {
				line := e.Path
				switch e.Type {
				case seaworthy.Directory:
					line += "/"
				case seaworthy.Symlink:
					line += "@"
				}
				live = append(live, fmt.Sprintf("%s %d", line, e.Layer))
				if found, ok := m.Lookup(e.Path); !ok {
					t.Errorf("Lookup(%q) finds nothing", e.Path)
				} else if diff := cmp.Diff(e, found); diff != "" {
					t.Errorf("Lookup(%q):\n%s", e.Path, diff)
				}
			}
			for e := range m.Buried() {
				buried = append(buried, fmt.Sprintf("%s %d-%d", e.Path, e.Layer, *e.RemovedIn))
				if !slices.ContainsFunc(m.Versions(e.Path), func(v seaworthy.Entry) bool { return v.Layer == e.Layer && v.Ordinal == e.Ordinal }) {
					t.Errorf("Versions(%q) does not have layer %d", e.Path, e.Layer)
				}
			}
			slices.Sort(buried)
			slices.Sort(live)
			if diff := cmp.Diff(test.live, live); diff != "" {
				t.Errorf("live:\n%s", diff)
			}
			if diff := cmp.Diff(test.buried, buried); diff != "" {
				t.Errorf("buried:\n%s", diff)
			}
		})
	}
}

// TestMergeAgainstDocker compares the merge with the output of docker export.
func TestMergeAgainstDocker(t *testing.T) {
	host := imagetest.DockerDaemon(t)
	for i, test := range nasty {
		t.Run(test.name, func(t *testing.T) {
			tag := fmt.Sprintf("nasty:%d", i)
			img := imagetest.Image{Layers: test.layers}
			img.Config.Config.Cmd = []string{"/none"}
			archive := img.DockerArchive(t, tag)
			if test.refused != "" {
				out, err := exec.Command("docker", "-H", host, "load", "-i", archive).CombinedOutput()
				if err == nil || !strings.Contains(string(out), test.refused) {
					t.Errorf("docker load: %v: %s", err, out)
				}
				return
			}
			docker(t, host, "load", "-i", archive)
			container := strings.TrimSpace(docker(t, host, "create", "--network=none", tag))
			want := exported(t, host, container)
			docker(t, host, "rm", container)
			got := make(map[string]string)
			m := read(t, archive, scan.Options{Analyzers: []seaworthy.Analyzer{scan.Digests{}}})
			for e := range m.Live() {
				got[e.Path] = show(m, &e)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func show(m *scan.Merged, e *seaworthy.Entry) string {
	text := fmt.Sprintf("%v %d:%d %d", e.FileMode(), e.UID, e.GID, e.Size)
	if e.Type == seaworthy.Symlink {
		text += " -> " + e.Link
	}
	if sum, ok := m.Digest(e); ok {
		text += " " + hex.EncodeToString(sum[:4])
	}
	return text
}

func docker(t *testing.T, host string, args ...string) string {
	t.Helper()
	cmd := exec.Command("docker", append([]string{"-H", host}, args...)...)
	cmd.Stderr = new(strings.Builder)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, cmd.Stderr)
	}
	return string(out)
}

// exported reads the output of docker export. It skips files that the daemon itself puts
// into a container.
func exported(t *testing.T, host, container string) map[string]string {
	t.Helper()
	cmd := exec.Command("docker", "-H", host, "export", container)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	own := []string{".dockerenv", "dev", "etc", "proc", "sys"}
	entries := make(map[string]string)
	for r := tar.NewReader(out); ; {
		h, err := r.Next()
		if err == io.EOF {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimSuffix(h.Name, "/")
		if top, _, _ := strings.Cut(path, "/"); slices.Contains(own, top) {
			continue
		}
		if h.Typeflag == tar.TypeLink {
			text := entries[h.Linkname]
			entries[path] = text
			continue
		}
		text := fmt.Sprintf("%v %d:%d %d", h.FileInfo().Mode(), h.Uid, h.Gid, h.Size)
		switch h.Typeflag {
		case tar.TypeSymlink:
			text += " -> " + h.Linkname
		case tar.TypeReg:
			sum := sha256.New()
			if _, err := io.Copy(sum, r); err != nil {
				t.Fatal(err)
			}
			text += " " + hex.EncodeToString(sum.Sum(nil)[:4])
		}
		entries[path] = text
	}
}

// read reads and merges the only image of a reference.
func read(t testing.TB, reference string, opt scan.Options) *scan.Merged {
	t.Helper()
	m, err := tryRead(t, reference, opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tryRead(t testing.TB, reference string, opt scan.Options) (*scan.Merged, error) {
	t.Helper()
	return readWith(t.Context(), t, reference, opt)
}

func readWith(ctx context.Context, t testing.TB, reference string, opt scan.Options) (*scan.Merged, error) {
	t.Helper()
	if opt.Log == nil {
		opt.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	// One layer at a time, so that the counters of the tests need no lock.
	src, err := image.Open(ctx, reference, image.Options{Platform: "linux/amd64", Parallel: 1})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	reading, err := scan.Read(ctx, src, opt)
	if err != nil {
		return nil, err
	}
	for m, err := range reading.Images(ctx) {
		return m, err
	}
	t.Fatal("the source has no image")
	return nil, nil
}
