package cli_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// secfix is a fix in a record about Alpine Linux, read without the code under test.
type secfix struct{ cve, release, source, fixed string }

// secfixes reads the records of an archive of advisories.
func secfixes(t *testing.T, path string) []secfix {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var all []secfix
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			ID       string
			Affected []struct {
				Package struct{ Ecosystem, Name string }
				Ranges  []struct{ Events []struct{ Fixed string } }
			}
		}
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for _, a := range r.Affected {
			for _, g := range a.Ranges {
				for _, e := range g.Events {
					if e.Fixed != "" {
						all = append(all, secfix{strings.TrimPrefix(r.ID, "ALPINE-"), a.Package.Ecosystem, a.Package.Name, e.Fixed})
					}
				}
			}
		}
	}
	return all
}

// apkBefore orders versions of the form 1.2.3a-r4, which is that of all in the image.
func apkBefore(t *testing.T, a, b string) bool {
	t.Helper()
	form := regexp.MustCompile(`^([0-9.]+)([a-z]?)-r([0-9]+)$`)
	m, n := form.FindStringSubmatch(a), form.FindStringSubmatch(b)
	if m == nil || n == nil {
		t.Fatalf("%q or %q is not of the form that this test knows", a, b)
	}
	p, q := strings.Split(m[1], "."), strings.Split(n[1], ".")
	for i := range max(len(p), len(q)) {
		if i >= len(p) || i >= len(q) {
			return len(p) < len(q)
		}
		x, _ := strconv.Atoi(p[i])
		y, _ := strconv.Atoi(q[i])
		if x != y {
			return x < y
		}
	}
	if m[2] != n[2] {
		return m[2] < n[2]
	}
	x, _ := strconv.Atoi(m[3])
	y, _ := strconv.Atoi(n[3])
	return x < y
}

