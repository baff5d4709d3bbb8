package update

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// now is the time at which tests happen.
var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newUpdater(t testing.TB, dir, source string) *Updater {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	return &Updater{Dir: dir, Source: source, Client: http.DefaultClient, Log: log, Now: func() time.Time { return now }, Backoff: time.Millisecond}
}

func open(t testing.TB, dir string) *advisory.Database {
	t.Helper()
	db := advisory.Open(dir)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func mustUpdate(t testing.TB, u *Updater, name string) Outcome {
	t.Helper()
	o, err := u.Update(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func match(t testing.TB, db *advisory.Database, ecosystem, name, version string) advisory.Answer {
	t.Helper()
	a, err := db.Match(t.Context(), advisory.Query{Ecosystem: seaworthy.ParseEcosystem(ecosystem), Name: name, Version: version})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// server is a source that notes what it is asked for.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string][]byte // guarded by mu
	asked []string          // guarded by mu
	// cut breaks off the next answers after so many bytes.
	cut []int // guarded by mu
	// hash is what the server says is the checksum.
	hash func([]byte) string
}

func serve(t *testing.T) *server {
	s := &server{files: make(map[string][]byte)}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := r.URL.Path
	if rng := r.Header.Get("Range"); rng != "" {
		entry += " " + rng
	}
	s.asked = append(s.asked, entry)
	data, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%08x"`, crc32.ChecksumIEEE(data)))
	if s.hash != nil {
		w.Header().Set("X-Goog-Hash", s.hash(data))
	}
	if len(s.cut) > 0 {
		n := s.cut[0]
		s.cut = s.cut[1:]
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Write(data[:n])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(data)))
}

func (s *server) set(path string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = data
}

// requests gives what was asked for since the last call.
func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func fixes(t *testing.T, dir string) string {
	t.Helper()
	var list []string
	for _, f := range match(t, open(t, dir), "npm", "p", "0.1.0").Vulnerabilities {
		list = append(list, f.ID+" "+f.FixedVersion)
	}
	return strings.Join(list, ", ")
}

func TestUpdateFromDirectory(t *testing.T) {
	source := advisorytest.Source(t, map[string][]string{"npm": {advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z")}})
	archivePath := filepath.Join(source, "npm", "all.zip")
	old := now.Add(-240 * time.Hour)
	if err := os.Chtimes(archivePath, old, old); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	u := newUpdater(t, dir, source)
	o := mustUpdate(t, u, "npm")
	if !o.Changed || o.Records != 1 || o.Age(now) != 240*time.Hour {
		t.Errorf("first: %+v, age %s; a copy is as old as its time says", o, o.Age(now))
	}
	before := open(t, dir)
	match(t, before, "npm", "p", "0.1.0") // opened
	recent := now.Add(-time.Hour)
	if err := os.Chtimes(archivePath, recent, recent); err != nil {
		t.Fatal(err)
	}
	if o := mustUpdate(t, u, "npm"); o.Changed || o.Age(now) != time.Hour {
		t.Errorf("unchanged: %+v, age %s", o, o.Age(now))
	}
	advisorytest.WriteFile(t, archivePath, advisorytest.Archive(t, advisorytest.Record("GHSA-1", "2.0.0", "2024-01-02T00:00:00Z")))
	if o := mustUpdate(t, u, "npm:with a release"); !o.Changed {
		t.Errorf("changed: %+v", o)
	}
	if got := fixes(t, dir); got != "GHSA-1 2.0.0" {
		t.Errorf("vulnerabilities %q", got)
	}
	if a := match(t, before, "npm", "p", "0.1.0"); a.Vulnerabilities[0].FixedVersion != "1.0.0" {
		t.Errorf("what was open has changed: %+v", a)
	}
	list, err := u.Ecosystems(t.Context())
	if d := cmp.Diff([]string{"npm"}, list); d != "" || err != nil {
		t.Error(d, err)
	}
	for _, name := range []string{"Unheard of", "../npm", "", "a/b"} {
		if _, err := u.Update(t.Context(), name); err == nil {
			t.Errorf("an update of %q is no error", name)
		}
	}
	if _, err := u.Update(t.Context(), "Unheard of"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}

// TestBadArchive: the error names file and record, and the old data stays.
func TestBadArchive(t *testing.T) {
	source := advisorytest.Source(t, map[string][]string{"npm": {advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z")}})
	path := filepath.Join(source, "npm", "all.zip")
	dir := t.TempDir()
	u := newUpdater(t, dir, source)
	mustUpdate(t, u, "npm")
	good := advisorytest.Archive(t, advisorytest.Record("GHSA-1", "2.0.0", "2024-01-01T00:00:00Z"))
	flipped := slices.Clone(good)
	flipped[60] ^= 0xff // in the compressed record
	for _, c := range []struct {
		data []byte
		want string
	}{
		{good[:len(good)-10], "not a complete zip archive"},
		{[]byte("<html>"), "not a complete zip archive"},
		{flipped, `record "GHSA-1.json"`},
		{advisorytest.Archive(t, `{"id": "GHSA-2", "aliases": 7}`), `1 of 1 files are invalid; record "GHSA-2.json": not an OSV record`},
		{advisorytest.Archive(t), "has no records"},
	} {
		advisorytest.WriteFile(t, path, c.data)
		_, err := u.Update(t.Context(), "npm")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want %q and the path", err, c.want)
		}
	}
	if got := fixes(t, dir); got != "GHSA-1 1.0.0" {
		t.Errorf("vulnerabilities %q, want the old ones", got)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".tmp-*"))
	if len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestUpdateFromServer(t *testing.T) {
	s := serve(t)
	s.set("/Red Hat/all.zip", advisorytest.Archive(t, `{"id": "RHSA-1", "upstream": ["CVE-2024-0001"]}`))
	s.set("/ecosystems.txt", []byte("npm\nRed Hat\nDebian:12\nDebian\n"))
	dir := t.TempDir()
	u := newUpdater(t, dir, s.URL+"/")
	if o := mustUpdate(t, u, "Red Hat"); !o.Changed || o.Records != 1 || o.Age(now) != 0 {
		t.Errorf("first: %+v", o)
	}
	later := now.Add(time.Hour)
	u.Now = func() time.Time { return later }
	if o := mustUpdate(t, u, "Red Hat"); o.Changed || !o.Checked.Equal(later) {
		t.Errorf("unchanged: %+v", o)
	}
	list, err := u.Ecosystems(t.Context())
	if d := cmp.Diff([]string{"Debian", "Red Hat", "npm"}, list); d != "" || err != nil {
		t.Error(d, err)
	}
	if _, err := u.Update(t.Context(), "npm"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}

// TestResume: a transfer that breaks is taken up where it broke, in the same
// process and in the next.
func TestResume(t *testing.T) {
	s := serve(t)
	data := advisorytest.Archive(t, advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z"))
	s.set("/npm/all.zip", data)
	dir := t.TempDir()
	u := newUpdater(t, dir, s.URL)
	s.cut = []int{100}
	mustUpdate(t, u, "npm")
	if d := cmp.Diff([]string{"/npm/all.zip", "/npm/all.zip bytes=100-"}, s.requests()); d != "" {
		t.Error(d)
	}

	dir = t.TempDir()
	u = newUpdater(t, dir, s.URL)
	ctx, cancel := context.WithCancel(t.Context())
	u.Progress = func(p Progress) {
		if p.Read >= 50 {
			cancel()
		}
	}
	s.cut = []int{50}
	if _, err := u.Update(ctx, "npm"); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want cancelled", err)
	}
	s.requests()
	u.Progress = nil
	mustUpdate(t, u, "npm")
	if got := s.requests(); len(got) != 1 || !strings.HasPrefix(got[0], "/npm/all.zip bytes=") {
		t.Errorf("the next process asked for %q", got)
	}
	if got := fixes(t, dir); got != "GHSA-1 1.0.0" {
		t.Errorf("vulnerabilities %q", got)
	}

	// What the server has changed meanwhile is not patched together.
	dir = t.TempDir()
	u = newUpdater(t, dir, s.URL)
	ctx, cancel = context.WithCancel(t.Context())
	u.Progress = func(Progress) { cancel() }
	s.cut = []int{50}
	if _, err := u.Update(ctx, "npm"); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want cancelled", err)
	}
	s.set("/npm/all.zip", advisorytest.Archive(t, advisorytest.Record("GHSA-1", "3.0.0", "2024-01-01T00:00:00Z")))
	u.Progress = nil
	mustUpdate(t, u, "npm")
	if got := fixes(t, dir); got != "GHSA-1 3.0.0" {
		t.Errorf("vulnerabilities %q", got)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestChecksum(t *testing.T) {
	s := serve(t)
	s.set("/npm/all.zip", advisorytest.Archive(t, advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z")))
	sum := func(data []byte) string {
		c := crc32.New(crc32.MakeTable(crc32.Castagnoli))
		c.Write(data)
		return "md5=xx,crc32c=" + base64.StdEncoding.EncodeToString(c.Sum(nil))
	}
	s.hash = sum
	u := newUpdater(t, t.TempDir(), s.URL)
	mustUpdate(t, u, "npm")
	s.hash = func(data []byte) string { return sum(data[1:]) }
	u.Dir = t.TempDir()
	if _, err := u.Update(t.Context(), "npm"); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("error %v, want one about the checksum", err)
	}
}

// TestRenew: changes are taken in one by one, by the source's list.
func TestRenew(t *testing.T) {
	s := serve(t)
	day := func(n int) string { return fmt.Sprintf("2026-11-%02dT00:00:00.123456Z", n) }
	set := func(id, fixed string, n int) {
		s.set("/npm/"+id+".json", []byte(advisorytest.Record(id, fixed, day(n))))
	}
	s.set("/npm/all.zip", advisorytest.Archive(t, advisorytest.Record("GHSA-1", "1.0.0", day(1)), advisorytest.Record("GHSA-2", "2.0.0", day(2)), advisorytest.Record("GHSA-3", "3.0.0", day(3)), advisorytest.Record("GHSA-4", "4.0.0", day(4))))
	dir := t.TempDir()
	u := newUpdater(t, dir, s.URL)
	mustUpdate(t, u, "npm")

	s.set("/npm/modified_id.csv", []byte(day(4)+",GHSA-4\n"+day(3)+",GHSA-3\n"))
	if o := mustUpdate(t, u, "npm"); o.Changed {
		t.Errorf("unchanged: %+v", o)
	}
	set("GHSA-1", "1.1.0", 5)
	set("GHSA-5", "5.0.0", 6)
	s.set("/npm/GHSA-3.json", []byte(`{"id": "GHSA-3", "modified": "`+day(7)+`", "withdrawn": "`+day(7)+`"}`))
	// GHSA-2 is gone altogether.
	s.set("/npm/modified_id.csv", []byte(day(7)+",GHSA-3\n"+day(6)+",GHSA-5\n"+day(6)+",GHSA-2\n"+day(5)+",GHSA-1\n"+day(4)+",GHSA-4\n"))
	s.requests()
	o := mustUpdate(t, u, "npm")
	if !o.Changed || o.Renewed != 4 || o.Records != 3 {
		t.Errorf("renewed: %+v", o)
	}
	if asked := s.requests(); len(asked) != 5 || slices.Contains(asked, "/npm/all.zip") {
		t.Errorf("asked for %q", asked)
	}
	if got := fixes(t, dir); got != "GHSA-1 1.1.0, GHSA-4 4.0.0, GHSA-5 5.0.0" {
		t.Errorf("vulnerabilities %q", got)
	}
	if o := mustUpdate(t, u, "npm"); o.Changed {
		t.Errorf("unchanged again: %+v", o)
	}
	// A list that cannot be trusted, and one long ago, lead to reading all.
	for _, list := range []string{"nonsense\n", day(8) + ",GHSA-1\n" + day(9) + ",GHSA-2\n", day(9) + ",GHSA-9\n", day(9) + ",../../x\n"} {
		s.set("/npm/modified_id.csv", []byte(list))
		s.requests()
		if o := mustUpdate(t, u, "npm"); o.Records == 0 || !slices.Contains(s.requests(), "/npm/all.zip") {
			t.Errorf("%q: %+v", list, o)
		}
	}
	u.Now = func() time.Time { return now.Add(wholeEvery) }
	s.requests()
	mustUpdate(t, u, "npm")
	if d := cmp.Diff([]string{"/npm/all.zip"}, s.requests()); d != "" {
		t.Error(d)
	}
}

// TestUpdatesAtOnce: they take turns, and readers do not wait.
func TestUpdatesAtOnce(t *testing.T) {
	s := serve(t)
	dir := t.TempDir()
	s.set("/npm/all.zip", advisorytest.Archive(t, advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z")))
	mustUpdate(t, newUpdater(t, dir, s.URL), "npm")
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			s.set("/npm/all.zip", advisorytest.Archive(t, advisorytest.Record("GHSA-1", fmt.Sprintf("%d.0.0", i+1), "2024-01-01T00:00:00Z")))
			if _, err := newUpdater(t, dir, s.URL).Update(t.Context(), "npm"); err != nil {
				t.Error(err)
			}
		})
		wait.Go(func() {
			db := advisory.Open(dir)
			defer db.Close()
			if a, err := db.Match(t.Context(), advisory.Query{Ecosystem: seaworthy.ParseEcosystem("npm"), Name: "p", Version: "0.1.0"}); err != nil || len(a.Vulnerabilities) != 1 {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	wait.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newUpdater(t, dir, s.URL).Update(ctx, "npm"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want cancelled", err)
	}
}

// TestDamagedIsMadeAgain: data that cannot be read is as good as none.
func TestDamagedIsMadeAgain(t *testing.T) {
	source := advisorytest.Source(t, map[string][]string{"npm": {advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z")}})
	dir := t.TempDir()
	advisorytest.WriteFile(t, store.Path(dir, "npm"), []byte("not one"))
	if all, err := open(t, dir).Status(); err != nil || len(all) != 1 || !errors.Is(all[0].Err, store.ErrDamaged) {
		t.Errorf("%+v, %v", all, err)
	}
	mustUpdate(t, newUpdater(t, dir, source), "npm")
	if got := fixes(t, dir); got != "GHSA-1 1.0.0" {
		t.Errorf("vulnerabilities %q", got)
	}
}

// TestNewerFormatStays: an update does not replace what a newer program wrote.
func TestNewerFormatStays(t *testing.T) {
	source := advisorytest.Source(t, map[string][]string{"npm": {advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z")}})
	dir := t.TempDir()
	u := newUpdater(t, dir, source)
	mustUpdate(t, u, "npm")
	data, err := os.ReadFile(store.Path(dir, "npm"))
	if err != nil {
		t.Fatal(err)
	}
	data[len("seaworthy data\n\x00")]++ // the version of the format
	advisorytest.WriteFile(t, store.Path(dir, "npm"), data)
	advisorytest.WriteFile(t, filepath.Join(source, "npm", "all.zip"), advisorytest.Archive(t, `{"id": "GHSA-2"}`))
	_, err = u.Update(t.Context(), "npm")
	if _, ok := errors.AsType[*store.NewerError](err); !ok {
		t.Errorf("got error %v, want a NewerError", err)
	}
	if after, err := os.ReadFile(store.Path(dir, "npm")); err != nil || !slices.Equal(after, data) {
		t.Errorf("the file has changed, %v", err)
	}
}

// TestSkippedRecords: a few files of an archive that are no records are skipped,
// counted and logged.
func TestSkippedRecords(t *testing.T) {
	var records []string
	for i := range 300 {
		records = append(records, advisorytest.Record(fmt.Sprintf("GHSA-%d", i), "1.0.0", "2024-01-01T00:00:00Z"))
	}
	records[7] = `{"id": "GHSA-7", "affected": "all of it"}`
	records[9] = `{"id": "GHSA-9", "affected": [{"package": {"ecosystem": "npm", "name": "p"}, "ranges": [{"type": "NEW"}]}]}`
	dir := t.TempDir()
	u := newUpdater(t, dir, advisorytest.Source(t, map[string][]string{"npm": records}))
	var log strings.Builder
	u.Log = slog.New(slog.NewTextHandler(&log, nil))
	if o := mustUpdate(t, u, "npm"); o.Records != 298 || o.LeftOut != 2 {
		t.Errorf("%+v", o)
	}
	if !strings.Contains(log.String(), "count=2") || !strings.Contains(log.String(), "GHSA-7.json") {
		t.Errorf("logged %q", log.String())
	}
	if info, err := open(t, dir).Info("npm"); info.LeftOut != 2 || err != nil {
		t.Errorf("%+v, %v", info, err)
	}
}

// roundTrip answers in place of a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNoSuchHostIsNotAskedAgain(t *testing.T) {
	asked := 0
	u := newUpdater(t, t.TempDir(), "https://mirror.example.org/osv")
	u.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked++
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
	})}
	_, err := u.Update(t.Context(), "npm")
	if err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("got %v, want no such host", err)
	}
	var h interface{ Hint() string }
	if !errors.As(err, &h) || !strings.Contains(h.Hint(), "db import") {
		t.Errorf("%v does not say what to do without a network", err)
	}
	if asked != 1 {
		t.Errorf("got %d requests, want 1", asked)
	}
}
