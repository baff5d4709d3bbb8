package gitpack

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"

	"seaworthy.dev/seaworthy/internal/inflate"
)

// maxUnpackedLength is the maximum length in bytes of a text that is decompressed from
// memory to memory.
const maxUnpackedLength = 1 << 20

// unpack decompresses the data that starts at an offset and ends before limit. Text must be
// from p.memory, and have the length of the decompressed data. It returns the offset of the
// end of the data.
func (p *pack) unpack(text []byte, at, limit int64, ahead int) (end int64, err error) {
	if err := p.spend(int64(len(text))); err != nil {
		return 0, err
	}
	if n := limit - at; n <= 2*maxUnpackedLength {
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
	*p.opt.Budget += int64(len(text)) // the stream subtracts it again
	return p.inflateFrom(at, func(r io.Reader) error {
		if _, err := io.ReadFull(r, text); err != nil {
			return err
		}
		return checkEnd(r, 0)
	})
}

// inflateFrom calls read with the decompressed data at an offset. Read must read all of it.
// InflateFrom returns the offset of the end of the data. An error of read becomes
// ErrDamaged, unless the budget or the context caused it.
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
	err = read(&budgetReader{from: z, left: p.opt.Budget})
	taken, _ := section.Seek(0, io.SeekCurrent) // never fails
	if err != nil && !errors.Is(err, ErrBudget) && p.ctx.Err() == nil {
		err = ErrDamaged
	}
	return at + taken - int64(in.Buffered()), err
}

// budgetReader subtracts the bytes that are read from a budget.
type budgetReader struct {
	from io.Reader
	left *int64
	err  error // the error of the last Read, unless it is io.EOF
}

// Read implements [io.Reader].
func (b *budgetReader) Read(text []byte) (int, error) {
	if *b.left <= 0 {
		b.err = ErrBudget
		return 0, b.err
	}
	n, err := b.from.Read(text[:min(int64(len(text)), *b.left)])
	*b.left -= int64(n)
	if err == io.ErrUnexpectedEOF {
		err = ErrDamaged // io.ReadFull uses the other error for a short text
	}
	if err != io.EOF {
		b.err = err
	}
	return n, err
}

// spend subtracts n from the budget. It returns ErrBudget if the budget is used up.
func (p *pack) spend(n int64) error {
	if *p.opt.Budget -= n; *p.opt.Budget < 0 {
		return ErrBudget
	}
	return nil
}
