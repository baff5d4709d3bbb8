package scan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/scan"
)

// census is an analyzer that records how much it saw of every file.
type census struct {
	config string
	want   seaworthy.Want
	opened *int // layers for which it was opened; guarded by the scan's parallelism of 1
	fail   string
}

func (c census) Name() string         { return "census" }
func (c census) ConfigDigest() string { return c.config }
func (c census) Open() seaworthy.Pass {
	if c.opened != nil {
		*c.opened++
	}
	return &censusPass{census: c, seen: make(map[int]string)}
}

type censusPass struct {
	census
	mu   sync.Mutex
	seen map[int]string
}

func (p *censusPass) Wants(h *seaworthy.Header) seaworthy.Want {
	if h.Type == seaworthy.Regular {
		return p.want
	}
	return seaworthy.Skip
}

func (p *censusPass) File(_ context.Context, f *seaworthy.File) error {
	if p.fail != "" && f.Path == p.fail {
		return errors.New("the census fails")
	}
	body, whole := f.Bytes()
	sum, err := f.SHA256()
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[f.Ordinal] = fmt.Sprintf("%s %d of %d, head %d, in memory %v, %x", f.Path, len(body), f.Size, len(f.Head), whole, sum[:4])
	return nil
}

func (p *censusPass) Close(context.Context) ([]byte, error) { return json.Marshal(p.seen) }

func censusOf(t *testing.T, m *scan.Merged, a seaworthy.Analyzer) []string {
	t.Helper()
	var lines []string
	for i := range m.Image().Layers {
		var seen map[int]string
		if err := json.Unmarshal(m.Result(a, i), &seen); err != nil {
			t.Fatal(err)
		}
		for ordinal, line := range seen {
			lines = append(lines, fmt.Sprintf("%d/%03d %s", i, ordinal, line))
		}
	}
	slices.Sort(lines)
	return lines
}

var ferry = imagetest.Image{Layers: []imagetest.Layer{
	{imagetest.Dir("etc", 0o755), imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian 12'\n"), imagetest.File("empty", "")},
	{imagetest.File("small", strings.Repeat("s", 5000)), imagetest.File("large", strings.Repeat("l", 40<<20))},
	{imagetest.Whiteout("small")},
}}

func TestFiles(t *testing.T) {
	body := census{want: seaworthy.Body}
	got := censusOf(t, read(t, ferry.OCILayout(t), scan.Options{Analyzers: []seaworthy.Analyzer{body}}), body)
	want := []string{
		"0/001 etc/os-release 50 of 50, head 50, in memory true, " + sum(ferry, 0, 1),
		"0/002 empty 0 of 0, head 0, in memory true, e3b0c442",
		"1/000 small 5000 of 5000, head 4096, in memory true, " + sum(ferry, 1, 0),
		"1/001 large 41943040 of 41943040, head 4096, in memory true, " + sum(ferry, 1, 1),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	parts := census{want: seaworthy.Parts, config: "parts"}
	got = censusOf(t, read(t, ferry.OCILayout(t), scan.Options{Analyzers: []seaworthy.Analyzer{parts}}), parts)
	want[3] = "1/001 large 0 of 41943040, head 4096, in memory false, " + sum(ferry, 1, 1)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	head := census{want: seaworthy.Head, config: "head"}
	got = censusOf(t, read(t, ferry.OCILayout(t), scan.Options{Analyzers: []seaworthy.Analyzer{head}}), head)
	if want := "1/001 large 0 of 41943040, head 4096, in memory false"; !strings.HasPrefix(got[3], want) {
		t.Errorf("got %s, want %s", got[3], want)
	}
}

// TestLongBodies reads bodies so long that few or none fit into the body pool.
func TestLongBodies(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{}, {}}}
	var want []string
	for i, size := range []int{64<<20 + 1, 64 << 20, 9 << 20, 40 << 20, 33 << 20, 20 << 20, 20 << 20} {
		layer := &img.Layers[i%2]
		*layer = append(*layer, imagetest.File(fmt.Sprint(i), strings.Repeat(fmt.Sprint(i), size)))
		held := size
		if size > 64<<20 {
			held = 0
		}
		want = append(want, fmt.Sprintf("%d/%03d %d %d of %d, head 4096, in memory %v, %s", i%2, i/2, i, held, size, held > 0, sum(img, i%2, i/2)))
	}
	slices.Sort(want)
	body := census{want: seaworthy.Body}
	got := censusOf(t, read(t, img.OCILayout(t), scan.Options{Analyzers: []seaworthy.Analyzer{body}}), body)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func sum(img imagetest.Image, layer, entry int) string {
	return strings.TrimPrefix(imagetest.Digest(img.Layers[layer][entry].Body), "sha256:")[:8]
}

func TestImage(t *testing.T) {
	m := read(t, ferry.OCILayout(t), scan.Options{})
	img := m.Image()
	if diff := cmp.Diff(&seaworthy.OS{ID: "debian", VersionID: "12", PrettyName: "Debian 12"}, img.OS); diff != "" {
		t.Error(diff)
	}
	if img.Platform != "linux/amd64" || len(img.Layers) != 3 || img.Layers[2].Instruction != "COPY layer2 /" {
		t.Errorf("%+v", img)
	}
	if got, want := img.Layers[0].DiffID, imagetest.Digest(ferry.Layers[0].Tar()); got != want {
		t.Errorf("diffID %s, want %s", got, want)
	}
}

func TestAnalyzerError(t *testing.T) {
	_, err := tryRead(t, ferry.OCILayout(t), scan.Options{Analyzers: []seaworthy.Analyzer{census{want: seaworthy.Body, fail: "small"}}})
	if err == nil || !strings.Contains(err.Error(), "census: small: the census fails") {
		t.Errorf("got %v", err)
	}
}

func TestCanceled(t *testing.T) {
	temp := t.TempDir()
	cacheDir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	stop := census{want: seaworthy.Body}
	opt := scan.Options{
		Analyzers: []seaworthy.Analyzer{stop},
		TempDir:   temp,
		Cache:     openCache(t, cacheDir),
		Log:       slog.New(slog.DiscardHandler),
		Progress:  func(*seaworthy.Progress) error { cancel(); return nil },
	}
	layout := ferry.OCILayout(t)
	start := time.Now()
	_, err := readWith(ctx, t, layout, opt)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v to stop", took)
	}
	for _, dir := range []string{temp, cacheDir} {
		if files := temporaries(t, dir); len(files) > 0 {
			t.Errorf("left behind: %v", files)
		}
	}
}

