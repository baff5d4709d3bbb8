package scanner_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/scanner"
)

// theDay is when all scans of these tests take place.
var theDay = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// options give a Scanner with all that it can use, and a cache of its own that has the
// same key as those of other calls.
func options(t *testing.T, source string) scanner.Options {
	t.Helper()
	cache := t.TempDir()
	check(t, os.Mkdir(filepath.Join(cache, "v1"), 0o700))
	key := sha256.Sum256([]byte("key"))
	check(t, os.WriteFile(filepath.Join(cache, "v1", "key"), key[:], 0o600))
	return scanner.Options{
		Tool:     seaworthy.Tool{Version: "v0-test"},
		CacheDir: cache,
		Data:     scanner.Data{Source: source},
		Source:   scanner.Source{Platform: "linux/amd64"},
		TempDir:  t.TempDir(),
		Now:      func() time.Time { return theDay },
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// advisories is a source of advisories with one of npm.
func advisories(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	record, err := json.Marshal(map[string]any{
		"schema_version": "1.7.0", "id": "GHSA-aaaa-bbbb-cccc", "aliases": []string{"CVE-2024-0001"}, "modified": "2026-06-01T00:00:00Z",
		"summary": "Bad padding",
		"affected": []any{map[string]any{
			"package": map[string]string{"ecosystem": "npm", "name": "left-pad"},
			"ranges":  []any{map[string]any{"type": "SEMVER", "events": []any{map[string]string{"introduced": "0"}, map[string]string{"fixed": "1.3.0"}}}},
		}},
	})
	check(t, err)
	check(t, os.Mkdir(filepath.Join(dir, "npm"), 0o755))
	f, err := os.Create(filepath.Join(dir, "npm", "all.zip"))
	check(t, err)
	defer f.Close()
	z := zip.NewWriter(f)
	w, err := z.Create("GHSA-aaaa-bbbb-cccc.json")
	check(t, err)
	_, err = w.Write(record)
	check(t, errors.Join(err, z.Close()))
	return dir
}

// fleet is an image with something of every kind; numbers make it differ.
func fleet(number int) imagetest.Image {
	secret := sha256.Sum256(fmt.Append(nil, "secret", number))
	img := imagetest.Image{Layers: []imagetest.Layer{
		{imagetest.Dir("etc", 0o755), imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"), imagetest.File("etc/passwd", "root::0:0::/:/bin/sh\n")},
		{
			imagetest.FileMode("bin/one", 0o4755, strings.Repeat("x", 1<<20+number)), imagetest.File("srv/.env", "PASSWORD="+hex.EncodeToString(secret[:8])+"\n"),
			imagetest.File("srv/node_modules/left-pad/package.json", `{"name": "left-pad", "version": "1.2.0"}`),
		},
		{imagetest.Whiteout("bin/one"), imagetest.File("other", strings.Repeat("y", 2<<20))},
	}}
	if number == 0 { // goes to a temporary file
		img.Layers = append(img.Layers, imagetest.Layer{imagetest.File("big", strings.Repeat("\x00", 33<<20))})
	}
	img.Config.Config.User = "0"
	return img
}

// report scans one image into a JSON report.
func report(ctx context.Context, s *scanner.Scanner, reference string) ([]byte, error) {
	var out bytes.Buffer
	r, err := scanner.NewReport(&out, scanner.JSON)
	if err != nil {
		return nil, err
	}
	if _, err := s.Scan(ctx, reference, r); err != nil {
		return nil, err
	}
	return out.Bytes(), r.Close()
}

// TestSixteenAtOnce runs scans of different images, and of the same ones, at the same
// time. They stay within the limits that they share, and the reports are those of
// scans one after the other.
func TestSixteenAtOnce(t *testing.T) {
	source := advisories(t)
	var references []string
	for number := range 4 {
		layout := fleet(number).OCILayout(t)
		references = append(references, layout, layout)
	}
	for number := range 2 {
		archive := fleet(number).DockerArchive(t, "example/app:1.0")
		references = append(references, fleet(number).OCIArchive(t), archive, archive)
	}
	references = append(references, imagetest.OCIIndex(t, fleet(1)))
	sbom := filepath.Join(t.TempDir(), "sbom.json")
	check(t, os.WriteFile(sbom, []byte(`{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "left-pad", "version": "1.2.0", "purl": "pkg:npm/left-pad@1.2.0"}]}`), 0o600))
	if references = append(references, sbom); len(references) != 16 {
		t.Fatalf("%d scans", len(references))
	}

	opt := options(t, source)
	const memory, tempFiles, layers = 32 << 20, 40 << 20, 3
	opt.Limits = scanner.NewLimits(scanner.LimitOptions{Memory: memory, TempFiles: tempFiles, Layers: layers})
	shared, err := scanner.New(opt)
	check(t, err)
	// The second Scanner has another cache, and the same limits.
	opt2 := options(t, source)
	opt2.Limits = opt.Limits
	other, err := scanner.New(opt2)
	check(t, err)
	together := make([][]byte, len(references))
	var group sync.WaitGroup
	for i, reference := range references {
		group.Go(func() {
			s := shared
			if i%4 == 3 {
				s = other
			}
			var err error
			if together[i], err = report(t.Context(), s, reference); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for name, u := range map[string]struct {
		scanner.Usage
		most int64
	}{
		"memory": {opt.Limits.Memory(), memory}, "temporary files": {opt.Limits.TempFiles(), tempFiles}, "layers": {opt.Limits.Layers(), layers},
	} {
		if u.Now != 0 || u.Peak == 0 || u.Peak > u.most {
			t.Errorf("%s: %d in use in the end, %d at most, where %d is the limit", name, u.Now, u.Peak, u.most)
		}
	}

	alone := make(map[string][]byte)
	for i, reference := range references {
		if alone[reference] == nil {
			s, err := scanner.New(options(t, source))
			check(t, err)
			alone[reference], err = report(t.Context(), s, reference)
			check(t, err)
		}
		if !bytes.Equal(alone[reference], together[i]) {
			t.Errorf("%s: the report differs from that of a scan alone:\n%s\n%s", reference, together[i], alone[reference])
		}
	}
	for _, want := range []string{"CVE-2024-0001", "srv/.env", `"user-root"`} {
		if !bytes.Contains(together[0], []byte(want)) {
			t.Errorf("no %s in the report: the comparison shows little", want)
		}
	}
}

// TestLimitsHold runs scans that would read twice as many layers at once as there may
// be, and take more memory.
func TestLimitsHold(t *testing.T) {
	const memory, layers = 32 << 20, 3
	opt := options(t, "")
	opt.Limits = scanner.NewLimits(scanner.LimitOptions{Memory: memory, Layers: layers})
	opt.Risks = []seaworthy.Risk{}
	slow := &slowReader{}
	opt.Analyzers = []seaworthy.Analyzer{slow}
	s, err := scanner.New(opt)
	check(t, err)
	var references []string
	for n := range 6 {
		var l imagetest.Layer
		for i := range 14 {
			l = append(l, imagetest.File(fmt.Sprint("file", i), strings.Repeat("\x00", 2<<20-n)))
		}
		references = append(references, imagetest.Image{Layers: []imagetest.Layer{l}}.OCILayout(t))
	}
	var group sync.WaitGroup
	for _, reference := range references {
		group.Go(func() {
			if _, err := s.Scan(t.Context(), reference, seaworthy.NopHandler{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if u := opt.Limits.Memory(); u.Peak > memory/2 || u.Peak < memory/4 {
		t.Errorf("%d bytes at most, of a limit of %d", u.Peak, memory/2)
	}
	if u := opt.Limits.Layers(); u.Peak != layers {
		t.Errorf("%d layers at most, of a limit of %d", u.Peak, layers)
	}
	if n := slow.files.Load(); n != 6*14 {
		t.Errorf("%d files", n)
	}
}

// slowReader is an analyzer that takes its time with each file.
type slowReader struct{ files atomic.Int32 }

func (*slowReader) Name() string         { return "slow" }
func (*slowReader) ConfigDigest() string { return "" }
func (r *slowReader) Open() seaworthy.Pass {
	return r
}

func (*slowReader) Wants(*seaworthy.Header) seaworthy.Want { return seaworthy.Body }

func (r *slowReader) File(context.Context, *seaworthy.File) error {
	r.files.Add(1)
	time.Sleep(20 * time.Millisecond)
	return nil
}

func (*slowReader) Close(context.Context) ([]byte, error) { return nil, nil }

// TestCanceledScanLeavesNothing cancels scans that wait for bytes which never come.
func TestCanceledScanLeavesNothing(t *testing.T) {
	archive, err := os.ReadFile(fleet(0).DockerArchive(t, "example/app:1.0"))
	check(t, err)
	manifest := fmt.Sprintf(`{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": %q, "size": %d},
		"layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "sha256:%064d", "size": 1000000}]}`,
		imagetest.Digest([]byte(hungConfig)), len(hungConfig), 1)
	release := make(chan struct{})
	defer close(release)
	hang := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/manifests/1"):
			w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
			io.WriteString(w, manifest)
		case strings.HasSuffix(r.URL.Path, imagetest.Digest([]byte(hungConfig))):
			io.WriteString(w, hungConfig)
		case strings.Contains(r.URL.Path, "/blobs/"):
			w.Header().Set("Content-Length", "1000000")
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
	}))
	defer hang.Close()
	half := func(t *testing.T, n int) io.Reader {
		r, w, err := os.Pipe()
		check(t, err)
		t.Cleanup(func() { r.Close(); w.Close() })
		go w.Write(archive[:n])
		return r
	}
	for name, test := range map[string]struct {
		reference string
		stdin     func(*testing.T) io.Reader
		analyzer  seaworthy.Analyzer
	}{
		"standard input, nothing":   {reference: "-", stdin: func(t *testing.T) io.Reader { return half(t, 0) }},
		"standard input, a part":    {reference: "-", stdin: func(t *testing.T) io.Reader { return half(t, 60_000) }},
		"SBOM on standard input":    {reference: "sbom:-", stdin: func(t *testing.T) io.Reader { return half(t, 0) }},
		"registry":                  {reference: strings.TrimPrefix(hang.URL, "http://") + "/app:1"},
		"analyzer that goes on":     {reference: fleet(0).OCILayout(t), analyzer: endless{}},
		"analyzer that is canceled": {reference: fleet(0).OCILayout(t), analyzer: endless{wait: true}},
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			opt := options(t, "")
			opt.Data.Offline = true
			if test.stdin != nil {
				opt.Source.Stdin = test.stdin(t)
			}
			if test.analyzer != nil {
				opt.Analyzers = append(opt.Analyzers, test.analyzer)
			}
			s, err := scanner.New(opt)
			check(t, err)
			ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, context.Canceled)
			defer cancel()
			start := time.Now()
			if _, err := s.Scan(ctx, test.reference, seaworthy.NopHandler{}); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %v to stop", took)
			}
			// Connections that were closed take a moment.
			after := runtime.NumGoroutine()
			for end := time.Now().Add(3 * time.Second); after > before && time.Now().Before(end); after = runtime.NumGoroutine() {
				time.Sleep(10 * time.Millisecond)
			}
			if after > before {
				var stacks [1 << 20]byte
				t.Errorf("%d goroutines, where %d were before:\n%s", after, before, stacks[:runtime.Stack(stacks[:], true)])
			}
		})
	}
}

const hungConfig = `{"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": ["sha256:0000000000000000000000000000000000000000000000000000000000000001"]}}`

// endless is an analyzer that does not end by itself: it waits for the end of the
// context, or takes no notice of that and reports on.
type endless struct{ wait bool }

func (endless) Name() string         { return "endless" }
func (endless) ConfigDigest() string { return "" }
func (endless) Risk() seaworthy.Risk { return seaworthy.Malware }
func (e endless) Image(ctx context.Context, _ seaworthy.Merged, s seaworthy.Sink) error {
	if e.wait {
		<-ctx.Done()
		return nil
	}
	for {
		time.Sleep(time.Millisecond)
		if err := s.Coverage(&seaworthy.Coverage{Risk: seaworthy.Malware, Subject: "image", State: seaworthy.Checked}); err != nil {
			return err
		}
	}
}
