package registryconfig

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// Login is what a user logged in to a registry with. Either the first two fields are set
// or one of the tokens.
type Login struct {
	Username, Password string
	// IdentityToken is a refresh token for the registry's token service (OAuth 2.0).
	IdentityToken string
	// RegistryToken is a bearer token for the registry itself.
	RegistryToken string
}

// credentialFile is a config.json or auth.json.
type credentialFile struct {
	Auths       map[string]authEntry `json:"auths"`
	CredHelpers map[string]string    `json:"credHelpers"`
	CredsStore  string               `json:"credsStore"`
}

type authEntry struct {
	Auth          string `json:"auth"` // base64 of username:password
	Username      string `json:"username"`
	Password      string `json:"password"`
	IdentityToken string `json:"identitytoken"`
	RegistryToken string `json:"registrytoken"`
}

// DockerHub is the name of Docker Hub in references. Its registry has other host names,
// and so have its credentials in files.
const DockerHub = "docker.io"

// dockerHubKey is the name of Docker Hub in config.json and for credential helpers.
const dockerHubKey = "https://index.docker.io/v1/"

// Logins returns the credentials for a repository of a registry, best first and without
// duplicates: those of the earlier file first and, in a file, those for the longest part
// of the repository's path. Registry is host[:port], [DockerHub] for Docker Hub.
//
// A file that cannot be read is an error. A credential helper that is missing, fails or
// does not answer is logged and skipped.
func (c *Config) Logins(ctx context.Context, registry, repository string, log *slog.Logger) ([]Login, error) {
	var found []Login
	add := func(l Login) {
		if (l != Login{}) && !slices.Contains(found, l) {
			found = append(found, l)
		}
	}
	add(Login{Username: c.Username, Password: c.Password})
	if c.AuthConfig != "" {
		f, err := parseCredentials([]byte(c.AuthConfig))
		if err != nil {
			return nil, fmt.Errorf("DOCKER_AUTH_CONFIG: %w", err)
		}
		f.search(ctx, registry, repository, log, add)
	}
	for _, path := range c.CredentialFiles {
		data, err := readFile(path)
		switch {
		case isAbsent(err):
			continue
		case errors.Is(err, fs.ErrPermission):
			log.WarnContext(ctx, "file of registry credentials ignored", "error", err)
			continue
		case err != nil:
			return nil, err
		}
		f, err := parseCredentials(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		f.search(ctx, registry, repository, log, add)
	}
	return found, nil
}

// parseCredentials parses a config.json or auth.json, or a .dockercfg, which is the
// object auths alone.
func parseCredentials(data []byte) (*credentialFile, error) {
	var f credentialFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	if f.Auths == nil && f.CredHelpers == nil && f.CredsStore == "" {
		var old map[string]authEntry
		if json.Unmarshal(data, &old) == nil {
			f.Auths = old
		}
	}
	return &f, nil
}

// search calls add for each of the credentials that the file has for a repository, the
// best ones first.
func (f *credentialFile) search(ctx context.Context, registry, repository string, log *slog.Logger, add func(Login)) {
	for _, key := range helperKeys(registry) {
		if suffix := f.CredHelpers[key]; suffix != "" {
			askHelper(ctx, suffix, key, log, add)
		}
	}
	if f.CredsStore != "" {
		askHelper(ctx, f.CredsStore, helperKeys(registry)[0], log, add)
	}
	byKey := make(map[string]authEntry, len(f.Auths))
	for key, entry := range f.Auths {
		normal := normalKey(key)
		// A key without a scheme is the newer form.
		if _, taken := byKey[normal]; !taken || !strings.Contains(key, "://") {
			byKey[normal] = entry
		}
	}
	for name := registry + "/" + repository; ; {
		if entry, ok := byKey[name]; ok {
			login, err := entry.login()
			if err != nil {
				log.WarnContext(ctx, "credentials of a registry ignored", "registry", name, "error", err)
			}
			add(login)
		}
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return
		}
		name = name[:i]
	}
}

// helperKeys returns the names of a registry for credential helpers.
func helperKeys(registry string) []string {
	if registry == DockerHub {
		return []string{dockerHubKey, DockerHub}
	}
	return []string{registry}
}

// normalKey returns the registry and path that a key of auths means. Older keys are URLs,
// of which only the host counts, as in https://index.docker.io/v1/.
func normalKey(key string) string {
	key = strings.TrimSuffix(key, "/")
	if _, rest, ok := strings.Cut(key, "://"); ok {
		key, _, _ = strings.Cut(rest, "/")
	}
	key = strings.TrimSuffix(strings.TrimSuffix(key, "/v1"), "/v2")
	host, path, hasPath := strings.Cut(key, "/")
	switch host {
	case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		host = DockerHub
	}
	if hasPath {
		return host + "/" + path
	}
	return host
}

// login returns the credentials in an entry, the zero Login if it has none.
func (e *authEntry) login() (Login, error) {
	l := Login{Username: e.Username, Password: e.Password, IdentityToken: e.IdentityToken, RegistryToken: e.RegistryToken}
	if e.Auth != "" {
		text, err := base64.StdEncoding.DecodeString(e.Auth)
		if err != nil {
			text, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(e.Auth, "="))
		}
		user, password, ok := strings.Cut(string(text), ":")
		if err != nil || !ok {
			return Login{}, errors.New("auth is not the base64 of a username and a password")
		}
		l.Username, l.Password = user, strings.Trim(password, "\x00")
	}
	if l.IdentityToken != "" {
		l.Username, l.Password = "", ""
	}
	return l, nil
}
