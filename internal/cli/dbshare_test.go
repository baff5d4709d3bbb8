package cli_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestDatabaseInRegistry hands a database on through a real registry.
func TestDatabaseInRegistry(t *testing.T) {
	host := imagetest.Registry(t)
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	kev := filepath.Join(source, "kev", "known_exploited_vulnerabilities.json")
	if err := os.MkdirAll(filepath.Dir(kev), 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(added string) {
		t.Helper()
		text := `{"dateReleased": "2025-08-25T17:04:19Z", "vulnerabilities": [{"cveID": "CVE-2024-0001", "dateAdded": "` + added + `"}]}`
		if err := os.WriteFile(kev, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(code int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		got := cli.Run(context.Background(), args, cli.Environment{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" },
		})
		if got != code {
			t.Fatalf("%s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, out.String())
		}
		return out.String()
	}
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	write("2024-02-03")
	run(0, "db", "update", "--db-dir", from, "--source", source, "--ecosystem", "KEV")
	ref := host + "/security/advisories:latest"
	pushed := run(0, "db", "push", "--db-dir", from, ref)
	digest := regexp.MustCompile(`digest (sha256:[0-9a-f]{64})\n`).FindStringSubmatch(pushed)
	if digest == nil {
		t.Fatalf("no digest in %q", pushed)
	}
	byDigest := host + "/security/advisories@" + digest[1]
	if out := run(0, "db", "pull", "--db-dir", to, byDigest); !strings.Contains(out, digest[0]) || !strings.Contains(out, "KEV: 1 records\n") {
		t.Errorf("pulled: %q", out)
	}
	if out := run(0, "db", "pull", "--db-dir", to, ref); !strings.Contains(out, "KEV: up to date\n") {
		t.Errorf("pulled again: %q", out)
	}
	if out := run(0, "db", "status", "--db-dir", to); !strings.Contains(out, kev) {
		t.Errorf("status: %q", out)
	}
	// The tag moves on, the digest does not.
	write("2024-02-04")
	run(0, "db", "update", "--db-dir", from, "--source", source, "--ecosystem", "KEV")
	if again := run(0, "db", "push", "--db-dir", from, ref); strings.Contains(again, digest[1]) {
		t.Errorf("other data has the same digest: %q", again)
	}
	if out := run(0, "db", "pull", "--db-dir", to, byDigest); !strings.Contains(out, "KEV: up to date\n") {
		t.Errorf("pulled by digest: %q", out)
	}
	if out := run(0, "db", "pull", "--db-dir", to, ref); !strings.Contains(out, "KEV: 1 records\n") {
		t.Errorf("pulled by tag: %q", out)
	}
	if out := run(2, "db", "pull", "--db-dir", to, host+"/security/other:latest"); !strings.Contains(out, "not found") {
		t.Errorf("another name: %q", out)
	}
}

// TestSourceWithPassword: it is used, and neither stored nor shown.
func TestSourceWithPassword(t *testing.T) {
	dir := t.TempDir()
	const catalog = `{"dateReleased": "2025-08-25T17:04:19Z", "vulnerabilities": [{"cveID": "CVE-2024-0001", "dateAdded": "2024-02-03"}]}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, password, _ := r.BasicAuth()
		switch {
		case name != "reader" || password != "p@ss":
			http.Error(w, "who are you?", http.StatusUnauthorized)
		case r.URL.Path == "/osv/kev/known_exploited_vulnerabilities.json":
			io.WriteString(w, catalog)
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	source := strings.Replace(s.URL, "http://", "http://reader:"+url.QueryEscape("p@ss")+"@", 1) + "/osv"
	var out bytes.Buffer
	run := func(args ...string) int {
		return cli.Run(context.Background(), append(args, "--db-dir", dir), cli.Environment{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" },
		})
	}
	if code := run("db", "update", "--source", source, "--ecosystem", "KEV"); code != 0 || !strings.Contains(out.String(), "KEV: 1 records") {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
	run("db", "status")
	run("db", "update", "--source", source, "--ecosystem", "Debian")
	run("db", "update", "--source", strings.Replace(source, "@", "@@", 1), "--ecosystem", "Debian")
	for _, secret := range []string{"p%40ss", "p@ss", "reader"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s is shown:\n%s", secret, out.String())
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("p%40ss")) || bytes.Contains(data, []byte("reader")) {
			t.Errorf("the password is stored in %s", e.Name())
		}
	}
}
