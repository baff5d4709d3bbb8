package image_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/registryconfig"
)

// fakeRegistry serves an OCI layout as the repository "ship". A test can make requests
// fail.
type fakeRegistry struct {
	*httptest.Server
	dir string
	// before is called for each request. If it returns true, it has sent the response.
	before func(http.ResponseWriter, *http.Request) bool

	mu  sync.Mutex
	log []string // the requests, "GET /v2/", with the Range if there is one
}

func newFakeRegistry(dir string) *fakeRegistry { return &fakeRegistry{dir: dir} }

// serve starts a registry with plain HTTP.
func serve(t *testing.T, dir string) *fakeRegistry {
	t.Helper()
	r := newFakeRegistry(dir)
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *fakeRegistry) host() string {
	_, host, _ := strings.Cut(r.URL, "://")
	return host
}

func (r *fakeRegistry) image() string { return r.host() + "/ship:latest" }

func (r *fakeRegistry) requests(prefix string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, a := range r.log {
		if strings.HasPrefix(a, prefix) {
			n++
		}
	}
	return n
}

// ServeHTTP implements [http.Handler].
func (r *fakeRegistry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.log = append(r.log, strings.TrimSpace(req.Method+" "+req.URL.Path+" "+req.Header.Get("Range")))
	r.mu.Unlock()
	if r.before != nil && r.before(w, req) {
		return
	}
	rest, ok := strings.CutPrefix(req.URL.Path, "/v2/ship/")
	kind, id, _ := strings.Cut(rest, "/")
	switch {
	case req.URL.Path == "/v2/":
		w.WriteHeader(http.StatusOK)
	case !ok:
		refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "repository name not known to registry")
	case kind == "manifests" && id == "latest":
		data, err := os.ReadFile(filepath.Join(r.dir, "index.json"))
		var index struct {
			Manifests []struct{ Digest string }
		}
		if err != nil || json.Unmarshal(data, &index) != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		r.blob(w, req, index.Manifests[0].Digest)
	default:
		r.blob(w, req, id)
	}
}

func (r *fakeRegistry) blob(w http.ResponseWriter, req *http.Request, digest string) {
	f, err := os.Open(filepath.Join(r.dir, "blobs", filepath.FromSlash(strings.Replace(digest, ":", "/", 1))))
	if err != nil {
		refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, req, "", time.Time{}, f)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}

// layerPath returns the URL path of the sample's first layer.
func layerPath() string {
	return "/v2/ship/blobs/" + imagetest.Digest(imagetest.Gzip(sample().Layers[0].Tar()))
}

// registries returns the configuration of registries that the environment of a test says.
func registries() registryconfig.Config {
	return registryconfig.Default(os.Getenv, os.Getenv("HOME"))
}

// login writes a Docker configuration for the test.
func login(t *testing.T, config string) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("DOCKER_CONFIG", filepath.Dir(write(t, "config.json", []byte(config))))
}

func basic(user, word string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + word))
}

func TestCredentials(t *testing.T) {
	r := serve(t, sample().OCILayout(t))
	const user, word = "bosun", "pipe"
	helper := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\ncat >/dev/null\necho '{\"ServerURL\":\"\",\"Username\":%q,\"Secret\":%q}'\n", user, word)
	if err := os.WriteFile(filepath.Join(helper, "docker-credential-chest"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	bearer := func(w http.ResponseWriter, req *http.Request) bool {
		switch {
		case req.URL.Path == "/token":
			if u, p, _ := req.BasicAuth(); u != user || p != word {
				refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "who are you?")
			} else if req.FormValue("scope") != "repository:ship:pull" {
				refuse(w, http.StatusForbidden, "DENIED", "wrong scope")
			} else {
				fmt.Fprint(w, `{"token":"aye"}`)
			}
			return true
		case req.Header.Get("Authorization") != "Bearer aye":
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="%s/token",service="harbour"`, r.URL))
			refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
			return true
		}
		return false
	}
	basicAuth := func(w http.ResponseWriter, req *http.Request) bool {
		if u, p, _ := req.BasicAuth(); u == user && p == word {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="harbour"`)
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		return true
	}
	for name, config := range map[string]string{
		"configuration":             fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, r.host(), basic(user, word)),
		"credential helper":         fmt.Sprintf(`{"credHelpers":{%q:"chest"}}`, r.host()),
		"credential store":          `{"credsStore":"chest"}`,
		"anonymous":                 `{}`,
		"wrong":                     fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, r.host(), basic(user, "drum")),
		"missing credential helper": fmt.Sprintf(`{"credHelpers":{%q:"nowhere"}}`, r.host()),
	} {
		for scheme, before := range map[string]func(http.ResponseWriter, *http.Request) bool{"bearer": bearer, "basic": basicAuth} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				login(t, config)
				t.Setenv("PATH", helper+":"+os.Getenv("PATH"))
				r.before = before
				switch name {
				case "anonymous", "wrong", "missing credential helper":
					_, _, err := readAll(t.Context(), r.image(), image.Options{Registries: registries()})
					wantError(t, err, "registry "+r.host()+": authentication required, or no such image: 401 Unauthorized", "docker login "+r.host())
				default:
					checkSample(t, r.image(), image.Options{Registries: registries()})
				}
			})
		}
	}
}

