package registryconfig

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Registries is what registries.conf and the files in registries.conf.d say, by prefix.
type Registries struct{ byPrefix map[string]*registryEntry }

// registryEntry is a table registry of registries.conf.
type registryEntry struct {
	Prefix             string        `toml:"prefix"`
	Location           string        `toml:"location"`
	Insecure           bool          `toml:"insecure"`
	Blocked            bool          `toml:"blocked"`
	MirrorByDigestOnly bool          `toml:"mirror-by-digest-only"`
	Mirrors            []mirrorEntry `toml:"mirror"`
}

// mirrorEntry is a table registry.mirror of registries.conf.
type mirrorEntry struct {
	Location       string `toml:"location"`
	Insecure       bool   `toml:"insecure"`
	PullFromMirror string `toml:"pull-from-mirror"` // all, digest-only or tag-only
}

// Endpoint is a place from which an image can be pulled.
type Endpoint struct {
	// Repository is the full name of the repository, host[:port]/path.
	Repository string
	// Insecure is true if plain HTTP and unverified certificates are allowed.
	Insecure bool
}

// Registries reads the files of c. A file that cannot be read is an error.
func (c *Config) Registries() (*Registries, error) {
	r := &Registries{make(map[string]*registryEntry)}
	for _, path := range c.RegistryFiles {
		data, err := readFile(path)
		if isAbsent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := r.add(data); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return r, nil
}

// add adds the content of a file.
func (r *Registries) add(data []byte) error {
	var file struct {
		Registry []*registryEntry `toml:"registry"`
	}
	if err := toml.Unmarshal(data, &file); err != nil {
		return err
	}
	for _, e := range file.Registry {
		e.Location = strings.TrimSuffix(e.Location, "/")
		if e.Prefix = strings.TrimSuffix(e.Prefix, "/"); e.Prefix == "" {
			e.Prefix = e.Location
		}
		if e.Prefix != "" {
			r.byPrefix[e.Prefix] = e
		}
	}
	return nil
}

// BlockedError is returned for a repository that registries.conf blocks.
type BlockedError struct{ Prefix string }

// Error implements [error].
func (e *BlockedError) Error() string { return "registries.conf blocks " + e.Prefix }

// Endpoints returns the mirrors of a repository, in their order, and the repository's own
// location. Repository is host[:port]/path, with [DockerHub] for Docker Hub. byDigest is
// true if the image is named by digest: some mirrors are only for those, or for the
// others. The error is an [*BlockedError].
func (r *Registries) Endpoints(repository string, byDigest bool) (mirrors []Endpoint, own Endpoint, err error) {
	own = Endpoint{Repository: repository}
	e := r.match(repository)
	if e == nil {
		return nil, own, nil
	}
	if e.Blocked {
		return nil, own, &BlockedError{e.Prefix}
	}
	own.Insecure = e.Insecure
	matched := e.Prefix
	if strings.HasPrefix(e.Prefix, "*.") {
		matched, _, _ = strings.Cut(repository, "/") // the host
	}
	rest := repository[len(matched):]
	if e.Location != "" {
		own.Repository = e.Location + rest
	}
	for _, m := range e.Mirrors {
		if m.Location == "" || !m.isFor(byDigest, e.MirrorByDigestOnly) {
			continue
		}
		location := strings.TrimSuffix(m.Location, "/") + rest
		mirrors = append(mirrors, Endpoint{location, m.Insecure})
	}
	return mirrors, own, nil
}

// isFor reports whether a mirror is used for an image that is named by digest, or by tag.
func (m *mirrorEntry) isFor(byDigest, byDigestOnly bool) bool {
	switch m.PullFromMirror {
	case "digest-only":
		return byDigest
	case "tag-only":
		return !byDigest
	}
	return byDigest || !byDigestOnly
}

// match returns the entry with the longest prefix of a repository, nil if there is none.
func (r *Registries) match(repository string) *registryEntry {
	host, _, _ := strings.Cut(repository, "/")
	var matching []*registryEntry
	for prefix, e := range r.byPrefix {
		domain, wildcard := strings.CutPrefix(prefix, "*")
		switch {
		case wildcard && strings.HasPrefix(domain, ".") && strings.HasSuffix(host, domain),
			repository == prefix, strings.HasPrefix(repository, prefix+"/"):
			matching = append(matching, e)
		}
	}
	if len(matching) == 0 {
		return nil
	}
	return slices.MaxFunc(matching, func(a, b *registryEntry) int {
		return cmp.Or(len(a.Prefix)-len(b.Prefix), strings.Compare(a.Prefix, b.Prefix))
	})
}
