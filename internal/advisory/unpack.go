package advisory

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

// What a file of a feed may hold at most.
const (
	// maxUnpacked is over ten times the largest, Red Hat's, of 20 GB.
	maxUnpacked   = 256 << 30
	maxDocuments  = 5_000_000
	maxDocument   = 128 << 20
	maxXMLElement = 64 << 20
)

// unpacked reads a file, decompressed if it is of gzip, bzip2, xz or Zstandard.
func unpacked(in io.Reader) (io.ReadCloser, error) {
	body := bufio.NewReaderSize(in, 64<<10)
	magic, _ := body.Peek(6)
	has := func(prefix string) bool { return bytes.HasPrefix(magic, []byte(prefix)) }
	bounded := func(r io.Reader, close func()) io.ReadCloser {
		return &boundedReader{in: r, left: maxUnpacked, close: close}
	}
	switch {
	case has("\x1f\x8b"):
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		return bounded(z, func() { z.Close() }), nil
	case has("BZh"):
		return bounded(bzip2.NewReader(body), nil), nil
	case has("\xfd7zXZ\x00"):
		x, err := xz.NewReader(body)
		if err != nil {
			return nil, err
		}
		return bounded(x, nil), nil
	case has("\x28\xb5\x2f\xfd"):
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(1<<30))
		if err != nil {
			return nil, err
		}
		return bounded(z, z.Close), nil
	default:
		return bounded(body, nil), nil
	}
}

// boundedReader ends in an error after so many bytes. A part of it may have a bound
// of its own.
type boundedReader struct {
	in    io.Reader
	left  int64
	close func()
}

func (r *boundedReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errors.New("it is too large")
	}
	n, err := r.in.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}

func (r *boundedReader) Close() error {
	if r.close != nil {
		r.close()
	}
	return nil
}

// documents reads the JSON documents of a tar archive, or of a file that is one
// document, on all cores. What parse makes of them is given to take in their order;
// what it refuses is noted in left.
func documents[T any](ctx context.Context, in io.Reader, left *alien, parse func([]byte) (T, error), take func(T) error) error {
	type result struct {
		name  string
		value T
		err   error
	}
	// Beside those that are worked on few wait, so that memory is bounded.
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
				left.add(r.err)
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

// eachDocument calls f with each document; a single one has no name.
func eachDocument(in io.Reader, f func(name string, body []byte) error) error {
	body := bufio.NewReaderSize(in, 64<<10)
	const magicAt = 257
	head, _ := body.Peek(magicAt + 5)
	if len(head) < magicAt+5 || string(head[magicAt:]) != "ustar" {
		data, err := readDocument(body)
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
				return errors.New("the archive holds no JSON file")
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("not a whole tar archive: %w", err)
		}
		if header.Typeflag != tar.TypeReg || !strings.HasSuffix(header.Name, ".json") {
			continue
		}
		if n++; n > maxDocuments {
			return fmt.Errorf("over %d files are too much for an archive", maxDocuments)
		}
		data, err := readDocument(archive)
		if err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
		if err := f(header.Name, data); err != nil {
			return err
		}
	}
}

func readDocument(in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDocument {
		return nil, fmt.Errorf("it is larger than %d bytes", maxDocument)
	}
	return data, nil
}
