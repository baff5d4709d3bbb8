package advisory

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// A body of data is one immutable file, which is written aside and renamed: who
// has the old one open goes on reading it.
//
//	header:  magic, format, time of the last check against the source
//	tables
//	footer:  Info as JSON, then { name, offset, length, index } of each table
//	trailer: offset and length of the footer, its SHA-256
//
// The footer has a checksum of its own and holds those of all blocks, so that
// opening reads little and no damage goes unseen.
const (
	fileMagic = "seaworthy data\n\x00"
	// fileFormat changes whenever an older program would misread a file.
	fileFormat      = 2
	headerSize      = len(fileMagic) + 4 + 8
	checkedAt       = int64(len(fileMagic) + 4)
	trailerSize     = 8 + 8 + sha256.Size
	maxFooter       = 256 << 20
	temporaryPrefix = ".tmp-"
)

// Info says what a body of data is and where it comes from.
type Info struct {
	// Name is the ecosystem without its release, or KEV or EPSS.
	Name string `json:"name"`
	// Source is the URL or path that the data was read from.
	Source string `json:"source"`
	// Modified is when the source last changed: when its newest record did, or by what it
	// says itself.
	Modified time.Time `json:"modified"`
	// Digest is that of the file that was read, "sha256:...".
	Digest string `json:"digest,omitempty"`
	// Records counts the advisories or entries; Malicious those among them that
	// are about malware.
	Records   int `json:"records"`
	Malicious int `json:"malicious,omitempty"`
	// LeftOut counts what the source has among its records and is none: what it
	// may have said is not known.
	LeftOut int `json:"leftOut,omitempty"`
	// ETag and LastModified are what the server said.
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	// Parts are the files that were read, where the source has more than one or
	// is no bulk export.
	Parts []Part `json:"parts,omitempty"`
	// Cursor is the newest modification of a record that the data has.
	Cursor time.Time `json:"cursor,omitzero"`
	// Whole is when all records were last read anew.
	Whole time.Time `json:"whole,omitzero"`

	// Checked is when the data was last known to be what the source has.
	Checked time.Time `json:"-"`
	// Size is that of the file.
	Size int64 `json:"-"`
}

