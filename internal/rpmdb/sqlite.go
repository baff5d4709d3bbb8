package rpmdb

import (
	"errors"
	"fmt"
	"io"

	"seaworthy.dev/seaworthy/internal/sqlite"
)

// errStop is returned by a callback when the caller of an iterator has left its loop.
var errStop = errors.New("stopped")

// SQLite yields the headers of an SQLite database: the second column of the table Packages.
// Size is the length of the file in bytes.
func SQLite(r io.ReaderAt, size int64) Headers {
	return func(yield func([]byte, error) bool) {
		if err := eachHeader(r, size, yield); err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

// eachHeader calls yield with each header.
func eachHeader(r io.ReaderAt, size int64, yield func([]byte, error) bool) error {
	_, err := ReadSQLite(r, size, Visitor{
		Page: func(uint32, []uint32) error { return nil },
		Row: func(_ uint64, header []byte) error {
			if !yield(header, nil) {
				return errStop
			}
			return nil
		},
	})
	return err
}

// Visitor gets the content of the b-tree of the table of packages.
type Visitor struct {
	// Page is called for each page before its rows, with the pages below it. A page with
	// rows has none below it.
	Page func(page uint32, below []uint32) error
	// Row is called with each row. The header is valid until Row returns. In a log, it is nil
	// if the database has the row.
	Row func(id uint64, header []byte) error
	// Damaged is called with the pages of a log of which not all rows can be read, after all
	// pages.
	Damaged func(page uint32)
}

// ReadSQLite reads the table of packages of an SQLite database. Root is the first page of the
// table. Size is the length of the file in bytes.
func ReadSQLite(r io.ReaderAt, size int64, v Visitor) (root uint32, err error) {
	db, err := sqlite.Open(r, size)
	if err != nil {
		return 0, err
	}
	if db.Size() > size {
		return 0, fmt.Errorf("it is truncated: %d of %d bytes", size, db.Size())
	}
	tables, err := db.Tables()
	if err != nil {
		return 0, err
	}
	t, ok := packagesTable(tables)
	if !ok {
		return 0, errors.New("the SQLite database has no table Packages")
	}
	return t.Root(), db.Walk(t, maxHeader, v.Page, func(record *sqlite.Record) error {
		columns, err := record.Columns()
		if err != nil {
			return err
		}
		if len(columns) != 2 || !record.Complete {
			return sqlite.ErrDamaged
		}
		return v.Row(record.ID, columns[1].Value)
	})
}

func packagesTable(tables []sqlite.Table) (sqlite.Table, bool) {
	for _, t := range tables {
		if t.Name == "Packages" {
			return t, true
		}
	}
	return sqlite.Table{}, false
}

// ReadLog reads the pages that the write-ahead log of an SQLite database has, which may be of
// any table. Root is the first page of the table of packages, or 0 if the log does not have
// the schema. A log without a complete transaction has no pages.
func ReadLog(r io.ReaderAt, size int64, v Visitor) (root uint32, err error) {
	l, err := sqlite.OpenLog(r, size)
	if err != nil || l.Len() == 0 {
		return 0, err
	}
	tables, err := l.Tables()
	if err != nil {
		return 0, err
	}
	if t, ok := packagesTable(tables); ok {
		root = t.Root()
	}
	const blob = 12 // the first serial type of a blob
	damaged, err := l.Pages(maxHeader, v.Page, func(record *sqlite.Record) error {
		if !record.Complete {
			return v.Row(record.ID, nil)
		}
		columns, err := record.Columns()
		if err != nil {
			return err
		}
		if len(columns) != 2 || columns[0].Kind != 0 || columns[1].Kind < blob || columns[1].Kind%2 != 0 {
			return nil // of another table
		}
		return v.Row(record.ID, columns[1].Value)
	})
	for _, page := range damaged {
		v.Damaged(page)
	}
	return root, err
}
