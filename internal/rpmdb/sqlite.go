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

// eachHeader calls yield with each header of an SQLite database. It returns errStop if yield
// returns false.
func eachHeader(r io.ReaderAt, size int64, yield func([]byte, error) bool) error {
	db, err := sqlite.Open(r, size)
	if err != nil {
		return err
	}
	if db.Size() > size {
		return fmt.Errorf("it is truncated: %d of %d bytes", size, db.Size())
	}
	tables, err := db.Tables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		if t.Name != "Packages" {
			continue
		}
		return db.Rows(t, maxHeader, func(record *sqlite.Record) error {
			columns, err := record.Columns()
			if err != nil {
				return err
			}
			if len(columns) != 2 || !record.Complete {
				return sqlite.ErrDamaged
			}
			if !yield(columns[1].Value, nil) {
				return errStop
			}
			return nil
		})
	}
	return errors.New("the SQLite database has no table Packages")
}
