package image

import (
	"context"
	"io"
	"os"
	"time"
)

// The memory of a pump, in buffers and bytes.
const (
	pumpBuffers    = 4
	pumpBufferSize = 256 << 10
)

// pump reads ahead in a goroutine of its own, and stops waiting for bytes when
// its context ends, also where the reader beneath it goes on waiting.
type pump struct {
	ctx   context.Context
	input io.Reader
	full  chan chunk
	free  chan []byte
	ended chan struct{} // closed when the goroutine ends

	now  chunk // what is being handed out
	rest []byte
}

type chunk struct {
	data []byte
	err  error
}

func newPump(ctx context.Context, r io.Reader) *pump {
	p := &pump{ctx: ctx, input: r, ended: make(chan struct{}), full: make(chan chunk, pumpBuffers), free: make(chan []byte, pumpBuffers)}
	for range pumpBuffers {
		p.free <- make([]byte, pumpBufferSize)
	}
	go p.run()
	return p
}

func (p *pump) run() {
	defer close(p.ended)
	for {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-p.ctx.Done():
			return
		}
		n, err := p.input.Read(buf[:pumpBufferSize])
		p.full <- chunk{buf[:n], err} // has room for every buffer
		if err != nil {
			return
		}
	}
}

// Read implements [io.Reader].
func (p *pump) Read(b []byte) (int, error) {
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

// stop ends the goroutine. It must be called after the context's end. If the input
// may wait for bytes without end, it is interrupted; where that is not possible, the
// goroutine ends with the next bytes, or never.
func (p *pump) stop(blocking bool) {
	if !blocking {
		<-p.ended
		return
	}
	if setReadDeadline(p.input, time.Unix(1, 0)) == nil {
		<-p.ended
		setReadDeadline(p.input, time.Time{})
	}
}

// deadliner is a reader that can be interrupted, such as a pipe or a connection.
type deadliner interface{ SetReadDeadline(time.Time) error }

func setReadDeadline(r io.Reader, t time.Time) error {
	if d, ok := r.(deadliner); ok {
		return d.SetReadDeadline(t)
	}
	return os.ErrNoDeadline
}
