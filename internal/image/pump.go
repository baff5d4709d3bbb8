package image

import (
	"context"
	"io"
)

// The memory of a pump, in buffers and bytes.
const (
	pumpBuffers    = 4
	pumpBufferSize = 256 << 10
)

// pump reads ahead in a goroutine of its own, and stops waiting for bytes when
// its context ends, also where the reader beneath it goes on waiting.
type pump struct {
	ctx  context.Context
	full chan chunk
	free chan []byte

	now  chunk // what is being handed out
	rest []byte
}

type chunk struct {
	data []byte
	err  error
}

func newPump(ctx context.Context, r io.Reader) *pump {
	p := &pump{ctx: ctx, full: make(chan chunk, pumpBuffers), free: make(chan []byte, pumpBuffers)}
	for range pumpBuffers {
		p.free <- make([]byte, pumpBufferSize)
	}
	go p.run(r)
	return p
}

func (p *pump) run(r io.Reader) {
	for {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-p.ctx.Done():
			return
		}
		n, err := r.Read(buf[:pumpBufferSize])
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
