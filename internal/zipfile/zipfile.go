// Package zipfile reads zip archives according to APPNOTE.TXT 6.3, including zip64.
//
// The input is an archive as an [io.ReaderAt]. A program may precede the archive, as in a
// self-extracting one. [File.Walk] passes its entries to a callback, in the order of the
// central directory. [File.Read] and [File.Data] return the data of an entry. They refuse
// encrypted entries; Read also refuses compression methods other than stored and deflated.
//
// An archive may come from an attacker. Unlike [archive/zip], the package reads one entry
// at a time, so that it needs little memory for any archive. It reads at most [MaxEntries]
// entries. Read subtracts the decompressed bytes from a budget.
package zipfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
)

const (
	// MaxEntries is the maximum number of entries that Walk visits.
	MaxEntries = 1_000_000
	// maxName is the maximum length of a name in bytes, which is a number of 16 bits.
	maxName = 1<<16 - 1
	// maxEnds is the maximum number of end records that Open considers.
	maxEnds = 1024
	// shortName is the length of the names for which memory is reserved.
	shortName = 1024
)

// The signatures and lengths of records, from APPNOTE.TXT, section 4.3.
const (
	localSignature    = 0x04034b50
	centralSignature  = 0x02014b50
	endSignature      = 0x06054b50
	zip64EndSignature = 0x06064b50
	zip64LocatorMagic = 0x07064b50

	localSize, centralSize, endSize, zip64EndSize, zip64LocatorSize = 30, 46, 22, 56, 20
	maxComment                                                      = 1<<16 - 1
)

// ErrIncomplete is returned for a file that is not a zip archive, or only a part of one.
var ErrIncomplete = errors.New("it is not a complete zip archive")

// File is an open zip archive.
type File struct {
	r       io.ReaderAt
	start   int64  // offset of the archive in r
	central int64  // offset of the central directory in r
	size    int64  // length of the central directory
	entries uint64 // number of entries according to the end record
}

// Entry is a file in the archive. It is valid until the callback of Walk returns.
type Entry struct {
	Name             []byte
	Method           uint16 // [Stored], [Deflated], or another method
	Encrypted        bool
	Packed, Unpacked uint64 // lengths in bytes, which may be wrong
	local            uint64 // offset of the local header from the start of the archive
}

// Open opens an archive. Size is the length of r in bytes.
func Open(r io.ReaderAt, size int64) (*File, error) {
	tail := make([]byte, min(size, endSize+maxComment))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return nil, err
	}
	at := findEnd(r, size, tail)
	if at < 0 {
		return nil, ErrIncomplete
	}
	end := tail[at:]
	entries := uint64(binary.LittleEndian.Uint16(end[10:]))
	length := uint64(binary.LittleEndian.Uint32(end[12:]))
	offset := uint64(binary.LittleEndian.Uint32(end[16:]))
	endAt := size - int64(len(tail)) + int64(at)
	if entries == 1<<16-1 || length == 1<<32-1 || offset == 1<<32-1 {
		if record, at, ok := zip64End(r, endAt); ok {
			entries = binary.LittleEndian.Uint64(record[32:])
			length = binary.LittleEndian.Uint64(record[40:])
			offset = binary.LittleEndian.Uint64(record[48:])
			endAt = at
		}
	}
	if length > uint64(endAt) || offset > uint64(endAt)-length {
		return nil, ErrIncomplete
	}
	central := endAt - int64(length)
	return &File{r: r, start: central - int64(offset), central: central, size: int64(length), entries: entries}, nil
}

// findEnd returns the position of the end record in the last bytes of a file, or -1. As in
// Java, it is the last one whose comment ends with the file, or that leads to a central
// directory: a comment may contain the signature, and bytes may follow the comment. Only if
// there is none, it is the last one whose comment is in the file.
func findEnd(r io.ReaderAt, size int64, tail []byte) int {
	last := -1
	records := 0
	for i := len(tail) - endSize; i >= 0; i-- {
		if binary.LittleEndian.Uint32(tail[i:]) != endSignature {
			continue
		}
		if records++; records > maxEnds {
			return -1
		}
		switch end := i + endSize + int(binary.LittleEndian.Uint16(tail[i+20:])); {
		case end == len(tail) || leadsToDirectory(r, size-int64(len(tail)-i), tail[i:]):
			return i
		case last < 0 && end <= len(tail):
			last = i
		}
	}
	return last
}

// leadsToDirectory reports whether the end record at an offset is that of an archive with
// entries.
func leadsToDirectory(r io.ReaderAt, at int64, end []byte) bool {
	central := at - int64(binary.LittleEndian.Uint32(end[12:]))
	start := central - int64(binary.LittleEndian.Uint32(end[16:]))
	return hasSignature(r, central, centralSignature) && hasSignature(r, start, localSignature)
}

func hasSignature(r io.ReaderAt, at int64, signature uint32) bool {
	var b [4]byte
	if at < 0 {
		return false
	}
	n, _ := r.ReadAt(b[:], at) // what cannot be read has no signature
	return n == len(b) && binary.LittleEndian.Uint32(b[:]) == signature
}

// Before returns the number of bytes before the archive, such as those of a program.
func (z *File) Before() int64 { return max(0, z.start) }

