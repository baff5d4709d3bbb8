package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// Importer imports datasets into a database: Add or Archive writes them to temporary
// files and verifies them, and Commit then replaces the datasets of the same names.
type Importer struct {
	dir     string
	log     *slog.Logger
	pending []pendingFile // added, and not committed yet
}

// pendingFile is a verified dataset in a temporary file.
type pendingFile struct {
	path string // "" once it is committed
	info Info
}

// NewImporter begins an import into the database in a directory, which is created if it
// does not exist. The caller must call Discard in the end, also after Commit.
func NewImporter(dir string, log *slog.Logger) (*Importer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	Sweep(dir, time.Now())
	return &Importer{dir: dir, log: log}, nil
}

// Has reports whether the database already has the dataset with this digest.
func (i *Importer) Has(name, digest string) bool {
	f, err := os.Open(Path(i.dir, name))
	if err != nil {
		return false
	}
	defer f.Close()
	have, err := digestFrom(f)
	return err == nil && have == digest
}

// Add reads a dataset from body and verifies that it has the given name and digest.
func (i *Importer) Add(ctx context.Context, name, digest string, body io.Reader) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("advisories of %s: %w", name, Explain(err))
		}
	}()
	if len(i.pending) == maxDatasets {
		return fmt.Errorf("more than %d datasets", maxDatasets)
	}
	f, err := os.CreateTemp(i.dir, temporaryPrefix)
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
	n, err := io.Copy(io.MultiWriter(f, h), &contextReader{ctx, io.LimitReader(body, maxDatasetSize+1)})
	if err != nil {
		return err
	}
	if n > maxDatasetSize {
		return fmt.Errorf("it is larger than %d bytes", int64(maxDatasetSize))
	}
	if got := "sha256:" + hex.EncodeToString(h.Sum(nil)); got != digest {
		return fmt.Errorf("its digest is %s, but %s was announced", got, digest)
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	info, err := verifyFile(ctx, f.Name())
	if err != nil {
		return withoutPath(err)
	}
	if info.Name != name || !ValidName(name) {
		return fmt.Errorf("it contains the dataset %q", info.Name)
	}
	i.pending = append(i.pending, pendingFile{f.Name(), *info})
	return nil
}

// withoutPath rewrites an error of verifyFile without the path of the temporary file, which
// would mean nothing to the user.
func withoutPath(err error) error {
	var newer *NewerError
	var older *OlderError
	switch {
	case errors.As(err, &newer):
		return fmt.Errorf("a newer version of this program wrote it (format %d; this one reads %d): update seaworthy", newer.Format, fileFormat)
	case errors.As(err, &older):
		return errors.New("an older version of this program wrote it, in a format that this one does not read: export it again with this version")
	case errors.Is(err, ErrDamaged):
		return errors.New("it is damaged")
	}
	return err
}

// Archive adds all datasets of an archive that [Export] wrote.
func (i *Importer) Archive(ctx context.Context, in io.Reader) error {
	archive := tar.NewReader(&contextReader{ctx, in})
	header, err := archive.Next()
	if err == nil && header.Name != archiveIndexName {
		err = errors.New("it does not begin with the index")
	}
	if err != nil {
		return fmt.Errorf("not an archive that seaworthy db export writes: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(archive, maxArchiveIndex+1))
	if err != nil {
		return err
	}
	if len(text) > maxArchiveIndex {
		return fmt.Errorf("the index of the archive is larger than %d bytes", maxArchiveIndex)
	}
	var index archiveIndex
	if err := json.Unmarshal(text, &index); err != nil {
		return fmt.Errorf("the index of the archive: %w", jsonerror.Explain(text, err))
	}
	if index.Format != archiveFormat {
		return fmt.Errorf("the archive has the format %q; this version of the program reads %q", index.Format, archiveFormat)
	}
	for _, b := range index.Entries {
		header, err := archive.Next()
		if err != nil {
			return fmt.Errorf("the archive is incomplete: %s is missing: %w", b.Name, err)
		}
		if header.Name != b.File {
			return fmt.Errorf("the archive has %q in the place of %q", header.Name, b.File)
		}
		if err := i.Add(ctx, b.Name, b.Digest, archive); err != nil {
			return err
		}
	}
	return nil
}

// Commit replaces the datasets of the database with those that were added, and returns
// them. It fails at a dataset that a newer program wrote, which it does not replace.
func (i *Importer) Commit(ctx context.Context) ([]Info, error) {
	var all []Info
	for n := range i.pending {
		p := &i.pending[n]
		if err := i.commitFile(ctx, p); err != nil {
			return all, fmt.Errorf("advisories of %s: %w", p.info.Name, err)
		}
		all = append(all, p.info)
	}
	return all, nil
}

// commitFile replaces one dataset.
func (i *Importer) commitFile(ctx context.Context, p *pendingFile) error {
	unlock, err := Lock(ctx, i.dir, p.info.Name, i.log)
	if err != nil {
		return err
	}
	defer unlock()
	path := Path(i.dir, p.info.Name)
	old, err := openFile(path)
	var newer *NewerError
	switch {
	case errors.As(err, &newer):
		return err
	case err == nil:
		if old.Checked.After(p.info.Checked) {
			i.log.Warn("the imported data is older than the data that it replaces", "name", p.info.Name,
				"old", old.Checked.Format(time.DateOnly), "new", p.info.Checked.Format(time.DateOnly))
		}
		old.Close()
	}
	if err := os.Rename(p.path, path); err != nil {
		return err
	}
	p.path = ""
	return nil
}

// Discard removes the datasets that were added and not committed.
func (i *Importer) Discard() {
	for _, p := range i.pending {
		if p.path != "" {
			os.Remove(p.path)
		}
	}
}
