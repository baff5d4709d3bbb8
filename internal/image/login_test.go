package image_test

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestLoginsOfPrograms pulls from a real registry with the credentials that docker, podman
// and skopeo store when a user logs in, each in its own place.
func TestLoginsOfPrograms(t *testing.T) {
	const user = "bosun"
	password := rand.Text()
	host := imagetest.PrivateRegistry(t, user, password)
	layout := sample().OCILayout(t)
	imagetest.Run(t, nil, "skopeo", "copy", "--insecure-policy", "--dest-tls-verify=false", "--dest-creds", user+":"+password, "oci:"+layout+":latest", "docker://"+host+"/fleet/ship:1")
	reference := host + "/fleet/ship:1"

	place := func(t *testing.T, environment map[string]string) {
		home := t.TempDir()
		for key, value := range map[string]string{"HOME": home, "XDG_RUNTIME_DIR": filepath.Join(home, "run"), "XDG_CONFIG_HOME": "", "DOCKER_CONFIG": "", "REGISTRY_AUTH_FILE": "", "DOCKER_AUTH_CONFIG": ""} {
			t.Setenv(key, value)
		}
		if err := os.Mkdir(filepath.Join(home, "run"), 0o700); err != nil {
			t.Fatal(err)
		}
		for key, value := range environment {
			t.Setenv(key, strings.ReplaceAll(value, "HOME", home))
		}
	}
	for name, test := range map[string]struct {
		environment map[string]string
		login       []string
	}{
		"docker login":                         {nil, []string{"docker", "--host", imagetest.DockerDaemon(t), "login", "--username", user, "--password", password, host}},
		"podman login":                         {nil, []string{"podman", "login", "--tls-verify=false", "--username", user, "--password", password, host}},
		"podman login, REGISTRY_AUTH_FILE":     {map[string]string{"REGISTRY_AUTH_FILE": "HOME/auth.json"}, []string{"podman", "login", "--tls-verify=false", "--username", user, "--password", password, host}},
		"skopeo login":                         {nil, []string{"skopeo", "login", "--tls-verify=false", "--username", user, "--password", password, host}},
		"skopeo login to a repository":         {nil, []string{"skopeo", "login", "--tls-verify=false", "--username", user, "--password", password, host + "/fleet/ship"}},
		"skopeo login, Docker's configuration": {nil, []string{"skopeo", "login", "--tls-verify=false", "--username", user, "--password", password, "--compat-auth-file", "HOME/.docker/config.json", host}},
	} {
		t.Run(name, func(t *testing.T) {
			place(t, test.environment)
			args := strings.Split(strings.ReplaceAll(strings.Join(test.login, "\x00"), "HOME", os.Getenv("HOME")), "\x00")
			if strings.Contains(name, "Docker's") {
				args[len(args)-3] = "--authfile" // older versions have no --compat-auth-file
				if err := os.MkdirAll(filepath.Join(os.Getenv("HOME"), ".docker"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			imagetest.Run(t, nil, args[0], args[1:]...)
			checkSample(t, reference, image.Options{From: image.FromRegistry, Registries: registries()})
		})
	}
	t.Run("no login", func(t *testing.T) {
		place(t, nil)
		_, _, err := readAll(t.Context(), reference, image.Options{From: image.FromRegistry, Registries: registries()})
		wantError(t, err, "authentication required", "docker login "+host)
	})
	t.Run("username and password", func(t *testing.T) {
		place(t, nil)
		config := registries()
		config.Username, config.Password = user, password
		checkSample(t, reference, image.Options{From: image.FromRegistry, Registries: config})
	})
	t.Run("the second login is the right one", func(t *testing.T) {
		place(t, nil)
		wrong, err := json.Marshal(map[string]any{"auths": map[string]any{host: map[string]string{"auth": basic(user, "drum")}}})
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("DOCKER_AUTH_CONFIG", string(wrong))
		config := registries()
		config.CredentialFiles = []string{write(t, "auth.json", []byte(strings.Replace(string(wrong), basic(user, "drum"), basic(user, password), 1)))}
		checkSample(t, reference, image.Options{From: image.FromRegistry, Registries: config})
	})
}
