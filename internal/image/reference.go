package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"seaworthy.dev/seaworthy/internal/limit"
	"seaworthy.dev/seaworthy/internal/userfile"
)

const stdinReference = "-"

// The schemes of references that messages name. See parseScheme for the others.
const (
	schemeDockerArchive = "docker-archive:"
	schemeOCI           = "oci:"
	schemeOCIArchive    = "oci-archive:"
	schemeDir           = "dir:"
)

// referenceForms is a hint that lists all forms of a reference.
const referenceForms = "an image is a name in a registry, docker-daemon:NAME, podman:NAME, docker-archive:FILE[:NAME:TAG], oci:DIR[:TAG], " +
	"oci-archive:FILE[:TAG], dir:PATH, the path of an archive or a layout, or - for standard input"

// Open opens the image that a reference names:
//
//	NAME[:TAG|@DIGEST]               in a local engine that has it, else in a registry, Docker Hub if it names none
//	registry:NAME, docker://NAME     in a registry
//	docker-daemon:NAME, docker:NAME  in the Docker daemon
//	podman:NAME                      in the storage of Podman, by its service
//	docker-archive:FILE[:NAME[:TAG]] in an archive made by docker save
//	oci:DIR[:TAG|@DIGEST]            in an OCI image layout, also oci-dir: and oci-layout:
//	oci-archive:FILE[:TAG|@DIGEST]   in an OCI image layout in a tar archive
//	dir:PATH                         a root file system, as one layer, or an image that skopeo copied to dir:
//	-                                an archive in either format on standard input
//	PATH                             an archive, layout or root file system, detected by its content
//
// An existing path takes precedence over a name. docker:TAG and registry:TAG are the images
// docker and registry of Docker Hub if TAG looks like one of theirs, as in docker:28-dind.
// [Options.From] restricts where a NAME without a scheme is looked for. The caller must close the
// Source. An error may have a hint for the user: see [errors.As] with an
// interface{ Hint() string }.
func Open(ctx context.Context, reference string, opt Options) (Source, error) {
	opt = opt.withDefaults()
	want, err := parsePlatform(opt.Platform)
	if err != nil {
		return nil, err
	}
	src, err := open(ctx, reference, opt, want)
	if err != nil {
		return nil, err
	}
	if r, ok := src.(*randomAccessSource); ok {
		r.label(reference)
	}
	if opt.Open != nil {
		src = &limitedSource{src, opt.Open}
	}
	return src, nil
}

// limitedSource is a Source that takes its open layers from a limit, which it may share
// with other sources.
type limitedSource struct {
	Source
	open *limit.Pool
}

// Layers implements [Source].
func (s *limitedSource) Layers(ctx context.Context, visit func(context.Context, Blob) error) error {
	return s.Source.Layers(ctx, func(ctx context.Context, b Blob) error {
		if err := s.open.Acquire(ctx, 1); err != nil {
			return err
		}
		defer s.open.Release(1)
		return visit(ctx, b)
	})
}

// open is Open without defaults, references of the manifests and the limit.
func open(ctx context.Context, reference string, opt Options, want platformRequest) (Source, error) {
	switch {
	case reference == "":
		return nil, withHint(errors.New("the reference is empty"), referenceForms)
	case reference == stdinReference:
		return openStdin(opt, want)
	}
	scheme, rest, err := parseScheme(reference)
	if err != nil {
		return nil, err
	}
	if scheme != noScheme {
		return openScheme(ctx, scheme, reference, rest, opt, want)
	}
	info, err := os.Stat(reference)
	switch {
	case err == nil && info.IsDir():
		return openDirectory(ctx, reference, opt, want)
	case err == nil:
		return openFile(ctx, reference, reference, selector{}, opt, want)
	case !errors.Is(err, fs.ErrNotExist) && !isName(reference):
		return nil, err
	}
	return openName(ctx, reference, opt, want)
}

// openScheme opens what follows the scheme of a reference.
func openScheme(ctx context.Context, s scheme, reference, rest string, opt Options, want platformRequest) (Source, error) {
	switch s {
	case rootFSScheme:
		if isTransportDirectory(rest) {
			return openTransportDirectory(ctx, rest, opt, want)
		}
		return openRootFS(rest)
	case dockerScheme:
		return openDaemon(ctx, dockerEngine(opt), reference, rest, opt, want)
	case podmanScheme:
		return openDaemon(ctx, podmanEngine(opt), reference, rest, opt, want)
	case layoutScheme:
		dir, tag := splitTag(rest)
		if err := checkDirectory(dir); err != nil {
			return nil, err
		}
		return openLayout(ctx, dir, selector{ociFormat, tag}, opt, want)
	case ociArchiveScheme:
		file, tag := splitTag(rest)
		return openFile(ctx, reference, file, selector{ociFormat, tag}, opt, want)
	case dockerArchiveScheme:
		file, tag := splitTag(rest)
		return openFile(ctx, reference, file, selector{dockerFormat, tag}, opt, want)
	default:
		if _, err := name.ParseReference(rest); err != nil {
			return nil, withHint(fmt.Errorf("invalid image name %q", shorten(rest)), "after registry: comes the name of an image, as in registry:ghcr.io/owner/app:1")
		}
		return openRegistry(ctx, rest, opt, want)
	}
}

