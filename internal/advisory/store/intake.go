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
)

// Intake imports datasets into a database. They are written to temporary files and
// verified, and replace what is there when all have come.
type Intake struct {
	dir     string
	log     *slog.Logger
	pending []pendingFile
}

type pendingFile struct {
	path string
	info Info
}

// NewIntake begins an import into the database in a directory, which is created if
// needed. Discard must be called in the end.
func NewIntake(dir string, log *slog.Logger) (*Intake, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	Sweep(dir, time.Now())
	return &Intake{dir: dir, log: log}, nil
}

// Has reports whether the database has a dataset with the digest.
func (i *Intake) Has(name, digest string) bool {
	f, err := os.Open(Path(i.dir, name))
	if err != nil {
		return false
	}
	defer f.Close()
	have, err := digestFrom(f)
	return err == nil && have == digest
}

// Add imports a dataset, which must have the digest.
func (i *Intake) Add(ctx context.Context, name, digest string, body io.Reader) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("advisories of %s: %w", name, Explain(err))
		}
	}()
	if len(i.pending) == maxShared {
		return fmt.Errorf("more than %d datasets", maxShared)
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
	n, err := io.Copy(io.MultiWriter(f, h), &contextReader{ctx, io.LimitReader(body, maxSharedFile+1)})
	if err != nil {
		return err
	}
	if n > maxSharedFile {
		return fmt.Errorf("it is larger than %d bytes", int64(maxSharedFile))
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

// withoutPath rewrites an error about a file that has no name yet.
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

// Archive imports an archive that [Export] wrote.
func (i *Intake) Archive(ctx context.Context, in io.Reader) error {
	archive := tar.NewReader(&contextReader{ctx, in})
	header, err := archive.Next()
	if err == nil && header.Name != shareIndex {
		err = errors.New("it does not begin with the index")
	}
	if err != nil {
		return fmt.Errorf("not an archive that seaworthy db export writes: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(archive, maxIndex+1))
	if err != nil {
		return err
	}
	if len(text) > maxIndex {
		return fmt.Errorf("the index of the archive is larger than %d bytes", maxIndex)
	}
	var index sharedIndex
	if err := json.Unmarshal(text, &index); err != nil {
		return fmt.Errorf("the index of the archive: %w", err)
	}
	if index.Format != shareFormat {
		return fmt.Errorf("the archive has the format %q; this version of the program reads %q", index.Format, shareFormat)
	}
	for _, b := range index.Bodies {
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

// Commit puts the imported datasets in the place of what the database has. It does not
// replace data that a newer program wrote.
func (i *Intake) Commit(ctx context.Context) ([]Info, error) {
	var all []Info
	for n := range i.pending {
		p := &i.pending[n]
		if err := i.place(ctx, p); err != nil {
			return all, fmt.Errorf("advisories of %s: %w", p.info.Name, err)
		}
		all = append(all, p.info)
	}
	return all, nil
}

func (i *Intake) place(ctx context.Context, p *pendingFile) error {
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

// Discard removes what was not committed.
func (i *Intake) Discard() {
	for _, p := range i.pending {
		if p.path != "" {
			os.Remove(p.path)
		}
	}
}
