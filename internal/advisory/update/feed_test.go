package update

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"seaworthy.dev/seaworthy/internal/advisory"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
)

// distro is a record about one source package of a distribution; fixed may be "".
func distro(id, cve, ecosystem, name, fixed string) string {
	end := ""
	if fixed != "" {
		end = fmt.Sprintf(`, {"fixed": %q}`, fixed)
	}
	return fmt.Sprintf(`{"id": %q, "modified": "2024-01-01T00:00:00Z", "upstream": [%q], "summary": "Moderate: %s security update", "affected": [{"package": {"ecosystem": %q, "name": %q}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}%s]}]}]}`,
		id, cve, name, ecosystem, name, end)
}

// summary is an answer on one line: each vulnerability with severity, source, state and fix,
// and what is dismissed.
func summary(a advisory.Answer) string {
	var list []string
	for _, f := range a.Vulnerabilities {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s(%s) %s %s", f.ID, f.Severity, f.SeveritySource, f.Status, f.FixedVersion)))
	}
	for _, d := range a.Dismissed {
		list = append(list, fmt.Sprintf("not %s: %s by %s", d.ID, d.Status, d.By))
	}
	for _, u := range a.Undecided {
		list = append(list, u.Advisory+"? "+u.Reason)
	}
	return strings.Join(list, "; ")
}

// TestPacked: whatever compression a file has, and in an archive of many.
func TestPacked(t *testing.T) {
	plain, err := os.ReadFile("../feed/testdata/native/redhat-vex/cve-2023-4641.json")
	if err != nil {
		t.Fatal(err)
	}
	var archived bytes.Buffer
	w := tar.NewWriter(&archived)
	for i := range 40 {
		data := bytes.ReplaceAll(plain, []byte("CVE-2023-4641"), fmt.Appendf(nil, "CVE-2023-%04d", 4600+i))
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("2023/cve-2023-%d.json", 4600+i), Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	// One document in many that is none is skipped.
	var mixing bytes.Buffer
	w = tar.NewWriter(&mixing)
	for i := range 300 {
		data := bytes.ReplaceAll(plain, []byte("CVE-2023-4641"), fmt.Appendf(nil, "CVE-2023-%04d", 4600+i))
		if i == 77 {
			data = []byte("{")
		}
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("%d.json", i), Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	w.Close()
	mixed := mixing.Bytes()
	var gz, x, zs bytes.Buffer
	g := gzip.NewWriter(&gz)
	g.Write(plain)
	g.Close()
	xw, err := xz.NewWriter(&x)
	if err != nil {
		t.Fatal(err)
	}
	xw.Write(plain)
	xw.Close()
	zw, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	zw.Write(archived.Bytes())
	zw.Close()
	for _, c := range []struct {
		name    string
		data    []byte
		records int
		err     string
	}{
		{"plain.json", plain, 1, ""},
		{"c.json.gz", gz.Bytes(), 1, ""},
		{"c.json.xz", x.Bytes(), 1, ""},
		{"csaf_vex.tar.zst", zs.Bytes(), 40, ""},
		{"mostly.tar", mixed, 299, ""},
		{"cut.tar.zst", zs.Bytes()[:zs.Len()/2], 0, "cut.tar.zst: "},
		{"cut.json.xz", x.Bytes()[:x.Len()/2], 0, "cut.json.xz: "},
		{"cut.tar", archived.Bytes()[:archived.Len()/2], 0, "unexpected EOF"},
		{"page.json", []byte("<html>"), 0, "not CSAF"},
		{"other.json", []byte("{}"), 0, "not CSAF"},
	} {
		source, dir := t.TempDir(), t.TempDir()
		advisorytest.WriteFile(t, filepath.Join(source, "native/redhat-vex", c.name), c.data)
		o, err := newUpdater(t, dir, source).Update(t.Context(), "Red Hat states")
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: error %v, want %q", c.name, err, c.err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*.advisories")); len(left) > 0 {
				t.Errorf("%s: left behind: %v", c.name, left)
			}
		} else if err != nil || o.Records != c.records {
			t.Errorf("%s: %+v, %v", c.name, o, err)
		}
	}
}

