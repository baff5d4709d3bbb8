// Package registryconfig reads what Docker, Podman and Skopeo keep in files about
// registries: credentials (config.json, auth.json and credential helpers), certificates
// (certs.d), and mirrors (registries.conf).
//
// It follows docker login and the manual pages containers-auth.json(5),
// containers-certs.d(5) and containers-registries.conf(5). It reads no environment
// variable itself: [Default] takes a function for that. A file that does not exist is
// skipped. A file that cannot be read is an error that names it.
//
// Refused: files of more than maxFile bytes, and names of credential helpers with a path in
// them.
package registryconfig

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"seaworthy.dev/seaworthy/internal/userfile"
)

// Config says where the configuration of registries is. The zero value has none.
type Config struct {
	// Username and Password are for the registry of the image, before any other
	// credentials. They are never sent to a mirror.
	Username, Password string
	// AuthConfig is the content of a config.json, read before CredentialFiles.
	AuthConfig string
	// CredentialFiles are files like config.json and auth.json. The first one with
	// credentials for a registry is used first.
	CredentialFiles []string
	// CertificateDirectories have a subdirectory for each registry, named host[:port].
	CertificateDirectories []string
	// RegistryFiles are files like registries.conf. A later one replaces what an earlier
	// one says about the same prefix.
	RegistryFiles []string
}

// Default returns the Config of a user: the files that Docker, Podman and Skopeo read.
// getenv is like [os.Getenv]; home is the user's home directory, "" for none.
func Default(getenv func(string) string, home string) Config {
	inHome := func(path ...string) []string {
		if home == "" {
			return nil
		}
		return []string{filepath.Join(append([]string{home}, path...)...)}
	}
	c := Config{AuthConfig: getenv("DOCKER_AUTH_CONFIG")}
	userConfig := inHome(".config")
	if dir := getenv("XDG_CONFIG_HOME"); dir != "" {
		userConfig = []string{dir}
	}
	// An explicit file or directory comes before the places that are always searched.
	add := func(paths ...string) { c.CredentialFiles = append(c.CredentialFiles, paths...) }
	if file := getenv("REGISTRY_AUTH_FILE"); file != "" {
		add(file)
	}
	docker := inHome(".docker", "config.json")
	if dir := getenv("DOCKER_CONFIG"); dir != "" {
		add(filepath.Join(dir, "config.json"))
		docker = nil
	}
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		add(filepath.Join(dir, "containers", "auth.json"))
	} else if id := os.Getuid(); id >= 0 {
		add(filepath.Join("/run/containers", strconv.Itoa(id), "auth.json"))
	}
	for _, dir := range userConfig {
		add(filepath.Join(dir, "containers", "auth.json"))
		c.CertificateDirectories = append(c.CertificateDirectories, filepath.Join(dir, "containers", "certs.d"))
	}
	add(docker...)
	add(inHome(".dockercfg")...)
	c.CertificateDirectories = append(c.CertificateDirectories, "/etc/containers/certs.d", "/etc/docker/certs.d")
	c.RegistryFiles = registryFiles(getenv("CONTAINERS_REGISTRIES_CONF"), userConfig)
	return c
}

// registryFiles returns the registries.conf that applies and the files in the directories
// registries.conf.d, in the order in which they are read. Explicit replaces the first.
func registryFiles(explicit string, userConfig []string) []string {
	const system = "/etc/containers"
	main := filepath.Join(system, "registries.conf")
	directories := []string{filepath.Join(system, "registries.conf.d")}
	for _, dir := range userConfig {
		file := filepath.Join(dir, "containers", "registries.conf")
		if _, err := os.Stat(file); err == nil {
			main = file
		}
		directories = append(directories, filepath.Join(dir, "containers", "registries.conf.d"))
	}
	if explicit != "" {
		main = explicit
	}
	files := []string{main}
	for _, dir := range directories {
		more, err := filepath.Glob(filepath.Join(dir, "*.conf")) // sorted
		if err == nil {
			files = append(files, more...)
		}
	}
	return files
}

// maxFile limits the size of a file, in bytes.
const maxFile = 4 << 20

// readFile returns the content of a file. The error is [fs.ErrNotExist] if there is none.
func readFile(path string) ([]byte, error) { return userfile.Read(path, maxFile) }

// isAbsent reports whether a file does not exist, or is in a directory that is none.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDirectory)
}
