package registryconfig_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/registryconfig"
)

// auth returns the field auth of a user whose password is the user's name, twice.
func auth(user string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + user + user))
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// users returns the names of the users of logins, and identity tokens.
func users(logins []registryconfig.Login) (names []string) {
	for _, l := range logins {
		names = append(names, l.Username+l.IdentityToken+l.RegistryToken)
	}
	return names
}

// TestLoginsOfFile has the forms of one file, after containers-auth.json(5) and Docker's
// configuration.
func TestLoginsOfFile(t *testing.T) {
	const host = "registry.example:5000"
	for name, test := range map[string]struct {
		file                 string
		registry, repository string
		want                 []string
	}{
		"host":                      {`{"auths":{"registry.example:5000":{"auth":"` + auth("a") + `"}}}`, host, "x/y", []string{"a"}},
		"other port":                {`{"auths":{"registry.example":{"auth":"` + auth("a") + `"}}}`, host, "x/y", nil},
		"longest path first":        {`{"auths":{"registry.example:5000":{"auth":"` + auth("host") + `"},"registry.example:5000/x":{"auth":"` + auth("path") + `"},"registry.example:5000/x/y/z":{"auth":"` + auth("deep") + `"}}}`, host, "x/y", []string{"path", "host"}},
		"path is no prefix of name": {`{"auths":{"registry.example:5000/app":{"auth":"` + auth("a") + `"}}}`, host, "application", nil},
		"URL":                       {`{"auths":{"https://registry.example:5000/v2/":{"auth":"` + auth("a") + `"}}}`, host, "x", []string{"a"}},
		"username and password":     {`{"auths":{"registry.example:5000":{"username":"a","password":"b"}}}`, host, "x", []string{"a"}},
		"identity token":            {`{"auths":{"registry.example:5000":{"auth":"` + auth("a") + `","identitytoken":"t"}}}`, host, "x", []string{"t"}},
		"empty entry":               {`{"auths":{"registry.example:5000":{}}}`, host, "x", nil},
		"damaged entry":             {`{"auths":{"registry.example:5000":{"auth":"!"}}}`, host, "x", nil},
		"Docker Hub, old key":       {`{"auths":{"https://index.docker.io/v1/":{"auth":"` + auth("a") + `"}}}`, "docker.io", "library/x", []string{"a"}},
		"Docker Hub, new key":       {`{"auths":{"docker.io":{"auth":"` + auth("a") + `"}}}`, "docker.io", "library/x", []string{"a"}},
		"Docker Hub, namespace":     {`{"auths":{"docker.io/acme":{"auth":"` + auth("a") + `"},"docker.io":{"auth":"` + auth("b") + `"}}}`, "docker.io", "acme/x", []string{"a", "b"}},
		"dockercfg":                 {`{"registry.example:5000":{"auth":"` + auth("a") + `"}}`, host, "x", []string{"a"}},
		"no credentials":            {`{"HttpHeaders":{"a":"b"}}`, host, "x", nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := registryconfig.Config{CredentialFiles: []string{write(t, filepath.Join(t.TempDir(), "config.json"), test.file)}}
			found, err := c.Logins(t.Context(), test.registry, test.repository, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if got := users(found); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			c = registryconfig.Config{AuthConfig: test.file}
			found, err = c.Logins(t.Context(), test.registry, test.repository, slog.New(slog.DiscardHandler))
			if got := users(found); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("as DOCKER_AUTH_CONFIG: %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// TestDefaultOrder shows in which order the files of a user are read.
func TestDefaultOrder(t *testing.T) {
	home, runtime, docker, explicit := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	file := func(user string) string { return `{"auths":{"r.example":{"auth":"` + auth(user) + `"}}}` }
	write(t, filepath.Join(home, ".docker", "config.json"), file("docker"))
	write(t, filepath.Join(home, ".dockercfg"), `{"r.example":{"auth":"`+auth("dockercfg")+`"}}`)
	write(t, filepath.Join(home, ".config", "containers", "auth.json"), file("podman"))
	write(t, filepath.Join(runtime, "containers", "auth.json"), file("runtime"))
	write(t, filepath.Join(docker, "config.json"), file("dockerconfig"))
	write(t, filepath.Join(explicit, "auth.json"), file("explicit"))
	for name, test := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"login of Podman before that of Docker": {map[string]string{"XDG_RUNTIME_DIR": runtime}, []string{"runtime", "podman", "docker", "dockercfg"}},
		"DOCKER_CONFIG":                         {map[string]string{"XDG_RUNTIME_DIR": runtime, "DOCKER_CONFIG": docker}, []string{"dockerconfig", "runtime", "podman", "dockercfg"}},
		"REGISTRY_AUTH_FILE":                    {map[string]string{"XDG_RUNTIME_DIR": runtime, "REGISTRY_AUTH_FILE": filepath.Join(explicit, "auth.json")}, []string{"explicit", "runtime", "podman", "docker", "dockercfg"}},
		"DOCKER_AUTH_CONFIG":                    {map[string]string{"XDG_RUNTIME_DIR": runtime, "DOCKER_AUTH_CONFIG": file("inline")}, []string{"inline", "runtime", "podman", "docker", "dockercfg"}},
		"other directory of configuration":      {map[string]string{"XDG_RUNTIME_DIR": runtime, "XDG_CONFIG_HOME": explicit}, []string{"runtime", "docker", "dockercfg"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := registryconfig.Default(func(key string) string { return test.env[key] }, home)
			c.Username, c.Password = "user", "word"
			found, err := c.Logins(t.Context(), "r.example", "x", slog.New(slog.DiscardHandler))
			want := append([]string{"user"}, test.want...)
			if got := users(found); err != nil || !slices.Equal(got, want) {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
	if c := registryconfig.Default(func(string) string { return "" }, home); !slices.Contains(c.CredentialFiles, fmt.Sprintf("/run/containers/%d/auth.json", os.Getuid())) {
		t.Errorf("without XDG_RUNTIME_DIR: %q", c.CredentialFiles)
	}
}

// TestHelper runs credential helpers, good and bad ones.
func TestHelper(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	answer := `read server; echo "{\"Username\":\"u\",\"Secret\":\"$server\"}"`
	for name, script := range map[string]string{
		"good":    answer,
		"token":   `read s; echo '{"Username":"<token>","Secret":"identity"}'`,
		"none":    `echo "credentials not found in native keychain"; exit 1`,
		"broken":  `echo "the vault is locked"; exit 1`,
		"babble":  `echo "this is not JSON"`,
		"flood":   `while :; do echo "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"; done`,
		"silence": `true`,
	} {
		write(t, filepath.Join(bin, "docker-credential-"+name), "#!/bin/sh\n"+script+"\n")
	}
	for _, test := range []struct {
		name, config string
		want         []registryconfig.Login
		warning      string
	}{
		{"helper of the registry", `{"credHelpers":{"r.example":"good"}}`, []registryconfig.Login{{Username: "u", Password: "r.example"}}, ""},
		{"store", `{"credsStore":"good"}`, []registryconfig.Login{{Username: "u", Password: "r.example"}}, ""},
		{"helper before entry", `{"credHelpers":{"r.example":"good"},"auths":{"r.example":{"auth":"` + auth("a") + `"}}}`, []registryconfig.Login{{Username: "u", Password: "r.example"}, {Username: "a", Password: "aa"}}, ""},
		{"identity token", `{"credsStore":"token"}`, []registryconfig.Login{{IdentityToken: "identity"}}, ""},
		{"no credentials", `{"credsStore":"none"}`, nil, ""},
		{"error", `{"credsStore":"broken"}`, nil, "the vault is locked"},
		{"not JSON", `{"credsStore":"babble"}`, nil, "not JSON"},
		{"too much", `{"credsStore":"flood"}`, nil, "more than 1048576 bytes"},
		{"nothing", `{"credsStore":"silence"}`, nil, "not JSON"},
		{"not installed", `{"credsStore":"nowhere"}`, nil, "not installed"},
		{"path", `{"credsStore":"../../bin/sh"}`, nil, "invalid name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			c := registryconfig.Config{AuthConfig: test.config}
			got, err := c.Logins(t.Context(), "r.example", "x", slog.New(slog.NewTextHandler(&log, nil)))
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
			if text := log.String(); !strings.Contains(text, test.warning) || (test.warning == "") != (text == "") {
				t.Errorf("log %q, want %q in it", text, test.warning)
			}
		})
	}
	t.Run("Docker Hub", func(t *testing.T) {
		c := registryconfig.Config{AuthConfig: `{"credsStore":"good"}`}
		got, err := c.Logins(t.Context(), "docker.io", "library/x", slog.New(slog.DiscardHandler))
		if want := (registryconfig.Login{Username: "u", Password: "https://index.docker.io/v1/"}); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// TestBadFiles shows that a file that cannot be used is an error that names it.
func TestBadFiles(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{
		"not JSON":  write(t, filepath.Join(dir, "text"), "auths: {}"),
		"directory": dir,
		"too large": write(t, filepath.Join(dir, "large"), strings.Repeat(" ", 5<<20)),
	} {
		c := registryconfig.Config{CredentialFiles: []string{path}, RegistryFiles: []string{path}}
		if _, err := c.Logins(t.Context(), "r.example", "x", slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.Registries(); name != "too large" && err == nil {
			t.Errorf("%s: no error for registries.conf", name)
		}
	}
	c := registryconfig.Config{CredentialFiles: []string{filepath.Join(dir, "absent"), filepath.Join(dir, "text", "below a file")}}
	if got, err := c.Logins(t.Context(), "r.example", "x", slog.New(slog.DiscardHandler)); err != nil || got != nil {
		t.Errorf("absent files: %v, %v", got, err)
	}
}

// certificate returns a certificate and its key, in PEM.
func certificate(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

// TestCertificates follows containers-certs.d(5).
func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	public, private := certificate(t)
	write(t, filepath.Join(dir, "r.example:5000", "ca.crt"), public)
	write(t, filepath.Join(dir, "r.example:5000", "client.cert"), public)
	write(t, filepath.Join(dir, "r.example:5000", "client.key"), private)
	write(t, filepath.Join(dir, "r.example:5000", "README"), "text")
	write(t, filepath.Join(dir, "broken.example", "ca.crt"), "text")
	write(t, filepath.Join(dir, "keyless.example", "client.cert"), public)
	c := registryconfig.Config{CertificateDirectories: []string{filepath.Join(dir, "absent"), dir}}
	for registry, want := range map[string]string{"broken.example": "no PEM certificate", "keyless.example": "cannot read the key"} {
		if _, err := c.Certificates(registry); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", registry, err)
		}
	}
	for registry, want := range map[string]int{"r.example:5000": 1, "r.example": 0, "..": 0, "a/../r.example:5000": 0} {
		found, err := c.Certificates(registry)
		if err != nil || len(found.Authorities) != want || len(found.Client) != want {
			t.Errorf("%s: %d authorities, %d client certificates, %v", registry, len(found.Authorities), len(found.Client), err)
		}
	}
}

// TestRegistries follows containers-registries.conf(5).
func TestRegistries(t *testing.T) {
	dir := t.TempDir()
	c := registryconfig.Config{RegistryFiles: []string{filepath.Join(dir, "absent"), write(t, filepath.Join(dir, "registries.conf"), `
unqualified-search-registries = ["docker.io"]
[[registry]]
prefix = "docker.io"
location = "docker.io"
[[registry.mirror]]
location = "mirror.example/hub"
insecure = true
[[registry.mirror]]
location = "digests.example"
pull-from-mirror = "digest-only"
[[registry.mirror]]
location = "tags.example"
pull-from-mirror = "tag-only"
[[registry]]
prefix = "docker.io/blocked"
blocked = true
[[registry]]
prefix = "old.example/team"
location = "new.example/org"
[[registry]]
location = "plain.example:5000"
insecure = true
[[registry]]
prefix = "*.wild.example"
location = "wild.example/all"
[[registry]]
location = "replaced.example"
blocked = true
`), write(t, filepath.Join(dir, "late.conf"), `
[[registry]]
location = "replaced.example"
`)}}
	r, err := c.Registries()
	if err != nil {
		t.Fatal(err)
	}
	type endpoint = registryconfig.Endpoint
	for _, test := range []struct {
		repository string
		byDigest   bool
		mirrors    []endpoint
		own        endpoint
		blocked    bool
	}{
		{"docker.io/library/alpine", false, []endpoint{{"mirror.example/hub/library/alpine", true}, {"tags.example/library/alpine", false}}, endpoint{"docker.io/library/alpine", false}, false},
		{"docker.io/library/alpine", true, []endpoint{{"mirror.example/hub/library/alpine", true}, {"digests.example/library/alpine", false}}, endpoint{"docker.io/library/alpine", false}, false},
		{"docker.io/blocked/app", false, nil, endpoint{}, true},
		{"docker.io/blockedness/app", true, []endpoint{{"mirror.example/hub/blockedness/app", true}, {"digests.example/blockedness/app", false}}, endpoint{"docker.io/blockedness/app", false}, false},
		{"old.example/team/app", false, nil, endpoint{"new.example/org/app", false}, false},
		{"old.example/teams/app", false, nil, endpoint{"old.example/teams/app", false}, false},
		{"plain.example:5000/app", false, nil, endpoint{"plain.example:5000/app", true}, false},
		{"a.wild.example/app", false, nil, endpoint{"wild.example/all/app", false}, false},
		{"replaced.example/app", false, nil, endpoint{"replaced.example/app", false}, false},
		{"other.example/app", false, nil, endpoint{"other.example/app", false}, false},
	} {
		mirrors, own, err := r.Endpoints(test.repository, test.byDigest)
		if test.blocked {
			if err == nil || !strings.Contains(err.Error(), "blocks docker.io/blocked") {
				t.Errorf("%s: %v", test.repository, err)
			}
			continue
		}
		if err != nil || !slices.Equal(mirrors, test.mirrors) || own != test.own {
			t.Errorf("%s, by digest %t: %v, %v, %v", test.repository, test.byDigest, mirrors, own, err)
		}
	}
}
