package gitpack

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"

	"seaworthy.dev/seaworthy/internal/inflate"
)

// maxAtOnce is the longest text that is decompressed from memory to memory.
const maxAtOnce = 1 << 20

// unpack decompresses what starts at one offset, and ends before another, into
// memory of its length that is from buffers; end is behind it.
func (p *pack) unpack(text []byte, at, limit int64, ahead int) (end int64, err error) {
	if err := p.spend(int64(len(text))); err != nil {
		return 0, err
	}
	if n := limit - at; n <= 2*maxAtOnce {
		packed := p.in.bytes(at, int(n), ahead)
		if inflate.IsZlib(packed) {
			d := p.reader.decoders.Get().(*inflate.Decoder)
			defer p.reader.decoders.Put(d)
			n, taken, err := d.Inflate(text[:len(text)+bufferSlack], packed[inflate.ZlibHeader:])
			if taken += inflate.ZlibHeader + inflate.ZlibTrailer; err == nil && n == len(text) && taken <= len(packed) {
				return at + int64(taken), nil
			}
		}
	}
	*p.opt.Budget += int64(len(text)) // which the stream takes again
	return p.inflateFrom(at, func(r io.Reader) error {
		if _, err := io.ReadFull(r, text); err != nil {
			return err
		}
		return ends(r, 0)
	})
}

// inflateFrom calls read with what is compressed from an offset on, all of which it is to
// read; end is behind it. An error of read is ErrDamaged, unless the budget or the
// context ended it.
func (p *pack) inflateFrom(at int64, read func(io.Reader) error) (end int64, err error) {
	in := p.reader.inputs.Get().(*bufio.Reader)
	defer p.reader.inputs.Put(in)
	section := io.NewSectionReader(p.in.file, at, p.in.size-at)
	in.Reset(section)
	z, err := zlib.NewReader(in)
	if err != nil {
		return 0, ErrDamaged
	}
	defer z.Close()
	err = read(&budgeted{from: z, left: p.opt.Budget})
	taken, _ := section.Seek(0, io.SeekCurrent) // never fails
	if err != nil && !errors.Is(err, ErrBudget) && p.ctx.Err() == nil {
		err = ErrDamaged
	}
	return at + taken - int64(in.Buffered()), err
}

// budgeted takes what is read of it from a budget.
type budgeted struct {
	from io.Reader
	left *int64
	err  error // of the last Read, unless it is io.EOF
}

// Read implements [io.Reader].
func (b *budgeted) Read(text []byte) (int, error) {
	if *b.left <= 0 {
		b.err = ErrBudget
		return 0, b.err
	}
	n, err := b.from.Read(text[:min(int64(len(text)), *b.left)])
	*b.left -= int64(n)
	if err == io.ErrUnexpectedEOF {
		err = ErrDamaged // to io.ReadFull the other would be the end
	}
	if err != io.EOF {
		b.err = err
	}
	return n, err
}

// spend takes from the budget what it costs to make so many bytes.
func (p *pack) spend(n int64) error {
	if *p.opt.Budget -= n; *p.opt.Budget < 0 {
		return ErrBudget
	}
	return nil
}
