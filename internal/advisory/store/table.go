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

// maxBlock limits the bytes of a block before and after decompression, so that a damaged
// file cannot make the reader allocate more memory.
const maxBlock = 256 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// codec is the compression of the blocks of a table. The value is written in the index.
type codec byte

const (
	codecS2   codec = 's' // S2, fast: for small blocks, of which a look-up reads many
	codecZstd codec = 'z' // Zstandard, smaller: for large blocks of text, of which few are read
)

// tableWriter writes a table. Rows must be added in the order of their keys.
type tableWriter struct {
	out       io.Writer
	codec     codec
	blockSize int           // a block is written once it has this many bytes before compression
	encoder   *zstd.Encoder // for codecZstd, else nil

	block    []byte // the rows of the block that is being filled
	firstKey []byte // of this block
	lastKey  []byte // of the last row that was added
	packed   []byte // buffer for the compressed block

	index  []byte // the entries of the blocks that were written
	offset uint64 // of the next block from the beginning of the table
	rows   int    // added so far
	blocks int    // written so far
}

func newTableWriter(out io.Writer, codec codec, blockSize int) (*tableWriter, error) {
	w := &tableWriter{out: out, codec: codec, blockSize: blockSize}
	if codec == codecS2 {
		return w, nil
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, err
	}
	w.encoder = encoder
	return w, nil
}

// add adds a row. The key must come after that of the row before.
func (w *tableWriter) add(key, value []byte) error {
	if w.rows > 0 && bytes.Compare(w.lastKey, key) >= 0 {
		return fmt.Errorf("key %q does not come after %q", key, w.lastKey)
	}
	if len(w.block) == 0 {
		w.firstKey = append(w.firstKey[:0], key...)
	}
	w.block = appendBytes(appendBytes(w.block, key), value)
	w.lastKey = append(w.lastKey[:0], key...)
	w.rows++
	if len(w.block) >= w.blockSize {
		return w.flush()
	}
	return nil
}

// flush compresses and writes the block that is being filled.
func (w *tableWriter) flush() error {
	if len(w.block) == 0 {
		return nil
	}
	if len(w.block) > maxBlock {
		return fmt.Errorf("a block of %d bytes is over the limit of %d", len(w.block), maxBlock)
	}
	if w.codec == codecS2 {
		w.packed = s2.EncodeBetter(w.packed[:cap(w.packed)], w.block)
	} else {
		w.packed = w.encoder.EncodeAll(w.block, w.packed[:0])
	}
	if _, err := w.out.Write(w.packed); err != nil {
		return err
	}
	w.index = appendBytes(w.index, w.firstKey)
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
	in      io.ReaderAt // the section of the file with the blocks
	codec   codec
	blocks  []blockInfo
	decoder *zstd.Decoder // for codecZstd, else nil

	mu          sync.Mutex
	cache       map[int][]byte // decompressed blocks by number; guarded by mu
	cachedBytes int            // in cache; guarded by mu
}

// blockInfo is an entry of the index.
type blockInfo struct {
	firstKey   []byte
	offset     int64  // in the table
	packedSize int    // bytes, compressed
	size       int    // bytes, decompressed
	checksum   uint32 // CRC-32C of the compressed bytes
}

// maxCachedBytes limits the decompressed blocks that a table keeps in memory.
const maxCachedBytes = 8 << 20

