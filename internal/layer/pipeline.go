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
)

// A pipeline reads a blob, decompresses it and hashes both sides, each in a
// goroutine of its own, so that one large layer keeps several cores busy:
//
//	blob -> raw blocks -> decompress -> plain blocks -> tar
//	            |                            |
//	          digest                       diffID
//
// Of an uncompressed blob the two sides are one, and it is hashed once.
type pipeline struct {
	tar *blockReader

	readers  sync.WaitGroup // of the goroutine that reads the blob
	workers  sync.WaitGroup // of all others
	raw      side
	plain    side
	isPlain  bool
	giveUp   time.Duration
	canceled context.Context
}

// side is one of the two byte streams of a layer.
type side struct {
	hash hash.Hash
	size atomic.Int64
}

func (s *side) digest() string { return "sha256:" + hex.EncodeToString(s.hash.Sum(nil)) }

const (
	blockSize = 512 << 10
	// minPiece is the length from which bytes are not copied, but hold their block:
	// many short ones could hold much memory.
	minPiece = blockSize / 64
	// queueLength bounds the blocks in flight between two goroutines.
	queueLength = 4
	// maxZstdWindow bounds the memory that a zstd frame may ask for; it is what
	// zstd itself allows without a flag.
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

// fill reads until the block is full or the stream ends. Unlike io.ReadFull it
// gives a reader's error as it is, so that a connection that broke is no end.
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

// queue carries the blocks of a stream to one reader. err may be read once c is
// closed; io.EOF stands for the proper end.
type queue struct {
	c   chan *block
	err error
}

func newQueue() *queue { return &queue{c: make(chan *block, queueLength)} }

func (q *queue) close(err error) {
	q.err = err
	close(q.c)
}

func startPipeline(ctx context.Context, blob io.Reader, limits Limits) *pipeline {
	p := &pipeline{giveUp: 500 * time.Millisecond, canceled: ctx}
	p.raw.hash = sha256.New()
	tar := newQueue()
	p.tar = &blockReader{ctx: ctx, queue: tar}
	p.readers.Go(func() {
		first := newBlock()
		err := first.fill(blob)
		next := tar
		if c := sniff(first.data); c == plain {
			p.isPlain = true
		} else {
			p.plain.hash = sha256.New()
			next = newQueue()
			p.workers.Go(func() { p.decompress(ctx, c, next, tar, limits) })
		}
		p.pump(ctx, &p.raw, next, first, func(b *block) error {
			if err == nil {
				err = b.fill(blob)
			}
			switch {
			case err != nil && err != io.EOF:
				return &streamError{"reading it", err}
			case p.raw.size.Load() > limits.MaxSize:
				return fmt.Errorf("%w: more than %d bytes", ErrLimit, limits.MaxSize)
			}
			return err
		})
	})
	return p
}

// pump sends first, if there is one, and then what fill gives until it gives an
// error, to the queue and to the side's hash. io.EOF is the proper end; the block
// filled last may hold bytes.
func (p *pipeline) pump(ctx context.Context, s *side, next *queue, first *block, fill func(*block) error) {
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

// streamError is a failure below the tar: to read the blob or to decompress it.
type streamError struct {
	doing string
	err   error
}

func (e *streamError) Error() string { return e.doing + ": " + e.err.Error() }
func (e *streamError) Unwrap() error { return e.err }

type compression int

const (
	plain compression = iota
	gzipped
	zstandard
)

// sniff detects the compression by the first bytes: media types may be wrong.
func sniff(head []byte) compression {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipped
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}),
		len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18}): // a skippable frame
		return zstandard
	}
	return plain
}

// decompress runs between the two sides.
func (p *pipeline) decompress(ctx context.Context, c compression, from, to *queue, limits Limits) {
	r, closeReader, err := decompressor(c, &blockReader{ctx: ctx, queue: from})
	if err != nil {
		to.close(damaged(err))
		return
	}
	defer closeReader()
	fill := func(b *block) error {
		err := b.fill(r)
		switch size := p.plain.size.Load() + int64(len(b.data)); {
		case err != nil && err != io.EOF:
			return damaged(err)
		case size > limits.MaxSize:
			return fmt.Errorf("%w: more than %d bytes", ErrBomb, limits.MaxSize)
		case size > RatioFloor && size > limits.MaxRatio*p.raw.size.Load():
			return fmt.Errorf("%w: it grows more than %d-fold", ErrBomb, limits.MaxRatio)
		}
		return err
	}
	p.pump(ctx, &p.plain, to, nil, fill)
}

// damaged says what is wrong with compressed data, unless it could not be read in
// the first place.
func damaged(err error) error {
	switch {
	case errors.As(err, new(*streamError)):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &streamError{"the compressed data ends too early", io.ErrUnexpectedEOF}
	default:
		return &streamError{"the compressed data is damaged", err}
	}
}

func decompressor(c compression, r io.Reader) (_ io.Reader, closeReader func(), err error) {
	// A bufio.Reader is what the inflater has a fast path for.
	buffered := bufio.NewReaderSize(r, 64<<10)
	if c == gzipped {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, err
		}
		return z, func() {}, nil
	}
	z, err := zstd.NewReader(buffered, zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}

// wait waits for the goroutines and gives digests and sizes, which mean
// something only if the pipeline ran to its end. A goroutine that hangs in
// reading the blob is left behind after a while: it ends when the blob is closed.
func (p *pipeline) wait() *Layer {
	if p.canceled.Err() != nil {
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

// take takes the next n bytes if they are in one block. An error is left for Read.
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

// Seek lets the tar reader pass over a body without copying it. Only moving
// forward from the current offset is possible.
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

// drain reads to the end, so that the hashes are those of the whole stream. It
// gives the number of bytes from the first on that is not zero.
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
