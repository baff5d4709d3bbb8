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
)

// The files of skopeo's dir: transport (containers-transports(5)): a manifest, and next to
// it each blob under the hexadecimal part of its digest.
const (
	versionFile    = "version"
	versionPrefix  = "Directory Transport Version: "
	manifestSuffix = ".manifest.json" // a manifest of the index in manifest.json
)

// isTransportDirectory reports whether a directory is one that skopeo copy to dir: wrote.
func isTransportDirectory(dir string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer root.Close()
	f, _, err := (&layout{root}).open(versionFile)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(versionPrefix))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == versionPrefix
}

// transportBlobs is the blobStore of such a directory.
type transportBlobs struct{ files *layout }

// document implements [blobStore].
func (b transportBlobs) document(_ context.Context, d descriptor, limit int64) ([]byte, error) {
	name := transportName(d.Digest)
	data, err := b.files.document(name, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return b.files.document(name+manifestSuffix, limit)
	}
	return data, err
}

// checkLayer implements [blobStore].
func (b transportBlobs) checkLayer(d descriptor) error {
	_, size, err := b.files.layer(transportName(d.Digest))
	if err == nil && size != d.Size {
		err = wrongSize(size, d.Size)
	}
	return err
}

// transportName returns the name of the file that has the content of a digest.
func transportName(digest string) string {
	algorithm, hex, _ := strings.Cut(digest, ":")
	if algorithm == "sha256" {
		return hex
	}
	return algorithm + "-" + hex
}

// openTransportDirectory opens a directory that skopeo copy to dir: wrote.
func openTransportDirectory(ctx context.Context, dir string, opt Options, want platformRequest) (_ Source, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			root.Close()
		}
	}()
	files := &layout{root}
	data, err := files.document(manifestFile, opt.Limits.JSON)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestFile), err)
	}
	doc, err := parseDocument(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestFile), err)
	}
	resolver := &ociResolver{store: transportBlobs{files}, want: want, limits: opt.Limits, where: dir, withDocuments: opt.Documents}
	candidates, err := resolver.rootCandidates(ctx, doc, descriptor{Digest: sha256Digest(data), Size: int64(len(data))})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	found, err := resolver.resolve(ctx, candidates)
	if err != nil {
		return nil, err
	}
	return &randomAccessSource{imageSet: found, parallel: opt.parallelReads(), close: root.Close,
		open: func(_ context.Context, b Blob) (io.ReadCloser, error) {
			f, _, err := files.open(transportName(b.Digest))
			return f, err
		}}, nil
}