func temporaries(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (strings.HasPrefix(d.Name(), ".tmp-") || strings.HasPrefix(d.Name(), "seaworthy-")) {
			found = append(found, path)
		}
		return err
	})
	return found
}

func openCache(t testing.TB, dir string) *scan.Cache {
	t.Helper()
	c, err := scan.OpenCache(dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCache(t *testing.T) {
	layout := ferry.OCILayout(t)
	dir := t.TempDir()
	scanOnce := func(config string) (lines []string, opened int) {
		t.Helper()
		c := census{want: seaworthy.Body, config: config, opened: &opened}
		m := read(t, layout, scan.Options{Analyzers: []seaworthy.Analyzer{c}, Cache: openCache(t, dir)})
		return censusOf(t, m, c), opened
	}
	cold, opened := scanOnce("a")
	if opened != 3 {
		t.Errorf("cold: %d layers read, want 3", opened)
	}
	for path, mode := range modes(t, dir) {
		if mode != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %o", path, mode)
		}
	}
	warm, opened := scanOnce("a")
	if opened != 0 {
		t.Errorf("warm: %d layers read, want none", opened)
	}
	if diff := cmp.Diff(cold, warm); diff != "" {
		t.Errorf("cold and warm differ:\n%s", diff)
	}
	if _, opened := scanOnce("b"); opened != 3 {
		t.Errorf("another configuration: %d layers read, want 3", opened)
	}

	damage := map[string]func([]byte) []byte{
		"torn":     func(b []byte) []byte { return b[:len(b)/2] },
		"flipped":  func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"emptied":  func([]byte) []byte { return nil },
		"replaced": func([]byte) []byte { return []byte("something else that is long enough to hold a checksum, or is it?") },
	}
	for name, f := range damage {
		for path := range modes(t, dir) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		rebuilt, opened := scanOnce("a")
		if opened != 3 {
			t.Errorf("%s: %d layers read, want 3", name, opened)
		}
		if diff := cmp.Diff(cold, rebuilt); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if _, opened := scanOnce("a"); opened != 0 {
			t.Errorf("%s: the cache was not rebuilt", name)
		}
	}
}

func modes(t *testing.T, dir string) map[string]fs.FileMode {
	t.Helper()
	modes := make(map[string]fs.FileMode)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		modes[path] = info.Mode().Perm()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return modes
}

// TestCacheMissOfOneAnalyzer shows that only an analyzer without a cached result runs.
func TestCacheMissOfOneAnalyzer(t *testing.T) {
	layout, dir := ferry.OCILayout(t), t.TempDir()
	opened := 0
	digests := scan.Digests{}
	read(t, layout, scan.Options{Analyzers: []seaworthy.Analyzer{digests}, Cache: openCache(t, dir)})
	c := census{want: seaworthy.Body, opened: &opened}
	before := modes(t, dir)
	m := read(t, layout, scan.Options{Analyzers: []seaworthy.Analyzer{digests, c}, Cache: openCache(t, dir)})
	if opened != 3 || len(modes(t, dir)) != len(before)+3 {
		t.Errorf("%d layers read, %d files became %d", opened, len(before), len(modes(t, dir)))
	}
	if e, ok := m.Lookup("large"); !ok {
		t.Error("no large")
	} else if sum, ok := m.Digest(&e); !ok || fmt.Sprintf("sha256:%x", sum) != imagetest.Digest(ferry.Layers[1][1].Body) {
		t.Errorf("digest %x", sum)
	}
}

// TestFalseClaim shows that an archive that falsely claims the diffID of a cached layer
// is refused.
func TestFalseClaim(t *testing.T) {
	dir := t.TempDir()
	opt := scan.Options{Cache: openCache(t, dir)}
	honest := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("a", "harmless")}}}
	read(t, honest.DockerArchive(t, "x:1"), opt)
	liar := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("a", "terrible")}}}
	liar.Config.RootFS.DiffIDs = []string{imagetest.Digest(honest.Layers[0].Tar())}
	_, err := tryRead(t, liar.DockerArchive(t, "x:1"), opt)
	if err == nil || !strings.Contains(err.Error(), "content does not match the image: its diffID is") {
		t.Errorf("got %v", err)
	}
}

