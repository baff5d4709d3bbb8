package store

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// Builder writes a dataset from OSV records and statements. Its memory does not depend on
// how many there are. The caller must end with Commit or Discard.
type Builder struct {
	// Progress is called with the number of records so far, once in progressEvery records;
	// it may be nil.
	Progress func(records int)

	dir   string
	file  *fileWriter
	texts *tableWriter // written to file at once

	// The table of advisories follows the texts in the file. Until these are complete, it is
	// written to a temporary file.
	advisories       *tableWriter
	advisoriesFile   *os.File
	advisoriesBuffer *bufio.Writer

	packages *sorter            // the rows of the table of packages
	rows     map[string]*sorter // the rows of the other tables, by name of the table

	info   Info
	number uint64 // of the next advisory
	buffer []byte // for the encoding of one row
}

const (
	// The sizes of blocks before compression, in bytes. They are small where a look-up of a
	// package reads them. Texts are read for few packages, and compress well in large blocks.
	packagesBlock   = 4 << 10
	advisoriesBlock = 4 << 10
	textsBlock      = 64 << 10

	sorterMemory  = 64 << 20 // bytes of rows in memory before they are written to a temporary file
	progressEvery = 1000     // records between two calls of Progress
)

// NewBuilder begins a dataset in a directory. The file gets its name from Commit.
func NewBuilder(dir string) (_ *Builder, err error) {
	b := &Builder{dir: dir, packages: &sorter{dir: dir, limit: sorterMemory}}
	defer func() {
		if err != nil {
			b.Discard()
		}
	}()
	if b.file, err = createFile(dir); err != nil {
		return nil, err
	}
	if b.advisoriesFile, err = temporary(dir); err != nil {
		return nil, err
	}
	if b.texts, err = newTableWriter(b.file, codecZstd, textsBlock); err != nil {
		return nil, err
	}
	b.advisoriesBuffer = bufio.NewWriterSize(b.advisoriesFile, 256<<10)
	if b.advisories, err = newTableWriter(b.advisoriesBuffer, codecS2, advisoriesBlock); err != nil {
		return nil, err
	}
	return b, nil
}

// Add adds an OSV record. It ignores a record that is withdrawn, or that is about a bug
// and not a vulnerability.
func (b *Builder) Add(r *osv.Record) error {
	b.Advance(r.Modified.Time)
	a, t := convertRecord(r)
	if a == nil {
		return nil
	}
	b.buffer = t.append(b.buffer[:0])
	if err := b.texts.add(numberKey(b.number), b.buffer); err != nil {
		return err
	}
	b.buffer = a.append(b.buffer[:0])
	if err := b.advisories.add(numberKey(b.number), b.buffer); err != nil {
		return err
	}
	if cve, ok := a.ratedCVE(); ok {
		if err := b.addRow(cvesTable, cveKey(cve), binary.AppendUvarint(nil, b.number)); err != nil {
			return err
		}
	}
	kind := Vulnerable
	if a.Malicious {
		kind = Malicious
		b.info.Malicious++
	}
	for i := range r.Affected {
		f := convertAffected(&r.Affected[i], r.Summary)
		if f == nil {
			continue
		}
		f.Number = b.number
		b.buffer = f.append(b.buffer[:0])
		p := r.Affected[i].Package
		if err := b.packages.add(packageKey(kind, p.Ecosystem, p.Name), b.buffer); err != nil {
			return err
		}
	}
	b.number++
	b.info.Records++
	return nil
}

// Statement is what a distribution itself says about one vulnerability in one package of a
// release: whether the package is affected, and whether it will be fixed.
type Statement struct {
	Ecosystem seaworthy.Ecosystem
	Name      string
	Affected  Affected
}

// AddStatements adds the statements of a distribution about one vulnerability, which a
// and t describe.
func (b *Builder) AddStatements(a *Advisory, t *Text, statements []Statement) error {
	b.buffer = t.append(b.buffer[:0])
	if err := b.texts.add(numberKey(b.number), b.buffer); err != nil {
		return err
	}
	b.buffer = a.append(b.buffer[:0])
	if err := b.advisories.add(numberKey(b.number), b.buffer); err != nil {
		return err
	}
	for i := range statements {
		s := &statements[i]
		s.Affected.Number = b.number
		b.buffer = s.Affected.append(b.buffer[:0])
		if err := b.packages.add(packageKey(Vulnerable, s.Ecosystem, s.Name), b.buffer); err != nil {
			return err
		}
	}
	b.number++
	b.info.Records++
	if b.Progress != nil && b.info.Records%progressEvery == 0 {
		b.Progress(b.info.Records)
	}
	return nil
}

// AddCVE is like AddStatements, for a distribution that rates the CVE for all packages: the
// severity of a also counts for packages without a statement. [File.Rating] returns it.
func (b *Builder) AddCVE(cve osv.CVE, a *Advisory, t *Text, statements []Statement) error {
	if err := b.addRow(cvesTable, cveKey(cve), binary.AppendUvarint(nil, b.number)); err != nil {
		return err
	}
	return b.AddStatements(a, t, statements)
}

// ReleaseEnd says when the support of a release of a distribution ends. Dates have the form
// of [time.DateOnly], and are empty if they are not known.
type ReleaseEnd struct {
	Ends     string `json:"ends,omitempty"`     // the last day of support for all users
	Extended string `json:"extended,omitempty"` // the last day of paid or reduced support
	Ended    bool   `json:"ended,omitempty"`    // support for all users has ended, on an unknown day
}

