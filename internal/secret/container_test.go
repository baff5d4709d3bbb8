package secret

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/limit"
)

func zipped(t testing.TB, files map[string]string, method uint16) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, body := range files {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, body)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarred(t testing.TB, name, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body)), Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, body)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// through gives what a compressor makes of a text.
func through(t testing.TB, text string, open func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t testing.TB, text string) string {
	return through(t, text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func TestArchives(t *testing.T) {
	token := githubToken(20)
	text := strings.Repeat("nothing to see here\n", 500) + "x = '" + token + "'\n"
	zlibbed := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	for name, c := range map[string]struct{ path, body, at string }{
		"zip":          {"srv/a.zip", zipped(t, map[string]string{"conf/x.js": text}, zip.Deflate), "srv/a.zip!/conf/x.js"},
		"stored":       {"srv/a.jar", zipped(t, map[string]string{"x.js": text}, zip.Store), "srv/a.jar!/x.js"},
		"program":      {"srv/run.jar", "#!/bin/sh\nexec java -jar $0\n" + zipped(t, map[string]string{"x.js": text}, zip.Deflate), "srv/run.jar!/x.js"},
		"tar":          {"srv/a.tar", tarred(t, "./d/x.js", text), "srv/a.tar!/d/x.js"},
		"tar.gz":       {"srv/a.tgz", gzipped(t, tarred(t, "d/x.js", text)), "srv/a.tgz!/d/x.js"},
		"gz":           {"var/log/x.js.gz", gzipped(t, text), "var/log/x.js.gz!/x.js"},
		"zstd":         {"var/log/x.zst", through(t, text, func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }), "var/log/x.zst!/x"},
		"xz":           {"var/log/x.js.xz", through(t, text, func(w io.Writer) io.WriteCloser { z, _ := xz.NewWriter(w); return z }), "var/log/x.js.xz!/x.js"},
		"tar.xz":       {"srv/a.txz", through(t, tarred(t, "d/x.js", text), func(w io.Writer) io.WriteCloser { z, _ := xz.NewWriter(w); return z }), "srv/a.txz!/d/x.js"},
		"jar in jar":   {"srv/app.jar", zipped(t, map[string]string{"BOOT-INF/lib/own.jar": zipped(t, map[string]string{"x.js": text}, zip.Deflate)}, zip.Store), "srv/app.jar!/BOOT-INF/lib/own.jar!/x.js"},
		"jar in war":   {"srv/app.war", zipped(t, map[string]string{"own.jar": zipped(t, map[string]string{"x.js": text}, zip.Store)}, zip.Deflate), "srv/app.war!/own.jar!/x.js"},
		"three levels": {"srv/a.zip", zipped(t, map[string]string{"b.zip": zipped(t, map[string]string{"c.zip": zipped(t, map[string]string{"x.js": text}, zip.Deflate)}, zip.Deflate)}, zip.Deflate), "srv/a.zip!/b.zip!/c.zip!/x.js"},
		"tgz in tar":   {"srv/a.tar", tarred(t, "b.tgz", gzipped(t, tarred(t, "x.js", text))), "srv/a.tar!/b.tgz!/x.js"},
		"deb":          {"srv/a.deb", arMagic + arMember("debian-binary", "2.0\n") + arMember("data.tar.gz", gzipped(t, tarred(t, "x.js", text))), "srv/a.deb!/data.tar.gz!/x.js"},
		"cpio":         {"srv/a.cpio", cpio("x.js", text), "srv/a.cpio!/x.js"},
		"RAM disk":     {"boot/initrd.img", cpio("kernel/microcode.bin", "abc") + strings.Repeat("\x00", 512) + gzipped(t, cpio("x.js", text)), "boot/initrd.img!/initrd!/x.js"},
		"lzma":         {"srv/x.js.lzma", through(t, text, func(w io.Writer) io.WriteCloser { z, _ := lzma.NewWriter(w); return z }), "srv/x.js.lzma!/x.js"},
		"Git's object": {"srv/.git/objects/ab/" + strings.Repeat("c", 38), through(t, fmt.Sprintf("blob %d\x00", len(text))+text, zlibbed), "srv/.git/objects/ab/" + strings.Repeat("c", 38)},
	} {
		t.Run(name, func(t *testing.T) {
			c0 := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File(c.path, c.body)}}})
			got := c0.of("github-pat")
			if len(got) != 1 || len(got[0].Locations) != 1 {
				t.Fatalf("findings: %+v", c0.findings)
			}
			if l := got[0].Locations[0]; l.Path != c.at || l.Line != 501 || l.Offset != int64(strings.Index(text, token)) {
				t.Errorf("found at %+v, want at %s", l, c.at)
			}
			for _, v := range c0.coverage {
				if v.State != seaworthy.Checked {
					t.Errorf("coverage: %+v", v)
				}
			}
		})
	}
}