// TestFeedFromServer: conditional requests for each file, and no request for what
// the source does not have.
func TestFeedFromServer(t *testing.T) {
	s := serve(t)
	read := func(name string) []byte {
		data, err := os.ReadFile("../feed/testdata/native/amazon-updateinfo/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	dir := t.TempDir()
	u := newUpdater(t, dir, s.URL)
	if _, err := u.Update(t.Context(), "Amazon Linux"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
	const base = "/native/amazon-updateinfo/"
	s.set(base+"2/updateinfo.xml.gz", read("2/updateinfo.xml"))
	s.requests()
	if o := mustUpdate(t, u, "Amazon Linux"); !o.Changed || o.Records != 1 {
		t.Errorf("%+v", o)
	}
	if d := cmp.Diff([]string{base + "2018.03/updateinfo.xml.gz", base + "2/updateinfo.xml.gz", base + "2023/updateinfo.xml.gz"}, s.requests()); d != "" {
		t.Error(d)
	}
	if o := mustUpdate(t, u, "Amazon Linux"); o.Changed {
		t.Errorf("unchanged: %+v", o)
	}
	if d := cmp.Diff([]string{base + "2/updateinfo.xml.gz"}, s.requests()); d != "" {
		t.Error(d)
	}
	s.set(base+"2023/updateinfo.xml.gz", read("2023/updateinfo.xml"))
	u.Now = func() time.Time { return now.Add(wholeEvery) }
	if o := mustUpdate(t, u, "Amazon Linux"); !o.Changed || o.Records != 2 {
		t.Errorf("a file more: %+v", o)
	}
	s.set(base+"2023/updateinfo.xml.gz", []byte("<html>"))
	if _, err := u.Update(t.Context(), "Amazon Linux"); err == nil || !strings.Contains(err.Error(), "2023/updateinfo.xml.gz: unexpected XML") {
		t.Errorf("error %v", err)
	}
	if got := summary(match(t, open(t, dir), "Amazon Linux:2", "curl", "8.2.1-1")); got == "" {
		t.Error("the old data is gone")
	}
}

// TestRenewVEX: Red Hat's changes are taken in one by one.
func TestRenewVEX(t *testing.T) {
	s := serve(t)
	plain, err := os.ReadFile("../feed/testdata/native/redhat-vex/cve-2023-4641.json")
	if err != nil {
		t.Fatal(err)
	}
	document := func(cve string, day int, details string) []byte {
		text := strings.ReplaceAll(string(plain), "CVE-2023-4641", cve)
		text = strings.Replace(text, `"title":`, fmt.Sprintf(`"tracking": {"current_release_date": "2026-11-%02dT00:00:00+00:00"}, "title":`, day), 1)
		return []byte(strings.Replace(text, "Fix deferred", details, 1))
	}
	const base = "/native/redhat-vex/"
	var archived bytes.Buffer
	w := tar.NewWriter(&archived)
	for i, cve := range []string{"CVE-2023-0001", "CVE-2023-0002", "CVE-2023-0003"} {
		data := document(cve, i+1, "Fix deferred")
		if err := w.WriteHeader(&tar.Header{Name: "2023/" + strings.ToLower(cve) + ".json", Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	w.Close()
	s.set(base+"csaf_vex.tar.zst", archived.Bytes())
	dir := t.TempDir()
	u := newUpdater(t, dir, s.URL)
	if o := mustUpdate(t, u, "Red Hat states"); o.Records != 3 {
		t.Errorf("%+v", o)
	}
	line := func(cve string, day int) string {
		return fmt.Sprintf("\"2023/%s.json\",\"2026-11-%02dT00:00:00+00:00\"\n", strings.ToLower(cve), day)
	}
	s.set(base+"changes.csv", []byte(line("CVE-2023-0003", 3)+line("CVE-2023-0002", 2)))
	s.requests()
	if o := mustUpdate(t, u, "Red Hat states"); o.Changed {
		t.Errorf("unchanged: %+v", o)
	}
	s.set(base+"2023/cve-2023-0001.json", document("CVE-2023-0001", 5, "Will not fix"))
	// CVE-2023-0002 is gone, and CVE-2023-0004 is new.
	s.set(base+"2023/cve-2023-0004.json", document("CVE-2023-0004", 6, "Affected"))
	s.set(base+"changes.csv", []byte(line("CVE-2023-0004", 6)+line("CVE-2023-0002", 5)+line("CVE-2023-0001", 5)+line("CVE-2023-0003", 3)))
	s.requests()
	if o := mustUpdate(t, u, "Red Hat states"); !o.Changed || o.Renewed != 3 || o.Records != 3 {
		t.Errorf("renewed: %+v", o)
	}
	for _, asked := range s.requests() {
		if strings.HasSuffix(asked, ".zst") {
			t.Error("the archive was fetched again")
		}
	}
	advisorytest.WriteFile(t, filepath.Join(dir, "source", "Red Hat", "all.zip"), advisorytest.Archive(t,
		distro("RHSA-1", "CVE-2023-0003", "Red Hat:enterprise_linux:9::baseos", "bash", "5-1"),
		distro("RHSA-2", "CVE-2023-0002", "Red Hat:enterprise_linux:9::baseos", "bash", "5-1")))
	mustUpdate(t, newUpdater(t, dir, filepath.Join(dir, "source")), "Red Hat")
	db := open(t, dir)
	want := "CVE-2023-0001 low(Red Hat) will-not-fix; CVE-2023-0003 low(Red Hat) fix-deferred; CVE-2023-0004 low(Red Hat) affected"
	if got := summary(match(t, db, "Red Hat:enterprise_linux:8", "shadow-utils", "2:4.6-1.el8")); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// The rating of a CVE wherever it is: that of one that is gone, too, is gone.
	if got, want := summary(match(t, db, "Red Hat:enterprise_linux:9", "bash", "4-1.el9")), "CVE-2023-0002 medium(Red Hat) fixed 5-1; CVE-2023-0003 low(Red Hat) fixed 5-1"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if info, err := db.Info("Red Hat states"); !strings.HasPrefix(info.Digest, "sha256:") || err != nil {
		t.Errorf("%+v, %v", info, err)
	}
	// The publisher's checksum counts.
	s.set(base+"csaf_vex.tar.zst.sha256", []byte(strings.Repeat("0", 64)+"  csaf_vex.tar.zst\n"))
	other := newUpdater(t, t.TempDir(), s.URL)
	if _, err := other.Update(t.Context(), "Red Hat states"); err == nil || !strings.Contains(err.Error(), "does not have the checksum") {
		t.Errorf("error %v, want one about the checksum", err)
	}
	digest := fmt.Sprintf("%x", sha256.Sum256(archived.Bytes()))
	s.set(base+"csaf_vex.tar.zst.sha256", []byte(digest+"  csaf_vex.tar.zst\n"))
	mustUpdate(t, other, "Red Hat states")
	// Without the list, and with one of nonsense, all is read.
	for _, list := range []string{"nonsense", line("CVE-2023-0003", 7)[1:]} {
		s.set(base+"changes.csv", []byte(list))
		s.requests()
		mustUpdate(t, u, "Red Hat states")
		if asked := strings.Join(s.requests(), " "); !strings.Contains(asked, ".zst") {
			t.Errorf("%q: asked for %s", list, asked)
		}
	}
}
