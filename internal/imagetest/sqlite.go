package imagetest

import "encoding/binary"

// SQLiteTable is a table of a database for tests. All values are of type TEXT.
type SQLiteTable struct {
	Name, SQL string
	Rows      [][]string
}

const sqlitePage = 1024

// sqliteFile is the list of pages of a database.
type sqliteFile [][]byte

// SQLite returns a database with these tables. Each table has an interior page above the
// pages of its rows, and long rows use overflow pages.
func SQLite(tables ...SQLiteTable) string {
	var f sqliteFile
	f.add() // the first page
	var schema [][]byte
	for i, t := range tables {
		var leaves []uint32
		var cells [][]byte
		size := 0
		flush := func() {
			n := f.add()
			f.leaf(n, 0, cells)
			leaves, cells, size = append(leaves, n), nil, 0
		}
		for id, row := range t.Rows {
			c := f.cell(id+1, sqliteRecord(row, -1))
			if size += len(c) + 2; size > sqlitePage-8 {
				flush()
				size = len(c) + 2
			}
			cells = append(cells, c)
		}
		flush()
		root := f.add()
		f.interior(root, leaves)
		schema = append(schema, f.cell(i+1, sqliteRecord([]string{"table", t.Name, t.Name, string(binary.BigEndian.AppendUint32(nil, uint32(root))), t.SQL}, 3)))
	}
	f.leaf(1, 100, schema)
	copy(f[0], "SQLite format 3\x00")
	binary.BigEndian.PutUint16(f[0][16:], sqlitePage)
	copy(f[0][18:], "\x01\x01\x00\x40\x20\x20")
	binary.BigEndian.PutUint32(f[0][28:], uint32(len(f)))
	var all []byte
	for _, p := range f {
		all = append(all, p...)
	}
	return string(all)
}

func (f *sqliteFile) add() uint32 {
	*f = append(*f, make([]byte, sqlitePage))
	return uint32(len(*f))
}

// leaf writes the rows of page n, counted from 1. The page header is at an offset.
func (f sqliteFile) leaf(n uint32, at int, cells [][]byte) {
	p, top := f[n-1], sqlitePage
	p[at] = 13
	binary.BigEndian.PutUint16(p[at+3:], uint16(len(cells)))
	for i, c := range cells {
		top -= len(c)
		copy(p[top:], c)
		binary.BigEndian.PutUint16(p[at+8+2*i:], uint16(top))
	}
	binary.BigEndian.PutUint16(p[at+5:], uint16(top))
}

func (f sqliteFile) interior(n uint32, leaves []uint32) {
	p, top := f[n-1], sqlitePage
	last := len(leaves) - 1
	p[0] = 5
	binary.BigEndian.PutUint16(p[3:], uint16(last))
	binary.BigEndian.PutUint32(p[8:], leaves[last])
	for i, l := range leaves[:last] {
		top -= 5
		binary.BigEndian.PutUint32(p[top:], l)
		p[top+4] = byte(i) // a row id, which no test reads
		binary.BigEndian.PutUint16(p[12+2*i:], uint16(top))
	}
}

// cell returns a row of a leaf. It writes the end of a long row to overflow pages.
func (f *sqliteFile) cell(id int, record []byte) []byte {
	cell := append(sqliteNumber(len(record)), sqliteNumber(id)...)
	if len(record) <= sqlitePage-35 {
		return append(cell, record...)
	}
	least := (sqlitePage-12)*32/255 - 23
	local := least + (len(record)-least)%(sqlitePage-4)
	if local > sqlitePage-35 {
		local = least
	}
	cell = append(cell, record[:local]...)
	next := uint32(len(*f) + 1)
	cell = binary.BigEndian.AppendUint32(cell, next)
	for rest := record[local:]; len(rest) > 0; {
		p := (*f)[f.add()-1]
		n := copy(p[4:], rest)
		if rest = rest[n:]; len(rest) > 0 {
			binary.BigEndian.PutUint32(p, uint32(len(*f)+1))
		}
	}
	return cell
}

// sqliteRecord returns a record of texts. The column with this number is an integer of
// four bytes instead.
func sqliteRecord(columns []string, number int) []byte {
	var header, body []byte
	for i, c := range columns {
		kind := sqliteNumber(13 + 2*len(c))
		if i == number {
			kind = []byte{4}
		}
		header, body = append(header, kind...), append(body, c...)
	}
	return append(append(sqliteNumber(len(header)+1), header...), body...)
}

// sqliteNumber returns a number below 2^21 as an SQLite varint.
func sqliteNumber(n int) []byte {
	switch {
	case n < 1<<7:
		return []byte{byte(n)}
	case n < 1<<14:
		return []byte{byte(n>>7) | 0x80, byte(n & 0x7f)}
	}
	return []byte{byte(n>>14) | 0x80, byte(n>>7) | 0x80, byte(n & 0x7f)}
}