// arMember returns a member of an ar archive.
func arMember(name, body string) string {
	return fmt.Sprintf("%-16s%-12d%-6d%-6d%-8s%-10d`\n%s%s", name, 0, 0, 0, "100644", len(body), body, strings.Repeat("\n", len(body)&1))
}

// cpio returns a cpio archive of one file.
func cpio(name, body string) string {
	entry := func(name, body string) string {
		head := fmt.Sprintf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00", 1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name)+1, 0, name)
		pad := func(s string) string { return s + strings.Repeat("\x00", int(align4(int64(len(s))))-len(s)) }
		return pad(head) + pad(body)
	}
	return entry(name, body) + entry("TRAILER!!!", "")
}

// TestNestedArchivesHaveLimits shows that what is in the fourth archive is reported as not
// scanned, that a large one is, and that a nested bomb ends within the budget of the file.
func TestNestedArchivesHaveLimits(t *testing.T) {
	deep := "token = '" + githubToken(30) + "'"
	for _, name := range []string{"d", "c", "b", "a"} {
		deep = zipped(t, map[string]string{name + ".zip": deep}, zip.Deflate)
	}
	random := textOf(random(31), `[0-9A-Za-z]{1000}`)
	large := tarred(t, "b.tar", tarred(t, "x", strings.Repeat(random, (maxNested/len(random))+1)))
	bomb := zipped(t, map[string]string{"a.zip": zipped(t, map[string]string{"x": strings.Repeat("\x00", 30<<20)}, zip.Deflate)}, zip.Deflate)
	for name, c := range map[string]struct {
		body string
		want gap
	}{
		"deep": {deep, nestedTooDeep}, "large": {large, nestedTooLarge}, "bomb": {bomb, tooLarge},
		"LZ4": {"\x04\x22\x4d\x18" + strings.Repeat("x", 600), methods}, "7z in tar": {tarred(t, "a.7z", "7z\xbc\xaf\x27\x1c"+strings.Repeat("x", 600)), methods},
		"cut cpio":    {cpio("x", strings.Repeat("a", 500))[:620], damaged},
		"damaged deb": {arMagic + arMember("debian-binary", "2.0\n") + arMember("data.tar", "x")[:59], damaged},
	} {
		t.Run(name, func(t *testing.T) {
			got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/a", c.body)}}})
			code, reason := c.want.describe()
			if !slices.ContainsFunc(got.coverage, func(v *seaworthy.Coverage) bool {
				return v.State == seaworthy.Partial && v.Code == code && v.Reason == reason
			}) {
				t.Errorf("coverage: %+v", *got.coverage[0])
			}
		})
	}
}

// TestCutNestedArchive shows that the start of an archive that ends in the middle is searched.
func TestCutNestedArchive(t *testing.T) {
	inner := zipped(t, map[string]string{"x.js": "x = '" + githubToken(32) + "'" + strings.Repeat(" ", 9000)}, zip.Store)
	outer := tarred(t, "b.zip", inner)
	got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/a.tar", outer[:8000])}}})
	if len(got.of("github-pat")) != 1 || got.coverage[0].State != seaworthy.Partial {
		t.Errorf("findings %+v, coverage %+v", got.findings, *got.coverage[0])
	}
}

