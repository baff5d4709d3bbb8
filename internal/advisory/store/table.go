package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sort"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// maxBlock is the limit of a block, so that a damaged file cannot demand more memory.
const maxBlock = 256 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// codec is how the blocks of a table are compressed.
type codec byte

const (
	// fast is S2, for small blocks of which a look-up reads many.
	fast codec = 's'
	// dense is Zstandard, for large blocks of text of which few are read.
	dense codec = 'z'
)

// tableWriter writes a table. The keys must come in order.
type tableWriter struct {
	out       io.Writer
	offset    uint64 // of the next block from the beginning of the table
	codec     codec
	blockSize int
	encoder   *zstd.Encoder // if dense
	block     []byte
	packed    []byte
	first     []byte
	last      []byte
	index     []byte
	rows      int
	blocks    int
}

func newTableWriter(out io.Writer, codec codec, blockSize int) (*tableWriter, error) {
	w := &tableWriter{out: out, codec: codec, blockSize: blockSize}
	if codec == fast {
		return w, nil
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, err
	}
	w.encoder = encoder
	return w, nil
}

func (w *tableWriter) add(key, value []byte) error {
	if w.rows > 0 && bytes.Compare(w.last, key) >= 0 {
		return fmt.Errorf("key %q does not come after %q", key, w.last)
	}
	if len(w.block) == 0 {
		w.first = append(w.first[:0], key...)
	}
	w.block = appendBytes(appendBytes(w.block, key), value)
	w.last = append(w.last[:0], key...)
	w.rows++
	if len(w.block) >= w.blockSize {
		return w.flush()
	}
	return nil
}

func (w *tableWriter) flush() error {
	if len(w.block) == 0 {
		return nil
	}
	if len(w.block) > maxBlock {
		return fmt.Errorf("a block of %d bytes is over the limit of %d", len(w.block), maxBlock)
	}
	if w.codec == fast {
		w.packed = s2.EncodeBetter(w.packed[:cap(w.packed)], w.block)
	} else {
		w.packed = w.encoder.EncodeAll(w.block, w.packed[:0])
	}
	if _, err := w.out.Write(w.packed); err != nil {
		return err
	}
	w.index = appendBytes(w.index, w.first)
	for _, n := range []uint64{w.offset, uint64(len(w.packed)), uint64(len(w.block)), uint64(crc32.Checksum(w.packed, castagnoli))} {
		w.index = binary.AppendUvarint(w.index, n)
	}
	w.offset += uint64(len(w.packed))
	w.blocks++
	w.block = w.block[:0]
	return nil
}

// close writes the last block and returns the index.
func (w *tableWriter) close() (index []byte, err error) {
	err = w.flush()
	if w.encoder != nil {
		err = errors.Join(err, w.encoder.Close())
	}
	index = binary.AppendUvarint([]byte{byte(w.codec)}, uint64(w.blocks))
	return append(index, w.index...), err
}

// table is an open table. It may be used by any number of goroutines.
type table struct {
	in      io.ReaderAt
	codec   codec
	blocks  []blockAt
	decoder *zstd.Decoder // if dense

	mu    sync.Mutex
	cache map[int][]byte // decompressed blocks by number; guarded by mu
	held  int            // bytes in cache; guarded by mu
}

// blockAt is a line of the index.
type blockAt struct {
	first       []byte
	offset      int64
	stored, raw int
	sum         uint32
}

// maxHeld is the limit of the decompressed blocks in memory, of each table.
const maxHeld = 8 << 20

// openTable reads the index of a table in the given section of a file.
func openTable(section *io.SectionReader, index []byte) (*table, error) {
	d := decode{rest: index}
	t := &table{in: section, codec: codec(d.uvarint()), cache: make(map[int][]byte)}
	switch t.codec {
	case fast:
	case dense:
		var err error
		if t.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxBlock)); err != nil {
			return nil, err
		}
	default:
		return nil, ErrDamaged
	}
	t.blocks = make([]blockAt, 0, d.count())
	for len(d.rest) > 0 && d.err == nil {
		b := blockAt{first: d.bytes(), offset: int64(d.uvarint()), stored: int(d.uvarint()), raw: int(d.uvarint()), sum: uint32(d.uvarint())}
		if d.err == nil && (b.offset < 0 || b.stored < 0 || b.stored > maxBlock || b.raw < 0 || b.raw > maxBlock || b.offset+int64(b.stored) > section.Size()) {
			d.err = ErrDamaged
		}
		t.blocks = append(t.blocks, b)
	}
	if d.err != nil {
		t.close()
	}
	return t, d.err
}

