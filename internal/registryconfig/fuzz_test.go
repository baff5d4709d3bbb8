package registryconfig_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"seaworthy.dev/seaworthy/internal/registryconfig"
)

// FuzzFiles reads arbitrary files of credentials and of registries.
func FuzzFiles(f *testing.F) {
	f.Add(`{"auths":{"r.example/a":{"auth":"YTpi"},"https://r.example/v1/":{"username":"a"}}}`)
	f.Add("[[registry]]\nprefix=\"*.example\"\nlocation=\"a/b\"\n[[registry.mirror]]\nlocation=\"c\"\n")
	f.Fuzz(func(t *testing.T, content string) {
		file := write(t, filepath.Join(t.TempDir(), "file"), content)
		c := registryconfig.Config{CredentialFiles: []string{file}, RegistryFiles: []string{file}}
		// A helper must not run: none has this registry, and a store is an installed program.
		t.Setenv("PATH", "")
		c.Logins(t.Context(), "r.example", "a/b", slog.New(slog.DiscardHandler))
		if r, err := c.Registries(); err == nil {
			r.Endpoints("r.example/a/b", true)
			r.Endpoints("docker.io/a", false)
		}
	})
}
