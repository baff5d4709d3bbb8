package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"seaworthy.dev/seaworthy/internal/registryconfig"
)

// registry is a client of one repository in a registry, and the blobStore of its images.
type registry struct {
	repo   name.Repository
	base   *retrier     // the transport below authentication
	client *http.Client // authenticates
	opt    Options
	logins []registryconfig.Login // not tried yet
}

var _ blobStore = (*registry)(nil)

// openRegistry opens an image in a registry. Mirrors are tried first.
func openRegistry(ctx context.Context, reference string, opt Options, want platformRequest) (Source, error) {
	mirrors, own, err := endpoints(ctx, reference, opt)
	if err != nil {
		return nil, err
	}
	for _, m := range mirrors {
		src, err := openRepository(ctx, m.ref, reference, m.options(opt), want)
		if err == nil {
			return src, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		opt.Log.WarnContext(ctx, "registry mirror failed", "mirror", m.ref.Context().RegistryStr(), "reference", reference, "error", err)
	}
	return openRepository(ctx, own.ref, reference, own.options(opt), want)
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
	resolver := &ociResolver{store: r, want: want, limits: opt.Limits, where: reference, withDocuments: opt.Documents}
	candidates, err := resolver.rootCandidates(ctx, doc, d)
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

// connect connects to a registry and authenticates for pulling from a repository, with the
// best of the credentials that the user has for it.
func connect(ctx context.Context, repo name.Repository, opt Options) (*registry, error) {
	base, err := newTransport(repo.RegistryStr(), opt)
	if err != nil {
		return nil, err
	}
	logins, err := logins(ctx, repo, opt)
	if err != nil {
		return nil, err
	}
	r := &registry{repo: repo, opt: opt, base: base, logins: logins}
	err = r.authenticate(ctx)
	for isRefused(err) && len(r.logins) > 0 {
		err = r.authenticate(ctx)
	}
	if err != nil {
		base.CloseIdleConnections()
		return nil, plainCause(err)
	}
	return r, nil
}

// logins returns the credentials that the user has for a repository, best first.
func logins(ctx context.Context, repo name.Repository, opt Options) ([]registryconfig.Login, error) {
	found, err := opt.Registries.Logins(ctx, configName(repo.RegistryStr()), repo.RepositoryStr(), opt.Log)
	if err != nil {
		return nil, withHint(fmt.Errorf("cannot read the credentials for %s: %w", repo.RegistryStr(), err),
			"fix the file, or run docker login %s", repo.RegistryStr())
	}
	return found, nil
}

// configName returns the name that configuration files have for the host of a registry.
func configName(host string) string {
	if host == name.DefaultRegistry {
		return registryconfig.DockerHub
	}
	return host
}

// authenticate makes r.client use the next of r.logins, or none if there are no more.
func (r *registry) authenticate(ctx context.Context) error {
	auth := authn.Anonymous
	if len(r.logins) > 0 {
		auth, r.logins = authenticator(r.logins[0]), r.logins[1:]
	}
	t, err := transport.NewWithContext(ctx, r.repo.Registry, auth, r.base, []string{r.repo.Scope(transport.PullScope)})
	if err != nil {
		return err
	}
	r.client = &http.Client{Transport: t, CheckRedirect: checkRedirect}
	return nil
}

// authenticator returns credentials in the form of the registry library.
func authenticator(l registryconfig.Login) authn.Authenticator {
	return authn.FromConfig(authn.AuthConfig{Username: l.Username, Password: l.Password, IdentityToken: l.IdentityToken, RegistryToken: l.RegistryToken})
}

// isRefused reports whether a registry or its token service refused the credentials.
func isRefused(err error) bool {
	var e *transport.Error
	return errors.As(err, &e) && (e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden)
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
	for isRefused(err) && len(r.logins) > 0 {
		if err = r.authenticate(ctx); err == nil {
			data, err = r.manifest(ctx, ref.Identifier(), r.opt.Limits.JSON)
		}
	}
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
