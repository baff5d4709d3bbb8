package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/limit"
)

const (
	// DefaultMemory is the default of [NewBodies].
	DefaultMemory = 64 << 20
	// memoryStep is what the memory for bodies is a multiple of.
	memoryStep = 2 * longStep
	// maxFree bounds the bytes of buffers that wait for the next body.
	maxFree = 8 << 20
	// maxPasses bounds the analyzers of a scan to the bits of a mask.
	maxPasses = 32
)

// Bodies hands out the memory for the bodies of files, for any number of scans
// together.
type Bodies struct {
	// longest is the length up to which a body is held in memory; a longer one goes to
	// a temporary file. Of one of which only parts are wanted it is half of that.
	longest int64
	// inFlight bounds the bytes of all bodies in memory to half of longest; a longer
	// body is held alone.
	inFlight *limit.Pool

	mu    sync.Mutex
	scans int                // that are running, guarded by mu
	free  [classes][]*buffer // guarded by mu
	size  int                // bytes of all free buffers, guarded by mu
	long  *buffer            // one more of a length beyond classes, or nil, guarded by mu
}

// NewBodies bounds the bytes of bodies in memory: to one of at most so many bytes, or
// several of at most half as many together. The number is rounded up to a multiple of
// 32 MiB.
func NewBodies(memory int64) *Bodies {
	memory = max((memory+memoryStep-1)/memoryStep, 1) * memoryStep
	return &Bodies{longest: memory, inFlight: limit.NewPool(memory / 2)}
}

// Memory is the limit on the bytes of bodies in memory.
func (b *Bodies) Memory() int64 { return b.longest }

// Usage gives how many bytes of bodies are in memory.
func (b *Bodies) Usage() limit.Usage { return b.inFlight.Usage() }

// start is called at the start of a scan.
func (b *Bodies) start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scans++
}

// stop is called at the end of a scan. No memory waits for the next one.
func (b *Bodies) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.scans--; b.scans == 0 {
		b.free, b.size, b.long = [classes][]*buffer{}, 0, nil
	}
}

// classes is the number of lengths that buffers have which serve again: HeadSize,
// its double, and so on to maxFree.
const classes = 12

// longStep is what the lengths of longer buffers are multiples of.
const longStep = 16 << 20

// buffer is a piece of memory that serves one body after the other.
type buffer struct {
	from  *Bodies
	class int
	space []byte
	held  int // what was acquired for it
}

func (b *Bodies) get(ctx context.Context, length int) (*buffer, error) {
	class := bits.Len(uint(length-1) / seaworthy.HeadSize)
	size := seaworthy.HeadSize << class
	if class >= classes {
		size = (length + longStep - 1) &^ (longStep - 1)
	}
	if err := b.inFlight.Acquire(ctx, int64(size)); err != nil {
		return nil, err
	}
	buf := b.take(class, size)
	if buf == nil {
		buf = &buffer{from: b, class: class, space: make([]byte, size)}
	}
	buf.held = size
	return buf, nil
}

// take gives a free buffer, nil if there is none.
func (b *Bodies) take(class, size int) *buffer {
	b.mu.Lock()
	defer b.mu.Unlock()
	if class >= classes {
		buf := b.long
		b.long = nil // a shorter one is not worth its memory
		if buf != nil && len(buf.space) < size {
			buf = nil
		}
		return buf
	}
	n := len(b.free[class]) - 1
	if n < 0 {
		return nil
	}
	buf := b.free[class][n]
	b.free[class], b.size = b.free[class][:n], b.size-len(buf.space)
	return buf
}

func (b *buffer) release() {
	all, size := b.from, len(b.space)
	all.inFlight.Release(int64(b.held))
	all.mu.Lock()
	defer all.mu.Unlock()
	if b.class >= classes {
		if all.long == nil || len(all.long.space) < size {
			all.long = b
		}
		return
	}
	if all.size+size <= maxFree {
		all.free[b.class], all.size = append(all.free[b.class], b), all.size+size
	}
}

// fanout hands the entries of one layer to the passes that want them.
type fanout struct {
	ctx       context.Context
	analyzers []seaworthy.LayerAnalyzer
	passes    []seaworthy.Pass
	bodies    *Bodies
	jobs      chan job
	workers   *errgroup.Group
	tempDir   string      // "" for the system's
	tempFiles *limit.Pool // bytes in temporary files
}

// job is a file for the passes, and the memory that holds its body: a buffer, or a
// piece of the layer.
type job struct {
	file   *seaworthy.File
	wants  uint32 // a bit for each pass
	buffer *buffer
	piece  layer.Piece
	spool  *os.File
	// spooled is the number of bytes taken for the temporary file.
	spooled int64
}

func newFanout(ctx context.Context, analyzers []seaworthy.LayerAnalyzer, opt *Options) *fanout {
	f := &fanout{analyzers: analyzers, bodies: opt.Bodies, tempDir: opt.TempDir, tempFiles: opt.TempFiles, jobs: make(chan job, 32)}
	for _, a := range analyzers {
		f.passes = append(f.passes, a.Open())
	}
	f.workers, f.ctx = errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		f.workers.Go(func() error {
			var first error
			for j := range f.jobs {
				if first == nil {
					first = f.run(j)
				}
				f.done(j)
			}
			return first
		})
	}
	return f
}

func (f *fanout) run(j job) error {
	for i, p := range f.passes {
		if j.wants&(1<<i) == 0 {
			continue
		}
		if err := p.File(f.ctx, j.file); err != nil {
			return fmt.Errorf("%s: %s: %w", f.analyzers[i].Name(), j.file.Path, err)
		}
	}
	return nil
}

