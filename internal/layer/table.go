package layer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"

	"seaworthy.dev/seaworthy"
)

// Table holds the entries of a layer in a compact form, which is the same in memory and in
// the cache: a record of fixed length for each entry, and the paths, front-coded (a path
// has only the bytes that differ from the previous one).
type Table struct {
	count   int
	records [][]byte // chunks of recordsPerChunk records, the last one shorter
	paths   [][]byte // chunks of front-coded paths; none straddles two chunks
	links   [][]byte // chunks of linkChunk bytes, the last one shorter
	last    string   // the last path
	text    int      // bytes in paths and links
}

// maxText is the maximum number of bytes of all front-coded paths and link targets of a
// layer. Real layers have about 20 bytes per path.
const maxText = 256 << 20

// A record consists of type and mode (2 bytes), uid, gid and link (4 each) and size (8),
// little-endian. Link is 1 + the offset of the target in links, or 0.
const (
	recordSize      = 22
	recordsPerChunk = 4096
	pathChunk       = 1 << 16
	linkChunk       = 1 << 16
	modeBits        = 12
)

// newTable returns an empty table.
func newTable() *Table { return new(Table) }

// Len returns the number of entries, including whiteouts.
func (t *Table) Len() int { return t.count }

// append adds an entry.
func (t *Table) append(k kind, h *seaworthy.Header) {
	var rec [recordSize]byte
	binary.LittleEndian.PutUint16(rec[0:], uint16(k)<<modeBits|h.Mode)
	binary.LittleEndian.PutUint32(rec[2:], h.UID)
	binary.LittleEndian.PutUint32(rec[6:], h.GID)
	binary.LittleEndian.PutUint32(rec[10:], t.addLink(h.Link))
	binary.LittleEndian.PutUint64(rec[14:], uint64(h.Size))
	t.records = appendChunk(t.records, recordSize*recordsPerChunk, rec[:])
	t.addPath(h.Path)
	t.count++
	t.text += len(h.Link)
}

func (t *Table) addPath(p string) {
	shared := 0
	if t.count > 0 {
		for shared < len(p) && shared < len(t.last) && p[shared] == t.last[shared] {
			shared++
		}
	}
	var buf [2 * binary.MaxVarintLen16]byte
	n := binary.PutUvarint(buf[:], uint64(shared))
	n += binary.PutUvarint(buf[n:], uint64(len(p)-shared))
	t.paths = appendChunk(t.paths, pathChunk, buf[:n], []byte(p[shared:])...)
	t.last = p
	t.text += n + len(p) - shared
}

func (t *Table) addLink(target string) uint32 {
	if target == "" {
		return 0
	}
	var n [2]byte
	binary.LittleEndian.PutUint16(n[:], uint16(len(target)))
	t.links = appendChunk(t.links, linkChunk, n[:], []byte(target)...)
	at := len(t.links) - 1
	return uint32(at*linkChunk+len(t.links[at])-len(target)-2) + 1
}

// appendChunk appends the bytes to the last chunk, or to a new one if they do not fit.
// Chunks are allocated with their full size, so that a large table is never copied.
func appendChunk(chunks [][]byte, size int, head []byte, tail ...byte) [][]byte {
	n := len(chunks)
	if n == 0 || len(chunks[n-1])+len(head)+len(tail) > size {
		capacity := size
		if n == 0 {
			capacity = size / 16 // most layers are small
		}
		chunks = append(chunks, make([]byte, 0, capacity))
		n++
	}
	chunks[n-1] = append(append(chunks[n-1], head...), tail...)
	return chunks
}

// Record is an entry of a table without its path.
type Record struct {
	// Whiteout reports that the entry hides its path in lower layers. Opaque reports that
	// it hides everything that lower layers have in the directory at its path.
	Whiteout, Opaque bool
	// Ignored reports that container runtimes ignore the entry.
	Ignored bool
	Type    seaworthy.EntryType
	Mode    uint16
	UID     uint32
	GID     uint32
	Size    int64
	link    uint32
}

// Record returns the record of the entry with an ordinal, which must be less than Len.
func (t *Table) Record(ordinal int) Record {
	chunk := t.records[ordinal/recordsPerChunk]
	at := ordinal % recordsPerChunk * recordSize
	rec := chunk[at : at+recordSize]
	word := binary.LittleEndian.Uint16(rec)
	r := Record{
		Mode: word & (1<<modeBits - 1),
		UID:  binary.LittleEndian.Uint32(rec[2:]),
		GID:  binary.LittleEndian.Uint32(rec[6:]),
		Size: int64(binary.LittleEndian.Uint64(rec[14:])),
		link: binary.LittleEndian.Uint32(rec[10:]),
	}
	switch k := kind(word >> modeBits); k {
	case kindWhiteout:
		r.Whiteout = true
	case kindOpaque:
		r.Opaque = true
	case kindOther:
		r.Ignored = true
	default:
		r.Type = seaworthy.EntryType(k)
	}
	return r
}

