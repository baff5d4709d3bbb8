package store

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

// The comment of the package describes the format.
const (
	fileMagic = "seaworthy data\n\x00"
	// fileFormat is increased whenever an older program would misread a file.
	fileFormat      = 2
	headerSize      = len(fileMagic) + 4 + 8
	checkedAt       = int64(len(fileMagic) + 4)
	trailerSize     = 8 + 8 + sha256.Size
	maxFooter       = 256 << 20
	temporaryPrefix = ".tmp-" // of files that are being written
)

// fileWriter writes a file.
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

// Write appends to the file. Commit returns the first error again.
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

// commit finishes the file and gives it its name, in the place of what had it.
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

// File is an open dataset. It may be used by any number of goroutines, and stays what it
// is when the dataset is replaced.
type File struct {
	Info
	file   *os.File
	tables map[string]*table
}

// Open opens a dataset in a directory. Of the tables only the indexes are read. The
// error wraps [fs.ErrNotExist] if there is no such dataset, or is a [*NewerError], an
// [*OlderError] or a [*DamagedError].
func Open(dir, name string) (*File, error) { return openFile(Path(dir, name)) }

func openFile(path string) (_ *File, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	d := &File{file: f, tables: make(map[string]*table)}
	defer func() {
		if err != nil {
			d.Close()
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
		return nil, &NewerError{path, format}
	case format < fileFormat:
		return nil, &OlderError{path}
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

func (d *File) readFooter(footer []byte, tablesEnd int64) error {
	in := decode{rest: footer}
	if err := json.Unmarshal(in.bytes(), &d.Info); err != nil {
		return err
	}
	for n := in.count(); n > 0 && in.err == nil; n-- {
		name, from, length, index := in.string(), int64(in.uvarint()), int64(in.uvarint()), in.bytes()
		if from < 0 || length < 0 || from > tablesEnd || length > tablesEnd-from {
			return ErrDamaged
		}
		t, err := openTable(io.NewSectionReader(d.file, from, length), index)
		if err != nil {
			return err
		}
		d.tables[name] = t
	}
	return in.err
}

// each calls f for every key of a table in order. Key and value are valid until f
// returns.
func (d *File) each(name string, f func(key, value []byte) error) error {
	t, ok := d.tables[name]
	if !ok {
		return damaged(d.file.Name())
	}
	if err := t.all(f); err != nil {
		return fmt.Errorf("%s: table %s: %w", d.file.Name(), name, err)
	}
	return nil
}

// Close closes the file.
func (d *File) Close() error {
	for _, t := range d.tables {
		t.close()
	}
	return d.file.Close()
}

// get returns the value of a key in a table, or nil.
func (d *File) get(name string, key []byte) ([]byte, error) {
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

// MarkChecked notes in the file that at a time the data was still what the source has.
// That time is the one thing in a file that ever changes, and no checksum covers it.
func (d *File) MarkChecked(at time.Time) error {
	f, err := os.OpenFile(d.file.Name(), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(binary.LittleEndian.AppendUint64(nil, uint64(at.Unix())), checkedAt)
	return errors.Join(err, f.Close())
}
