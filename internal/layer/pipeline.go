package layer

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"seaworthy.dev/seaworthy/internal/limit"
)

// pipeline reads a blob, decompresses it and hashes both streams. Each step is a goroutine,
// so that one large layer keeps several cores busy:
//
//	blob -> raw blocks -> decompress -> plain blocks -> tar
//	            |                            |
//	          digest                       diffID
//
// An uncompressed blob has only one stream, which is hashed once.
type pipeline struct {
	tar *blockReader

	readers sync.WaitGroup // for the goroutine that reads the blob
	workers sync.WaitGroup // for all others
	raw     byteStream
	plain   byteStream
	isPlain bool
	giveUp  time.Duration // how long wait waits after the context ended
	ctx     context.Context
	shared  *shared
}

// byteStream is the hash and length of one of the two streams of a layer.
type byteStream struct {
	hash hash.Hash
	size atomic.Int64
}

func (s *byteStream) digest() string { return "sha256:" + hex.EncodeToString(s.hash.Sum(nil)) }

const (
	blockSize = 512 << 10
	// minPiece is the minimum length of a [Piece]. Shorter ones would be cheap to copy, and
	// many of them could keep much memory in use.
	minPiece = blockSize / 64
	// queueLength is the maximum number of blocks between two goroutines.
	queueLength = 4
	// maxZstdWindow is the maximum window size of a zstd frame. It is the default of the
	// zstd command.
	maxZstdWindow = 128 << 20
)

// block is a piece of a stream that several goroutines read.
type block struct {
	data  []byte
	users atomic.Int32
	space [blockSize]byte
}

var blocks = sync.Pool{New: func() any { return new(block) }}

func newBlock() *block { return blocks.Get().(*block) }

func (b *block) release() {
	if b.users.Add(-1) == 0 {
		blocks.Put(b)
	}
}

// fill reads until the block is full or the stream ends. Unlike io.ReadFull it returns the
// reader's error unchanged, so that a broken connection differs from the end of the blob.
func (b *block) fill(r io.Reader) error {
	n := 0
	for n < len(b.space) {
		m, err := r.Read(b.space[n:])
		n += m
		if err != nil {
			b.data = b.space[:n]
			return err
		}
	}
	b.data = b.space[:n]
	return nil
}

// queue passes the blocks of a stream to one reader. After c is closed, err is io.EOF or
// the error that ended the stream.
type queue struct {
	c   chan *block
	err error
}

func newQueue() *queue { return &queue{c: make(chan *block, queueLength)} }

func (q *queue) close(err error) {
	q.err = err
	close(q.c)
}

// startPipeline starts the goroutines of a pipeline. They end when the stream does, or
// when the context ends.
func startPipeline(ctx context.Context, blob io.Reader, limits Limits) *pipeline {
	p := &pipeline{giveUp: 500 * time.Millisecond, ctx: ctx, shared: sharedBy(ctx)}
	p.raw.hash = sha256.New()
	tar := newQueue()
	p.tar = &blockReader{ctx: ctx, queue: tar}
	p.readers.Go(func() {
		first := newBlock()
		err := first.fill(blob)
		next := tar
		if c := detectCompression(first.data); c == plain {
			p.isPlain = true
		} else {
			p.plain.hash = sha256.New()
			next = newQueue()
			p.workers.Go(func() { p.decompress(ctx, c, next, tar, limits) })
		}
		p.shared.raw.Add(int64(len(first.data)))
		p.pump(ctx, &p.raw, next, first, func(b *block) error {
			if err == nil {
				err = b.fill(blob)
				p.shared.raw.Add(int64(len(b.data)))
			}
			switch {
			case err != nil && err != io.EOF:
				return &streamError{"cannot read the blob", err}
			case p.raw.size.Load() > limits.MaxSize:
				return fmt.Errorf("%w: more than %d bytes", ErrLimit, limits.MaxSize)
			}
			return err
		})
	})
	return p
}

// pump sends blocks to the queue and to the stream's hash: first, unless it is nil, and
// then those that fill fills until it returns an error. The error closes the queue; it is
// io.EOF at the end of the stream. The last block may have data.
func (p *pipeline) pump(ctx context.Context, s *byteStream, next *queue, first *block, fill func(*block) error) {
	hashed := make(chan *block, queueLength)
	p.workers.Go(func() {
		for b := range hashed {
			s.hash.Write(b.data)
			b.release()
		}
	})
	defer close(hashed)
	for b, err := first, error(nil); ; b = nil {
		if b == nil {
			b = newBlock()
			b.data = nil
			err = fill(b)
		}
		s.size.Add(int64(len(b.data)))
		b.users.Store(2)
		for _, c := range []chan *block{hashed, next.c} {
			select {
			case c <- b:
			case <-ctx.Done():
				next.close(context.Cause(ctx))
				return
			}
		}
		if err != nil {
			next.close(err)
			return
		}
	}
}

// streamError is an error in reading or decompressing the blob, not in its tar stream.
type streamError struct {
	text string
	err  error
}

// Error implements error.
func (e *streamError) Error() string { return e.text + ": " + e.err.Error() }

// Unwrap returns the cause.
func (e *streamError) Unwrap() error { return e.err }

type compression int

const (
	plain compression = iota
	gzipped
	zstandard
)

// detectCompression returns the compression according to the first bytes. Media types may
// be wrong.
func detectCompression(head []byte) compression {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipped
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}),
		len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18}): // a skippable frame
		return zstandard
	}
	return plain
}

