package secret

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"slices"

	"github.com/ulikunitz/xz/lzma"

	"seaworthy.dev/seaworthy/internal/limit"
)

// xzReader decompresses a file in the xz format 1.2, block by block. Unlike the reader of
// the xz module, it knows the dictionary that a block asks for before it allocates that: each
// block may ask for 4 GiB.
type xzReader struct {
	ctx    context.Context
	memory *limit.Lease
	in     *bufio.Reader
	check  byte // the type of check of the stream

	// Of the block that is being read; block is nil between blocks.
	block      io.Reader
	compressed *countingReader
	sum        hash.Hash // nil for none, or for an unknown one
	dictionary int64
}

var (
	xzMagic  = []byte("\xfd7zXZ\x00")
	errXZ    = errors.New("damaged xz file")
	xzChecks = [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64} // lengths in bytes
)

const xzHeader, xzFooter = 12, 12 // lengths in bytes

// openXZ reads the headers of the first stream and of its first block.
func (r *fileScan) openXZ(in *bufio.Reader) (io.ReadCloser, error) {
	x := &xzReader{ctx: r.ctx, memory: r.memory, in: in}
	if err := x.openStream(); err != nil {
		return nil, err
	}
	if err := x.openBlock(); err != nil && err != io.EOF {
		return nil, err
	}
	return x, nil
}

// Close implements [io.Closer].
func (x *xzReader) Close() error {
	x.closeBlock()
	return nil
}

func (x *xzReader) closeBlock() {
	x.memory.Release(x.dictionary)
	x.block, x.dictionary = nil, 0
}

// Read implements [io.Reader].
func (x *xzReader) Read(p []byte) (int, error) {
	for {
		if x.block == nil {
			if err := x.openBlock(); err == io.EOF {
				if err := x.endStream(); err != nil { // io.EOF after the last one
					return 0, err
				}
				continue
			} else if err != nil {
				return 0, err
			}
		}
		n, err := x.block.Read(p)
		if x.sum != nil {
			x.sum.Write(p[:n])
		}
		if err == io.EOF {
			err = x.endBlock()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (x *xzReader) openStream() error {
	var head [xzHeader]byte
	if _, err := io.ReadFull(x.in, head[:]); err != nil || !bytes.HasPrefix(head[:], xzMagic) || head[6] != 0 || head[7] > 15 || binary.LittleEndian.Uint32(head[8:]) != crc32.ChecksumIEEE(head[6:8]) {
		return errXZ
	}
	x.check = head[7]
	return nil
}

// openBlock reads the header of a block. It returns io.EOF at the index.
func (x *xzReader) openBlock() error {
	size, err := x.in.Peek(1)
	if err != nil {
		return errXZ
	}
	if size[0] == 0 {
		return io.EOF
	}
	head := make([]byte, (int(size[0])+1)*4)
	if _, err := io.ReadFull(x.in, head); err != nil {
		return errXZ
	}
	dictionary, ok := xzDictionary(head)
	if !ok || dictionary > maxWindow {
		return errMethod
	}
	if body := head[:len(head)-4]; binary.LittleEndian.Uint32(head[len(body):]) != crc32.ChecksumIEEE(body) {
		return errXZ
	}
	if err := x.memory.Acquire(x.ctx, dictionary); err != nil {
		return err
	}
	x.dictionary = dictionary
	x.compressed = &countingReader{r: x.in}
	if x.block, err = (lzma.Reader2Config{DictCap: max(int(dictionary), lzma.MinDictCap)}).NewReader2(x.compressed); err != nil {
		x.closeBlock()
		return err
	}
	switch x.sum = nil; x.check {
	case 1:
		x.sum = crc32.NewIEEE()
	case 4:
		x.sum = crc64.New(crc64.MakeTable(crc64.ECMA))
	case 10:
		x.sum = sha256.New()
	}
	return nil
}

// endBlock reads the padding and the check behind a block.
func (x *xzReader) endBlock() error {
	x.closeBlock()
	padding := int(-x.compressed.n & 3)
	tail := make([]byte, padding+xzChecks[x.check])
	if _, err := io.ReadFull(x.in, tail); err != nil {
		return errXZ
	}
	if x.sum == nil {
		return nil
	}
	got := x.sum.Sum(nil)
	if x.check != 10 { // CRCs are little-endian, unlike those of Go
		slices.Reverse(got)
	}
	if !bytes.Equal(got, tail[padding:]) {
		return errXZ
	}
	return nil
}

// endStream skips the index and the footer, and opens the next stream. It returns io.EOF if
// there is none.
func (x *xzReader) endStream() error {
	index := &countingReader{r: x.in}
	number := func() uint64 {
		n, err := binary.ReadUvarint(index)
		if err != nil {
			index.failed = true
		}
		return n
	}
	index.ReadByte() // the indicator
	for left := number(); left > 0 && !index.failed; left-- {
		number()
		number()
	}
	rest := make([]byte, int(-index.n&3)+4+xzFooter)
	if _, err := io.ReadFull(x.in, rest); err != nil || index.failed || string(rest[len(rest)-2:]) != "YZ" {
		return errXZ
	}
	for { // padding between streams
		next, err := x.in.Peek(4)
		if len(next) == 0 {
			return io.EOF
		}
		if err != nil || binary.LittleEndian.Uint32(next) != 0 {
			return x.openStream()
		}
		x.in.Discard(4)
	}
}

// countingReader counts the bytes that are read.
type countingReader struct {
	r      *bufio.Reader
	n      int64
	failed bool
}

// Read implements [io.Reader].
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte implements [io.ByteReader].
func (c *countingReader) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// xzDictionary returns the size in bytes of the dictionary that the header of a block asks
// for. For a block with another filter than LZMA2, ok is false.
func xzDictionary(head []byte) (size int64, ok bool) {
	const lzma2 = 0x21
	if len(head) < 8 {
		return 0, false
	}
	flags, rest := head[1], head[2:len(head)-4]
	sizes := int(flags>>6&1) + int(flags>>7) // of the block, packed and not
	for range sizes {
		n := 0
		for n < len(rest) && n < 9 && rest[n] >= 0x80 {
			n++
		}
		rest = rest[min(n+1, len(rest)):]
	}
	if flags&3 != 0 || len(rest) < 3 || rest[0] != lzma2 || rest[1] != 1 {
		return 0, false
	}
	size, err := lzma.DecodeDictCap(rest[2])
	return size, err == nil
}
