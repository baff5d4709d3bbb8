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

// The layout of a file. The package comment describes it.
const (
	fileMagic = "seaworthy data\n\x00"
	// fileFormat is increased whenever an older program would misread a file.
	fileFormat      = 2
	headerSize      = len(fileMagic) + 4 + 8    // bytes
	checkedOffset   = int64(len(fileMagic) + 4) // where the header has the time of the last check
	trailerSize     = 8 + 8 + sha256.Size       // bytes
	maxFooter       = 256 << 20                 // bytes
	temporaryPrefix = ".tmp-"                   // begins the names of files that are being written
)

// fileWriter writes a new file: the tables one after the other with Write, each followed
// by endTable; then commit adds header and footer.
type fileWriter struct {
	file       *os.File
	out        *bufio.Writer
	offset     uint64 // bytes written so far
	tables     []byte // the entries of the tables in the footer
	tableCount int
}

func createFile(dir string) (*fileWriter, error) {
	f, err := os.CreateTemp(dir, temporaryPrefix)
	if err != nil {
		return nil, err
	}
	w := &fileWriter{file: f, out: bufio.NewWriterSize(f, 256<<10)}
	w.Write(make([]byte, headerSize)) // space for the header, which commit writes
	return w, nil
}

// Write appends to the file. Its error may be ignored: commit returns the first one again.
func (w *fileWriter) Write(p []byte) (int, error) {
	n, err := w.out.Write(p)
	w.offset += uint64(n)
	return n, err
}

// endTable ends a table: it consists of what was written since the offset from.
func (w *fileWriter) endTable(name string, from uint64, index []byte) {
	w.tables = appendString(w.tables, name)
	w.tables = binary.AppendUvarint(w.tables, from)
	w.tables = binary.AppendUvarint(w.tables, w.offset-from)
	w.tables = appendBytes(w.tables, index)
	w.tableCount++
}

// commit finishes the file and renames it to path. It replaces the file that had that
// path.
func (w *fileWriter) commit(path string, info Info, checked time.Time) (err error) {
	defer func() {
		if err != nil {
			w.discard()
		}
	}()
	infoJSON, err := json.Marshal(info)
	if err != nil {
		return err
	}
	footer := appendBytes(nil, infoJSON)
	footer = binary.AppendUvarint(footer, uint64(w.tableCount))
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

// File is an open dataset. It may be used by any number of goroutines. Its content stays
// the same when an update replaces the dataset.
type File struct {
	Info
	file   *os.File
	tables map[string]*table
}

// Open opens the dataset with a name in a directory. It reads the footer with the indexes
// of the tables, and no rows. The error wraps [fs.ErrNotExist] if there is no such
// dataset, or is a [*NewerError], an [*OlderError] or a [*DamagedError].
func Open(dir, name string) (*File, error) { return openFile(Path(dir, name)) }

func openFile(path string) (_ *File, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{file: file, tables: make(map[string]*table)}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	header, trailer := make([]byte, headerSize), make([]byte, trailerSize)
	if info.Size() < int64(headerSize+trailerSize) {
		return nil, damaged(path)
	}
	if _, err := file.ReadAt(header, 0); err != nil {
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
	if _, err := file.ReadAt(trailer, info.Size()-int64(trailerSize)); err != nil {
		return nil, err
	}
	offset, length := binary.LittleEndian.Uint64(trailer), binary.LittleEndian.Uint64(trailer[8:])
	end := uint64(info.Size()) - uint64(trailerSize)
	if offset > end || length > maxFooter || offset+length != end {
		return nil, damaged(path)
	}
	footer := make([]byte, length)
	if _, err := file.ReadAt(footer, int64(offset)); err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(footer); !bytes.Equal(sum[:], trailer[16:]) {
		return nil, damaged(path)
	}
	if err := f.readFooter(footer, int64(offset)); err != nil {
		return nil, damaged(path)
	}
	f.Checked = time.Unix(int64(binary.LittleEndian.Uint64(header[checkedOffset:])), 0).UTC()
	f.Size = info.Size()
	return f, nil
}

func (f *File) readFooter(footer []byte, tablesEnd int64) error {
	in := decoder{rest: footer}
	if err := json.Unmarshal(in.bytes(), &f.Info); err != nil {
		return err
	}
	for n := in.count(); n > 0 && in.err == nil; n-- {
		name, from, length, index := in.string(), int64(in.uvarint()), int64(in.uvarint()), in.bytes()
		if from < 0 || length < 0 || from > tablesEnd || length > tablesEnd-from {
			return ErrDamaged
		}
		t, err := openTable(io.NewSectionReader(f.file, from, length), index)
		if err != nil {
			return err
		}
		f.tables[name] = t
	}
	return in.err
}

// forEach calls visit for every row of a table, in the order of the keys. Key and value
// are valid until visit returns.
func (f *File) forEach(name string, visit func(key, value []byte) error) error {
	t, ok := f.tables[name]
	if !ok {
		return damaged(f.file.Name())
	}
	if err := t.forEach(visit); err != nil {
		return fmt.Errorf("%s: table %s: %w", f.file.Name(), name, err)
	}
	return nil
}

// Close closes the file.
func (f *File) Close() error {
	for _, t := range f.tables {
		t.close()
	}
	return f.file.Close()
}

// get returns the value of a key in a table, or nil.
func (f *File) get(name string, key []byte) ([]byte, error) {
	t, ok := f.tables[name]
	if !ok {
		return nil, damaged(f.file.Name())
	}
	value, err := t.get(key)
	if err != nil {
		return nil, fmt.Errorf("%s: table %s: %w", f.file.Name(), name, err)
	}
	return value, nil
}

// MarkChecked writes the time of the last check into the header: the source had nothing
// newer then. Nothing else in a file ever changes, and no checksum covers this time.
func (f *File) MarkChecked(at time.Time) error {
	out, err := os.OpenFile(f.file.Name(), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = out.WriteAt(binary.LittleEndian.AppendUint64(nil, uint64(at.Unix())), checkedOffset)
	return errors.Join(err, out.Close())
}