// FuzzNested searches arbitrary files as archives of the formats that this package parses
// itself.
func FuzzNested(f *testing.F) {
	f.Add(arMagic + arMember("debian-binary", "2.0\n") + arMember("data", "abc"))
	f.Add(cpio("a", "abc") + "\x00\x00" + cpio("b", "d"))
	f.Add("# v2 git bundle\n0 refs/heads/a\n\nPACK\x00\x00\x00\x02\x00\x00\x00\x00")
	a, err := New(Options{Key: []byte("a key only for these tests")})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		head := body[:min(len(body), 512)]
		if open := containerOf("a", []byte(head)); open != nil {
			r := a.newFileScan(t.Context(), "a", int64(len(body)))
			r.body = []byte(body)
			if _, err := open(r, strings.NewReader(body), int64(len(body))); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestArchivesThatCannotBeRead end in coverage, and not in silence.
func TestArchivesThatCannotBeRead(t *testing.T) {
	secretive := []byte(zipped(t, map[string]string{"x": "abc"}, zip.Deflate))
	central := bytes.Index(secretive, []byte("PK\x01\x02"))
	secretive[central+8] |= 1 // encrypted
	method := []byte(zipped(t, map[string]string{"x": "abc"}, zip.Deflate))
	method[bytes.Index(method, []byte("PK\x01\x02"))+10] = 14 // LZMA
	bomb := gzipped(t, strings.Repeat("\x00", 20<<20))
	cut := gzipped(t, githubToken(21)+strings.Repeat(githubToken(22), 50)+textOf(random(23), `[0-9A-Za-z]{900}`))
	many := zipped(t, map[string]string{"x": strings.Repeat("\x00", 20<<20)}, zip.Deflate)
	greedy := []byte(through(t, strings.Repeat("abc", 5000), func(w io.Writer) io.WriteCloser { z, _ := xz.NewWriter(w); return z }))
	greedy[16] = 40 // a dictionary of 4 GiB
	filtered := slices.Clone(greedy)
	filtered[13] |= 1 // two filters
	for name, c := range map[string]struct {
		body string
		want gap
	}{
		"large window":   {string(greedy), methods},
		"other filters":  {string(filtered), methods},
		"encrypted":      {string(secretive), encrypted},
		"unknown method": {string(method), methods},
		"gzip bomb":      {bomb, tooLarge},
		"zip bomb":       {many, tooLarge},
		"cut":            {cut[:len(cut)-500], damaged},
	} {
		t.Run(name, func(t *testing.T) {
			got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/a", c.body)}}})
			code, reason := c.want.describe()
			if !slices.ContainsFunc(got.coverage, func(v *seaworthy.Coverage) bool {
				return v.State == seaworthy.Partial && v.Subject == "layer 0: srv/a" && v.Code == code && v.Reason == reason
			}) {
				t.Errorf("coverage: %+v", *got.coverage[0])
			}
		})
	}
}

// repository makes a Git repository whose token is in its history alone, in one
// pack.
func repository(t testing.TB, token string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir := t.TempDir()
	git := func(args ...string) {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	git("init", "-q", ".")
	var lines strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&lines, "line %d of %s\n", i, textOf(random(uint64(i)), "[a-z]{12}"))
	}
	for _, text := range []string{lines.String(), lines.String()[:9000] + "const t = '" + token + "'\n" + lines.String()[9000:], lines.String() + "more\n"} {
		if err := os.WriteFile(filepath.Join(dir, "x.js"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		git("add", ".")
		git("commit", "-q", "-m", "change")
	}
	git("repack", "-adfq")
	git("prune-packed")
	packs, err := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("packs: %v, %v", packs, err)
	}
	data, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPacksOfGit(t *testing.T) {
	token := githubToken(24)
	body := repository(t, token)
	got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/.git/objects/pack/pack-1.pack", body)}}})
	found := got.of("github-pat")
	if len(found) != 1 {
		t.Fatalf("findings: %+v, coverage %+v", got.findings, got.coverage)
	}
	for _, l := range found[0].Locations {
		if !strings.HasPrefix(l.Path, "srv/.git/objects/pack/pack-1.pack!/") || !strings.HasSuffix(l.Path, ":x.js") || l.Offset != 9000+int64(len("const t = '")) {
			t.Errorf("found at %+v", l)
		}
	}
	for _, v := range got.coverage {
		if v.State != seaworthy.Checked {
			t.Errorf("coverage: %+v", v)
		}
	}
}

// TestInflationOfAScan has many compressed files that share what may come out of them.
func TestInflationOfAScan(t *testing.T) {
	a, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(gzipped(t, strings.Repeat("a", 100_000)))
	budget := limit.NewBudget(250_000)
	ctx := limit.WithBudget(t.Context(), budget)
	limited := 0
	for range 10 {
		r := a.newFileScan(ctx, "a.gz", int64(len(body)))
		h := &seaworthy.Header{Path: "a.gz", Type: seaworthy.Regular, Size: int64(len(body))}
		if err := r.scan(seaworthy.NewFile(h, body, true)); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(r.gaps, tooLarge) {
			limited++
		}
	}
	if limited < 6 || limited > 8 || budget.Left() > 100_000 {
		t.Errorf("%d of 10 files exceed the limit; %d bytes are left", limited, budget.Left())
	}
}

func FuzzContainers(f *testing.F) {
	token := githubToken(25)
	f.Add("a.zip", []byte(zipped(f, map[string]string{"a": token}, zip.Deflate)))
	f.Add("a.tar", []byte(tarred(f, "a", token)))
	f.Add("a.gz", []byte(gzipped(f, token)))
	f.Add("objects/aa/"+strings.Repeat("0", 38), []byte(through(f, "blob 3\x00abc", func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })))
	if _, err := exec.LookPath("git"); err == nil {
		f.Add("a.pack", []byte(repository(f, token)))
	}
	a, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		imagetest.LimitInput(t, func() {
			r := a.newFileScan(context.Background(), name, int64(len(body)))
			h := &seaworthy.Header{Path: name, Type: seaworthy.Regular, Size: int64(len(body))}
			if err := r.scan(seaworthy.NewFile(h, body, true)); err != nil {
				t.Error(err)
			}
		})
	})
}
