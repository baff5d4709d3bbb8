package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The layout of a Berkeley DB file of type hash (dbinc/db_page.h of Berkeley DB), as far as
// it is read here. The file consists of pages of the same size. Page 0 has metadata. A hash
// page has items, which are alternately keys and values. A value that is too long for a
// page is in a chain of overflow pages.
const (
	bdbHashMagic = 0x00061561 // in page 0

	bdbPageHeader = 26 // bytes of the header of every page

	// Offsets in the header of a page.
	bdbNext    = 16 // the number of the next page of a chain
	bdbEntries = 20 // the number of items
	bdbOffset  = 22 // of an overflow page: the number of bytes in use
	bdbType    = 25 // the type of the page

	// Types of pages.
	bdbHashUnsorted = 2
	bdbOverflow     = 7
	bdbHashMeta     = 8
	bdbHash         = 13

	// Types of items, in their first byte.
	bdbKeyData = 1 // the item has the value
	bdbOffPage = 3 // the value is on overflow pages
)

// ErrEncrypted is returned for an encrypted database.
var ErrEncrypted = errors.New("the Berkeley DB database is encrypted")

var errBerkeley = errors.New("the Berkeley DB database is damaged")

// Berkeley yields the headers of a Berkeley DB database. Size is the length of the file in
// bytes. The keys of the hash table are numbers of packages; the values are the headers.
func Berkeley(r io.ReaderAt, size int64) Headers {
	return func(yield func([]byte, error) bool) {
		db, err := openBerkeley(r, size)
		if err != nil {
			yield(nil, err)
			return
		}
		err = db.values(func(value []byte) error {
			if !yield(value, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

// berkeley is an open database file.
type berkeley struct {
	r        io.ReaderAt
	order    binary.ByteOrder // of the machine that wrote the file
	pageSize int64            // in bytes
	pages    uint32           // the number of pages
	// used has the overflow pages that were read. Reading one twice is an error, so that a
	// cycle of pages ends.
	used []bool
}

// openBerkeley reads page 0 of a database.
func openBerkeley(r io.ReaderAt, size int64) (*berkeley, error) {
	var h [72]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return nil, errors.New("it is too short for a Berkeley DB database")
	}
	db := &berkeley{r: r, order: binary.LittleEndian}
	if binary.BigEndian.Uint32(h[12:]) == bdbHashMagic {
		db.order = binary.BigEndian
	}
	if db.order.Uint32(h[12:]) != bdbHashMagic || h[bdbType] != bdbHashMeta {
		return nil, errors.New("it is not a Berkeley DB database of type hash")
	}
	if h[24] != 0 {
		return nil, ErrEncrypted
	}
	db.pageSize = int64(db.order.Uint32(h[20:]))
	if db.pageSize < 512 || db.pageSize > 64<<10 || db.pageSize&(db.pageSize-1) != 0 {
		return nil, errBerkeley
	}
	last := int64(db.order.Uint32(h[32:]))
	if (last+1)*db.pageSize > size {
		return nil, fmt.Errorf("it is truncated: %d of %d bytes", size, (last+1)*db.pageSize)
	}
	db.pages = uint32(last + 1)
	db.used = make([]bool, db.pages)
	return db, nil
}

// values calls visit with each value of the table. It skips key 0, whose value is the
// highest package number.
func (db *berkeley) values(visit func([]byte) error) error {
	page := make([]byte, db.pageSize)
	for n := uint32(1); n < db.pages; n++ {
		if _, err := db.r.ReadAt(page, int64(n)*db.pageSize); err != nil {
			return err
		}
		if t := page[bdbType]; t != bdbHash && t != bdbHashUnsorted {
			continue
		}
		items, err := db.items(page)
		if err != nil {
			return err
		}
		for i := 0; i+1 < len(items); i += 2 {
			if key := items[i]; len(key) == 5 && db.order.Uint32(key[1:]) == 0 {
				continue
			}
			value, err := db.value(items[i+1])
			if err == nil {
				err = visit(value)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// items returns the items of a hash page, alternately keys and values. An item extends from
// its offset to the offset of the previous one.
func (db *berkeley) items(page []byte) ([][]byte, error) {
	count := int(db.order.Uint16(page[bdbEntries:]))
	if bdbPageHeader+2*count > len(page) {
		return nil, errBerkeley
	}
	items := make([][]byte, count)
	end := len(page)
	for i := range items {
		start := int(db.order.Uint16(page[bdbPageHeader+2*i:]))
		if start < bdbPageHeader+2*count || start >= end {
			return nil, errBerkeley
		}
		items[i] = page[start:end]
		end = start
	}
	return items, nil
}

// value returns the value of an item, which may be on overflow pages.
func (db *berkeley) value(item []byte) ([]byte, error) {
	switch {
	case item[0] == bdbKeyData:
		return item[1:], nil
	case item[0] != bdbOffPage || len(item) < 12:
		return nil, errBerkeley
	}
	length := int64(db.order.Uint32(item[8:]))
	if length > min(maxHeader, int64(db.pages)*db.pageSize) {
		return nil, errBerkeley
	}
	value := make([]byte, 0, length)
	page := make([]byte, db.pageSize)
	for n := db.order.Uint32(item[4:]); int64(len(value)) < length; n = db.order.Uint32(page[bdbNext:]) {
		if n == 0 || n >= db.pages || db.used[n] {
			return nil, errBerkeley
		}
		db.used[n] = true
		if _, err := db.r.ReadAt(page, int64(n)*db.pageSize); err != nil {
			return nil, err
		}
		size := int(db.order.Uint16(page[bdbOffset:]))
		if page[bdbType] != bdbOverflow || size == 0 || bdbPageHeader+size > len(page) {
			return nil, errBerkeley
		}
		value = append(value, page[bdbPageHeader:][:size]...)
	}
	if int64(len(value)) != length {
		return nil, errBerkeley
	}
	return value, nil
}