// openTable parses the index of a table. The section of the file holds its blocks.
func openTable(section *io.SectionReader, index []byte) (*table, error) {
	d := decoder{rest: index}
	t := &table{in: section, codec: codec(d.uvarint()), cache: make(map[int][]byte)}
	switch t.codec {
	case codecS2:
	case codecZstd:
		var err error
		if t.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxBlock)); err != nil {
			return nil, err
		}
	default:
		return nil, ErrDamaged
	}
	t.blocks = make([]blockInfo, 0, d.count())
	for len(d.rest) > 0 && d.err == nil {
		b := blockInfo{firstKey: d.bytes(), offset: int64(d.uvarint()), packedSize: int(d.uvarint()), size: int(d.uvarint()), checksum: uint32(d.uvarint())}
		if d.err == nil && (b.offset < 0 || b.packedSize < 0 || b.packedSize > maxBlock || b.size < 0 || b.size > maxBlock || b.offset+int64(b.packedSize) > section.Size()) {
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

// block returns a decompressed block, from the cache or from the file. The caller must
// not change it.
func (t *table) block(i int) ([]byte, error) {
	t.mu.Lock()
	data, ok := t.cache[i]
	t.mu.Unlock()
	if ok {
		return data, nil
	}
	b := &t.blocks[i]
	packed := make([]byte, b.packedSize)
	if _, err := t.in.ReadAt(packed, b.offset); err != nil {
		return nil, err
	}
	if crc32.Checksum(packed, castagnoli) != b.checksum {
		return nil, fmt.Errorf("block %d: %w", i, ErrDamaged)
	}
	data, err := t.decompress(packed, b.size)
	if err != nil || len(data) != b.size {
		return nil, fmt.Errorf("block %d: %w", i, errors.Join(ErrDamaged, err))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cachedBytes += len(data); t.cachedBytes > maxCachedBytes {
		clear(t.cache)
		t.cachedBytes = len(data)
	}
	t.cache[i] = data
	return data, nil
}

// decompress decompresses a block to the given size.
func (t *table) decompress(packed []byte, size int) ([]byte, error) {
	if t.codec == codecZstd {
		return t.decoder.DecodeAll(packed, make([]byte, 0, size))
	}
	if n, err := s2.DecodedLen(packed); err != nil || n != size {
		return nil, ErrDamaged
	}
	return s2.Decode(make([]byte, size), packed)
}

// get returns the value of a key, or nil if the table does not have the key.
func (t *table) get(key []byte) ([]byte, error) {
	i := sort.Search(len(t.blocks), func(i int) bool { return bytes.Compare(t.blocks[i].firstKey, key) > 0 }) - 1
	if i < 0 {
		return nil, nil
	}
	data, err := t.block(i)
	if err != nil {
		return nil, err
	}
	d := decoder{rest: data}
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

// hasPrefix reports whether any key of the table begins with the prefix.
func (t *table) hasPrefix(prefix []byte) (bool, error) {
	i := sort.Search(len(t.blocks), func(i int) bool { return bytes.Compare(t.blocks[i].firstKey, prefix) >= 0 })
	if i < len(t.blocks) && bytes.HasPrefix(t.blocks[i].firstKey, prefix) {
		return true, nil
	}
	if i == 0 {
		return false, nil
	}
	data, err := t.block(i - 1)
	if err != nil {
		return false, err
	}
	d := decoder{rest: data}
	for len(d.rest) > 0 && d.err == nil {
		k, _ := d.bytes(), d.bytes()
		if bytes.HasPrefix(k, prefix) {
			return true, nil
		}
	}
	return false, d.err
}

// forEach calls visit for every row in the order of the keys. Key and value are valid until
// visit returns.
func (t *table) forEach(visit func(key, value []byte) error) error {
	for i := range t.blocks {
		data, err := t.block(i)
		if err != nil {
			return err
		}
		d := decoder{rest: data}
		for len(d.rest) > 0 {
			k, v := d.bytes(), d.bytes()
			if d.err != nil {
				return d.err
			}
			if err := visit(k, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendBytes appends the length as a uvarint, and the bytes.
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

// decoder reads what the append functions wrote. After an error, which it keeps, its
// methods return zero values.
type decoder struct {
	rest []byte // not read yet
	err  error  // the first error
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.rest, d.err = nil, ErrDamaged
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.rest, d.err = nil, ErrDamaged
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) string() string { return string(d.bytes()) }

// count reads the number of elements of a list. It fails if there are not even that many
// bytes left.
func (d *decoder) count() int {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.rest, d.err = nil, ErrDamaged
		return 0
	}
	return int(n)
}

func (d *decoder) strings() []string {
	var list []string
	for n := d.count(); n > 0 && d.err == nil; n-- {
		list = append(list, d.string())
	}
	return slices.Clip(list)
}
