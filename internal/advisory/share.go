package advisory

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// The data of one database can be handed to others: as an archive, or file by file.
// What is handed on is verified as it leaves, and as it comes in.

// Shared is a body of data that is handed on: a file that stays as it is while the
// database is updated.
type Shared struct {
	Info
	Digest string // of the file, "sha256:..."

	file   *os.File
	header []byte // the time of the last check may change meanwhile
}

// Share gives bodies of data by name, or all that there are; each has been read as a
// whole. They must be closed. An error names the one that is damaged or missing.
func Share(ctx context.Context, dir string, only []string) (all []*Shared, err error) {
	defer func() {
		if err != nil {
			for _, s := range all {
				s.Close()
			}
			all = nil
		}
	}()
	list := only
	if len(list) == 0 {
		if list, err = names(dir, fileSuffix); err != nil {
			return nil, err
		}
	}
	for _, name := range list {
		s, err := share(ctx, dataPath(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			err = noData(name)
		}
		if err != nil {
			return all, err
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w that could be shared: run seaworthy db update", ErrNoData)
	}
	return all, nil
}

func share(ctx context.Context, path string) (*Shared, error) {
	info, err := verifyFile(ctx, path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &Shared{Info: *info, file: f, header: make([]byte, headerSize)}
	stat, err := f.Stat()
	if err == nil {
		s.Size = stat.Size()
		_, err = f.ReadAt(s.header, 0)
	}
	if err == nil {
		s.Digest, err = digestFrom(s.Open())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

// Open reads the file from its beginning, any number of times.
func (s *Shared) Open() io.Reader {
	header := int64(len(s.header))
	return io.MultiReader(bytes.NewReader(s.header), io.NewSectionReader(s.file, header, s.Size-header))
}

// Close ends the use of it.
func (s *Shared) Close() error { return s.file.Close() }

func digestFrom(in io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// verifyFile reads all of a body of data.
func verifyFile(ctx context.Context, path string) (*Info, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer file.close()
	for name := range file.tables {
		if err := file.each(name, func(_, _ []byte) error { return ctx.Err() }); err != nil {
			return nil, err
		}
	}
	return &file.Info, nil
}

// An archive of bodies of data is a tar archive that begins with the index, so that
// what follows can be held against it.
const (
	shareIndex  = "index.json"
	shareFormat = "seaworthy advisories, version 1"
	maxShared   = 1000
	// maxSharedFile is ten times npm's.
	maxSharedFile = 16 << 30
)

type sharedIndex struct {
	Format string       `json:"format"`
	Bodies []sharedBody `json:"bodies"`
}

type sharedBody struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"`
}

// Export writes bodies of data as an archive, which [Intake.Archive] reads.
func Export(ctx context.Context, out io.Writer, all []*Shared) error {
	index := sharedIndex{Format: shareFormat}
	for i, s := range all {
		index.Bodies = append(index.Bodies, sharedBody{s.Name, fmt.Sprintf("%03d%s", i, fileSuffix), s.Size, s.Digest})
	}
	text, err := json.MarshalIndent(index, "", "  ")
	if err != nil {
		return err
	}
	w := tar.NewWriter(out)
	put := func(name string, size int64, body io.Reader) error {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size, Format: tar.FormatPAX}); err != nil {
			return err
		}
		_, err := io.Copy(w, &contextReader{ctx, body})
		return err
	}
	if err := put(shareIndex, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	for i, s := range all {
		if err := put(index.Bodies[i].File, s.Size, s.Open()); err != nil {
			return err
		}
	}
	return w.Close()
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	in  io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}

// Intake takes bodies of data into a database. They are written aside and verified,
// and take their places when all have come.
type Intake struct {
	u       *Updater
	pending []pendingFile
}

type pendingFile struct {
	path string
	info Info
}

// NewIntake begins to take data into the database of the Updater, of which it needs the
// directory alone. Discard must be called in the end.
func (u *Updater) NewIntake() (*Intake, error) {
	if err := os.MkdirAll(u.Dir, 0o755); err != nil {
		return nil, err
	}
	u.sweep()
	return &Intake{u: u}, nil
}

// Has tells whether the database has a file of the digest for a body of data.
func (i *Intake) Has(name, digest string) bool {
	f, err := os.Open(dataPath(i.u.Dir, name))
	if err != nil {
		return false
	}
	defer f.Close()
	have, err := digestFrom(f)
	return err == nil && have == digest
}

// Add takes in a body of data, which must have the digest.
func (i *Intake) Add(ctx context.Context, name, digest string, body io.Reader) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("advisories of %s: %w", name, explained(err))
		}
	}()
	if len(i.pending) == maxShared {
		return fmt.Errorf("over %d bodies of data", maxShared)
	}
	f, err := os.CreateTemp(i.u.Dir, temporaryPrefix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), &contextReader{ctx, io.LimitReader(body, maxSharedFile+1)})
	if err != nil {
		return err
	}
	if n > maxSharedFile {
		return fmt.Errorf("it is larger than %d bytes", int64(maxSharedFile))
	}
	if got := "sha256:" + hex.EncodeToString(h.Sum(nil)); got != digest {
		return fmt.Errorf("it has the digest %s, and was announced with %s", got, digest)
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	info, err := verifyFile(ctx, f.Name())
	if err != nil {
		return withoutPath(err)
	}
	if info.Name != name || !ecosystemName.MatchString(name) {
		return fmt.Errorf("it holds what is called %q", info.Name)
	}
	i.pending = append(i.pending, pendingFile{f.Name(), *info})
	return nil
}

// withoutPath says what is wrong with a file that has no name yet.
func withoutPath(err error) error {
	var newer *newerError
	var older *olderError
	switch {
	case errors.As(err, &newer):
		return fmt.Errorf("a newer version of this program wrote it (format %d; this one reads %d): update seaworthy", newer.format, fileFormat)
	case errors.As(err, &older):
		return errors.New("an older version of this program wrote it, in a form that this one does not read: export it again with this version")
	case errors.Is(err, errDamaged):
		return errors.New("it is damaged")
	}
	return err
}

// Archive takes in an archive.
func (i *Intake) Archive(ctx context.Context, in io.Reader) error {
	archive := tar.NewReader(&contextReader{ctx, in})
	header, err := archive.Next()
	if err == nil && header.Name != shareIndex {
		err = errors.New("it does not begin with the index")
	}
	if err != nil {
		return fmt.Errorf("not an archive that seaworthy db export writes: %w", err)
	}
	text, err := readDocument(archive)
	if err != nil {
		return err
	}
	var index sharedIndex
	if err := json.Unmarshal(text, &index); err != nil {
		return fmt.Errorf("the index of the archive: %w", err)
	}
	if index.Format != shareFormat {
		return fmt.Errorf("the archive has the form %q; this version of the program reads %q", index.Format, shareFormat)
	}
	for _, b := range index.Bodies {
		header, err := archive.Next()
		if err != nil {
			return fmt.Errorf("the archive is not whole: %s is missing: %w", b.Name, err)
		}
		if header.Name != b.File {
			return fmt.Errorf("the archive has %q where %q should be", header.Name, b.File)
		}
		if err := i.Add(ctx, b.Name, b.Digest, archive); err != nil {
			return err
		}
	}
	return nil
}

// Commit puts all that was taken in in the place of what the database has. It does
// not touch data that a newer program wrote.
func (i *Intake) Commit(ctx context.Context) ([]Outcome, error) {
	var all []Outcome
	for n := range i.pending {
		p := &i.pending[n]
		if err := i.place(ctx, p); err != nil {
			return all, fmt.Errorf("advisories of %s: %w", p.info.Name, err)
		}
		all = append(all, Outcome{Info: p.info, Changed: true})
	}
	return all, nil
}

func (i *Intake) place(ctx context.Context, p *pendingFile) error {
	unlock, err := i.u.lock(ctx, p.info.Name)
	if err != nil {
		return err
	}
	defer unlock()
	path := dataPath(i.u.Dir, p.info.Name)
	old, err := openFile(path)
	var newer *newerError
	switch {
	case errors.As(err, &newer):
		return err
	case err == nil:
		if old.Checked.After(p.info.Checked) {
			i.u.Log.Warn("the data that comes in is older than what was there", "name", p.info.Name,
				"old", old.Checked.Format(time.DateOnly), "new", p.info.Checked.Format(time.DateOnly))
		}
		old.close()
	}
	if err := os.Rename(p.path, path); err != nil {
		return err
	}
	p.path = ""
	return nil
}

// Discard removes what did not take its place.
func (i *Intake) Discard() {
	for _, p := range i.pending {
		if p.path != "" {
			os.Remove(p.path)
		}
	}
}
