package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/limit"
)

// maxPasses is the maximum number of analyzers in a scan: job.wants has a bit for each.
const maxPasses = 32

// fanout passes the entries of one layer to the analyzers that want them. It reads each
// body once and shares it among them.
type fanout struct {
	ctx       context.Context
	analyzers []seaworthy.LayerAnalyzer
	passes    []seaworthy.Pass
	peekers   []seaworthy.Peeker // of each pass; nil if it is none
	bodies    *BodyPool
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
	spool  *os.File // the temporary file with the body, or nil
	// spooled is the number of bytes acquired for the temporary file.
	spooled int64
}

func newFanout(ctx context.Context, analyzers []seaworthy.LayerAnalyzer, opt *Options) *fanout {
	f := &fanout{analyzers: analyzers, bodies: opt.Bodies, tempDir: opt.TempDir, tempFiles: opt.TempFiles, jobs: make(chan job, 32)}
	for _, a := range analyzers {
		p := a.Open()
		peeker, _ := p.(seaworthy.Peeker)
		f.passes, f.peekers = append(f.passes, p), append(f.peekers, peeker)
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

// run hands a file to the analyzers that want it.
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

// done releases the memory and the temporary file of a job.
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

// visit reads the part of a body that analyzers want, and queues it for them.
func (f *fanout) visit(h *seaworthy.Header, body io.Reader) error {
	var wants uint32
	want := seaworthy.Skip
	for i, p := range f.passes {
		w := p.Wants(h)
		if peeker := f.peekers[i]; peeker != nil && w < seaworthy.Body && h.Size > 0 {
			head, err := peek(body)
			if err != nil {
				return fmt.Errorf("%s: %w", h.Path, err)
			}
			w = max(w, peeker.Peek(h, head))
		}
		if w != seaworthy.Skip {
			wants |= 1 << i
			want = max(want, w)
		}
	}
	if wants == 0 || body == layer.NoBody { // layer.Anomalies reports the latter
		return nil
	}
	j, err := f.read(h, body, want)
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

// peek returns the first bytes of a body without consuming them.
func peek(body io.Reader) ([]byte, error) {
	if b, ok := body.(*layer.Body); ok {
		return b.Peek(seaworthy.PeekSize)
	}
	return nil, nil
}

// read reads as much of a body as the analyzers want: all of it, unless want is Head.
func (f *fanout) read(h *seaworthy.Header, body io.Reader, want seaworthy.Want) (job, error) {
	h = new(*h)
	if h.Size == 0 {
		return job{file: seaworthy.NewFile(h, nil, true)}, nil
	}
	length := h.Size
	if want == seaworthy.Head {
		length = min(length, seaworthy.HeadSize)
	}
	if length > f.bodies.longest || want == seaworthy.Parts && length > f.bodies.longest/2 {
		return f.spool(h, body)
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

// spool writes a body to a temporary file.
func (f *fanout) spool(h *seaworthy.Header, body io.Reader) (job, error) {
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

// close waits until the analyzers have seen all files. It must be called once, after the
// last visit.
func (f *fanout) close() error {
	close(f.jobs)
	return f.workers.Wait()
}

// results returns the result of each analyzer, by name. It may be called once, after a
// close without error.
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

var errTooManyAnalyzers = errors.New("too many analyzers for one scan")
