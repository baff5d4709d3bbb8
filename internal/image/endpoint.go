package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"seaworthy.dev/seaworthy/internal/jsonerror"
	"seaworthy.dev/seaworthy/internal/registryconfig"
)

// daemonConfig is the path of the Docker daemon's configuration.
const daemonConfig = "/etc/docker/daemon.json"

// endpoint is a place from which an image can be pulled: its own registry or a mirror.
type endpoint struct {
	ref name.Reference
	// insecure is true if plain HTTP and unverified certificates are allowed.
	insecure bool
	mirror   bool
}

// options returns the options for pulling from the endpoint. A mirror does not get the
// user name and password that are meant for the image's own registry.
func (e endpoint) options(opt Options) Options {
	if e.insecure {
		opt.InsecureRegistries = append(slices.Clip(opt.InsecureRegistries), e.ref.Context().RegistryStr())
	}
	if e.mirror {
		opt.Registries.Username, opt.Registries.Password = "", ""
	}
	return opt
}

// endpoints returns the mirrors of an image, in the order in which they are tried, and its
// own location. The mirrors are those of opt.Mirrors or of the Docker daemon, then those
// in registries.conf.
func endpoints(ctx context.Context, reference string, opt Options) (mirrors []endpoint, own endpoint, err error) {
	if s, rest, err := parseScheme(reference); err == nil && s == registryScheme {
		reference = rest
	}
	ref, err := name.ParseReference(reference)
	if err != nil {
		return nil, own, err
	}
	if mirrors, err = mirrorsOf(ref, opt); err != nil {
		return nil, own, err
	}
	registries, err := opt.Registries.Registries()
	if err != nil {
		opt.Log.WarnContext(ctx, "configuration of registries ignored", "error", err)
		registries = &registryconfig.Registries{}
	}
	_, byDigest := ref.(name.Digest)
	more, location, err := registries.Endpoints(repositoryOf(reference), byDigest)
	if err != nil {
		return nil, own, fmt.Errorf("image %s: %w", reference, err)
	}
	if opt.Mirrors == nil || ref.Context().RegistryStr() != name.DefaultRegistry {
		for _, m := range more {
			e, err := newEndpoint(m.Repository, ref, m.Insecure, opt)
			if err != nil {
				return nil, own, fmt.Errorf("mirror %s in registries.conf: %w", m.Repository, err)
			}
			e.mirror = true
			mirrors = append(mirrors, e)
		}
	}
	if own, err = newEndpoint(location.Repository, ref, location.Insecure, opt); err != nil {
		return nil, own, fmt.Errorf("location %s in registries.conf: %w", location.Repository, err)
	}
	return mirrors, own, nil
}

// newEndpoint returns the endpoint for the tag or digest of ref in another repository.
func newEndpoint(repository string, ref name.Reference, insecure bool, opt Options) (endpoint, error) {
	separator := ":"
	if _, ok := ref.(name.Digest); ok {
		separator = "@"
	}
	found, err := name.ParseReference(repository + separator + ref.Identifier())
	if err != nil {
		return endpoint{}, err
	}
	if insecure = insecure || isInsecure(found.Context().RegistryStr(), opt); insecure {
		found, err = name.ParseReference(found.Name(), name.Insecure)
	}
	return endpoint{ref: found, insecure: insecure}, err
}

// isInsecure reports whether the user allows plain HTTP and unverified certificates for
// a registry.
func isInsecure(host string, opt Options) bool {
	for _, r := range opt.InsecureRegistries {
		if r == host || r == "docker.io" && host == name.DefaultRegistry {
			return true
		}
	}
	return false
}

// mirrorsOf returns the mirrors of Docker Hub for an image there, none for other images.
func mirrorsOf(ref name.Reference, opt Options) ([]endpoint, error) {
	if ref.Context().RegistryStr() != name.DefaultRegistry {
		return nil, nil
	}
	addresses := opt.Mirrors
	if addresses == nil {
		var err error
		if addresses, err = daemonMirrors(daemonConfig); err != nil {
			return nil, err
		}
	}
	var out []endpoint
	for _, a := range addresses {
		if !strings.Contains(a, "://") {
			a = "https://" + a
		}
		u, err := url.Parse(a)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, withHint(fmt.Errorf("invalid address of a registry mirror: %q", a), "use https://HOST[:PORT]")
		}
		repository := u.Host + "/" + strings.Trim(u.Path+"/"+ref.Context().RepositoryStr(), "/")
		e, err := newEndpoint(repository, ref, u.Scheme == "http", opt)
		if err != nil {
			return nil, fmt.Errorf("registry mirror %q: %w", a, err)
		}
		e.mirror = true
		out = append(out, e)
	}
	return out, nil
}

// daemonMirrors returns registry-mirrors in the configuration file of the Docker daemon,
// nil if the file does not exist or is not readable for the user.
func daemonMirrors(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var c struct {
		Mirrors []string `json:"registry-mirrors"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("cannot read registry-mirrors in %s: %w", file, jsonerror.Explain(data, err))
	}
	return c.Mirrors, nil
}