// decompress reads the compressed stream from a queue and writes the plain one to another.
func (p *pipeline) decompress(ctx context.Context, c compression, from, to *queue, limits Limits) {
	r, closeReader, err := decompressor(ctx, c, &blockReader{ctx: ctx, queue: from}, p.shared.windows)
	if err != nil {
		to.close(damaged(err))
		return
	}
	defer closeReader()
	fill := func(b *block) error {
		err := b.fill(r)
		p.shared.plain.Add(int64(len(b.data)))
		switch size := p.plain.size.Load() + int64(len(b.data)); {
		case err != nil && err != io.EOF:
			return damaged(err)
		case size > limits.MaxSize:
			return fmt.Errorf("%w: more than %d bytes", ErrBomb, limits.MaxSize)
		case size > RatioFloor && size > limits.MaxRatio*p.raw.size.Load():
			return fmt.Errorf("%w: it is more than %d times as large when decompressed", ErrBomb, limits.MaxRatio)
		}
		if bomb := p.shared.check(limits); bomb != nil {
			return bomb
		}
		return err
	}
	p.pump(ctx, &p.plain, to, nil, fill)
}

// damaged returns the error for compressed data that cannot be decompressed. An error in
// reading the blob is returned unchanged.
func damaged(err error) error {
	switch {
	case errors.As(err, new(*streamError)):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &streamError{"the compressed data is truncated", io.ErrUnexpectedEOF}
	default:
		return &streamError{"the compressed data is damaged", err}
	}
}

// decompressor waits until the window of the stream is free.
func decompressor(ctx context.Context, c compression, r io.Reader, windows *limit.Pool) (_ io.Reader, closeReader func(), err error) {
	// The decompressor has a fast path for a bufio.Reader.
	buffered := bufio.NewReaderSize(r, 64<<10)
	if c == gzipped {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, err
		}
		return z, func() {}, nil
	}
	window := zstdWindow(buffered)
	if err := windows.Acquire(ctx, int64(window)); err != nil {
		return nil, nil, &streamError{"cannot decompress the blob", err}
	}
	z, err := zstd.NewReader(buffered, zstd.WithDecoderMaxWindow(window), zstd.WithDecoderLowmem(true))
	if err != nil {
		windows.Release(int64(window))
		return nil, nil, err
	}
	return z, func() {
		z.Close()
		windows.Release(int64(window))
	}, nil
}

// wait waits for the goroutines and returns digests and sizes. These are valid only if the
// stream was read to its end. After a cancellation, wait returns nil if a goroutine still
// hangs in reading the blob; that one ends when the caller closes the blob.
func (p *pipeline) wait() *Layer {
	if p.ctx.Err() != nil {
		done := make(chan struct{})
		go func() {
			p.readers.Wait()
			p.workers.Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(p.giveUp):
			return nil
		}
	}
	p.readers.Wait()
	p.workers.Wait()
	l := &Layer{Digest: p.raw.digest(), BlobSize: p.raw.size.Load()}
	if p.isPlain {
		l.DiffID, l.Size = l.Digest, l.BlobSize
	} else {
		l.DiffID, l.Size = p.plain.digest(), p.plain.size.Load()
	}
	return l
}

// blockReader reads the blocks of a queue as one stream.
type blockReader struct {
	ctx     context.Context
	queue   *queue
	current *block
	rest    []byte
	offset  int64
}

// next makes rest non-empty, or fails.
func (r *blockReader) next() error {
	for len(r.rest) == 0 {
		if r.current != nil {
			r.current.release()
			r.current = nil
		}
		select {
		case b, ok := <-r.queue.c:
			if !ok {
				return r.queue.err
			}
			r.current, r.rest = b, b.data
		case <-r.ctx.Done():
			return context.Cause(r.ctx)
		}
	}
	return nil
}

// Read implements [io.Reader].
func (r *blockReader) Read(b []byte) (int, error) {
	if err := r.next(); err != nil {
		return 0, err
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	r.offset += int64(n)
	return n, nil
}

// take returns the next n bytes if they are in one block. Read returns any error.
func (r *blockReader) take(n int) (Piece, bool) {
	if n < minPiece || r.next() != nil || len(r.rest) < n {
		return Piece{}, false
	}
	p := Piece{r.rest[:n:n], r.current}
	r.current.users.Add(1)
	r.rest = r.rest[n:]
	r.offset += int64(n)
	return p, true
}

// peek returns the next n bytes without consuming them, if they are in one block. They are
// valid until the next call of a method.
func (r *blockReader) peek(n int) ([]byte, bool) {
	if r.next() != nil || len(r.rest) < n {
		return nil, false
	}
	return r.rest[:n:n], true
}

// Seek skips bytes, so that the tar reader can skip a body without copying it. It can only
// move forward from the current offset.
func (r *blockReader) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekCurrent || offset < 0 {
		return 0, errors.New("a layer is read forward only")
	}
	for offset > 0 {
		if err := r.next(); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return r.offset, err
		}
		n := min(offset, int64(len(r.rest)))
		r.rest = r.rest[n:]
		r.offset += n
		offset -= n
	}
	return r.offset, nil
}

// drain reads the rest of the stream, so that the hashes cover all of it. It returns the
// number of bytes, counted from the first one that is not zero.
func (r *blockReader) drain() (n int64, err error) {
	for {
		if err := r.next(); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
		r.offset += int64(len(r.rest))
		if n == 0 {
			r.rest = bytes.TrimLeft(r.rest, "\x00")
		}
		n += int64(len(r.rest))
		r.rest = nil
	}
}
