package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// daemonConfig is the path of the Docker daemon's configuration.
const daemonConfig = "/etc/docker/daemon.json"

// registry is a client of one repository in a registry, and the blobStore of its images.
type registry struct {
	repo   name.Repository
	base   *retrier     // the transport below authentication
	client *http.Client // authenticates
	opt    Options
}

var _ blobStore = (*registry)(nil)

// openRegistry opens an image in a registry. Mirrors are tried first.
func openRegistry(ctx context.Context, reference string, opt Options, want platformRequest) (Source, error) {
	ref, err := name.ParseReference(reference)
	if err != nil {
		return nil, err
	}
	if isInsecure(ref.Context().RegistryStr(), opt) {
		if ref, err = name.ParseReference(reference, name.Insecure); err != nil {
			return nil, err
		}
	}
	mirrors, err := mirrorsOf(ref, opt)
	if err != nil {
		return nil, err
	}
	for _, m := range mirrors {
		src, err := openRepository(ctx, m, reference, opt, want)
		if err == nil {
			return src, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		opt.Log.WarnContext(ctx, "registry mirror failed", "mirror", m.Context().RegistryStr(), "reference", reference, "error", err)
	}
	return openRepository(ctx, ref, reference, opt, want)
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

// mirrorsOf returns the references of an image in the mirrors. It returns none if the
// image is not in Docker Hub.
func mirrorsOf(ref name.Reference, opt Options) ([]name.Reference, error) {
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
	separator := ":"
	if _, ok := ref.(name.Digest); ok {
		separator = "@"
	}
	var out []name.Reference
	for _, a := range addresses {
		if !strings.Contains(a, "://") {
			a = "https://" + a
		}
		u, err := url.Parse(a)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, withHint(fmt.Errorf("invalid address of a registry mirror: %q", a), "use https://HOST[:PORT]")
		}
		var options []name.Option
		if u.Scheme == "http" || isInsecure(u.Host, opt) {
			options = append(options, name.Insecure)
		}
		repo := strings.Trim(u.Path+"/"+ref.Context().RepositoryStr(), "/")
		m, err := name.ParseReference(u.Host+"/"+repo+separator+ref.Identifier(), options...)
		if err != nil {
			return nil, fmt.Errorf("registry mirror %q: %w", a, err)
		}
		out = append(out, m)
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
		return nil, fmt.Errorf("cannot read registry-mirrors in %s: %w", file, err)
	}
	return c.Mirrors, nil
}

// openRepository opens the image ref. Reference is what the user wrote; it differs from
// ref if ref is in a mirror.
func openRepository(ctx context.Context, ref name.Reference, reference string, opt Options, want platformRequest) (_ Source, err error) {
	r, err := connect(ctx, ref.Context(), opt)
	if err != nil {
		return nil, explain(err, ref.Context(), "image "+reference, opt)
	}
	defer func() {
		if err != nil {
			r.base.CloseIdleConnections()
		}
	}()
	doc, d, err := r.root(ctx, ref)
	if err != nil {
		return nil, explain(err, ref.Context(), "image "+reference, opt)
	}
	resolver := &ociResolver{store: r, want: want, limits: opt.Limits, where: reference}
	candidates, err := r.candidates(ctx, resolver, doc, d)
	if err != nil {
		return nil, explain(err, ref.Context(), "image "+reference, opt)
	}
	found, err := resolver.resolve(ctx, candidates)
	if err != nil {
		return nil, explain(err, ref.Context(), "image "+reference, opt)
	}
	found.tag, found.repository = tagOf(ref), repositoryOf(reference)
	s := &randomAccessSource{imageSet: found, parallel: opt.Parallel, open: r.open, close: func() error {
		r.base.CloseIdleConnections()
		return nil
	}}
	if opt.Rereadable {
		cache := &blobCache{download: r.open, dir: opt.TempDir, quota: opt.TempFiles, spools: make(map[string]*spool)}
		closeConnections := s.close
		s.open, s.close = cache.open, func() error { return errors.Join(cache.close(), closeConnections()) }
	}
	return s, nil
}

// tagOf returns the tag of a reference, "" if it has a digest.
func tagOf(ref name.Reference) string {
	if tag, ok := ref.(name.Tag); ok {
		return tag.TagStr()
	}
	return ""
}

// repositoryOf returns the repository in a reference, with docker.io as the name of Docker
// Hub. It returns "" if the reference is invalid.
func repositoryOf(reference string) string {
	ref, err := name.ParseReference(reference)
	if err != nil {
		return ""
	}
	if rest, ok := strings.CutPrefix(ref.Context().Name(), name.DefaultRegistry+"/"); ok {
		return "docker.io/" + rest
	}
	return ref.Context().Name()
}

// candidates returns the images that the document of a tag or digest refers to.
func (r *registry) candidates(ctx context.Context, resolver *ociResolver, doc *document, d descriptor) ([]candidate[ociImage], error) {
	if doc.isIndex() {
		return resolver.candidates(ctx, doc.Manifests, d.Digest, 1)
	}
	p, err := resolver.platform(ctx, doc)
	if err != nil {
		return nil, err
	}
	return []candidate[ociImage]{{platform: p, image: ociImage{descriptor: d, manifest: doc}}}, nil
}

// connect connects to a registry and authenticates for pulling from a repository, with the
// credentials in the Docker configuration and its credential helpers.
func connect(ctx context.Context, repo name.Repository, opt Options) (*registry, error) {
	base, err := newTransport(repo.RegistryStr(), opt)
	if err != nil {
		return nil, err
	}
	auth, err := authn.Resolve(ctx, authn.DefaultKeychain, repo)
	if err != nil {
		return nil, withHint(fmt.Errorf("cannot read the credentials for %s in the Docker configuration: %w", repo.RegistryStr(), err),
			"run docker login %s, or fix the credential helper in the configuration", repo.RegistryStr())
	}
	t, err := transport.NewWithContext(ctx, repo.Registry, auth, base, []string{repo.Scope(transport.PullScope)})
	if err != nil {
		base.CloseIdleConnections()
		return nil, plainCause(err)
	}
	return &registry{repo: repo, opt: opt, base: base, client: &http.Client{
		Transport:     t,
		CheckRedirect: checkRedirect,
	}}, nil
}

// get requests a manifest, blob or list of referrers of the repository. A status other
// than 200 or 206 is a *transport.Error.
func (r *registry) get(ctx context.Context, kind, identifier string, header http.Header) (*http.Response, error) {
	u := url.URL{
		Scheme: r.repo.Scheme(), // the transport changes it if the registry uses the other one
		Host:   r.repo.RegistryStr(),
		Path:   "/v2/" + r.repo.RepositoryStr() + "/" + kind + "/" + identifier,
	}
	req, err := http.NewRequestWithContext(withLargeBody(ctx), http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header = header
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, plainCause(err)
	}
	if err := transport.CheckError(resp, http.StatusOK, http.StatusPartialContent); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// manifest returns the manifest or index of a tag or digest, not verified.
func (r *registry) manifest(ctx context.Context, identifier string, limit int64) ([]byte, error) {
	resp, err := r.get(ctx, "manifests", identifier, http.Header{"Accept": {
		mediaOCIIndex, mediaDockerList, mediaOCIManifest, mediaDockerManifest}})
	if err != nil {
		return nil, err
	}
	return readResponse(ctx, resp, limit, r.opt)
}

// root returns the manifest or index of a tag or digest, with its descriptor. It is
// verified if ref has a digest.
func (r *registry) root(ctx context.Context, ref name.Reference) (*document, descriptor, error) {
	data, err := r.manifest(ctx, ref.Identifier(), r.opt.Limits.JSON)
	if err != nil {
		return nil, descriptor{}, err
	}
	d := descriptor{Digest: sha256Digest(data), Size: int64(len(data))}
	if byDigest, ok := ref.(name.Digest); ok {
		d.Digest = byDigest.DigestStr()
		if err := verifyDigest(d.Digest, data); err != nil {
			return nil, descriptor{}, fmt.Errorf("manifest from %s: %w", r.repo.RegistryStr(), err)
		}
	}
	doc, err := parseDocument(data)
	if err != nil {
		return nil, descriptor{}, fmt.Errorf("manifest %s: %w", d.Digest, err)
	}
	return doc, d, nil
}

// document implements [blobStore]. In a registry, manifests and indexes are not blobs.
func (r *registry) document(ctx context.Context, d descriptor, limit int64) ([]byte, error) {
	switch d.MediaType {
	case mediaOCIIndex, mediaDockerList, mediaOCIManifest, mediaDockerManifest:
		return r.manifest(ctx, d.Digest, limit)
	}
	resp, err := r.get(ctx, "blobs", d.Digest, make(http.Header))
	if err != nil {
		return nil, err
	}
	return readResponse(ctx, resp, limit, r.opt)
}

// checkLayer implements [blobStore]. A missing layer is reported by its download.
func (r *registry) checkLayer(descriptor) error { return nil }

// open starts the download of a layer.
func (r *registry) open(ctx context.Context, b Blob) (io.ReadCloser, error) {
	d := &download{registry: r, digest: b.Digest, size: b.Size}
	if err := d.start(ctx); err != nil {
		return nil, d.explain(err)
	}
	return d, nil
}

// readResponse returns the JSON document in a response, at most limit bytes, and closes
// the response.
func readResponse(ctx context.Context, resp *http.Response, limit int64, opt Options) ([]byte, error) {
	defer resp.Body.Close()
	data, err := readDocument(&documentReader{inner: resp.Body, patience: documentPatience * opt.StallTimeout}, resp.ContentLength, limit)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return data, err
}
