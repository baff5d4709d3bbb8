package sqlite

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// errNotInLog is returned for a page that a log does not have.
var errNotInLog = errors.New("the page is not in the write-ahead log")

// ErrLogLimit is returned for a log with more, or higher, pages than are read.
var ErrLogLimit = fmt.Errorf("it has pages above %d", maxLogPage)

// maxLogPage is the maximum number of a page in a log.
const maxLogPage = 1 << 21

// Log is the write-ahead log of a database: newer versions of some of its pages, which are
// not in the database yet (section 4 of the file format).
type Log struct {
	r     io.ReaderAt
	page  int64
	pages map[uint32]int64 // where the newest version of a page is in the log
}

const (
	logHeader   = 32 // bytes
	frameHeader = 24
	logMagic    = 0x377f0682 // or one more, for checksums of big-endian words
	logVersion  = 3007000
)

// OpenLog reads the frames of a log up to the last complete transaction, as SQLite does: what
// follows is of an older log, or of a transaction that was not completed. Size is the length
// of the file in bytes.
func OpenLog(r io.ReaderAt, size int64) (*Log, error) {
	in := bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16)
	var h [logHeader]byte
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return nil, errors.New("it is too short for a write-ahead log")
	}
	magic, page := binary.BigEndian.Uint32(h[:]), int64(binary.BigEndian.Uint32(h[8:]))
	if magic&^1 != logMagic || binary.BigEndian.Uint32(h[4:]) != logVersion || page < 512 || page > 65536 || page&(page-1) != 0 {
		return nil, errors.New("it is not a write-ahead log")
	}
	sum := checksum{order: binary.LittleEndian}
	if magic&1 != 0 {
		sum.order = binary.BigEndian
	}
	sum.add(h[:24])
	if !sum.is(h[24:]) {
		return nil, errors.New("the header of the write-ahead log is damaged")
	}
	l := &Log{r: r, page: page, pages: make(map[uint32]int64)}
	transaction := make(map[uint32]int64)
	frame := make([]byte, frameHeader+page)
	for at := int64(logHeader); ; at += int64(len(frame)) {
		if _, err := io.ReadFull(in, frame); err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return l, nil
			}
			return nil, err
		}
		number, commit := binary.BigEndian.Uint32(frame), binary.BigEndian.Uint32(frame[4:])
		sum.add(frame[:8])
		sum.add(frame[frameHeader:])
		if string(frame[8:16]) != string(h[16:24]) || !sum.is(frame[16:24]) || number == 0 {
			return l, nil
		}
		if number > maxLogPage {
			return nil, ErrLogLimit
		}
		transaction[number] = at + frameHeader
		if commit != 0 {
			maps.Copy(l.pages, transaction)
			transaction = make(map[uint32]int64) // clearing a large one takes long
		}
	}
}

// checksum is the running checksum of a log.
type checksum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

func (c *checksum) add(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		c.s0 += c.order.Uint32(data) + c.s1
		c.s1 += c.order.Uint32(data[4:]) + c.s0
	}
}

func (c *checksum) is(stored []byte) bool {
	return binary.BigEndian.Uint32(stored) == c.s0 && binary.BigEndian.Uint32(stored[4:]) == c.s1
}

// Len returns the number of pages in the log.
func (l *Log) Len() int { return len(l.pages) }

// ReadAt returns a page of the database that is in the log.
func (l *Log) ReadAt(b []byte, off int64) (int, error) {
	at, ok := l.pages[uint32(off/l.page)+1]
	if !ok {
		return 0, errNotInLog
	}
	return l.r.ReadAt(b, at+off%l.page)
}

// Tables returns the tables in the schema, if the log has all of it. It returns nil if the
// schema is in the database.
func (l *Log) Tables() ([]Table, error) {
	tables, err := l.database().Tables()
	if errors.Is(err, errNotInLog) {
		return nil, nil
	}
	return tables, err
}

// database returns the database with the pages in the log alone.
func (l *Log) database() *Database {
	last := uint32(0)
	for n := range l.pages {
		last = max(last, n)
	}
	return &Database{r: l, page: l.page, usable: int(l.page), pages: last, used: make([]bool, last+1), partial: true}
}

// Pages calls page and visit for all pages in the log that may belong to the b-tree of a
// table, in ascending order, as [Database.Walk] does for one table. A record that continues on
// pages of the database is not Complete and has no columns. A damaged page is skipped, and
// its number is returned.
func (l *Log) Pages(limit int, page func(n uint32, below []uint32) error, visit func(*Record) error) (damaged []uint32, err error) {
	db := l.database()
	for _, n := range slices.Sorted(maps.Keys(l.pages)) {
		var kind [1]byte
		if _, err := l.ReadAt(kind[:], db.offset(n)); err != nil {
			return damaged, err
		}
		if n == 1 || kind[0] != interior && kind[0] != leaf || db.used[n] {
			continue
		}
		switch _, err := db.visitPage(n, limit, page, visit); {
		case errors.Is(err, ErrDamaged):
			damaged = append(damaged, n)
		case err != nil:
			return damaged, err
		}
	}
	return damaged, nil
}