// zip64End reads the zip64 end record. Its locator precedes the end record at endAt.
func zip64End(r io.ReaderAt, endAt int64) (record []byte, at int64, ok bool) {
	locator := make([]byte, zip64LocatorSize)
	if endAt < zip64LocatorSize {
		return nil, 0, false
	}
	if _, err := r.ReadAt(locator, endAt-zip64LocatorSize); err != nil || binary.LittleEndian.Uint32(locator) != zip64LocatorMagic {
		return nil, 0, false
	}
	record = make([]byte, zip64EndSize)
	// The record precedes its locator. The offset in the locator is wrong if a program
	// precedes the archive, so it is used only if there is no record.
	at = endAt - zip64LocatorSize - zip64EndSize
	if listed := binary.LittleEndian.Uint64(locator[8:]); !hasSignature(r, at, zip64EndSignature) && listed < uint64(endAt) {
		at = int64(listed)
	}
	if at < 0 {
		return nil, 0, false
	}
	if _, err := r.ReadAt(record, at); err != nil || binary.LittleEndian.Uint32(record) != zip64EndSignature {
		return nil, 0, false
	}
	return record, at, true
}

// Walk calls visit for each entry, in the order of the central directory, until
// it returns an error. As in Java, the length of the central directory counts, and not the
// number of entries in the end record.
func (z *File) Walk(visit func(*Entry) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(z.r, z.central, z.size), 64<<10)
	var header [centralSize]byte
	name := make([]byte, shortName)
	for n := uint64(0); ; n++ {
		if _, err := io.ReadFull(r, header[:]); err != nil || binary.LittleEndian.Uint32(header[:]) != centralSignature {
			if n < z.entries {
				return fmt.Errorf("its central directory is truncated after %d of %d entries", n, z.entries)
			}
			return nil
		}
		if n == MaxEntries {
			return fmt.Errorf("it has more than %d entries; only these were read", MaxEntries)
		}
		e := Entry{
			Encrypted: header[8]&1 != 0,
			Method:    binary.LittleEndian.Uint16(header[10:]),
			Packed:    uint64(binary.LittleEndian.Uint32(header[20:])),
			Unpacked:  uint64(binary.LittleEndian.Uint32(header[24:])),
			local:     uint64(binary.LittleEndian.Uint32(header[42:])),
		}
		nameLength, extraLength, commentLength := int(binary.LittleEndian.Uint16(header[28:])),
			int(binary.LittleEndian.Uint16(header[30:])), int(binary.LittleEndian.Uint16(header[32:]))
		if nameLength > len(name) {
			name = make([]byte, maxName)
		}
		e.Name = name[:nameLength]
		if _, err := io.ReadFull(r, e.Name); err != nil {
			return ErrIncomplete
		}
		if e.Packed == 1<<32-1 || e.Unpacked == 1<<32-1 || e.local == 1<<32-1 {
			extra := make([]byte, extraLength)
			if _, err := io.ReadFull(r, extra); err != nil {
				return ErrIncomplete
			}
			e.zip64(extra)
			extraLength = 0
		}
		r.Discard(extraLength + commentLength) // if bytes are missing, reading the next header fails
		if err := visit(&e); err != nil {
			return err
		}
	}
}

// zip64 replaces lengths and the offset that do not fit in the header with those in the
// extra field 1.
func (e *Entry) zip64(extra []byte) {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			return
		}
		if id != 1 {
			extra = extra[n:]
			continue
		}
		field := extra[:n]
		for _, v := range []*uint64{&e.Unpacked, &e.Packed, &e.local} {
			if *v == 1<<32-1 && len(field) >= 8 {
				*v, field = binary.LittleEndian.Uint64(field), field[8:]
			}
		}
		return
	}
}

// ErrBudget is returned by Read when the budget is used up.
var ErrBudget = errors.New("its archives exceed the limit on decompressed bytes")

// The supported compression methods.
const (
	Stored   = 0
	Deflated = 8
)

// Data returns the compressed data of an entry.
func (z *File) Data(e *Entry) (*io.SectionReader, error) {
	if e.Encrypted {
		return nil, errors.New("it is encrypted")
	}
	var header [localSize]byte
	at := z.start + int64(e.local)
	if e.local > uint64(z.central-z.start) {
		return nil, ErrIncomplete
	}
	if _, err := z.r.ReadAt(header[:], at); err != nil || binary.LittleEndian.Uint32(header[:]) != localSignature {
		return nil, ErrIncomplete
	}
	at += localSize + int64(binary.LittleEndian.Uint16(header[26:])) + int64(binary.LittleEndian.Uint16(header[28:]))
	if at > z.central || e.Packed > uint64(z.central-at) {
		return nil, ErrIncomplete
	}
	return io.NewSectionReader(z.r, at, int64(e.Packed)), nil
}

// Read returns the decompressed data of an entry. Data of more than max bytes, or than the
// entry says, is an error. Read subtracts the number of decompressed bytes from the budget, also if it fails, and
// returns ErrBudget if the budget is used up.
func (z *File) Read(e *Entry, max int64, budget *int64) ([]byte, error) {
	if max = min(max, *budget); max <= 0 {
		return nil, ErrBudget
	}
	packed, err := z.Data(e)
	if err != nil {
		return nil, err
	}
	var r io.Reader = packed
	switch e.Method {
	case Stored:
	case Deflated:
		inflate := flate.NewReader(bufio.NewReader(packed))
		defer inflate.Close()
		r = inflate
	default:
		return nil, fmt.Errorf("compression method %d is not supported", e.Method)
	}
	if e.Unpacked > uint64(max) {
		*budget -= max
		return nil, fmt.Errorf("it has more than %d bytes", max)
	}
	var buf bytes.Buffer
	buf.Grow(int(e.Unpacked) + bytes.MinRead)
	n, err := buf.ReadFrom(io.LimitReader(r, int64(e.Unpacked)+1))
	*budget -= n
	if err != nil {
		return nil, fmt.Errorf("its data is damaged: %w", err)
	}
	if n > int64(e.Unpacked) {
		return nil, fmt.Errorf("it has more than the %d bytes that the archive says", e.Unpacked)
	}
	return buf.Bytes(), nil
}
