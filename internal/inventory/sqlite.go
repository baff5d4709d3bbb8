package inventory

import (
	"context"
	"errors"
	"fmt"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/sqlite"
)

// errStop ends a walk of which nobody wants more.
var errStop = errors.New("stopped")

// sqliteHeaders reads the headers out of rpm's SQLite database: the second column
// of the table Packages.
func sqliteHeaders(f *seaworthy.File) headers {
	return func(yield func([]byte, error) bool) {
		if err := eachHeader(f, yield); err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

func eachHeader(f *seaworthy.File, yield func([]byte, error) bool) error {
	db, err := sqlite.Open(f.ReaderAt(), f.Size)
	if err != nil {
		return err
	}
	if db.Size() > f.Size {
		return fmt.Errorf("it is cut: %d bytes of %d", f.Size, db.Size())
	}
	tables, err := db.Tables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		if t.Name != "Packages" {
			continue
		}
		return db.Rows(t, maxHeader, func(r *sqlite.Record) error {
			columns, err := r.Columns()
			if err != nil {
				return err
			}
			if len(columns) != 2 || !r.Whole {
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

// parseRPMLog notes that the database has changes which lie in SQLite's
// write-ahead log: rpm leaves it empty when it ends in good order.
func parseRPMLog(_ context.Context, f *seaworthy.File) ([]Package, error) {
	if f.Size == 0 {
		return nil, nil
	}
	return nil, fmt.Errorf("it holds %d bytes of changes that are not in the database yet, and they were not read", f.Size)
}
