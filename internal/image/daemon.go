package image

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
)

// How long a daemon may be silent. It prepares an export before it sends the first byte:
// older ones write the whole image to a temporary directory.
const (
	exportWait  = 10 * time.Minute // before the first byte of an export
	exportStall = 2 * time.Minute  // within an export
)

// maxInspect limits what a daemon says about an image, in bytes.
const maxInspect = 16 << 20

// daemon is a client of a Docker daemon (Docker Engine API).
type daemon struct {
	engine
	client  *http.Client
	wait    time.Duration // limits a request other than an export, with its response
	base    string        // scheme and host of the URL
	version string        // API version, "1.41"; "" for the daemon's default
}

// engine is a program that has images, and the connection to it.
type engine struct {
	name   string // for messages
	prefix string // of references
	Docker
	start string // the hint if it does not answer
}

// dockerEngine returns the Docker daemon.
func dockerEngine(opt Options) engine {
	e := engine{"Docker daemon", "docker-daemon:", opt.Docker, "start the daemon, or set DOCKER_HOST to its address"}
	e.Host = cmp.Or(e.Host, "unix:///var/run/docker.sock")
	return e
}

// podmanEngine returns Podman's service.
func podmanEngine(opt Options) engine {
	e := engine{"Podman service", "podman:", opt.Podman,
		"start it: systemctl --user start podman.socket, or podman system service; or pipe the image: podman save NAME | seaworthy scan -"}
	e.Host = cmp.Or(e.Host, "unix:///run/podman/podman.sock")
	return e
}

// localWait limits the search for an image in a local engine if the user did not ask for
// that engine.
const localWait = 3 * time.Second

// openLocal opens an image that a local engine has, for the requested platform. It returns
// nil if none has it. An engine that does not run or answer is no error.
func openLocal(ctx context.Context, reference string, opt Options, want platformRequest) Source {
	if want.all {
		return nil // an engine has the image for one platform
	}
	search := opt
	search.StallTimeout = min(localWait, opt.StallTimeout)
	for _, e := range []engine{dockerEngine(opt), podmanEngine(opt)} {
		if path, ok := strings.CutPrefix(e.Host, "unix://"); ok {
			if _, err := os.Stat(path); err != nil {
				continue
			}
		}
		d, err := newDaemon(e, search)
		if err != nil {
			continue
		}
		err = d.ping(ctx)
		var image engineImage
		if err == nil {
			image, err = d.inspect(ctx, reference)
		}
		found := image.platform
		d.client.CloseIdleConnections()
		if err != nil || want.rank(found) == 0 {
			opt.Log.DebugContext(ctx, "image not found in a local engine", "engine", e.name, "address", e.Host, "reference", reference, "platform", found, "error", err)
			continue
		}
		if src, err := openDaemon(ctx, e, reference, reference, opt, want); err == nil {
			return src
		}
	}
	return nil
}

// openDaemon opens an image in a local engine. The layers are read from the stream that
// docker save gets too.
func openDaemon(ctx context.Context, e engine, reference, image string, opt Options, want platformRequest) (Source, error) {
	if image == "" {
		return nil, withHint(fmt.Errorf("%s without the name of an image", e.prefix), "add one, as in %salpine:3", e.prefix)
	}
	d, err := newDaemon(e, opt)
	if err != nil {
		return nil, err
	}
	err = d.ping(ctx)
	var known engineImage
	if err == nil {
		known, err = d.inspect(ctx, image)
	}
	if err != nil {
		d.client.CloseIdleConnections()
		return nil, err
	}
	return &streamSource{
		engine:    e.name + " at " + e.Host,
		names:     known.names,
		close:     d.client.CloseIdleConnections,
		reference: reference, where: reference, tag: daemonTag(image), opt: opt, want: want, selector: selector{format: dockerFormat}, once: true,
		open: func(ctx context.Context) (io.ReadCloser, error) {
			body, err := d.export(ctx, image)
			if err != nil {
				return nil, fmt.Errorf("cannot read image %s from the %s at %s: %w", image, d.name, d.Host, err)
			}
			return body, nil
		},
	}, nil
}

// daemonTag returns the tag in the name of an image of the daemon. It returns "" if the
// name has a digest or looks like an image ID.
func daemonTag(image string) string {
	id := strings.TrimPrefix(image, "sha256:")
	if len(id) >= 12 && strings.Trim(id, "0123456789abcdef") == "" {
		return ""
	}
	ref, err := name.ParseReference(image)
	if err != nil {
		return ""
	}
	return tagOf(ref)
}

// newDaemon returns a client of an engine. It does not connect yet.
func newDaemon(e engine, opt Options) (*daemon, error) {
	if e.Err != nil {
		return nil, e.Err
	}
	scheme, rest, ok := strings.Cut(e.Host, "://")
	if !ok {
		scheme, rest = "tcp", e.Host
	}
	d := &daemon{engine: e, wait: opt.StallTimeout}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	t := &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, DisableCompression: true}
	d.client = &http.Client{Transport: t}
	switch scheme {
	case "unix":
		t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", rest)
		}
		d.base = "http://docker"
	case "tcp", "http", "https":
		d.base = "http://" + strings.TrimSuffix(rest, "/")
		if scheme == "https" || e.TLS {
			config, err := daemonTLS(e.Docker)
			if err != nil {
				return nil, err
			}
			t.TLSClientConfig = config
			d.base = "https://" + strings.TrimSuffix(rest, "/")
		}
		t.Proxy = http.ProxyFromEnvironment
	default:
		return nil, withHint(fmt.Errorf("unsupported scheme in the address %s of the %s: only unix and tcp are supported", e.Host, e.name),
			"pipe the image instead: docker save NAME | seaworthy scan -")
	}
	return d, nil
}

