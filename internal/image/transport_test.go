package image

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCheckRedirect(t *testing.T) {
	for _, test := range []struct{ from, to, errors string }{
		{"https://registry.example/v2/", "https://blobs.example/x", ""},
		{"https://registry.example/v2/", "https://registry.example/x", ""},
		{"http://127.0.0.1:5000/v2/", "http://127.0.0.1:9000/x", ""},
		{"http://localhost:5000/v2/", "http://10.0.0.7/x", ""},
		{"https://registry.example/v2/", "http://blobs.example/x", "redirect from HTTPS to http://blobs.example"},
		{"https://registry.example/v2/", "https://169.254.169.254/latest", "private address 169.254.169.254"},
		{"https://registry.example/v2/", "https://[::1]/x", "private address [::1]"},
		{"https://registry.example/v2/", "https://[::ffff:10.1.1.1]/x", "private address"},
		{"https://registry.example/v2/", "https://localhost/x", "private address localhost"},
	} {
		via, errVia := http.NewRequest(http.MethodGet, test.from, nil)
		req, errReq := http.NewRequest(http.MethodGet, test.to, nil)
		if errVia != nil || errReq != nil {
			t.Fatal(errVia, errReq)
		}
		err := checkRedirect(req, []*http.Request{via})
		if (err == nil) != (test.errors == "") || err != nil && !strings.Contains(err.Error(), test.errors) {
			t.Errorf("%s to %s: error %v, want %q", test.from, test.to, err, test.errors)
		}
	}
	req, err := http.NewRequest(http.MethodGet, "https://registry.example/v2/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if checkRedirect(req, make([]*http.Request, 10)) == nil {
		t.Error("more than 10 redirects are followed")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"0":                             0,
		"120":                           2 * time.Minute,
		"Thu, 01 Jan 2026 00:00:30 GMT": 30 * time.Second,
		"Wed, 31 Dec 2025 00:00:00 GMT": 0,
		"":                              -1,
		"-5":                            -1,
		"soon":                          -1,
		"99999999999999999999":          -1,
	} {
		got, ok := retryAfter(value, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestDaemonMirrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "daemon.json")
	if got, err := daemonMirrors(file); got != nil || err != nil {
		t.Errorf("without a file: %v, %v", got, err)
	}
	if err := os.WriteFile(file, []byte(`{"debug": true, "registry-mirrors": ["https://mirror.example"]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := daemonMirrors(file)
	if diff := cmp.Diff([]string{"https://mirror.example"}, got); diff != "" || err != nil {
		t.Errorf("error %v, mirrors (-want +got):\n%s", err, diff)
	}
	if err := os.WriteFile(file, []byte(`{"registry-mirrors": `), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := daemonMirrors(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("damaged file: error %v", err)
	}
}