// Exists reports whether the entry creates something in the file system.
func (r Record) Exists() bool { return !r.Whiteout && !r.Opaque && !r.Ignored }

// Link returns the target of a link, or "" for other entries.
func (t *Table) Link(r Record) string {
	if r.link == 0 {
		return ""
	}
	at := int(r.link - 1)
	chunk := t.links[at/linkChunk][at%linkChunk:]
	n := int(binary.LittleEndian.Uint16(chunk))
	return string(chunk[2 : 2+n])
}

// Paths yields the ordinal and path of every entry, in order. The path is valid until the
// next iteration.
func (t *Table) Paths() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		path := make([]byte, 0, MaxPath)
		ordinal := 0
		for _, chunk := range t.paths {
			for len(chunk) > 0 {
				shared, n := binary.Uvarint(chunk)
				length, m := binary.Uvarint(chunk[n:])
				suffix := chunk[n+m:][:length]
				chunk = chunk[n+m+int(length):]
				path = append(path[:shared], suffix...)
				if !yield(ordinal, path) {
					return
				}
				ordinal++
			}
		}
	}
}

// WriteTo implements [io.WriterTo]. It writes the table in the format of [ParseTable].
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	var head []byte
	head = binary.AppendUvarint(head, uint64(t.count))
	for _, chunks := range [][][]byte{t.records, t.paths, t.links} {
		head = binary.AppendUvarint(head, uint64(len(chunks)))
		for _, c := range chunks {
			head = binary.AppendUvarint(head, uint64(len(c)))
		}
	}
	n, err := w.Write(head)
	written := int64(n)
	for _, chunks := range [][][]byte{t.records, t.paths, t.links} {
		for _, c := range chunks {
			if err != nil {
				return written, err
			}
			n, err = w.Write(c)
			written += int64(n)
		}
	}
	return written, err
}

var errTable = errors.New("entry table is damaged")

// ParseTable parses what [Table.WriteTo] wrote. The table refers to data, which must not
// be changed. A damaged table is an error, and never makes another method fail.
func ParseTable(data []byte) (*Table, error) {
	t := new(Table)
	next := func() int {
		v, n := binary.Uvarint(data)
		if n <= 0 || v > 1<<40 {
			data = nil
			return -1
		}
		data = data[n:]
		return int(v)
	}
	t.count = next()
	var lengths [3][]int
	for i := range lengths {
		for n := next(); n > 0; n-- {
			l := next()
			if l < 0 {
				return nil, errTable
			}
			lengths[i] = append(lengths[i], l)
		}
	}
	for i, chunks := range []*[][]byte{&t.records, &t.paths, &t.links} {
		for _, l := range lengths[i] {
			if l > len(data) {
				return nil, errTable
			}
			*chunks = append(*chunks, data[:l:l])
			data = data[l:]
		}
	}
	if len(data) > 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", errTable, len(data))
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	return t, nil
}

// check returns an error if another method could read beyond the end of a chunk.
func (t *Table) check() error {
	records := 0
	for i, c := range t.records {
		full := i < len(t.records)-1
		if len(c)%recordSize != 0 || len(c) > recordSize*recordsPerChunk || full && len(c) != recordSize*recordsPerChunk {
			return errTable
		}
		records += len(c) / recordSize
	}
	if records != t.count {
		return errTable
	}
	for i := range t.count {
		if !t.isValidLink(t.Record(i).link) {
			return errTable
		}
	}
	paths, last := 0, 0
	for _, c := range t.paths {
		for len(c) > 0 {
			shared, n := binary.Uvarint(c)
			if n <= 0 {
				return errTable
			}
			length, m := binary.Uvarint(c[n:])
			if m <= 0 || shared > uint64(last) || length > uint64(len(c)-n-m) || shared+length > MaxPath {
				return errTable
			}
			last = int(shared + length)
			c = c[n+m+int(length):]
			paths++
		}
	}
	if paths != t.count {
		return errTable
	}
	return nil
}

// isValidLink reports whether the link of a record is 0 or within links.
func (t *Table) isValidLink(link uint32) bool {
	if link == 0 {
		return true
	}
	at := int(link - 1)
	if at/linkChunk >= len(t.links) {
		return false
	}
	chunk := t.links[at/linkChunk]
	at %= linkChunk
	return at+2 <= len(chunk) && at+2+int(binary.LittleEndian.Uint16(chunk[at:])) <= len(chunk)
}