// splitTag splits PATH[:TAG|@DIGEST]. If s as a whole is an existing path, there is no
// tag.
func splitTag(s string) (path, tag string) {
	if _, err := os.Lstat(s); err == nil {
		return s, ""
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		if _, err := newVerifier(s[i+1:]); err == nil {
			return s[:i], s[i+1:]
		}
	}
	// The path ends at the first colon for which it exists.
	for i := range len(s) {
		if s[i] == ':' {
			if _, err := os.Lstat(s[:i]); err == nil {
				return s[:i], s[i+1:]
			}
		}
	}
	path, tag, _ = strings.Cut(s, ":")
	return path, tag
}

// checkDirectory returns an error if dir is not a directory.
func checkDirectory(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return withHint(fmt.Errorf("%s is a file, not the directory of an OCI layout", dir), "for a layout in a tar archive use %s%s", schemeOCIArchive, dir)
	}
	return nil
}

// openName opens a reference that is not an existing path: a name in a local engine or a
// registry.
func openName(ctx context.Context, reference string, opt Options, want platformRequest) (Source, error) {
	if scheme, rest, ok := strings.Cut(reference, "://"); ok {
		return nil, withHint(fmt.Errorf("invalid image reference %q: it starts with %s://", shorten(reference), shorten(scheme)),
			"remove the scheme, as in %s", shorten(rest))
	}
	if looksLikePath(reference) {
		return nil, withHint(fmt.Errorf("%s: no such file or directory", reference), referenceForms)
	}
	if _, err := name.ParseReference(reference); err != nil {
		return nil, withHint(fmt.Errorf("invalid image reference %q: neither an existing path nor a valid image name", shorten(reference)), referenceForms)
	}
	switch opt.From {
	case FromDocker:
		return openDaemon(ctx, dockerEngine(opt), reference, reference, opt, want)
	case FromPodman:
		return openDaemon(ctx, podmanEngine(opt), reference, reference, opt, want)
	case FromRegistry:
		return openRegistry(ctx, reference, opt, want)
	}
	if src := openLocal(ctx, reference, opt, want); src != nil {
		return src, nil
	}
	return openRegistry(ctx, reference, opt, want)
}

// isName reports whether a reference can be a name in a registry.
func isName(reference string) bool {
	_, err := name.ParseReference(reference)
	return err == nil && !looksLikePath(reference)
}

// looksLikePath reports whether the user can only mean a path, whether it exists or not.
func looksLikePath(reference string) bool {
	for _, prefix := range []string{"/", "./", "../", "~", `.\`, `..\`} {
		if strings.HasPrefix(reference, prefix) {
			return true
		}
	}
	for _, suffix := range []string{".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".zip", "/"} {
		if strings.HasSuffix(strings.ToLower(reference), suffix) {
			return true
		}
	}
	return reference == "." || reference == ".." || filepath.IsAbs(reference)
}

// openDirectory opens a directory as an OCI layout or a root file system, whichever it is.
func openDirectory(ctx context.Context, dir string, opt Options, want platformRequest) (Source, error) {
	has := func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
		return err == nil
	}
	switch {
	case isTransportDirectory(dir):
		return openTransportDirectory(ctx, dir, opt, want)
	case has("oci-layout") || has(indexFile) && has("blobs"):
		return openLayout(ctx, dir, selector{format: ociFormat}, opt, want)
	case has("etc/os-release"), has("usr/lib/os-release"), has("etc") && (has("bin") || has("usr")):
		return openRootFS(dir)
	}
	err := fmt.Errorf("the directory %s is not an image: neither an OCI layout nor a root file system", dir)
	if isName(dir) {
		return nil, withHint(err, "to read it as a root file system, use %s%s; for the image of that name in a registry, use docker.io/%s", schemeDir, dir, dir)
	}
	return nil, withHint(err, "to read it as a root file system, use %s%s", schemeDir, dir)
}

// openFile opens an archive: with random access if it is a regular file and not
// compressed, else as a stream.
func openFile(ctx context.Context, reference, path string, s selector, opt Options, want platformRequest) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	stream := &streamSource{reference: reference, where: path, selector: s, opt: opt, want: want,
		open: func(context.Context) (io.ReadCloser, error) { return userfile.Open(path) }}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return nil, withHint(fmt.Errorf("%s is a directory, not an archive", path), "for an OCI layout use %s%s", schemeOCI, path)
	case mode&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0:
		stream.blocking, stream.once = true, true
		return stream, nil
	case !mode.IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		f.Close()
		return nil, err
	}
	switch c := detectContent(head[:n]); c {
	case tarContent:
		return openArchive(ctx, f, s, opt, want)
	case gzipContent, zstdContent:
		return stream, f.Close()
	default:
		f.Close()
		return nil, notImageError(path, c)
	}
}

// openStdin opens the archive on standard input as a stream.
func openStdin(opt Options, want platformRequest) (Source, error) {
	if opt.Stdin == nil {
		return nil, errors.New("cannot read an image from standard input: there is none")
	}
	return &streamSource{reference: stdinReference, where: "standard input", opt: opt, want: want, blocking: true, once: true,
		open: func(context.Context) (io.ReadCloser, error) { return &stdin{opt.Stdin}, nil }}, nil
}

// stdin is Options.Stdin, which the caller closes.
type stdin struct{ io.Reader }

// Close does nothing.
func (*stdin) Close() error { return nil }

// SetReadDeadline implements [deadliner].
func (s *stdin) SetReadDeadline(t time.Time) error { return setReadDeadline(s.Reader, t) }