// AddReleaseEnd adds the end of support of a release. The id is the ID of os-release.
func (b *Builder) AddReleaseEnd(id, release string, end ReleaseEnd) error {
	value, err := json.Marshal(end)
	if err != nil {
		return err
	}
	b.info.Records++
	return b.addRow(releasesTable, releaseKey(id, release), appendBytes(nil, value))
}

// Records returns the number of records added so far.
func (b *Builder) Records() int { return b.info.Records }

// Cursor returns the modification time of the newest record added so far.
func (b *Builder) Cursor() time.Time { return b.info.Cursor }

// Advance sets the cursor to a time, unless it is later already.
func (b *Builder) Advance(to time.Time) {
	if to.After(b.info.Cursor) {
		b.info.Cursor = to
	}
}

// addRow adds a row to a table other than those of packages, advisories and texts. Rows
// with the same key become one, with their values one after the other.
func (b *Builder) addRow(table string, key, value []byte) error {
	if b.rows == nil {
		b.rows = make(map[string]*sorter)
	}
	s, ok := b.rows[table]
	if !ok {
		s = &sorter{dir: b.dir, limit: sorterMemory}
		b.rows[table] = s
	}
	return s.add(key, value)
}

// CopyFrom adds the content of a file, except for the advisories whose ids are in except.
func (b *Builder) CopyFrom(ctx context.Context, old *File, except map[string]bool) error {
	b.Advance(old.Cursor)
	numbers := make(map[uint64]uint64) // in the old file -> in the new one
	err := old.forEach(advisoriesTable, func(key, value []byte) error {
		d := decoder{rest: value}
		a := d.advisory()
		if d.err != nil || except[a.ID] {
			return d.err
		}
		if err := b.advisories.add(numberKey(b.number), value); err != nil {
			return err
		}
		numbers[binary.BigEndian.Uint64(key)] = b.number
		b.number++
		b.info.Records++
		b.info.Malicious += boolToInt(a.Malicious)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	err = old.forEach(textsTable, func(key, value []byte) error {
		if n, ok := numbers[binary.BigEndian.Uint64(key)]; ok {
			return b.texts.add(numberKey(n), value)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if old.tables[cvesTable] != nil {
		err := old.forEach(cvesTable, func(key, value []byte) error {
			d := decoder{rest: value}
			for len(d.rest) > 0 && d.err == nil {
				if n, ok := numbers[d.uvarint()]; ok {
					if err := b.addRow(cvesTable, key, binary.AppendUvarint(nil, n)); err != nil {
						return err
					}
				}
			}
			return errors.Join(d.err, ctx.Err())
		})
		if err != nil {
			return err
		}
	}
	return old.forEach(packagesTable, func(key, value []byte) error {
		for d := (decoder{rest: value}); len(d.rest) > 0; {
			f := d.affected()
			if d.err != nil {
				return d.err
			}
			n, ok := numbers[f.Number]
			if !ok {
				continue
			}
			f.Number = n
			b.buffer = f.append(b.buffer[:0])
			if err := b.packages.add(key, b.buffer); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
}

// Commit finishes the file. It replaces the dataset info.Name of the directory. Records,
// Malicious and Cursor of info are set by the builder; checked is the time of the last
// check against the source.
func (b *Builder) Commit(ctx context.Context, info Info, checked time.Time) (err error) {
	defer func() {
		if err != nil {
			b.Discard()
		}
	}()
	info.Records, info.Malicious, info.Cursor = b.info.Records, b.info.Malicious, b.info.Cursor
	// The time of the source's file is often that of a copy, and some servers send none.
	if info.Modified.IsZero() || !info.Cursor.IsZero() && info.Cursor.Before(info.Modified) {
		info.Modified = info.Cursor
	}
	index, err := b.texts.close()
	if err != nil {
		return err
	}
	b.file.endTable(textsTable, uint64(headerSize), index)

	from := b.file.offset
	if index, err = b.advisories.close(); err != nil {
		return err
	}
	if err := b.advisoriesBuffer.Flush(); err != nil {
		return err
	}
	if _, err := b.advisoriesFile.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(b.file, b.advisoriesFile); err != nil {
		return err
	}
	b.file.endTable(advisoriesTable, from, index)

	if err := b.writeSorted(ctx, packagesTable, b.packages); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(b.rows)) {
		if err := b.writeSorted(ctx, name, b.rows[name]); err != nil {
			return err
		}
	}
	if err := b.file.commit(Path(b.dir, info.Name), info, checked); err != nil {
		return err
	}
	return errors.Join(b.closeSorters(), b.advisoriesFile.Close())
}

// writeSorted writes a table with the rows of a sorter.
func (b *Builder) writeSorted(ctx context.Context, name string, s *sorter) error {
	from := b.file.offset
	out, err := newTableWriter(b.file, codecS2, packagesBlock)
	if err != nil {
		return err
	}
	err = s.forEach(func(key, values []byte) error {
		if err := out.add(key, values); err != nil {
			return err
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	index, err := out.close()
	if err != nil {
		return err
	}
	b.file.endTable(name, from, index)
	return nil
}

func (b *Builder) closeSorters() error {
	err := b.packages.close()
	for _, s := range b.rows {
		err = errors.Join(err, s.close())
	}
	return err
}

// Discard removes the temporary files. The directory stays as it was.
func (b *Builder) Discard() {
	if b.file != nil {
		b.file.discard()
	}
	if b.advisoriesFile != nil {
		b.advisoriesFile.Close()
	}
	b.closeSorters()
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
