//go:build linux

// Floor measures the minimum cost of reading an image: it decompresses every blob and
// hashes the compressed and the uncompressed bytes, with the libraries that Seaworthy
// uses, and does nothing else. Uncompressed blobs are hashed once. The argument is an OCI
// layout directory, or an uncompressed archive.
package main

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"
)

func main() {
	start := time.Now()
	blobs, err := openImage(os.Args[1:]...)
	if err == nil {
		err = readAll(blobs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	wall := time.Since(start).Seconds()
	var use syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &use) // fails only for a bad argument
	cpu := float64(use.Utime.Nano()+use.Stime.Nano()) / 1e9
	var size int64
	for _, b := range blobs {
		size += b.size
	}
	fmt.Printf("%d MB uncompressed, %.0f MB/s, wall %.2f s, CPU %.2f s, peak memory %d MB\n",
		size/1e6, float64(size)/1e6/wall, wall, cpu, use.Maxrss*1024/1e6)
}

// readAll reads as many blobs in parallel as there are cores, the largest first, so
// that no core is idle while the last one is read.
func readAll(blobs []*blob) error {
	slices.SortFunc(blobs, func(a, b *blob) int { return cmp.Compare(b.stored.Size(), a.stored.Size()) })
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, b := range blobs {
		g.Go(b.read)
	}
	return g.Wait()
}

// read hashes the stored bytes, decompresses them, and hashes the result, on three
// goroutines.
func (b *blob) read() (err error) {
	hashed := hash(b.stored, &b.digest)
	in := bufio.NewReaderSize(io.NewSectionReader(b.stored, 0, b.stored.Size()), blockSize)
	magic, _ := in.Peek(4)
	var z io.WriterTo
	switch {
	case len(magic) == 4 && magic[0] == 0x1f && magic[1] == 0x8b:
		z, err = gzip.NewReader(in)
	case string(magic) == "\x28\xb5\x2f\xfd":
		z, err = zstd.NewReader(in)
	}
	b.size = b.stored.Size()
	if z != nil && err == nil {
		r, w := io.Pipe()
		unpacked := hash(r, &b.diffID)
		block := bufio.NewWriterSize(w, blockSize)
		b.size, err = z.WriteTo(block)
		w.CloseWithError(cmp.Or(err, block.Flush()))
		err = <-unpacked
	}
	if err = cmp.Or(<-hashed, err); err != nil {
		err = fmt.Errorf("reading %s: %w", b.name, err)
	}
	return err
}

// hash reads r to its end in blocks, on a new goroutine.
func hash(r io.Reader, sum *[sha256.Size]byte) <-chan error {
	done := make(chan error, 1)
	go func() {
		h := sha256.New()
		_, err := io.CopyBuffer(h, r, make([]byte, blockSize))
		h.Sum(sum[:0])
		done <- err
	}()
	return done
}
