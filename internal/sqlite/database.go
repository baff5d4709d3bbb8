// Package sqlite reads the tables of SQLite's database files, version 3 of the format
// (https://www.sqlite.org/fileformat2.html).
//
// In goes a file that can be read anywhere. Out come its tables with the names of their
// columns, and by a callback the records of their rows, with where in the file each value
// is. Indexes, tables without row ids and the write-ahead log are not read.
//
// A file may be an attacker's. Each page is read at most once, and of a record no more
// than the caller allows. Of a file that is damaged or cut, what stands before comes out,
// and then [ErrDamaged].
package sqlite

import (
	"encoding/binary"
	"errors"
	"io"
)

// ErrDamaged is an error for a database that breaks the rules of its format.
var ErrDamaged = errors.New("the SQLite database is damaged")

// Magic is how a database starts.
const Magic = "SQLite format 3\x00"

// Database is a database file. Each page is read at most once, so that pages that
// refer to each other in circles end.
type Database struct {
	r       io.ReaderAt
	page    int64 // bytes of a page
	usable  int   // of which a b-tree uses these
	pages   uint32
	claimed int64
	used    []bool // by page
}

// Table is what the schema says of a table.
type Table struct {
	Name, SQL string
	root      uint32
}

// Open reads the header of a database of so many bytes.
func Open(r io.ReaderAt, size int64) (*Database, error) {
	var h [100]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return nil, errors.New("it is too short for a SQLite database")
	}
	if string(h[:len(Magic)]) != Magic {
		return nil, errors.New("it is no SQLite database")
	}
	page := int64(binary.BigEndian.Uint16(h[16:]))
	if page == 1 {
		page = 65536
	}
	if page < 512 || page&(page-1) != 0 || page-int64(h[20]) < 480 {
		return nil, ErrDamaged
	}
	pages := size / page
	return &Database{
		r: r, page: page, usable: int(page) - int(h[20]), pages: uint32(pages), used: make([]bool, pages+1),
		claimed: int64(binary.BigEndian.Uint32(h[28:])) * page,
	}, nil
}

// Size is the number of bytes that the database says that it has.
func (db *Database) Size() int64 { return db.claimed }

// maxSchema bounds an entry of the schema, in bytes.
const maxSchema = 1 << 20

// Tables returns the tables of the schema, and with an error those before the damage.
func (db *Database) Tables() ([]Table, error) {
	var list []Table
	err := db.walk(1, maxSchema, func(r *Record) error {
		columns, err := r.Columns()
		if err != nil {
			return err
		}
		if len(columns) >= 5 && string(columns[0].Value) == "table" {
			list = append(list, Table{Name: string(columns[1].Value), SQL: string(columns[4].Value), root: uint32(columns[3].number())})
		}
		return nil
	})
	return list, err
}

// Rows calls visit with the record of each row of a table. Of a record no more than
// its first limit bytes are read. An error of visit ends the walk.
func (db *Database) Rows(t Table, limit int, visit func(*Record) error) error {
	return db.walk(t.root, limit, visit)
}

// read returns a page, counted from 1.
func (db *Database) read(n uint32) ([]byte, error) {
	if n == 0 || n > db.pages || db.used[n] {
		return nil, ErrDamaged
	}
	db.used[n] = true
	b := make([]byte, db.page)
	if _, err := db.r.ReadAt(b, db.offset(n)); err != nil {
		return nil, err
	}
	return b, nil
}

// offset is where a page is in the file.
func (db *Database) offset(n uint32) int64 { return int64(n-1) * db.page }

const (
	interior = 0x05 // the page is an interior page of a table's b-tree
	leaf     = 0x0d
)

// maxAhead is how many pages may wait beyond those that the file has: of one that is
// cut, pages name children that are missing.
const maxAhead = 1 << 16

func (db *Database) walk(root uint32, limit int, visit func(*Record) error) error {
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
		cells, room := int(binary.BigEndian.Uint16(h[3:])), db.usable
		headerSize := 8
		if h[0] == interior {
			headerSize = 12
		}
		if headerSize+2*cells > len(h) || h[0] != interior && h[0] != leaf {
			return ErrDamaged
		}
		if h[0] == interior {
			pending = append(pending, binary.BigEndian.Uint32(h[8:]))
		}
		for i := cells - 1; i >= 0; i-- {
			if h[0] == leaf { // in the order of the rows
				i := cells - 1 - i
				record, err := db.record(n, page, int(binary.BigEndian.Uint16(h[headerSize+2*i:])), limit)
				if err != nil {
					return err
				}
				if room -= record.local; room < 0 {
					return ErrDamaged // rows share their bytes
				}
				if err := visit(record); err != nil {
					return err
				}
				continue
			}
			at := int(binary.BigEndian.Uint16(h[headerSize+2*i:]))
			if at+4 > len(page) {
				return ErrDamaged
			}
			pending = append(pending, binary.BigEndian.Uint32(page[at:]))
		}
		if len(pending) > int(db.pages)+maxAhead {
			return ErrDamaged // pages have more than one parent
		}
	}
	return nil
}

// record returns the record of a leaf's cell, with the part of it that lies on
// overflow pages.
func (db *Database) record(n uint32, page []byte, at, limit int) (*Record, error) {
	if at > db.usable {
		return nil, ErrDamaged
	}
	cell := page[at:db.usable]
	length, size := varint(cell)
	_, idSize := varint(cell[size:]) // the row's id
	if size == 0 || idSize == 0 || length > uint64(db.pages)*uint64(db.page) {
		return nil, ErrDamaged
	}
	cell = cell[size+idSize:]
	local := db.local(int(length))
	if local > len(cell) {
		return nil, ErrDamaged
	}
	r := &Record{chunks: []chunk{{0, db.offset(n) + int64(at+size+idSize)}}, local: local, Whole: true}
	if local == int(length) {
		r.payload = cell[:local]
		return r, nil
	}
	if local+4 > len(cell) {
		return nil, ErrDamaged
	}
	if int(length) > limit {
		length, r.Whole = uint64(max(limit, local)), false
	}
	r.payload = append(make([]byte, 0, length), cell[:local]...)
	for next := binary.BigEndian.Uint32(cell[local:]); len(r.payload) < int(length); {
		p, err := db.read(next)
		if err != nil {
			return nil, err
		}
		r.chunks = append(r.chunks, chunk{len(r.payload), db.offset(next) + 4})
		next = binary.BigEndian.Uint32(p)
		r.payload = append(r.payload, p[4:min(db.usable, 4+int(length)-len(r.payload))]...)
	}
	return r, nil
}

// local is the number of bytes of a record that its leaf holds.
func (db *Database) local(length int) int {
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
