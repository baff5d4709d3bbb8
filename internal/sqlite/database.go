// Package sqlite reads the tables of SQLite 3 database files
// (https://www.sqlite.org/fileformat2.html).
//
// The input is a database file. The output are its tables with the names of their columns,
// and the records of a table, passed to a callback, with the position of each value in the
// file. Indexes and tables WITHOUT ROWID are not read. [Log] reads the write-ahead log of a
// database.
//
// A file may come from an attacker. Each page is read at most once, and the caller limits
// the bytes read of a record. For a truncated or damaged file, the part before the damage is
// read, and then [ErrDamaged] is returned.
package sqlite

import (
	"encoding/binary"
	"errors"
	"io"
)

// ErrDamaged is returned for a database that violates the file format.
var ErrDamaged = errors.New("the SQLite database is damaged")

// Magic is the start of a database file.
const Magic = "SQLite format 3\x00"

// Database is an open database file. Each page can be read only once, so that a cycle of
// pages is an error. So each table can be read once, too.
type Database struct {
	r            io.ReaderAt
	page         int64 // bytes of a page
	usable       int   // bytes of a page that a b-tree uses
	pages        uint32
	recordedSize int64
	used         []bool // by page
	partial      bool   // pages are missing: it is a [Log]
}

// Table is a table in the schema.
type Table struct {
	Name, SQL string
	root      uint32
}

// Open reads the header of a database. Size is the length of the file in bytes.
func Open(r io.ReaderAt, size int64) (*Database, error) {
	var h [100]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return nil, errors.New("it is too short for a SQLite database")
	}
	if string(h[:len(Magic)]) != Magic {
		return nil, errors.New("it is not a SQLite database")
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
		recordedSize: int64(binary.BigEndian.Uint32(h[28:])) * page,
	}, nil
}

// Size returns the length of the database in bytes according to its header. A truncated file
// is shorter.
func (db *Database) Size() int64 { return db.recordedSize }

// maxSchema is the maximum length of an entry of the schema, in bytes.
const maxSchema = 1 << 20

// Tables returns the tables in the schema. With an error, it returns the tables before the
// damage.
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

// Rows calls visit with the record of each row of a table. It reads at most limit bytes of a
// record. If visit returns an error, Rows ends and returns it.
func (db *Database) Rows(t Table, limit int, visit func(*Record) error) error {
	return db.walk(t.root, limit, visit)
}

// Root returns the number of the first page of the table.
func (t Table) Root() uint32 { return t.root }

// Walk is [Database.Rows] that also calls page for each page of the table, before its rows,
// with the pages below it. A page with rows has none.
func (db *Database) Walk(t Table, limit int, page func(n uint32, below []uint32) error, visit func(*Record) error) error {
	return db.walkPages(t.root, limit, page, visit)
}

// read returns the page with a number. The first page has number 1.
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
	interior = 0x05 // the type of an interior page of a table's b-tree
	leaf     = 0x0d
)

// maxAhead is the number of pending pages that may exceed the number of pages in the file: a
// truncated file has pages whose children are missing.
const maxAhead = 1 << 16

// walk calls visit with each record of the b-tree with the given root page.
func (db *Database) walk(root uint32, limit int, visit func(*Record) error) error {
	return db.walkPages(root, limit, func(uint32, []uint32) error { return nil }, visit)
}

func (db *Database) walkPages(root uint32, limit int, page func(n uint32, below []uint32) error, visit func(*Record) error) error {
	pending := []uint32{root}
	for len(pending) > 0 {
		n := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		below, err := db.visitPage(n, limit, page, visit)
		if err != nil {
			return err
		}
		for i := range below { // in the order of the rows
			pending = append(pending, below[len(below)-1-i])
		}
		if len(pending) > int(db.pages)+maxAhead {
			return ErrDamaged // a page has several parents
		}
	}
	return nil
}

// visitPage calls page for a page of a b-tree, and visit with each record on it. It returns
// the pages below it.
func (db *Database) visitPage(n uint32, limit int, page func(n uint32, below []uint32) error, visit func(*Record) error) (below []uint32, err error) {
	body, err := db.read(n)
	if err != nil {
		return nil, err
	}
	h := body
	if n == 1 {
		h = body[100:]
	}
	cells, room := int(binary.BigEndian.Uint16(h[3:])), db.usable
	headerSize := 8
	if h[0] == interior {
		headerSize = 12
	}
	if headerSize+2*cells > len(h) || h[0] != interior && h[0] != leaf {
		return nil, ErrDamaged
	}
	cell := func(i int) int { return int(binary.BigEndian.Uint16(h[headerSize+2*i:])) }
	if h[0] == interior {
		below = make([]uint32, 0, cells+1)
		for i := range cells {
			at := cell(i)
			if at+4 > len(body) {
				return nil, ErrDamaged
			}
			below = append(below, binary.BigEndian.Uint32(body[at:]))
		}
		below = append(below, binary.BigEndian.Uint32(h[8:]))
		return below, page(n, below)
	}
	if err := page(n, nil); err != nil {
		return nil, err
	}
	for i := range cells {
		record, err := db.record(n, body, cell(i), limit)
		if err != nil {
			return nil, err
		}
		if room -= record.local; room < 0 {
			return nil, ErrDamaged // rows overlap
		}
		if err := visit(record); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// record returns the record of a cell at an offset of a leaf page, including the part on
// overflow pages.
func (db *Database) record(n uint32, page []byte, at, limit int) (*Record, error) {
	if at > db.usable {
		return nil, ErrDamaged
	}
	cell := page[at:db.usable]
	length, size := varint(cell)
	id, idSize := varint(cell[size:])
	if size == 0 || idSize == 0 || length > uint64(db.pages)*uint64(db.page) {
		return nil, ErrDamaged
	}
	cell = cell[size+idSize:]
	local := db.local(int(length))
	if local > len(cell) {
		return nil, ErrDamaged
	}
	r := &Record{ID: id, chunks: []chunk{{0, db.offset(n) + int64(at+size+idSize)}}, local: local, Complete: true}
	if local == int(length) {
		r.payload = cell[:local]
		return r, nil
	}
	if local+4 > len(cell) {
		return nil, ErrDamaged
	}
	if int(length) > limit {
		length, r.Complete = uint64(max(limit, local)), false
	}
	capacity := length
	if db.partial {
		capacity = uint64(local) // the length may be of a record that is not there
	}
	r.payload = append(make([]byte, 0, capacity), cell[:local]...)
	for next := binary.BigEndian.Uint32(cell[local:]); len(r.payload) < int(length); {
		p, err := db.read(next)
		if errors.Is(err, errNotInLog) {
			r.payload, r.Complete = nil, false
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		r.chunks = append(r.chunks, chunk{len(r.payload), db.offset(next) + 4})
		next = binary.BigEndian.Uint32(p)
		r.payload = append(r.payload, p[4:min(db.usable, 4+int(length)-len(r.payload))]...)
	}
	return r, nil
}

// local returns the number of bytes of a record on its leaf page; see section 1.6 of the
// file format.
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
