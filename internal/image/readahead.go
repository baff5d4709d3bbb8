package image

import (
	"context"
	"io"
	"os"
	"time"
)

// The number and the size in bytes of the buffers of a readAheadReader.
const (
	readAheadBuffers    = 4
	readAheadBufferSize = 256 << 10
)

// readAheadReader reads ahead in a goroutine. Its Read returns when the context ends, even
// if a Read of the input still blocks.
type readAheadReader struct {
	ctx   context.Context
	input io.Reader
	full  chan chunk
	free  chan []byte
	ended chan struct{} // closed when the goroutine ends

	now  chunk  // the chunk that Read returns bytes of
	rest []byte // the bytes of now that were not returned yet
}

// chunk is the result of one Read of the input.
type chunk struct {
	data []byte
	err  error
}

func newReadAheadReader(ctx context.Context, r io.Reader) *readAheadReader {
	p := &readAheadReader{ctx: ctx, input: r, ended: make(chan struct{}), full: make(chan chunk, readAheadBuffers), free: make(chan []byte, readAheadBuffers)}
	for range readAheadBuffers {
		p.free <- make([]byte, readAheadBufferSize)
	}
	go p.run()
	return p
}

func (p *readAheadReader) run() {
	defer close(p.ended)
	for {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-p.ctx.Done():
			return
		}
		n, err := p.input.Read(buf[:readAheadBufferSize])
		p.full <- chunk{buf[:n], err} // never blocks: there is room for every buffer
		if err != nil {
			return
		}
	}
}

// Read implements [io.Reader].
func (p *readAheadReader) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.now.err != nil {
			return 0, p.now.err
		}
		if p.now.data != nil {
			p.free <- p.now.data
			p.now.data = nil
		}
		select {
		case p.now = <-p.full:
			p.rest = p.now.data
		case <-p.ctx.Done():
			return 0, context.Cause(p.ctx)
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// stop waits until the goroutine has ended. The context must have ended before. Blocking
// says that a Read of the input may block forever: it is then interrupted by a deadline.
// If the input has no deadlines, stop does not wait, and the goroutine ends when the
// blocked Read returns.
func (p *readAheadReader) stop(blocking bool) {
	if !blocking {
		<-p.ended
		return
	}
	if setReadDeadline(p.input, time.Unix(1, 0)) == nil {
		<-p.ended
		setReadDeadline(p.input, time.Time{})
	}
}

// deadliner is a reader whose Read can be interrupted, such as a pipe or a connection.
type deadliner interface{ SetReadDeadline(time.Time) error }

// setReadDeadline sets the deadline of r. It returns [os.ErrNoDeadline] if r has none.
func setReadDeadline(r io.Reader, t time.Time) error {
	if d, ok := r.(deadliner); ok {
		return d.SetReadDeadline(t)
	}
	return os.ErrNoDeadline
}
