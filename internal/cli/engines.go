package cli

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"seaworthy.dev/seaworthy/internal/userfile"
	"seaworthy.dev/seaworthy/scanner"
)

// fromValues are the values of the flag --from.
var fromValues = map[string]scanner.From{
	"any": scanner.FromAny, "registry": scanner.FromRegistry, "docker": scanner.FromDocker, "podman": scanner.FromPodman,
}

// maxDockerFile limits the size of a file of the docker command, in bytes.
const maxDockerFile = 4 << 20

// docker returns the address of the Docker daemon as the docker command finds it: the
// variable DOCKER_HOST, else the context in DOCKER_CONTEXT, else the current context in
// Docker's configuration.
func (a *app) docker() scanner.Docker {
	config := a.Getenv("DOCKER_CONFIG")
	if home, err := os.UserHomeDir(); config == "" && err == nil {
		config = filepath.Join(home, ".docker")
	}
	if host := a.Getenv("DOCKER_HOST"); host != "" {
		return scanner.Docker{Host: host, TLS: a.Getenv("DOCKER_TLS_VERIFY") != "", Certificates: cmp.Or(a.Getenv("DOCKER_CERT_PATH"), config)}
	}
	var current struct {
		Context string `json:"currentContext"`
	}
	if config != "" {
		// A file that cannot be read is reported when credentials are needed.
		if data, err := userfile.Read(filepath.Join(config, "config.json"), maxDockerFile); err == nil {
			json.Unmarshal(data, &current)
		}
	}
	name := cmp.Or(a.Getenv("DOCKER_CONTEXT"), current.Context)
	if name == "" || name == "default" || config == "" {
		return scanner.Docker{}
	}
	d, err := dockerContext(config, name)
	d.Err = err
	return d
}

// dockerContext reads a context of the docker command from the directory of its
// configuration.
func dockerContext(config, name string) (scanner.Docker, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	file := filepath.Join(config, "contexts", "meta", id, "meta.json")
	data, err := userfile.Read(file, maxDockerFile)
	if errors.Is(err, fs.ErrNotExist) {
		return scanner.Docker{}, fmt.Errorf("the Docker context %q does not exist", name)
	}
	if err != nil {
		return scanner.Docker{}, fmt.Errorf("cannot read the Docker context %q: %w", name, err)
	}
	var meta struct {
		Endpoints struct {
			Docker struct{ Host string } `json:"docker"`
		}
	}
	if err := json.Unmarshal(data, &meta); err != nil {
		return scanner.Docker{}, fmt.Errorf("cannot read the Docker context %q: %s: %w", name, file, err)
	}
	d := scanner.Docker{Host: meta.Endpoints.Docker.Host}
	certificates := filepath.Join(config, "contexts", "tls", id, "docker")
	if _, err := os.Stat(certificates); err == nil {
		d.TLS, d.Certificates = true, certificates
	}
	return d, nil
}

// podman returns the address of Podman's service: the variable CONTAINER_HOST, else the
// user's socket, else the system's.
func (a *app) podman() scanner.Docker {
	if host := a.Getenv("CONTAINER_HOST"); host != "" {
		return scanner.Docker{Host: host}
	}
	if dir := a.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		socket := filepath.Join(dir, "podman", "podman.sock")
		if _, err := os.Stat(socket); err == nil {
			return scanner.Docker{Host: "unix://" + socket}
		}
	}
	return scanner.Docker{}
}

// registries returns where the configuration of registries is. The variables
// SEAWORTHY_USERNAME and SEAWORTHY_PASSWORD come before what the files have.
func (a *app) registries() (*scanner.Registries, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	r := scanner.UserRegistries(a.Getenv, home)
	r.Username, r.Password = a.Getenv("SEAWORTHY_USERNAME"), a.Getenv("SEAWORTHY_PASSWORD")
	if (r.Username == "") != (r.Password == "") {
		return nil, errors.New("SEAWORTHY_USERNAME and SEAWORTHY_PASSWORD must both be set, or neither")
	}
	return r, nil
}
