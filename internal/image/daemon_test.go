package image_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/image"
)

// fakeDaemon serves one image over the Docker Engine API.
func fakeDaemon(saved []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		switch req.URL.Path {
		case "/_ping", "/v1.41/images/fleet/ship:1/json":
			fmt.Fprint(w, "{}")
		case "/v1.41/images/0123456789ab/json":
			fmt.Fprint(w, `{"RepoTags": ["fleet/ship:1", "fleet/ship:latest", "<none>:<none>"], "RepoDigests": ["fleet/ship@sha256:0000000000000000000000000000000000000000000000000000000000000000"]}`)
		case "/v1.41/images/fleet/ship:1/get", "/v1.41/images/0123456789ab/get":
			w.Write(saved)
		case "/v1.41/images/sunk:1/json":
			http.Error(w, `{"message":"the disk is gone"}`, http.StatusInternalServerError)
		default:
			http.Error(w, `{"message":"No such image"}`, http.StatusNotFound)
		}
	})
}

func TestDaemonTCP(t *testing.T) {
	saved := read(t, sample().DockerArchive(t, tag))
	server := httptest.NewServer(fakeDaemon(saved))
	defer server.Close()
	address := strings.Replace(server.URL, "http://", "tcp://", 1)
	opt := image.Options{Docker: image.Docker{Host: address}}
	checkSample(t, "docker-daemon:fleet/ship:1", opt)
	manifests, _, err := readAll(t.Context(), "docker-daemon:0123456789ab", opt)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{tag, "fleet/ship:1", "fleet/ship:latest", "fleet/ship@sha256:0000000000000000000000000000000000000000000000000000000000000000"}
	if diff := cmp.Diff(want, manifests[0].Names); diff != "" {
		t.Errorf("names: %s", diff)
	}
	_, _, err = readAll(t.Context(), "docker-daemon:boat", opt)
	wantError(t, err, "the Docker daemon at "+address+" has no image boat", "registry:boat")
	_, _, err = readAll(t.Context(), "docker-daemon:sunk:1", opt)
	wantError(t, err, `500 Internal Server Error ("the disk is gone")`, "")

	broken := httptest.NewServer(fakeDaemon(saved[:len(saved)/2]))
	defer broken.Close()
	_, _, err = readAll(t.Context(), "docker-daemon:fleet/ship:1", image.Options{Docker: image.Docker{Host: broken.URL}})
	wantError(t, err, "docker-daemon:fleet/ship:1 is truncated", "again")
}

// TestDaemonTLS reads from a daemon that asks for a certificate.
func TestDaemonTLS(t *testing.T) {
	dir := t.TempDir()
	certificate := clientCertificate(t, dir)
	server := httptest.NewUnstartedServer(fakeDaemon(read(t, sample().DockerArchive(t, tag))))
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	server.StartTLS()
	defer server.Close()
	writePEM(t, filepath.Join(dir, "ca.pem"), "CERTIFICATE", server.Certificate().Raw)

	docker := image.Docker{Host: strings.Replace(server.URL, "https://", "tcp://", 1), TLS: true, Certificates: dir}
	checkSample(t, "docker-daemon:fleet/ship:1", image.Options{Docker: docker})

	docker.Certificates = t.TempDir()
	_, _, err := readAll(t.Context(), "docker-daemon:fleet/ship:1", image.Options{Docker: docker})
	wantError(t, err, "cannot read the certificates for the Docker daemon: ", "")
	docker.Certificates = ""
	_, _, err = readAll(t.Context(), "docker-daemon:fleet/ship:1", image.Options{Docker: docker})
	wantError(t, err, "no directory with certificates is configured", "DOCKER_CERT_PATH")
}

// clientCertificate writes cert.pem and key.pem, made for this test.
func clientCertificate(t *testing.T, dir string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, "cert.pem"), "CERTIFICATE", raw)
	writePEM(t, filepath.Join(dir, "key.pem"), "PRIVATE KEY", private)
	return certificate
}

func writePEM(t *testing.T, path, kind string, data []byte) {
	t.Helper()
	var buf bytes.Buffer
	if err := pem.Encode(&buf, &pem.Block{Type: kind, Bytes: data}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDaemonSilent shows that a daemon that accepts connections and never answers, or
// never finishes its answer, does not keep a scan waiting.
func TestDaemonSilent(t *testing.T) {
	for path, status := range map[string]int{"/_ping": http.StatusOK, "/v1.41/images/fleet/ship:1/json": http.StatusInternalServerError} {
		working := fakeDaemon(nil)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.URL.Path != path {
				working.ServeHTTP(w, req)
				return
			}
			if status != http.StatusOK {
				w.WriteHeader(status)
				w.(http.Flusher).Flush()
			}
			<-req.Context().Done()
		}))
		defer server.Close()
		start := time.Now()
		_, _, err := readAll(t.Context(), "docker-daemon:fleet/ship:1", image.Options{Docker: image.Docker{Host: server.URL}, StallTimeout: 200 * time.Millisecond})
		if err == nil || !strings.Contains(err.Error(), "no response for 200ms") {
			t.Errorf("%s: %v", path, err)
		}
		if spent := time.Since(start); spent > 5*time.Second {
			t.Errorf("%s: %s", path, spent)
		}
	}
}