// hangUp closes the connection when path is requested.
func hangUp(path string) func(http.ResponseWriter, *http.Request) bool {
	return func(_ http.ResponseWriter, req *http.Request) bool {
		if req.URL.Path == path {
			panic(http.ErrAbortHandler)
		}
		return false
	}
}

func TestRegistryRefuses(t *testing.T) {
	login(t, `{}`)
	always := func(status int, code, message string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, req *http.Request) bool {
			if req.URL.Path == "/v2/" {
				return false
			}
			refuse(w, status, code, message)
			return true
		}
	}
	for name, test := range map[string]struct {
		reference    string // behind the host
		before       func(http.ResponseWriter, *http.Request) bool
		opt          image.Options
		errors, hint string
	}{
		"401":                               {before: always(401, "UNAUTHORIZED", "go away"), errors: `authentication required, or no such image: 401 Unauthorized ("go away")`, hint: "docker login"},
		"403":                               {before: always(403, "DENIED", "not yours"), errors: `no permission to pull from ship: 403 Forbidden ("not yours")`, hint: "pull permission"},
		"404 repository":                    {reference: "/boat:1", errors: "not found: 404 Not Found", hint: "check the name"},
		"404 tag":                           {reference: "/ship:no", errors: "not found: 404 Not Found", hint: "check the name"},
		"429":                               {before: always(429, "TOOMANYREQUESTS", "slow down"), opt: image.Options{RetryWait: time.Millisecond}, errors: `rate limit reached: 429 Too Many Requests ("slow down")`, hint: "later"},
		"503":                               {before: always(503, "UNAVAILABLE", ""), opt: image.Options{RetryWait: time.Millisecond}, errors: "server error: 503 Service Unavailable", hint: "later"},
		"418":                               {before: always(418, "", ""), errors: "request refused: 418"},
		"layer 404":                         {before: missing(layerPath()), errors: ": not found: 404", hint: "check the name"},
		"429 for an hour":                   {before: busyForHours, errors: "rate limit reached: 429 Too Many Requests, retry after 1h0m0s", hint: "later"},
		"wrong digest of the configuration": {before: lie("/v2/ship/blobs/", []byte(`{}`)), errors: "configuration sha256:"},
		"wrong digest of the manifest":      {reference: "/ship@sha256:" + strings.Repeat("0", 64), before: lie("/v2/ship/manifests/", []byte(`{}`)), errors: "wrong digest"},
		"no JSON":                           {before: lie("/v2/ship/manifests/", []byte(`<html>`)), errors: "invalid JSON"},
		"empty manifest":                    {before: lie("/v2/ship/manifests/", nil), errors: "the document is empty"},
		"manifest of 2 GB":                  {before: claim("/v2/ship/manifests/", 2<<30), errors: "too large: 2147483648 bytes; the maximum for a JSON document is 33554432"},
		"connection broken off":             {before: hangUp(layerPath()), opt: image.Options{RetryWait: time.Millisecond}, errors: ": connection lost: ", hint: "try again"},
		"layer of another size":             {before: claim(layerPath(), 7), errors: "the registry sends 7 bytes, but the size in the manifest is"},
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, sample().OCILayout(t))
			r.before = test.before
			reference := r.image()
			if test.reference != "" {
				reference = r.host() + test.reference
			}
			_, _, err := readAll(t.Context(), reference, test.opt)
			wantError(t, err, test.errors, test.hint)
			if err != nil && !strings.Contains(err.Error(), r.host()) {
				t.Errorf("error %q does not name the registry", err)
			}
		})
	}
}