func (t *table) close() {
	if t.decoder != nil {
		t.decoder.Close()
	}
}

// block returns a decompressed block. It must not be changed.
func (t *table) block(i int) ([]byte, error) {
	t.mu.Lock()
	data, ok := t.cache[i]
	t.mu.Unlock()
	if ok {
		return data, nil
	}
	b := &t.blocks[i]
	packed := make([]byte, b.stored)
	if _, err := t.in.ReadAt(packed, b.offset); err != nil {
		return nil, err
	}
	if crc32.Checksum(packed, castagnoli) != b.sum {
		return nil, fmt.Errorf("block %d: %w", i, ErrDamaged)
	}
	data, err := t.unpack(packed, b.raw)
	if err != nil || len(data) != b.raw {
		return nil, fmt.Errorf("block %d: %w", i, errors.Join(ErrDamaged, err))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held += len(data); t.held > maxHeld {
		clear(t.cache)
		t.held = len(data)
	}
	t.cache[i] = data
	return data, nil
}

// unpack decompresses a block, which comes to the given size.
func (t *table) unpack(packed []byte, size int) ([]byte, error) {
	if t.codec == dense {
		return t.decoder.DecodeAll(packed, make([]byte, 0, size))
	}
	if n, err := s2.DecodedLen(packed); err != nil || n != size {
		return nil, ErrDamaged
	}
	return s2.Decode(make([]byte, size), packed)
}

// get returns the value of a key, or nil.
func (t *table) get(key []byte) ([]byte, error) {
	i := sort.Search(len(t.blocks), func(i int) bool { return bytes.Compare(t.blocks[i].first, key) > 0 }) - 1
	if i < 0 {
		return nil, nil
	}
	data, err := t.block(i)
	if err != nil {
		return nil, err
	}
	d := decode{rest: data}
	for len(d.rest) > 0 && d.err == nil {
		k, v := d.bytes(), d.bytes()
		switch bytes.Compare(k, key) {
		case 0:
			return v, d.err
		case 1:
			return nil, d.err
		}
	}
	return nil, d.err
}

// hasPrefix reports whether a key begins with the prefix.
func (t *table) hasPrefix(prefix []byte) (bool, error) {
	i := sort.Search(len(t.blocks), func(i int) bool { return bytes.Compare(t.blocks[i].first, prefix) >= 0 })
	if i < len(t.blocks) && bytes.HasPrefix(t.blocks[i].first, prefix) {
		return true, nil
	}
	if i == 0 {
		return false, nil
	}
	data, err := t.block(i - 1)
	if err != nil {
		return false, err
	}
	d := decode{rest: data}
	for len(d.rest) > 0 && d.err == nil {
		k, _ := d.bytes(), d.bytes()
		if bytes.HasPrefix(k, prefix) {
			return true, nil
		}
	}
	return false, d.err
}

// all calls f for every key in order. Key and value are valid until f returns.
func (t *table) all(f func(key, value []byte) error) error {
	for i := range t.blocks {
		data, err := t.block(i)
		if err != nil {
			return err
		}
		d := decode{rest: data}
		for len(d.rest) > 0 {
			k, v := d.bytes(), d.bytes()
			if d.err != nil {
				return d.err
			}
			if err := f(k, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendBytes writes a length and the bytes.
func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendStrings(dst []byte, list []string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	for _, s := range list {
		dst = appendString(dst, s)
	}
	return dst
}

// decode reads what the append functions wrote. After an error it returns zeroes.
type decode struct {
	rest []byte
	err  error
}

func (d *decode) uvarint() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.rest, d.err = nil, ErrDamaged
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decode) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.rest, d.err = nil, ErrDamaged
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decode) string() string { return string(d.bytes()) }

// count reads how many elements follow, of which each takes a byte or more.
func (d *decode) count() int {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.rest, d.err = nil, ErrDamaged
		return 0
	}
	return int(n)
}

func (d *decode) strings() []string {
	var list []string
	for n := d.count(); n > 0 && d.err == nil; n-- {
		list = append(list, d.string())
	}
	return slices.Clip(list)
}