func TestParallelCaches(t *testing.T) {
	layout, dir := ferry.OCILayout(t), t.TempDir()
	c := census{want: seaworthy.Body}
	want := censusOf(t, read(t, layout, scan.Options{Analyzers: []seaworthy.Analyzer{c}}), c)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			m, err := tryRead(t, layout, scan.Options{Analyzers: []seaworthy.Analyzer{c}, Cache: openCache(t, dir)})
			if err != nil {
				t.Error(err)
				return
			}
			if diff := cmp.Diff(want, censusOf(t, m, c)); diff != "" {
				t.Error(diff)
			}
		})
	}
	all.Wait()
	if files := temporaries(t, dir); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestUnwritableCache(t *testing.T) {
	dir := t.TempDir()
	var log strings.Builder
	cache, err := scan.OpenCache(dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // no directory can be made here any more
		t.Fatal(err)
	}
	c := census{want: seaworthy.Body}
	if got := censusOf(t, read(t, ferry.OCILayout(t), scan.Options{Analyzers: []seaworthy.Analyzer{c}, Cache: cache}), c); len(got) != 4 {
		t.Errorf("got %v", got)
	}
	if n := strings.Count(log.String(), "scanning without it"); n != 1 {
		t.Errorf("%d warnings, want 1:\n%s", n, &log)
	}
}