func missing(path string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, req *http.Request) bool {
		if req.URL.Path != path {
			return false
		}
		refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry")
		return true
	}
}

func busyForHours(w http.ResponseWriter, req *http.Request) bool {
	if req.URL.Path == "/v2/" {
		return false
	}
	w.Header().Set("Retry-After", "3600")
	refuse(w, http.StatusTooManyRequests, "TOOMANYREQUESTS", "")
	return true
}

// lie responds with other data.
func lie(prefix string, data []byte) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, req *http.Request) bool {
		if !strings.HasPrefix(req.URL.Path, prefix) {
			return false
		}
		w.Write(data)
		return true
	}
}

// claim sends the header of a response of the given length, without a body.
func claim(prefix string, length int64) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, req *http.Request) bool {
		if !strings.HasPrefix(req.URL.Path, prefix) {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(length))
		w.WriteHeader(http.StatusOK)
		return true
	}
}

// TestRetry checks that a failed request is repeated after the time in Retry-After.
func TestRetry(t *testing.T) {
	login(t, `{}`)
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			r := serve(t, sample().OCILayout(t))
			var refusals atomic.Int32
			var first, second time.Time
			r.before = func(w http.ResponseWriter, req *http.Request) bool {
				if req.URL.Path != layerPath() {
					return false
				}
				if refusals.Add(1) > 1 {
					second = time.Now()
					return false
				}
				first = time.Now()
				w.Header().Set("Retry-After", "1")
				refuse(w, status, "", "")
				return true
			}
			checkSample(t, r.image(), image.Options{})
			if waited := second.Sub(first); waited < 900*time.Millisecond {
				t.Errorf("repeated after %s, want 1 s", waited)
			}
		})
	}
}

// TestStall checks the error if a registry stops sending in the middle of a layer.
func TestStall(t *testing.T) {
	login(t, `{}`)
	r := serve(t, sample().OCILayout(t))
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	data, path := imagetest.Gzip(sample().Layers[0].Tar()), layerPath()
	r.before = func(w http.ResponseWriter, req *http.Request) bool {
		if req.URL.Path != path {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		if req.Header.Get("Range") == "" {
			w.Write(data[:100])
			w.(http.Flusher).Flush()
		}
		select {
		case <-release:
		case <-req.Context().Done():
		}
		return true
	}
	_, _, err := readAll(t.Context(), r.image(), image.Options{StallTimeout: 500 * time.Millisecond})
	wantError(t, err, "registry "+r.host()+": after 100 of ", "try again")
}

// TestResume checks that a download continues if its connection is lost in the middle.
func TestResume(t *testing.T) {
	login(t, `{}`)
	r := serve(t, sample().OCILayout(t))
	r.before = func(w http.ResponseWriter, req *http.Request) bool {
		if req.URL.Path != layerPath() || req.Header.Get("Range") != "" {
			return false
		}
		data := imagetest.Gzip(sample().Layers[0].Tar())
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Write(data[:100])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	checkSample(t, r.image(), image.Options{})
	if n := r.requests("GET " + layerPath() + " bytes=100-"); n != 1 {
		t.Errorf("%d requests for the rest of the layer, want 1", n)
	}
}

// TestLayersInParallel checks that Options.Parallel layers are downloaded at the same time.
func TestLayersInParallel(t *testing.T) {
	login(t, `{}`)
	var img imagetest.Image
	for i := range 6 {
		img.Layers = append(img.Layers, imagetest.Layer{imagetest.File("f", fmt.Sprint(i))})
	}
	r := serve(t, img.OCILayout(t))
	var layers []string
	for _, l := range img.Layers {
		layers = append(layers, imagetest.Digest(imagetest.Gzip(l.Tar())))
	}
	var waiting, most atomic.Int32
	meet := make(chan struct{}) // closed once three requests wait together
	met := sync.OnceFunc(func() { close(meet) })
	r.before = func(_ http.ResponseWriter, req *http.Request) bool {
		if slices.Contains(layers, filepath.Base(req.URL.Path)) {
			n := waiting.Add(1)
			most.Store(max(most.Load(), n))
			if n == 3 {
				met()
			}
			select {
			case <-meet:
			case <-time.After(10 * time.Second):
			}
			time.Sleep(20 * time.Millisecond) // so that one too many would show
			waiting.Add(-1)
		}
		return false
	}
	if _, _, err := readAll(t.Context(), r.image(), image.Options{Parallel: 3}); err != nil {
		t.Fatal(err)
	}
	if most.Load() != 3 {
		t.Errorf("%d layers were fetched at the same time, want 3", most.Load())
	}
}

func TestTLS(t *testing.T) {
	login(t, `{}`)
	r := newFakeRegistry(sample().OCILayout(t))
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(r.Close)
	// The certificate of httptest is valid for example.com and the loopback addresses.
	// Plain HTTP is allowed for 127.0.0.1.
	ca := write(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw}))
	t.Run("unknown authority", func(t *testing.T) {
		_, _, err := readAll(t.Context(), r.image(), image.Options{})
		wantError(t, err, "registry "+r.host()+": certificate cannot be verified", "")
		var untrusted *image.UntrustedError
		if !errors.As(err, &untrusted) || untrusted.Registry != r.host() || untrusted.NoTLS {
			t.Errorf("%#v", untrusted)
		}
	})
	t.Run("CA file", func(t *testing.T) { checkSample(t, r.image(), image.Options{CAFile: ca}) })
	t.Run("insecure", func(t *testing.T) {
		checkSample(t, r.image(), image.Options{InsecureRegistries: []string{r.host()}})
	})
	t.Run("empty CA file", func(t *testing.T) {
		_, _, err := readAll(t.Context(), r.image(), image.Options{CAFile: write(t, "ca.pem", nil)})
		wantError(t, err, "no PEM certificate in the CA file", "")
	})
}

