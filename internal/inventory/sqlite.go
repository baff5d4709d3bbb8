package inventory

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"seaworthy.dev/seaworthy"
)

// sqliteHeaders reads the headers out of rpm's SQLite database: the second column
// of the table Packages. It reads no more of SQLite's file format (version 3) than
// a table's b-tree: no indexes, and no write-ahead log.
func sqliteHeaders(f *seaworthy.File) headers {
	return func(yield func([]byte, error) bool) {
		db, err := openSQLite(f.ReaderAt(), f.Size)
		if err != nil {
			yield(nil, err)
			return
		}
		root, err := db.findTable("Packages")
		if err != nil {
			yield(nil, err)
			return
		}
		err = db.rows(root, func(record []byte) error {
			columns, err := sqliteColumns(record)
			if err != nil {
				return err
			}
			if len(columns) != 2 {
				return errSQLite
			}
			if !yield(columns[1].value, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

var (
	errSQLite = errors.New("the SQLite database is damaged")
	// errStop ends a walk of which nobody wants more.
	errStop = errors.New("stopped")
)

// sqlite is a database file. Each page is read at most once for a table, so that
// pages that refer to each other in circles end.
type sqlite struct {
	r      io.ReaderAt
	page   int64 // bytes of a page
	usable int   // of which a b-tree uses these
	pages  uint32
	used   []bool // by page
}

func openSQLite(r io.ReaderAt, size int64) (*sqlite, error) {
	var h [100]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return nil, errors.New("it is too short for a SQLite database")
	}
	if string(h[:16]) != "SQLite format 3\x00" {
		return nil, errors.New("it is no SQLite database")
	}
	page := int64(binary.BigEndian.Uint16(h[16:]))
	if page == 1 {
		page = 65536
	}
	if page < 512 || page&(page-1) != 0 || page-int64(h[20]) < 480 {
		return nil, errSQLite
	}
	if n := int64(binary.BigEndian.Uint32(h[28:])); n*page > size {
		return nil, fmt.Errorf("it is cut: %d bytes of %d", size, n*page)
	}
	pages := size / page
	return &sqlite{r: r, page: page, usable: int(page) - int(h[20]), pages: uint32(pages), used: make([]bool, pages+1)}, nil
}

// read gives a page, counted from 1.
func (db *sqlite) read(n uint32) ([]byte, error) {
	if n == 0 || n > db.pages || db.used[n] {
		return nil, errSQLite
	}
	db.used[n] = true
	b := make([]byte, db.page)
	if _, err := db.r.ReadAt(b, int64(n-1)*db.page); err != nil {
		return nil, err
	}
	return b, nil
}

// findTable gives the root page of a table.
func (db *sqlite) findTable(name string) (uint32, error) {
	var root uint32
	err := db.rows(1, func(record []byte) error {
		columns, err := sqliteColumns(record)
		if err != nil {
			return err
		}
		if len(columns) >= 4 && string(columns[0].value) == "table" && string(columns[1].value) == name {
			root = uint32(columns[3].number())
			return errStop
		}
		return nil
	})
	if err != nil && !errors.Is(err, errStop) {
		return 0, err
	}
	if root == 0 {
		return 0, fmt.Errorf("the SQLite database has no table %s", name)
	}
	return root, nil
}

const (
	sqliteInterior = 0x05 // the page is an interior page of a table's b-tree
	sqliteLeaf     = 0x0d
)

// rows calls visit with the record of each row of a table.
func (db *sqlite) rows(root uint32, visit func(record []byte) error) error {
	pending := []uint32{root}
	for len(pending) > 0 {
		n := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		page, err := db.read(n)
		if err != nil {
			return err
		}
		h := page
		if n == 1 {
			h = page[100:]
		}
		cells := int(binary.BigEndian.Uint16(h[3:]))
		headerSize := 8
		if h[0] == sqliteInterior {
			headerSize = 12
		}
		if headerSize+2*cells > len(h) || h[0] != sqliteInterior && h[0] != sqliteLeaf {
			return errSQLite
		}
		if h[0] == sqliteInterior {
			pending = append(pending, binary.BigEndian.Uint32(h[8:]))
		}
		for i := cells - 1; i >= 0; i-- {
			if h[0] == sqliteLeaf { // in the order of the rows
				i := cells - 1 - i
				record, err := db.record(page, int(binary.BigEndian.Uint16(h[headerSize+2*i:])))
				if err == nil {
					err = visit(record)
				}
				if err != nil {
					return err
				}
				continue
			}
			at := int(binary.BigEndian.Uint16(h[headerSize+2*i:]))
			if at+4 > len(page) {
				return errSQLite
			}
			pending = append(pending, binary.BigEndian.Uint32(page[at:]))
		}
	}
	return nil
}

// record gives the record of a leaf's cell, with the part of it that lies on
// overflow pages.
func (db *sqlite) record(page []byte, at int) ([]byte, error) {
	if at > db.usable {
		return nil, errSQLite
	}
	cell := page[at:db.usable]
	length, n := sqliteVarint(cell)
	_, m := sqliteVarint(cell[n:]) // the row's id
	if n == 0 || m == 0 || length > maxHeader || length > uint64(db.pages)*uint64(db.page) {
		return nil, errSQLite
	}
	cell = cell[n+m:]
	local := db.local(int(length))
	if local > len(cell) {
		return nil, errSQLite
	}
	if local == int(length) {
		return cell[:local], nil
	}
	if local+4 > len(cell) {
		return nil, errSQLite
	}
	record := append(make([]byte, 0, length), cell[:local]...)
	for next := binary.BigEndian.Uint32(cell[local:]); len(record) < int(length); {
		p, err := db.read(next)
		if err != nil {
			return nil, err
		}
		next = binary.BigEndian.Uint32(p)
		record = append(record, p[4:min(db.usable, 4+int(length)-len(record))]...)
	}
	return record, nil
}

// local is the number of bytes of a record that its leaf holds.
func (db *sqlite) local(length int) int {
	most := db.usable - 35
	if length <= most {
		return length
	}
	least := (db.usable-12)*32/255 - 23
	if k := least + (length-least)%(db.usable-4); k <= most {
		return k
	}
	return least
}

// sqliteColumn is a value of a record and its serial type.
type sqliteColumn struct {
	kind  uint64
	value []byte
}

// number is the value of a column that holds a positive integer.
func (c sqliteColumn) number() (n uint64) {
	switch {
	case c.kind == 9:
		return 1
	case c.kind >= 1 && c.kind <= 6:
		for _, b := range c.value {
			n = n<<8 | uint64(b)
		}
	}
	return n
}

func sqliteColumns(record []byte) ([]sqliteColumn, error) {
	size, n := sqliteVarint(record)
	if n == 0 || size < uint64(n) || size > uint64(len(record)) {
		return nil, errSQLite
	}
	header, body := record[n:size], record[size:]
	var columns []sqliteColumn
	for len(header) > 0 {
		kind, n := sqliteVarint(header)
		if n == 0 {
			return nil, errSQLite
		}
		header = header[n:]
		length := sqliteLength(kind)
		if length > uint64(len(body)) {
			return nil, errSQLite
		}
		columns = append(columns, sqliteColumn{kind, body[:length]})
		body = body[length:]
	}
	return columns, nil
}

// sqliteLength is the number of bytes of a value by its serial type.
func sqliteLength(kind uint64) uint64 {
	if kind >= 12 {
		return (kind - 12) / 2
	}
	return [...]uint64{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0}[kind]
}

// sqliteVarint reads a number of one to nine bytes, the highest first; n is 0 if
// it is cut.
func sqliteVarint(b []byte) (v uint64, n int) {
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

// parseRPMLog notes that the database has changes which lie in SQLite's
// write-ahead log: rpm leaves it empty when it ends in good order.
func parseRPMLog(_ context.Context, f *seaworthy.File) ([]Package, error) {
	if f.Size == 0 {
		return nil, nil
	}
	return nil, fmt.Errorf("it holds %d bytes of changes that are not in the database yet, and they were not read", f.Size)
}
