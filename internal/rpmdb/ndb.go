package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The layout of rpm's ndb database (lib/backend/ndb/rpmpkg.c of rpm):
//
//   - The index consists of pages of 4096 bytes with slots of 16 bytes. The first two slots
//     of the file are its header. Each other slot is free, or has the number of a package
//     and the position of its blob.
//   - The blobs follow, aligned to 16 bytes. A blob has a header of 16 bytes and the RPM
//     header of a package.
//
// Numbers are little-endian and have 32 bits.
const (
	ndbMagic     = 'R' | 'p'<<8 | 'm'<<16 | 'P'<<24 // begins the file
	ndbSlotMagic = 'S' | 'l'<<8 | 'o'<<16 | 't'<<24 // begins a slot
	ndbBlobMagic = 'B' | 'l'<<8 | 'b'<<16 | 'S'<<24 // begins a blob
	ndbSlot      = 16                               // bytes of a slot, and the unit of positions
	ndbPage      = 4096                             // bytes of a page
)

var errNDB = errors.New("the ndb database is damaged")

// NDB yields the headers of an ndb database. Size is the length of the file in bytes.
func NDB(r io.ReaderAt, size int64) Headers {
	return func(yield func([]byte, error) bool) {
		var h [2 * ndbSlot]byte
		if _, err := r.ReadAt(h[:], 0); err != nil || binary.LittleEndian.Uint32(h[:]) != ndbMagic {
			yield(nil, errors.New("it is not an ndb database"))
			return
		}
		end := int64(binary.LittleEndian.Uint32(h[12:])) * ndbPage
		if end > size {
			yield(nil, fmt.Errorf("it is truncated: its index alone has %d bytes, the file has %d", end, size))
			return
		}
		left := size // blobs do not overlap, so together they are not longer than the file
		page := make([]byte, ndbPage)
		for at := int64(0); at < end; at += ndbPage {
			if _, err := r.ReadAt(page, at); err != nil {
				yield(nil, err)
				return
			}
			for slot := 0; slot < ndbPage; slot += ndbSlot {
				if at == 0 && slot < len(h) {
					continue
				}
				header, err := ndbBlob(r, page[slot:][:ndbSlot], left)
				if header == nil && err == nil {
					continue
				}
				left -= int64(len(header))
				if !yield(header, err) || err != nil {
					return
				}
			}
		}
	}
}

// ndbBlob returns the content of the blob that a slot names, or nil for a free slot. Limit is
// the maximum length of the blob in bytes.
func ndbBlob(r io.ReaderAt, slot []byte, limit int64) ([]byte, error) {
	if binary.LittleEndian.Uint32(slot) != ndbSlotMagic {
		return nil, errNDB
	}
	number := binary.LittleEndian.Uint32(slot[4:])
	if number == 0 {
		return nil, nil
	}
	at := int64(binary.LittleEndian.Uint32(slot[8:])) * ndbSlot
	var h [16]byte
	if _, err := r.ReadAt(h[:], at); err != nil {
		return nil, fmt.Errorf("package %d lies beyond the end of the file: %w", number, err)
	}
	length := int64(binary.LittleEndian.Uint32(h[12:]))
	if binary.LittleEndian.Uint32(h[:]) != ndbBlobMagic || binary.LittleEndian.Uint32(h[4:]) != number || length > min(limit, maxHeader) {
		return nil, errNDB
	}
	blob := make([]byte, length)
	if _, err := r.ReadAt(blob, at+int64(len(h))); err != nil {
		return nil, fmt.Errorf("package %d lies beyond the end of the file: %w", number, err)
	}
	return blob, nil
}