// Part is one of the files that a body of data was read from.
type Part struct {
	Source       string `json:"source"`
	Digest       string `json:"digest"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
}

// fileWriter writes a body of data.
type fileWriter struct {
	file   *os.File
	out    *bufio.Writer
	offset uint64
	tables []byte
	names  int
}

func createFile(dir string) (*fileWriter, error) {
	f, err := os.CreateTemp(dir, temporaryPrefix)
	if err != nil {
		return nil, err
	}
	w := &fileWriter{file: f, out: bufio.NewWriterSize(f, 256<<10)}
	w.Write(make([]byte, headerSize)) // written in the end
	return w, nil
}

// Write appends to the file; an error comes again in commit.
func (w *fileWriter) Write(p []byte) (int, error) {
	n, err := w.out.Write(p)
	w.offset += uint64(n)
	return n, err
}

// table names what was written since the given offset.
func (w *fileWriter) table(name string, from uint64, index []byte) {
	w.tables = appendString(w.tables, name)
	w.tables = binary.AppendUvarint(w.tables, from)
	w.tables = binary.AppendUvarint(w.tables, w.offset-from)
	w.tables = appendBytes(w.tables, index)
	w.names++
}

// commit ends the file and gives it its name, in place of what had it.
func (w *fileWriter) commit(path string, info Info, checked time.Time) (err error) {
	defer func() {
		if err != nil {
			w.discard()
		}
	}()
	about, err := json.Marshal(info)
	if err != nil {
		return err
	}
	footer := appendBytes(nil, about)
	footer = binary.AppendUvarint(footer, uint64(w.names))
	footer = append(footer, w.tables...)
	sum := sha256.Sum256(footer)
	trailer := binary.LittleEndian.AppendUint64(nil, w.offset)
	trailer = binary.LittleEndian.AppendUint64(trailer, uint64(len(footer)))
	trailer = append(trailer, sum[:]...)
	w.Write(footer)
	w.Write(trailer)
	if err := w.out.Flush(); err != nil {
		return err
	}
	header := binary.LittleEndian.AppendUint32([]byte(fileMagic), fileFormat)
	header = binary.LittleEndian.AppendUint64(header, uint64(checked.Unix()))
	if _, err := w.file.WriteAt(header, 0); err != nil {
		return err
	}
	if err := errors.Join(w.file.Chmod(0o644), w.file.Sync(), w.file.Close()); err != nil {
		return err
	}
	return os.Rename(w.file.Name(), path)
}

// discard removes what was written.
func (w *fileWriter) discard() {
	w.file.Close()
	os.Remove(w.file.Name())
}

// dataFile is an open body of data.
type dataFile struct {
	Info
	file   *os.File
	tables map[string]*table
}

// newerError is a file that a newer program wrote.
type newerError struct {
	path   string
	format uint32
}

func (e *newerError) Error() string {
	return fmt.Sprintf("%s: a newer version of this program wrote it (format %d; this one reads %d)", e.path, e.format, fileFormat)
}

// Newer tells this error from others, of which an update is the cure.
func (e *newerError) Newer() bool { return true }

func (e *newerError) Hint() string {
	return "update seaworthy, or name another directory with --db-dir"
}

// olderError is a file that an older program wrote, in a form that is read no more.
type olderError struct{ path string }

func (e *olderError) Error() string {
	return e.path + ": an older version of this program wrote it, in a form that this one does not read"
}

func (e *olderError) Hint() string { return "run seaworthy db update, which makes it again" }

// openFile opens a body of data. Of its tables only the indexes are read.
func openFile(path string) (_ *dataFile, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	d := &dataFile{file: f, tables: make(map[string]*table)}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	header, trailer := make([]byte, headerSize), make([]byte, trailerSize)
	if info.Size() < int64(headerSize+trailerSize) {
		return nil, damaged(path)
	}
	if _, err := f.ReadAt(header, 0); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(header, []byte(fileMagic)) {
		return nil, damaged(path)
	}
	switch format := binary.LittleEndian.Uint32(header[len(fileMagic):]); {
	case format > fileFormat:
		return nil, &newerError{path, format}
	case format < fileFormat:
		return nil, &olderError{path}
	}
	if _, err := f.ReadAt(trailer, info.Size()-int64(trailerSize)); err != nil {
		return nil, err
	}
	offset, length := binary.LittleEndian.Uint64(trailer), binary.LittleEndian.Uint64(trailer[8:])
	end := uint64(info.Size()) - uint64(trailerSize)
	if offset > end || length > maxFooter || offset+length != end {
		return nil, damaged(path)
	}
	footer := make([]byte, length)
	if _, err := f.ReadAt(footer, int64(offset)); err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(footer); !bytes.Equal(sum[:], trailer[16:]) {
		return nil, damaged(path)
	}
	if err := d.readFooter(footer, int64(offset)); err != nil {
		return nil, damaged(path)
	}
	d.Checked = time.Unix(int64(binary.LittleEndian.Uint64(header[checkedAt:])), 0).UTC()
	d.Size = info.Size()
	return d, nil
}

func damaged(path string) error { return &damagedError{path} }

type damagedError struct{ path string }

func (e *damagedError) Error() string { return e.path + ": the file is damaged" }
func (e *damagedError) Unwrap() error { return errDamaged }
func (e *damagedError) Hint() string  { return "remove it, and run seaworthy db update" }

func (d *dataFile) readFooter(footer []byte, tablesEnd int64) error {
	in := decode{rest: footer}
	if err := json.Unmarshal(in.bytes(), &d.Info); err != nil {
		return err
	}
	for n := in.count(); n > 0 && in.err == nil; n-- {
		name, from, length, index := in.string(), int64(in.uvarint()), int64(in.uvarint()), in.bytes()
		if from < 0 || length < 0 || from > tablesEnd || length > tablesEnd-from {
			return errDamaged
		}
		t, err := openTable(io.NewSectionReader(d.file, from, length), index)
		if err != nil {
			return err
		}
		d.tables[name] = t
	}
	return in.err
}

func (d *dataFile) close() error {
	for _, t := range d.tables {
		t.close()
	}
	return d.file.Close()
}

// get gives the value of a key in a table, or nil.
func (d *dataFile) get(name string, key []byte) ([]byte, error) {
	t, ok := d.tables[name]
	if !ok {
		return nil, damaged(d.file.Name())
	}
	value, err := t.get(key)
	if err != nil {
		return nil, fmt.Errorf("%s: table %s: %w", d.file.Name(), name, err)
	}
	return value, nil
}

// markChecked notes that the data is still what the source has. The time is the
// one thing in a file that ever changes, and no checksum covers it.
func markChecked(path string, at time.Time) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(binary.LittleEndian.AppendUint64(nil, uint64(at.Unix())), checkedAt)
	return errors.Join(err, f.Close())
}