func (f *fanout) done(j job) {
	if j.buffer != nil {
		j.buffer.release()
	}
	if n := len(j.piece.Bytes); n > 0 {
		j.piece.Release()
		f.bodies.inFlight.Release(int64(n))
	}
	if j.spool != nil {
		closeSpool(j.spool)
	}
	if j.spooled > 0 {
		f.tempFiles.Release(j.spooled)
	}
}

// visit takes an entry from the walk.
func (f *fanout) visit(h *seaworthy.Header, body io.Reader) error {
	var wants uint32
	most := seaworthy.Skip
	for i, p := range f.passes {
		if w := p.Wants(h); w != seaworthy.Skip {
			wants |= 1 << i
			most = max(most, w)
		}
	}
	if wants == 0 || body == layer.NoBody { // the reader tells of the latter
		return nil
	}
	j, err := f.read(h, body, most)
	if err != nil {
		return err
	}
	j.wants = wants
	select {
	case f.jobs <- j:
		return nil
	case <-f.ctx.Done():
		f.done(j)
		return context.Cause(f.ctx)
	}
}

// read reads as much of a body as is wanted.
func (f *fanout) read(h *seaworthy.Header, body io.Reader, most seaworthy.Want) (job, error) {
	h = new(*h)
	if h.Size == 0 {
		return job{file: seaworthy.NewFile(h, nil, true)}, nil
	}
	length := h.Size
	if most == seaworthy.Head {
		length = min(length, seaworthy.HeadSize)
	}
	if length > f.bodies.longest || most == seaworthy.Parts && length > f.bodies.longest/2 {
		return f.toSpool(h, body)
	}
	if b, ok := body.(*layer.Body); ok {
		if piece, ok := b.Take(int(length)); ok {
			if err := f.bodies.inFlight.Acquire(f.ctx, int64(len(piece.Bytes))); err != nil {
				piece.Release()
				return job{}, err
			}
			return job{file: seaworthy.NewFile(h, piece.Bytes, length == h.Size), piece: piece}, nil
		}
	}
	buf, err := f.bodies.get(f.ctx, int(length))
	if err != nil {
		return job{}, err
	}
	data := buf.space[:length]
	if _, err := io.ReadFull(body, data); err != nil {
		buf.release()
		return job{}, fmt.Errorf("%s: %w", h.Path, err)
	}
	return job{file: seaworthy.NewFile(h, data, length == h.Size), buffer: buf}, nil
}

func (f *fanout) toSpool(h *seaworthy.Header, body io.Reader) (job, error) {
	j := job{spooled: h.Size}
	if most := f.tempFiles.Size(); most >= 0 && h.Size > most {
		return job{}, fmt.Errorf("%s: its %d bytes exceed the limit on temporary files of %d bytes", h.Path, h.Size, most)
	}
	if err := f.tempFiles.Acquire(f.ctx, h.Size); err != nil {
		return job{}, err
	}
	buf, err := f.bodies.get(f.ctx, seaworthy.HeadSize)
	if err != nil {
		f.done(j)
		return job{}, err
	}
	j.buffer = buf
	spool, err := openSpool(f.tempDir)
	if err != nil {
		f.done(j)
		return job{}, err
	}
	j.spool = spool
	in := &contextReader{ctx: f.ctx, r: body}
	n, err := io.Copy(spool, in)
	if err == nil && n < h.Size {
		in.err = io.ErrUnexpectedEOF
	}
	if in.err == nil && err == nil {
		_, err = spool.ReadAt(buf.space, 0)
	}
	if in.err != nil {
		f.done(j)
		return job{}, fmt.Errorf("%s: %w", h.Path, in.err)
	}
	if err != nil {
		f.done(j)
		return job{}, fmt.Errorf("%s: cannot write its %d bytes to a temporary file: %w", h.Path, h.Size, err)
	}
	j.file = seaworthy.NewSpooledFile(h, buf.space, spool)
	return j, nil
}

// close waits for the workers. It must be called once, after the last visit.
func (f *fanout) close() error {
	close(f.jobs)
	return f.workers.Wait()
}

// results ends the passes after a close without error.
func (f *fanout) results(ctx context.Context) (map[string][]byte, error) {
	results := make(map[string][]byte, len(f.passes))
	for i, p := range f.passes {
		name := f.analyzers[i].Name()
		r, err := p.Close(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		results[name] = r
	}
	return results, nil
}

// openSpool makes a temporary file that has no name any more where the system
// allows that, so that nothing is left behind whatever happens.
func openSpool(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "seaworthy-")
	if err != nil {
		return nil, fmt.Errorf("cannot create a temporary file for a large file: %w", err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Remove(f.Name()); err != nil {
			f.Close()
			return nil, fmt.Errorf("cannot create a temporary file for a large file: %w", err)
		}
	}
	return f, nil
}

func closeSpool(f *os.File) {
	f.Close()
	if runtime.GOOS == "windows" {
		os.Remove(f.Name())
	}
}

// contextReader ends with the context's cause. It keeps the error that ended it,
// if it was not io.EOF.
type contextReader struct {
	ctx context.Context
	r   io.Reader
	err error
}

// Read implements [io.Reader].
func (r *contextReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		r.err = context.Cause(r.ctx)
		return 0, r.err
	}
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

var errTooManyAnalyzers = errors.New("too many analyzers for one scan")