// TestAlpineVulnerabilities compares the findings in a real image with those of a second
// implementation over the same advisories and the packages that another program found.
func TestAlpineVulnerabilities(t *testing.T) {
	archive := imagetest.Shared(t, "images/alpine-310.tar.gz")
	var peer struct {
		Results []struct {
			Packages []struct{ Name, Version, SrcName, SrcVersion string }
		}
	}
	data, err := os.ReadFile(imagetest.Shared(t, "peers/alpine-310/trivy.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &peer); err != nil {
		t.Fatal(err)
	}
	written := t.TempDir()
	zipDirectory(t, filepath.Join(written, "Alpine", "all.zip"), "../vulnerability/testdata/alpine-3.10")
	for source, expected := range map[string]int{written: 20, imagetest.Shared(t, "advisories"): 0} {
		var want []string
		for _, f := range secfixes(t, filepath.Join(source, "Alpine", "all.zip")) {
			for _, p := range peer.Results[0].Packages {
				if f.release == "Alpine:v3.10" && f.source == p.SrcName && apkBefore(t, p.SrcVersion, f.fixed) {
					want = append(want, strings.Join([]string{f.cve, p.Name, p.Version, f.fixed}, " "))
				}
			}
		}
		if len(want) != expected {
			t.Errorf("got %d expected vulnerabilities, want %d", len(want), expected)
		}
		var out, errs bytes.Buffer
		cli.Run(t.Context(), []string{"scan", "--no-cache", "--format", "json", "--policy", "none", "--risk", "vulnerability", "--max-data-age", "0",
			"--db-dir", t.TempDir(), "--advisory-source", source, archive},
			cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
		var r struct {
			Packages []seaworthy.Package
			Findings []seaworthy.Finding
			Coverage []seaworthy.Coverage
		}
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatalf("%v: %s", err, &errs)
		}
		if len(r.Packages) < len(peer.Results[0].Packages) {
			t.Errorf("%d packages, the peer has %d", len(r.Packages), len(peer.Results[0].Packages))
		}
		var got []string
		ended := false
		for _, f := range r.Findings {
			if f.ID == "distribution-end-of-life" {
				ended = true
				continue
			}
			got = append(got, strings.Join([]string{f.ID, f.Package.Name, f.Package.Version, f.Package.FixedVersion}, " "))
			if len(f.Locations) != 1 || f.Locations[0].Layer == nil || *f.Locations[0].Layer != 0 || !strings.HasPrefix(f.Locations[0].Instruction, "ADD file:") ||
				!strings.HasPrefix(f.Package.Upgrade.Command, "apk upgrade") {
				t.Errorf("%+v", f)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", source, diff)
		}
		if !ended {
			t.Error("the release is not said to be over")
		}
		checked := slices.ContainsFunc(r.Coverage, func(c seaworthy.Coverage) bool {
			return c.State == seaworthy.Checked && strings.HasPrefix(c.Subject, "Alpine:v3.10: 14 packages against ")
		})
		if !checked {
			t.Errorf("%+v", r.Coverage)
		}
	}
}

// zipDirectory writes the JSON files of a directory into an archive.
func zipDirectory(t *testing.T, path, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no records in %s: %v", dir, err)
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(filepath.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRefresh shows when a scan asks for newer advisories, and what it does if there
// is no answer.
func TestRefresh(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{
		imagetest.File("etc/os-release", "ID=alpine\nVERSION_ID=3.22.0\n"),
		imagetest.File("lib/apk/db/installed", "P:busybox\nV:1.36.1-r0\no:busybox\n\n"),
	}}}
	reference := "oci:" + img.OCILayout(t)
	dir, db := t.TempDir(), t.TempDir()
	records := t.TempDir()
	if err := os.WriteFile(filepath.Join(records, "A.json"), []byte(`{"id": "ALPINE-CVE-2024-0001", "upstream": ["CVE-2024-0001"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}], "affected": [{"package": {"ecosystem": "Alpine:v3.22", "name": "busybox"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.36.1-r1"}]}]}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	zipDirectory(t, filepath.Join(dir, "Alpine", "all.zip"), records)
	if err := os.Mkdir(filepath.Join(dir, "kev"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kev", "known_exploited_vulnerabilities.json"), []byte(`{"vulnerabilities": [{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10"}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asked []string
	down := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.Path)
		if down {
			http.Error(w, "down", http.StatusForbidden)
			return
		}
		http.FileServer(http.Dir(dir)).ServeHTTP(w, r)
	}))
	defer server.Close()
	scan := func(want int) (stdout, stderr string, questions int) {
		t.Helper()
		mu.Lock()
		asked = nil
		mu.Unlock()
		var out, errs bytes.Buffer
		code := cli.Run(t.Context(), []string{"scan", "--no-cache", "--format", "json", "--policy", "none", "--risk", "vulnerability", "--db-dir", db, "--advisory-source", server.URL, reference},
			cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
		if code != want || !strings.Contains(out.String(), "CVE-2024-0001") {
			t.Errorf("exit code %d, want %d: %s%s", code, want, &errs, &out)
		}
		return out.String(), errs.String(), len(asked)
	}
	age := func(days int) {
		t.Helper()
		file, err := os.OpenFile(filepath.Join(db, "Alpine.advisories"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		const checkedAt = 20 // where the file has the time of its last check
		at := time.Now().Add(-time.Duration(days)*24*time.Hour - time.Hour)
		if _, err := file.WriteAt(binary.LittleEndian.AppendUint64(nil, uint64(at.Unix())), checkedAt); err != nil {
			t.Fatal(err)
		}
	}
	if _, errs, n := scan(cli.ExitPass); n == 0 || errs != "" {
		t.Errorf("the first scan asks %d times: %s", n, errs)
	}
	if _, _, n := scan(cli.ExitPass); n != 0 {
		t.Errorf("the second scan asks %d times", n)
	}
	age(2)
	if _, errs, n := scan(cli.ExitPass); n == 0 || errs != "" {
		t.Errorf("two days later a scan asks %d times: %s", n, errs)
	}
	if _, _, n := scan(cli.ExitPass); n != 0 {
		t.Errorf("the scan after it asks %d times", n)
	}
	mu.Lock()
	down = true
	mu.Unlock()
	age(2)
	if out, errs, _ := scan(cli.ExitPass); !strings.Contains(errs, "could not be downloaded") || strings.Contains(out, "days old") {
		t.Errorf("without an answer: %s", errs)
	}
	age(8)
	if out, _, _ := scan(cli.ExitIndeterminate); !strings.Contains(out, "The advisories are 8 days old") || !strings.Contains(out, "403 Forbidden") {
		t.Errorf("too old, and without an answer: %s", out)
	}
}