func TestDamagedImages(t *testing.T) {
	rewrite := func(f func(dir string)) string {
		dir := ferry.OCILayout(t)
		f(dir)
		return dir
	}
	layerBlob := func(dir string, i int) string {
		digest := imagetest.Digest(imagetest.Gzip(ferry.Layers[i].Tar()))
		return filepath.Join(dir, "blobs", "sha256", strings.TrimPrefix(digest, "sha256:"))
	}
	write := func(path string, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ name, reference, want string }{
		{"another content", rewrite(func(dir string) {
			data, _ := os.ReadFile(layerBlob(dir, 0))
			data[9] ^= 1 // the operating system in the gzip header
			write(layerBlob(dir, 0), data)
		}), "content does not match the image: its digest is sha256:"},
		{"cut off", rewrite(func(dir string) {
			data, _ := os.ReadFile(layerBlob(dir, 1))
			write(layerBlob(dir, 1), data[:len(data)/2])
		}), ""},
		{"no tar", imagetest.Image{Config: seaworthy.ImageConfig{RootFS: seaworthy.RootFS{DiffIDs: []string{imagetest.Digest([]byte("x"))}}}, Layers: []imagetest.Layer{{imagetest.File("a", "")}}}.OCILayout(t), "its diffID is"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := tryRead(t, test.reference, scan.Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "layer") {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	_, err := tryRead(t, ferry.OCILayout(t), scan.Options{Limits: layer.Limits{MaxSize: 1 << 20}})
	if !errors.Is(err, layer.ErrBomb) {
		t.Errorf("got %v", err)
	}
}

// TestAnalyzeSorts shows that events are sorted for any order of the analyzers.
func TestAnalyzeSorts(t *testing.T) {
	m := read(t, ferry.OCILayout(t), scan.Options{})
	var lists [2]bytes.Buffer
	for i := range lists {
		analyzers := []seaworthy.Analyzer{talker{seaworthy.Secret, "s"}, talker{seaworthy.Vulnerability, "v"}, talker{seaworthy.Misconfiguration, "m"}}
		if i == 1 {
			slices.Reverse(analyzers)
		}
		if err := scan.Analyze(t.Context(), m, analyzers, &printer{&lists[i]}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(lists[0].String(), lists[1].String()); diff != "" {
		t.Error(diff)
	}
	want := `image 3 layers
vulnerability high v-1
vulnerability low v-0
misconfiguration high m-1
misconfiguration low m-0
secret high s-1
secret low s-0
misconfiguration checked
secret checked
vulnerability checked
`
	if diff := cmp.Diff(want, lists[0].String()); diff != "" {
		t.Error(diff)
	}
}

type talker struct {
	risk seaworthy.Risk
	id   string
}

func (a talker) Name() string         { return a.id }
func (a talker) ConfigDigest() string { return "" }
func (a talker) Risk() seaworthy.Risk { return a.risk }
func (a talker) Image(_ context.Context, _ seaworthy.Merged, s seaworthy.Sink) error {
	for i, severity := range []seaworthy.Severity{seaworthy.Low, seaworthy.High} {
		if err := s.Finding(&seaworthy.Finding{Risk: a.risk, ID: fmt.Sprintf("%s-%d", a.id, i), Severity: severity}); err != nil {
			return err
		}
	}
	return s.Coverage(&seaworthy.Coverage{Risk: a.risk, Subject: "image", State: seaworthy.Checked})
}

// printer is a Handler that writes a line for each event.
type printer struct{ w *bytes.Buffer }

func (p *printer) Provenance(*seaworthy.Provenance) error { return nil }
func (p *printer) Progress(*seaworthy.Progress) error     { return nil }
func (p *printer) Package(*seaworthy.Package) error       { return nil }
func (p *printer) Verdict(*seaworthy.Verdict) error       { return nil }
func (p *printer) Image(i *seaworthy.Image) error {
	fmt.Fprintf(p.w, "image %d layers\n", len(i.Layers))
	return nil
}

func (p *printer) Finding(f *seaworthy.Finding) error {
	fmt.Fprintf(p.w, "%s %s %s\n", f.Risk, f.Severity, f.ID)
	return nil
}

func (p *printer) Coverage(c *seaworthy.Coverage) error {
	fmt.Fprintf(p.w, "%s %s\n", c.Risk, c.State)
	return nil
}

// TestAnalyzeIsCanceled shows that Analyze ends soon after its context, even if analyzers
// ignore the context.
func TestAnalyzeIsCanceled(t *testing.T) {
	m := read(t, ferry.OCILayout(t), scan.Options{})
	for name, step := range map[string]func(seaworthy.Merged, seaworthy.Sink) error{
		"reports without end": func(_ seaworthy.Merged, s seaworthy.Sink) error {
			time.Sleep(time.Millisecond)
			return s.Coverage(&seaworthy.Coverage{Risk: seaworthy.Secret, State: seaworthy.Checked})
		},
		"does nothing once the list of files breaks off": func(m seaworthy.Merged, s seaworthy.Sink) error {
			for range m.Live() {
				time.Sleep(time.Microsecond)
			}
			return s.Finding(&seaworthy.Finding{Risk: seaworthy.Secret, ID: "x"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			d := endless{talker{seaworthy.Secret, "endless"}, step, new(atomic.Bool)}
			start := time.Now()
			if err := scan.Analyze(ctx, m, []seaworthy.Analyzer{d}, &printer{new(bytes.Buffer)}); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("it took %v to stop", took)
			}
			if !d.ended.Load() {
				t.Error("the analyzer still runs")
			}
		})
	}
}

// endless is an analyzer that ignores the context and ends with the first error.
type endless struct {
	talker
	step  func(seaworthy.Merged, seaworthy.Sink) error
	ended *atomic.Bool
}

func (d endless) Image(_ context.Context, m seaworthy.Merged, s seaworthy.Sink) error {
	defer d.ended.Store(true)
	for {
		if err := d.step(m, s); err != nil {
			return err
		}
	}
}
