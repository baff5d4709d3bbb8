package sqlite

// Record is the record of a row.
type Record struct {
	payload []byte
	chunks  []chunk
	local   int // bytes of it in the leaf
	// Whole is false if the record has more bytes than were to be read.
	Whole bool
}

// chunk says where in the file a part of a record starts that is in one piece there.
type chunk struct {
	at   int
	from int64
}

// Column is a value of a record and its serial type.
type Column struct {
	Kind  uint64
	Value []byte
	at    int
	chunk []chunk
}

// Text reports whether the value is a text.
func (c *Column) Text() bool { return c.Kind >= 13 && c.Kind&1 == 1 }

// Pieces calls visit with each part of the value that is in one piece in the file, and
// where in the file it is.
func (c *Column) Pieces(visit func(part []byte, from int64)) {
	end := c.at + len(c.Value)
	for i, k := range c.chunk {
		lo, hi := max(c.at, k.at), end
		if i+1 < len(c.chunk) {
			hi = min(end, c.chunk[i+1].at)
		}
		if lo < hi {
			visit(c.Value[lo-c.at:hi-c.at], k.from+int64(lo-k.at))
		}
	}
}

// number is the value of a column that holds a positive integer.
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

// maxColumns is how many columns SQLite can be built to take.
const maxColumns = 32767

// Columns returns the columns of a record; of one that is not whole those that are.
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
			if !r.Whole {
				return columns, nil
			}
			return nil, ErrDamaged
		}
		columns = append(columns, Column{kind, r.payload[at : at+int(length)], at, r.chunks})
		at += int(length)
	}
	return columns, nil
}

// serialLength is the number of bytes of a value by its serial type.
func serialLength(kind uint64) uint64 {
	if kind >= 12 {
		return (kind - 12) / 2
	}
	return [...]uint64{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0}[kind]
}

// varint reads a number of one to nine bytes, the highest first; n is 0 if it is cut.
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