// daemonTLS reads ca.pem, cert.pem and key.pem in the directory with certificates.
func daemonTLS(c Docker) (*tls.Config, error) {
	dir := c.Certificates
	if dir == "" {
		return nil, withHint(errors.New("the Docker daemon requires TLS, and no directory with certificates is configured"), "set DOCKER_CERT_PATH")
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return nil, fmt.Errorf("cannot read the certificates for the Docker daemon: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("cannot read the certificates for the Docker daemon: no certificate in %s", filepath.Join(dir, "ca.pem"))
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err != nil {
		return nil, fmt.Errorf("cannot read the certificates for the Docker daemon: %w", err)
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

// ping connects to the daemon and finds out its API version.
func (d *daemon) ping(ctx context.Context) error {
	header, err := d.query(ctx, "/_ping", nil)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err = fmt.Errorf("cannot connect to the %s at %s: %w", d.name, d.Host, plainCause(err))
		if errors.Is(err, os.ErrPermission) {
			return withHint(err, "run as a user with access to the daemon's socket, or pipe the image: docker save NAME | seaworthy scan -")
		}
		return withHint(err, "%s", d.start)
	}
	d.version = header.Get("Api-Version")
	if strings.Trim(d.version, "0123456789.") != "" {
		d.version = ""
	}
	return nil
}

// engineImage is what an engine says about an image.
type engineImage struct {
	platform platform
	names    []string // with tags, and with digests in registries
}

// inspect returns what the daemon says about an image that it has.
func (d *daemon) inspect(ctx context.Context, image string) (engineImage, error) {
	var answer struct {
		Os, Architecture, Variant string
		RepoTags, RepoDigests     []string
	}
	_, err := d.query(ctx, "/images/"+image+"/json", &answer)
	var response *daemonError
	switch {
	case errors.As(err, &response) && response.code == http.StatusNotFound:
		return engineImage{}, withHint(fmt.Errorf("the %s at %s has no image %s", d.name, d.Host, image),
			"pull it, or use registry:%s to read it from the registry", image)
	case err != nil:
		return engineImage{}, fmt.Errorf("cannot find image %s in the %s at %s: %w", image, d.name, d.Host, plainCause(err))
	}
	return engineImage{platform{OS: answer.Os, Architecture: answer.Architecture, Variant: answer.Variant}, append(answer.RepoTags, answer.RepoDigests...)}, nil
}

// query sends a GET request, decodes the JSON of the response into answer unless it is
// nil, and returns the header of the response. It takes at most d.wait.
func (d *daemon) query(ctx context.Context, path string, answer any) (http.Header, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, d.wait, fmt.Errorf("no response for %s", d.wait))
	defer cancel()
	resp, err := d.get(ctx, path)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	defer resp.Body.Close()
	if answer == nil {
		return resp.Header, nil
	}
	data, err := readDocument(resp.Body, resp.ContentLength, maxInspect)
	if err == nil {
		err = json.Unmarshal(data, answer)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return resp.Header, err
}

// export returns the archive of an image, as docker save writes it.
func (d *daemon) export(ctx context.Context, image string) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(exportWait, func() { cancel(fmt.Errorf("no response for %s", exportWait)) })
	resp, err := d.get(ctx, "/images/"+image+"/get")
	timer.Stop()
	if err != nil {
		err = cmp.Or(context.Cause(ctx), err)
		cancel(nil)
		return nil, err
	}
	return &exportBody{newResponseBody(withLargeBody(ctx), resp.Body, exportStall), cancel}, nil
}

// exportBody is the body of an export.
type exportBody struct {
	*responseBody
	cancel context.CancelCauseFunc
}

// Close implements [io.Closer].
func (b *exportBody) Close() error {
	b.cancel(nil)
	return b.responseBody.Close()
}

// get sends a GET request to the daemon. A status other than 200 OK is a *daemonError.
func (d *daemon) get(ctx context.Context, path string) (*http.Response, error) {
	if d.version != "" {
		path = "/v" + d.version + path
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base, nil)
	if err != nil {
		return nil, err
	}
	req.URL.Path += path
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return nil, err
	}
	var body struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(data, &body) != nil || body.Message == "" {
		body.Message = strings.TrimSpace(string(data))
	}
	return nil, &daemonError{resp.StatusCode, shorten(body.Message)}
}

// daemonError is an error response of the daemon.
type daemonError struct {
	code    int
	message string
}

func (e *daemonError) Error() string {
	return fmt.Sprintf("%d %s (%q)", e.code, http.StatusText(e.code), e.message)
}
