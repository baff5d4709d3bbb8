package sqlite

// Record is the record of a row.
type Record struct {
	// ID is the id of the row.
	ID      uint64
	payload []byte
	chunks  []chunk
	local   int // number of bytes on the leaf page
	// Complete is false if the record exceeds the limit on its length.
	Complete bool
}

// chunk is the start of a part of a record that is contiguous in the file.
type chunk struct {
	at   int   // offset in the record
	from int64 // offset in the file
}

// Column is a value of a record and its serial type.
type Column struct {
	Kind   uint64
	Value  []byte
	at     int
	chunks []chunk
}

// IsText reports whether the value is a text.
func (c *Column) IsText() bool { return c.Kind >= 13 && c.Kind&1 == 1 }

// Pieces calls visit with each part of the value that is contiguous in the file, and the
// offset of the part in the file.
func (c *Column) Pieces(visit func(part []byte, from int64)) {
	end := c.at + len(c.Value)
	for i, k := range c.chunks {
		lo, hi := max(c.at, k.at), end
		if i+1 < len(c.chunks) {
			hi = min(end, c.chunks[i+1].at)
		}
		if lo < hi {
			visit(c.Value[lo-c.at:hi-c.at], k.from+int64(lo-k.at))
		}
	}
}

// number returns the value of a column with a positive integer.
func (c *Column) number() (n uint64) {
	switch {
	case c.Kind == 9:
		return 1
	case c.Kind >= 1 && c.Kind <= 6:
		for _, b := range c.Value {
			n = n<<8 | uint64(b)
		}
	}
	return n
}

// maxColumns is the maximum of SQLITE_MAX_COLUMN.
const maxColumns = 32767

// Columns returns the columns of a record. For an incomplete record it returns the complete
// columns.
func (r *Record) Columns() ([]Column, error) {
	size, n := varint(r.payload)
	if n == 0 || size < uint64(n) || size > uint64(len(r.payload)) {
		return nil, ErrDamaged
	}
	header, at := r.payload[n:size], int(size)
	var columns []Column
	for len(header) > 0 {
		kind, n := varint(header)
		if n == 0 || len(columns) == maxColumns {
			return nil, ErrDamaged
		}
		header = header[n:]
		length := serialLength(kind)
		if length > uint64(len(r.payload)-at) {
			if !r.Complete {
				return columns, nil
			}
			return nil, ErrDamaged
		}
		columns = append(columns, Column{kind, r.payload[at : at+int(length)], at, r.chunks})
		at += int(length)
	}
	return columns, nil
}

// serialLength returns the length of a value in bytes by its serial type.
func serialLength(kind uint64) uint64 {
	if kind >= 12 {
		return (kind - 12) / 2
	}
	return [...]uint64{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0}[kind]
}

// varint reads a big-endian number of one to nine bytes, and returns the number of bytes. It
// returns 0 bytes if the number is truncated.
func varint(b []byte) (v uint64, n int) {
	for i := 0; i < len(b) && i < 9; i++ {
		if i == 8 {
			return v<<8 | uint64(b[8]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
