package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/scanner"
)

// TestDockerAddress shows that the daemon is found as the docker command finds it.
func TestDockerAddress(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	config := filepath.Join(home, ".docker")
	context := func(name, host string, tls bool) string {
		sum := sha256.Sum256([]byte(name))
		id := hex.EncodeToString(sum[:])
		meta := filepath.Join(config, "contexts", "meta", id)
		if err := os.MkdirAll(meta, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(meta, "meta.json"), fmt.Appendf(nil, `{"Name":%q,"Endpoints":{"docker":{"Host":%q}}}`, name, host), 0o600); err != nil {
			t.Fatal(err)
		}
		certificates := filepath.Join(config, "contexts", "tls", id, "docker")
		if tls {
			if err := os.MkdirAll(certificates, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		return certificates
	}
	context("near", "unix:///run/user/1/docker.sock", false)
	certificates := context("far", "tcp://far.example:2376", true)
	context("broken", "", false)
	if err := os.WriteFile(filepath.Join(config, "config.json"), []byte(`{"currentContext":"near"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		env   map[string]string
		want  scanner.Docker
		error string
	}{
		"current context":        {nil, scanner.Docker{Host: "unix:///run/user/1/docker.sock"}, ""},
		"DOCKER_CONTEXT":         {map[string]string{"DOCKER_CONTEXT": "far"}, scanner.Docker{Host: "tcp://far.example:2376", TLS: true, Certificates: certificates}, ""},
		"the default context":    {map[string]string{"DOCKER_CONTEXT": "default"}, scanner.Docker{}, ""},
		"DOCKER_HOST is first":   {map[string]string{"DOCKER_HOST": "tcp://a:1", "DOCKER_CONTEXT": "far"}, scanner.Docker{Host: "tcp://a:1", Certificates: config}, ""},
		"DOCKER_HOST with TLS":   {map[string]string{"DOCKER_HOST": "tcp://a:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"}, scanner.Docker{Host: "tcp://a:1", TLS: true, Certificates: "/certs"}, ""},
		"unknown context":        {map[string]string{"DOCKER_CONTEXT": "nowhere"}, scanner.Docker{}, `the Docker context "nowhere" does not exist`},
		"other directory, empty": {map[string]string{"DOCKER_CONFIG": t.TempDir()}, scanner.Docker{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := &app{Environment: Environment{Getenv: func(key string) string { return test.env[key] }}}
			got := a.docker()
			if (got.Err == nil) != (test.error == "") || got.Err != nil && !strings.Contains(got.Err.Error(), test.error) {
				t.Errorf("error %v, want %q", got.Err, test.error)
			}
			if got.Err = nil; got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
