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

// daemon is a client of a Docker daemon (Docker Engine API).
type daemon struct {
	client  *http.Client
	wait    time.Duration // limits a request other than an export, with its response
	base    string        // scheme and host of the URL
	address string        // for messages
	version string        // API version, "1.41"; "" for the daemon's default
}

// openDaemon opens an image in the Docker daemon. The layers are read from the stream
// that docker save gets too.
func openDaemon(ctx context.Context, reference, image string, opt Options, want platformRequest) (Source, error) {
	if image == "" {
		return nil, withHint(errors.New("docker-daemon: without the name of an image"), "add one, as in docker-daemon:alpine:3")
	}
	d, err := newDaemon(opt)
	if err != nil {
		return nil, err
	}
	err = d.ping(ctx)
	if err == nil {
		err = d.inspect(ctx, image)
	}
	if err != nil {
		d.client.CloseIdleConnections()
		return nil, err
	}
	return &streamSource{
		close:     d.client.CloseIdleConnections,
		reference: reference, where: reference, tag: daemonTag(image), opt: opt, want: want, selector: selector{format: dockerFormat}, once: true,
		open: func(ctx context.Context) (io.ReadCloser, error) {
			body, err := d.export(ctx, image)
			if err != nil {
				return nil, fmt.Errorf("cannot read image %s from the Docker daemon at %s: %w", image, d.address, err)
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

// newDaemon returns a client of the daemon that opt.Docker names. It does not connect yet.
func newDaemon(opt Options) (*daemon, error) {
	address := opt.Docker.Host
	if address == "" {
		address = "unix:///var/run/docker.sock"
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "tcp", address
	}
	d := &daemon{address: address, wait: opt.StallTimeout}
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
		if scheme == "https" || opt.Docker.TLS {
			config, err := daemonTLS(opt.Docker.Certificates)
			if err != nil {
				return nil, err
			}
			t.TLSClientConfig = config
			d.base = "https://" + strings.TrimSuffix(rest, "/")
		}
		t.Proxy = http.ProxyFromEnvironment
	default:
		return nil, withHint(fmt.Errorf("unsupported scheme in the Docker daemon's address %s: only unix and tcp are supported", address),
			"pipe the image instead: docker save NAME | seaworthy scan -")
	}
	return d, nil
}

// daemonTLS reads ca.pem, cert.pem and key.pem in a directory.
func daemonTLS(dir string) (*tls.Config, error) {
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
	header, err := d.query(ctx, "/_ping")
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err = fmt.Errorf("cannot connect to the Docker daemon at %s: %w", d.address, plainCause(err))
		if errors.Is(err, os.ErrPermission) {
			return withHint(err, "run as a user with access to the daemon's socket, or pipe the image: docker save NAME | seaworthy scan -")
		}
		return withHint(err, "start the daemon, or set DOCKER_HOST to its address")
	}
	d.version = header.Get("Api-Version")
	if strings.Trim(d.version, "0123456789.") != "" {
		d.version = ""
	}
	return nil
}

// inspect returns an error if the daemon does not have the image.
func (d *daemon) inspect(ctx context.Context, image string) error {
	_, err := d.query(ctx, "/images/"+image+"/json")
	var response *daemonError
	switch {
	case errors.As(err, &response) && response.code == http.StatusNotFound:
		return withHint(fmt.Errorf("the Docker daemon at %s has no image %s", d.address, image),
			"run docker pull %s, or omit docker-daemon: to read it from the registry", image)
	case err != nil:
		return fmt.Errorf("cannot find image %[2]s in the Docker daemon at %[1]s: %[3]w", d.address, image, plainCause(err))
	}
	return nil
}

// query sends a GET request and returns the header of the response. It takes at most
// d.wait.
func (d *daemon) query(ctx context.Context, path string) (http.Header, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, d.wait, fmt.Errorf("no response for %s", d.wait))
	defer cancel()
	resp, err := d.get(ctx, path)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	return resp.Header, resp.Body.Close()
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