func TestUnreachable(t *testing.T) {
	login(t, `{}`)
	closed := serve(t, t.TempDir())
	closed.Close()
	_, _, err := readAll(t.Context(), closed.image(), image.Options{})
	wantError(t, err, "registry "+closed.host()+": cannot connect", "proxy")
	_, _, err = readAll(t.Context(), "registry.invalid/ship:1", image.Options{})
	wantError(t, err, "registry registry.invalid: host not found", "proxy")
}

// TestMirrors checks that an image of Docker Hub is read from a mirror.
func TestMirrors(t *testing.T) {
	login(t, `{}`)
	r := serve(t, sample().OCILayout(t))
	r.before = func(_ http.ResponseWriter, req *http.Request) bool {
		req.URL.Path = strings.Replace(req.URL.Path, "/v2/library/ship/", "/v2/ship/", 1)
		return false
	}
	checkSample(t, "ship", image.Options{Mirrors: []string{r.URL}})
	_, _, err := readAll(t.Context(), "ship", image.Options{Mirrors: []string{"ftp://mirror"}})
	wantError(t, err, `invalid address of a registry mirror: "ftp://mirror"`, "https://")
}

// TestProxy checks that the proxy in the environment is used. A process reads the
// environment only once, so the test starts a new one.
func TestProxy(t *testing.T) {
	const far = "far.invalid:5000"
	if os.Getenv("SEAWORTHY_TEST_PROXY") != "" {
		checkSample(t, far+"/ship:latest", image.Options{InsecureRegistries: []string{far}})
		return
	}
	proxy := serve(t, sample().OCILayout(t)) // serves absolute URLs like any other
	login(t, `{}`)
	cmd := exec.Command(os.Args[0], "-test.run=^TestProxy$", "-test.v")
	cmd.Env = append(os.Environ(), "SEAWORTHY_TEST_PROXY=1", "HTTP_PROXY="+proxy.URL, "HTTPS_PROXY="+proxy.URL, "NO_PROXY=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if proxy.requests("GET "+layerPath()) != 1 {
		t.Error("the layer did not come through the proxy")
	}
}

// TestCancel checks that the end of the context stops a download within a second, even
// while the registry sends nothing.
func TestCancel(t *testing.T) {
	login(t, `{}`)
	r := serve(t, sample().OCILayout(t))
	ctx, cancel := newContext(t)
	path := layerPath()
	asked := make(chan time.Time, 10)
	r.before = func(_ http.ResponseWriter, req *http.Request) bool {
		if req.URL.Path == path {
			asked <- time.Now()
			cancel()
			<-req.Context().Done()
		}
		return false
	}
	_, _, err := readAll(ctx, r.image(), image.Options{})
	wantCanceled(t, err, <-asked)
}
