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

// daemonConfig is where the Docker daemon has its configuration.
const daemonConfig = "/etc/docker/daemon.json"

// registry is a repository in a registry, and the blobStore of its images.
type registry struct {
	repo   name.Repository
	base   *retrier // what the client uses beneath authentication
	client *http.Client
	opt    Options
}

var _ blobStore = (*registry)(nil)

// openRegistry opens an image in a registry: in a mirror if one has it.
func openRegistry(ctx context.Context, reference string, opt Options, want wanted) (Source, error) {
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
		opt.Log.WarnContext(ctx, "registry mirror passed over", "mirror", m.Context().RegistryStr(), "reference", reference, "error", err)
	}
	return openRepository(ctx, ref, reference, opt, want)
}

// isInsecure tells whether the user allows plain HTTP and unknown certificates.
func isInsecure(host string, opt Options) bool {
	for _, r := range opt.InsecureRegistries {
		if r == host || r == "docker.io" && host == name.DefaultRegistry {
			return true
		}
	}
	return false
}

// mirrorsOf gives the references under which mirrors may have the image.
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
			return nil, withHint(fmt.Errorf("%q is no address of a registry mirror", a), "give it as https://HOST[:PORT]")
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

// daemonMirrors reads registry-mirrors from the configuration of the Docker
// daemon, which need not exist.
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
		return nil, fmt.Errorf("reading registry-mirrors from %s: %w", file, err)
	}
	return c.Mirrors, nil
}

// openRepository opens an image in the registry that ref names.
func openRepository(ctx context.Context, ref name.Reference, reference string, opt Options, want wanted) (_ Source, err error) {
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
	offer, err := r.offer(ctx, resolver, doc, d)
	if err != nil {
		return nil, explain(err, ref.Context(), "image "+reference, opt)
	}
	found, err := resolver.resolve(ctx, offer)
	if err != nil {
		return nil, explain(err, ref.Context(), "image "+reference, opt)
	}
	found.tag, found.repository = tagOf(ref), repositoryOf(reference)
	s := &randomSource{resolved: found, parallel: opt.Parallel, open: r.open, close: func() error {
		r.base.CloseIdleConnections()
		return nil
	}}
	if opt.Again {
		kept := &keptBlobs{download: r.open, dir: opt.TempDir, most: opt.TempFiles, spools: make(map[string]*spool)}
		closeConnections := s.close
		s.open, s.close = kept.open, func() error { return errors.Join(kept.close(), closeConnections()) }
	}
	return s, nil
}

// tagOf gives the tag of a reference, "" if it has a digest.
func tagOf(ref name.Reference) string {
	if tag, ok := ref.(name.Tag); ok {
		return tag.TagStr()
	}
	return ""
}

// repositoryOf gives the repository of a name in a registry as people write it,
// whichever mirror answers for it.
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

// offer lists the images that the document of a tag or digest stands for.
func (r *registry) offer(ctx context.Context, resolver *ociResolver, doc *document, d descriptor) ([]leaf[ociImage], error) {
	if doc.isIndex() {
		return resolver.leaves(ctx, doc.Manifests, d.Digest, 1)
	}
	p, err := resolver.platform(ctx, doc)
	if err != nil {
		return nil, err
	}
	return []leaf[ociImage]{{platform: p, image: ociImage{descriptor: d, manifest: doc}}}, nil
}

// connect greets a registry and gets leave to pull from a repository, with the
// credentials of the Docker configuration and its credential helpers.
func connect(ctx context.Context, repo name.Repository, opt Options) (*registry, error) {
	base, err := newTransport(repo.RegistryStr(), opt)
	if err != nil {
		return nil, err
	}
	auth, err := authn.Resolve(ctx, authn.DefaultKeychain, repo)
	if err != nil {
		return nil, withHint(fmt.Errorf("reading the credentials for %s from the Docker configuration: %w", repo.RegistryStr(), err),
			"docker login %s, or mend the credential helper that the configuration names", repo.RegistryStr())
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

// get asks the registry for a part of the repository.
func (r *registry) get(ctx context.Context, kind, identifier string, header http.Header) (*http.Response, error) {
	u := url.URL{
		Scheme: r.repo.Scheme(), // the transport knows better if that failed
		Host:   r.repo.RegistryStr(),
		Path:   "/v2/" + r.repo.RepositoryStr() + "/" + kind + "/" + identifier,
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
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

func (r *registry) manifest(ctx context.Context, identifier string, limit int64) ([]byte, error) {
	resp, err := r.get(ctx, "manifests", identifier, http.Header{"Accept": {
		mediaOCIIndex, mediaDockerList, mediaOCIManifest, mediaDockerManifest}})
	if err != nil {
		return nil, err
	}
	return readResponse(ctx, resp, limit, r.opt)
}

// root gives the document of a tag or digest, verified if it is a digest.
func (r *registry) root(ctx context.Context, ref name.Reference) (*document, descriptor, error) {
	data, err := r.manifest(ctx, ref.Identifier(), r.opt.Limits.JSON)
	if err != nil {
		return nil, descriptor{}, err
	}
	d := descriptor{Digest: sha256Digest(data), Size: int64(len(data))}
	if byDigest, ok := ref.(name.Digest); ok {
		d.Digest = byDigest.DigestStr()
		if err := verifyDigest(d.Digest, data); err != nil {
			return nil, descriptor{}, fmt.Errorf("the manifest that %s gives: %w", r.repo.RegistryStr(), err)
		}
	}
	doc, err := parseDocument(data)
	if err != nil {
		return nil, descriptor{}, fmt.Errorf("manifest %s: %w", d.Digest, err)
	}
	return doc, d, nil
}

// document implements [blobStore]. Manifests and indexes have a place of their
// own in a registry.
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

// layer implements [blobStore]: that a layer is missing is seen when it is
// fetched.
func (r *registry) layer(descriptor) error { return nil }

// open fetches a layer.
func (r *registry) open(ctx context.Context, b Blob) (io.ReadCloser, error) {
	d := &download{registry: r, digest: b.Digest, size: b.Size}
	if err := d.start(ctx); err != nil {
		return nil, d.explain(err)
	}
	return d, nil
}

// readResponse reads a JSON document from a response and closes it.
func readResponse(ctx context.Context, resp *http.Response, limit int64, opt Options) ([]byte, error) {
	body := newStallReader(resp.Body, opt.StallTimeout)
	defer body.Close()
	data, err := readDocument(body, resp.ContentLength, limit)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return data, err
}
