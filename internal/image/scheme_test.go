package image_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestScheme shows that the prefixes of other tools mean what they mean there, or are
// refused with a hint, and that none of them becomes the name of an image in a registry.
func TestScheme(t *testing.T) {
	login(t, `{}`)
	layout := sample().OCILayout(t)
	r := serve(t, layout)
	daemon := httptest.NewServer(fakeDaemon(read(t, sample().DockerArchive(t, tag))))
	defer daemon.Close()
	opt := image.Options{Docker: image.Docker{Host: daemon.URL}, Podman: image.Docker{Host: daemon.URL}}
	for _, reference := range []string{
		"docker://" + r.image(), "registry:" + r.image(), r.image(),
		"docker-daemon:fleet/ship:1", "docker:fleet/ship:1", "podman:fleet/ship:1",
		"oci:" + layout, "oci-dir:" + layout, "oci-layout:" + layout + ":latest",
	} {
		checkSample(t, reference, opt)
	}
	for reference, hint := range map[string]string{
		"containerd:fleet/ship:1":            "ctr images export",
		"containers-storage:fleet/ship:1":    "podman:NAME",
		"singularity:ship.sif":               "dir:DIR",
		"sif:ship.sif":                       "dir:DIR",
		"snap:ship":                          "dir:DIR",
		"ostree:ship@/srv":                   "dir:DIR",
		"file:ship.tar":                      "without a prefix",
		"image:fleet/ship":                   "without a prefix",
		"registry:UPPER":                     "name of an image",
		"docker:boat":                        "registry:boat",
		"podman:boat":                        "registry:boat",
		"https://" + r.host() + "/ship":      "remove the scheme",
		"docker-daemon:":                     "docker-daemon:alpine:3",
		"podman:":                            "podman:alpine:3",
		"report:saved.json":                  "the image itself",
		"oci-archive:" + layout + "/nowhere": "",
	} {
		_, _, err := readAll(t.Context(), reference, opt)
		if err == nil {
			t.Errorf("%s: no error", reference)
			continue
		}
		wantError(t, err, "", hint)
	}
}

// TestOfficialImagesNamedLikeSchemes shows that the images docker and registry of Docker
// Hub can be named with a tag of theirs.
func TestOfficialImagesNamedLikeSchemes(t *testing.T) {
	login(t, `{}`)
	r := serve(t, sample().OCILayout(t))
	var asked []string
	r.before = func(w http.ResponseWriter, req *http.Request) bool {
		if name, ok := strings.CutPrefix(req.URL.Path, "/v2/library/"); ok {
			if _, digest, ok := strings.Cut(name, "/sha256:"); ok {
				req.URL.Path = "/v2/ship/blobs/sha256:" + digest
			} else {
				asked = append(asked, name)
				req.URL.Path = "/v2/ship/manifests/latest"
			}
		}
		return false
	}
	for reference, want := range map[string]string{
		"docker:28-dind": "docker/manifests/28-dind", "docker:dind": "docker/manifests/dind",
		"docker:cli": "docker/manifests/cli", "registry:2": "registry/manifests/2", "registry:3.0.0-rc.1": "registry/manifests/3.0.0-rc.1",
	} {
		asked = nil
		src, err := image.Open(t.Context(), reference, image.Options{Mirrors: []string{r.URL}, From: image.FromRegistry})
		if err != nil {
			t.Errorf("%s: %v", reference, err)
			continue
		}
		src.Close()
		if len(asked) == 0 || asked[0] != want {
			t.Errorf("%s: the registry was asked for %q, want %q", reference, asked, want)
		}
	}
}

// TestSkopeoDirectory reads what skopeo copies to dir:, with one platform and with all.
func TestSkopeoDirectory(t *testing.T) {
	if _, err := exec.LookPath("skopeo"); err != nil {
		t.Skip("skopeo is not installed")
	}
	layout, dir := sample().OCILayout(t), filepath.Join(t.TempDir(), "ship")
	out, err := exec.CommandContext(t.Context(), "skopeo", "copy", "--insecure-policy", "oci:"+layout+":latest", "dir:"+dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	checkSample(t, dir, image.Options{})
	checkSample(t, "dir:"+dir, image.Options{})

	several := filepath.Join(t.TempDir(), "fleet")
	images := platforms(seaworthy.ImageConfig{OS: "linux", Architecture: "amd64"}, seaworthy.ImageConfig{OS: "linux", Architecture: "arm64"})
	out, err = exec.CommandContext(t.Context(), "skopeo", "copy", "--all", "--insecure-policy", "oci:"+imagetest.OCIIndex(t, images...), "dir:"+several).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for platform, want := range map[string]int{"linux/arm64": 1, "all": 2} {
		src, err := image.Open(t.Context(), several, image.Options{Platform: platform})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(src.Manifests()); got != want {
			t.Errorf("%s: %d images, want %d", platform, got, want)
		}
		src.Close()
	}
}

// TestLocalFirst shows that a bare name is found in a local engine that has the image for
// the platform, and that the source says which one it was.
func TestLocalFirst(t *testing.T) {
	login(t, `{}`)
	saved := read(t, sample().DockerArchive(t, tag))
	r := serve(t, sample().OCILayout(t))
	name := r.image()
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/_ping":
		case "/images/" + name + "/json":
			json.NewEncoder(w).Encode(map[string]string{"Os": "linux", "Architecture": "amd64"})
		case "/images/" + name + "/get":
			w.Write(saved)
		default:
			http.Error(w, `{"message":"No such image"}`, http.StatusNotFound)
		}
	}))
	defer engine.Close()
	down := image.Docker{Host: "unix://" + filepath.Join(t.TempDir(), "absent.sock")}
	up := image.Docker{Host: engine.URL}
	for _, test := range []struct {
		name     string
		opt      image.Options
		engine   string
		requests int // to the registry
	}{
		{"Docker has it", image.Options{Docker: up, Podman: down, Platform: "linux/amd64"}, "Docker daemon at " + engine.URL, 0},
		{"Podman has it", image.Options{Docker: down, Podman: up, Platform: "linux/amd64"}, "Podman service at " + engine.URL, 0},
		{"none runs", image.Options{Docker: down, Podman: down, Platform: "linux/amd64"}, "", 1},
		{"other platform", image.Options{Docker: up, Podman: down, Platform: "linux/s390x"}, "", 1},
		{"all platforms", image.Options{Docker: up, Podman: down, Platform: "all"}, "", 1},
		{"from the registry", image.Options{Docker: up, Podman: down, Platform: "linux/amd64", From: image.FromRegistry}, "", 1},
		{"from Podman", image.Options{Docker: down, Podman: up, Platform: "linux/amd64", From: image.FromPodman}, "Podman service at " + engine.URL, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r.log = nil
			test.opt.Registries = registries()
			manifests, _, err := readAll(t.Context(), name, test.opt)
			if got := r.requests("GET /v2/"); (got > 0) != (test.requests > 0) {
				t.Errorf("%d requests to the registry", got)
			}
			if test.name == "other platform" {
				wantError(t, err, "has no image for the platform linux/s390x", "use one of these platforms")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := manifests[0].Engine; got != test.engine {
				t.Errorf("engine %q, want %q", got, test.engine)
			}
		})
	}
	_, _, err := readAll(t.Context(), "boat:1", image.Options{Docker: up, From: image.FromDocker})
	wantError(t, err, fmt.Sprintf("the Docker daemon at %s has no image boat:1", engine.URL), "registry:boat:1")
}
