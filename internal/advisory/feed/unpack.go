package feed

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"golang.org/x/sync/errgroup"
)

// The limits of a file of a feed.
const (
	// The largest file, Red Hat's, has 20 GB after decompression.
	maxUnpacked   = 256 << 30 // bytes
	maxDocuments  = 5_000_000 // in an archive
	maxDocument   = 128 << 20 // bytes
	maxXMLElement = 64 << 20  // bytes
)

// unpack returns a reader of the decompressed content of a file, which may be compressed
// with gzip, bzip2, xz or Zstandard.
func unpack(in io.Reader) (io.ReadCloser, error) {
	body := bufio.NewReaderSize(in, 64<<10)
	magic, _ := body.Peek(6)
	has := func(prefix string) bool { return bytes.HasPrefix(magic, []byte(prefix)) }
	limited := func(r io.Reader, close func()) io.ReadCloser {
		return &limitedReader{in: r, left: maxUnpacked, close: close}
	}
	switch {
	case has("\x1f\x8b"):
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		return limited(z, func() { z.Close() }), nil
	case has("BZh"):
		return limited(bzip2.NewReader(body), nil), nil
	case has("\xfd7zXZ\x00"):
		x, err := xz.NewReader(body)
		if err != nil {
			return nil, err
		}
		return limited(x, nil), nil
	case has("\x28\xb5\x2f\xfd"):
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(1<<30))
		if err != nil {
			return nil, err
		}
		return limited(z, z.Close), nil
	default:
		return limited(body, nil), nil
	}
}

// limitedReader is a reader that fails after a number of bytes. The user may set left
// again while it reads, to limit each part.
type limitedReader struct {
	in    io.Reader
	left  int64 // bytes
	close func()
}

func (r *limitedReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errors.New("it is too large")
	}
	n, err := r.in.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}

func (r *limitedReader) Close() error {
	if r.close != nil {
		r.close()
	}
	return nil
}

// parseDocuments parses the JSON documents of a tar archive, or of a file that is one
// document, on all cores. It calls take with the results in the order of the documents.
// Documents that cannot be parsed are skipped.
func parseDocuments[T any](ctx context.Context, in io.Reader, skipped *Skipped, parse func([]byte) (T, error), take func(T) error) error {
	type result struct {
		name  string
		value T
		err   error
	}
	// At most this many documents are in memory at a time.
	workers := runtime.GOMAXPROCS(0)
	waiting := make(chan chan result, workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(waiting)
		return eachDocument(in, func(name string, body []byte) error {
			one := make(chan result, 1)
			select {
			case waiting <- one:
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				value, err := parse(body)
				one <- result{name, value, err}
				return nil
			})
			return nil
		})
	})
	group.Go(func() error {
		for one := range waiting {
			r := <-one
			if r.err != nil {
				if r.name != "" {
					r.err = fmt.Errorf("%s: %w", r.name, r.err)
				}
				skipped.add(r.err)
				continue
			}
			if err := take(r.value); err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// eachDocument calls f with each JSON document of a tar archive, or with the file itself
// and no name if it is not an archive.
func eachDocument(in io.Reader, f func(name string, body []byte) error) error {
	body := bufio.NewReaderSize(in, 64<<10)
	const magicAt = 257
	head, _ := body.Peek(magicAt + 5)
	if len(head) < magicAt+5 || string(head[magicAt:]) != "ustar" {
		data, err := ReadDocument(body)
		if err != nil {
			return err
		}
		return f("", data)
	}
	archive := tar.NewReader(body)
	for n := 0; ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			if n == 0 {
				return errors.New("the archive has no JSON files")
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("not a complete tar archive: %w", err)
		}
		if header.Typeflag != tar.TypeReg || !strings.HasSuffix(header.Name, ".json") {
			continue
		}
		if n++; n > maxDocuments {
			return fmt.Errorf("the archive has more than %d files", maxDocuments)
		}
		data, err := ReadDocument(archive)
		if err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
		if err := f(header.Name, data); err != nil {
			return err
		}
	}
}

// ReadDocument reads one document of at most maxDocument bytes.
func ReadDocument(in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDocument {
		return nil, fmt.Errorf("it is larger than %d bytes", maxDocument)
	}
	return data, nil
}
