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

// Builder writes a dataset from records and statements. Its memory does not depend on
// how many there are. It must end in Commit or Discard.
type Builder struct {
	// Progress is called now and then with the number of records; it may be nil.
	Progress func(records int)

	dir        string
	file       *fileWriter
	texts      *tableWriter
	spill      *os.File // of the advisories, which follow the texts in the file
	spiller    *bufio.Writer
	advisories *tableWriter
	sorter     *sorter // of the packages
	// rows are of further tables, which come last.
	rows map[string]*sorter

	info   Info
	number uint64 // of the next advisory
	buffer []byte
}

// The sizes of blocks, before compression. A look-up of packages should read little.
// Texts are read for few packages, and compress well in large blocks.
const (
	packagesBlock   = 4 << 10
	advisoriesBlock = 4 << 10
	textsBlock      = 64 << 10
	sorterMemory    = 64 << 20
)

// progressEvery is after how many records progress is reported.
const progressEvery = 1000

// NewBuilder begins a file in a directory.
func NewBuilder(dir string) (_ *Builder, err error) {
	b := &Builder{dir: dir, sorter: &sorter{dir: dir, limit: sorterMemory}}
	defer func() {
		if err != nil {
			b.Discard()
		}
	}()
	if b.file, err = createFile(dir); err != nil {
		return nil, err
	}
	if b.spill, err = temporary(dir); err != nil {
		return nil, err
	}
	if b.texts, err = newTableWriter(b.file, dense, textsBlock); err != nil {
		return nil, err
	}
	b.spiller = bufio.NewWriterSize(b.spill, 256<<10)
	if b.advisories, err = newTableWriter(b.spiller, fast, advisoriesBlock); err != nil {
		return nil, err
	}
	return b, nil
}

// Add adds a record, unless it is withdrawn or about no vulnerability.
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
		if err := b.sorter.add(packageKey(kind, p.Ecosystem, p.Name), b.buffer); err != nil {
			return err
		}
	}
	b.number++
	b.info.Records++
	return nil
}

// Statement says whether a vulnerability is in one package of a release, in the view of
// the distribution itself.
type Statement struct {
	Ecosystem seaworthy.Ecosystem
	Name      string
	Affected  Affected
}

// AddStatements adds what a distribution says about one vulnerability.
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
		if err := b.sorter.add(packageKey(Vulnerable, s.Ecosystem, s.Name), b.buffer); err != nil {
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

// AddCVE is AddStatements for a distribution whose rating of the CVE counts for every
// package, also for those without a statement.
func (b *Builder) AddCVE(cve osv.CVE, a *Advisory, t *Text, statements []Statement) error {
	if err := b.row(cvesTable, cveKey(cve), binary.AppendUvarint(nil, b.number)); err != nil {
		return err
	}
	return b.AddStatements(a, t, statements)
}

// ReleaseEnd says when the support of a release ends. The dates are in the form of
// [time.DateOnly].
type ReleaseEnd struct {
	Ends     string `json:"ends,omitempty"`
	Extended string `json:"extended,omitempty"`
	Ended    bool   `json:"ended,omitempty"` // on an unknown day
}

// AddReleaseEnd adds the end of a release, by the ID of os-release.
func (b *Builder) AddReleaseEnd(id, release string, end ReleaseEnd) error {
	value, err := json.Marshal(end)
	if err != nil {
		return err
	}
	b.info.Records++
	return b.row(releasesTable, releaseKey(id, release), appendBytes(nil, value))
}

// Records counts what was added.
func (b *Builder) Records() int { return b.info.Records }

// Cursor is the newest modification of a record that was added.
func (b *Builder) Cursor() time.Time { return b.info.Cursor }

// Advance moves the cursor forward to a time, if it is not there yet.
func (b *Builder) Advance(to time.Time) {
	if to.After(b.info.Cursor) {
		b.info.Cursor = to
	}
}

// row adds a row to a further table. Rows with the same key become one, their values one
// after the other.
func (b *Builder) row(table string, key, value []byte) error {
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

// CopyFrom adds what a file holds, except for the advisories with some ids.
func (b *Builder) CopyFrom(ctx context.Context, old *File, except map[string]bool) error {
	b.Advance(old.Cursor)
	numbers := make(map[uint64]uint64) // in the old file -> in the new one
	err := old.each(advisoriesTable, func(key, value []byte) error {
		d := decode{rest: value}
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
		b.info.Malicious += b2i(a.Malicious)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	err = old.each(textsTable, func(key, value []byte) error {
		if n, ok := numbers[binary.BigEndian.Uint64(key)]; ok {
			return b.texts.add(numberKey(n), value)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if old.tables[cvesTable] != nil {
		err := old.each(cvesTable, func(key, value []byte) error {
			d := decode{rest: value}
			for len(d.rest) > 0 && d.err == nil {
				if n, ok := numbers[d.uvarint()]; ok {
					return b.row(cvesTable, key, binary.AppendUvarint(nil, n))
				}
			}
			return errors.Join(d.err, ctx.Err())
		})
		if err != nil {
			return err
		}
	}
	return old.each(packagesTable, func(key, value []byte) error {
		for d := (decode{rest: value}); len(d.rest) > 0; {
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
			if err := b.sorter.add(key, b.buffer); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
}

// Commit writes the file and puts it in the place of what the directory has of that
// name. The counts and times of records come from the builder.
func (b *Builder) Commit(ctx context.Context, info Info, checked time.Time) (err error) {
	defer func() {
		if err != nil {
			b.Discard()
		}
	}()
	info.Records, info.Malicious, info.Cursor = b.info.Records, b.info.Malicious, b.info.Cursor
	// The time of a file is often that of a copy, and some servers send none.
	if info.Modified.IsZero() || !info.Cursor.IsZero() && info.Cursor.Before(info.Modified) {
		info.Modified = info.Cursor
	}
	index, err := b.texts.close()
	if err != nil {
		return err
	}
	b.file.table(textsTable, uint64(headerSize), index)

	from := b.file.offset
	if index, err = b.advisories.close(); err != nil {
		return err
	}
	if err := b.spiller.Flush(); err != nil {
		return err
	}
	if _, err := b.spill.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(b.file, b.spill); err != nil {
		return err
	}
	b.file.table(advisoriesTable, from, index)

	if err := b.sorted(ctx, packagesTable, b.sorter); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(b.rows)) {
		if err := b.sorted(ctx, name, b.rows[name]); err != nil {
			return err
		}
	}
	if err := b.file.commit(Path(b.dir, info.Name), info, checked); err != nil {
		return err
	}
	return errors.Join(b.closeSorters(), b.spill.Close())
}

// sorted writes a table with what a sorter holds.
func (b *Builder) sorted(ctx context.Context, name string, s *sorter) error {
	from := b.file.offset
	out, err := newTableWriter(b.file, fast, packagesBlock)
	if err != nil {
		return err
	}
	err = s.groups(func(key, values []byte) error {
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
	b.file.table(name, from, index)
	return nil
}

func (b *Builder) closeSorters() error {
	err := b.sorter.close()
	for _, s := range b.rows {
		err = errors.Join(err, s.close())
	}
	return err
}

// Discard removes what was written.
func (b *Builder) Discard() {
	if b.file != nil {
		b.file.discard()
	}
	if b.spill != nil {
		b.spill.Close()
	}
	b.closeSorters()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
