package advisory

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"
)

// builder makes a body of data from records. Its memory does not depend on how
// many there are.
type builder struct {
	dir     string
	file    *fileWriter
	texts   *tableWriter
	spill   *os.File // of the advisories, which follow the texts in the file
	spiller *bufio.Writer
	advices *tableWriter
	sorter  *sorter // of the packages
	// rows are of further tables, which come last.
	rows map[string]*sorter

	info Info
	left alien // of the documents of a feed
	// tell is told now and then how many records there are; it may be nil.
	tell   func(records int)
	number uint64
	buffer []byte
}

// The sizes of blocks, before compression. A look-up of packages should read
// little; texts are read for few, and compress well in large blocks.
const (
	packagesBlock   = 4 << 10
	advisoriesBlock = 4 << 10
	textsBlock      = 64 << 10
	sorterMemory    = 64 << 20
)

func newBuilder(dir string) (_ *builder, err error) {
	b := &builder{dir: dir, sorter: &sorter{dir: dir, limit: sorterMemory}}
	defer func() {
		if err != nil {
			b.discard()
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
	if b.advices, err = newTableWriter(b.spiller, fast, advisoriesBlock); err != nil {
		return nil, err
	}
	return b, nil
}

// add takes in a record.
func (b *builder) add(r *Record) error {
	if r.Modified.Time.After(b.info.Cursor) {
		b.info.Cursor = r.Modified.Time
	}
	a, t := digestRecord(r)
	if a == nil {
		return nil
	}
	b.buffer = t.append(b.buffer[:0])
	if err := b.texts.add(numberKey(b.number), b.buffer); err != nil {
		return err
	}
	b.buffer = a.append(b.buffer[:0])
	if err := b.advices.add(numberKey(b.number), b.buffer); err != nil {
		return err
	}
	kind := byte(kindVulnerability)
	if a.malicious {
		kind = kindMalicious
		b.info.Malicious++
	}
	for i := range r.Affected {
		f := digestAffected(&r.Affected[i], r.Summary)
		if f == nil {
			continue
		}
		f.number = b.number
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

// addStatements takes in what a distribution says of one flaw.
func (b *builder) addStatements(a *advice, t *Text, said []statement) error {
	b.buffer = t.append(b.buffer[:0])
	if err := b.texts.add(numberKey(b.number), b.buffer); err != nil {
		return err
	}
	b.buffer = a.append(b.buffer[:0])
	if err := b.advices.add(numberKey(b.number), b.buffer); err != nil {
		return err
	}
	for i := range said {
		s := &said[i]
		s.affects.number = b.number
		b.buffer = s.affects.append(b.buffer[:0])
		if err := b.sorter.add(packageKey(kindVulnerability, s.ecosystem, s.name), b.buffer); err != nil {
			return err
		}
	}
	b.number++
	b.info.Records++
	if b.tell != nil && b.info.Records%tellEvery == 0 {
		b.tell(b.info.Records)
	}
	return nil
}

// addOpinion notes that what is taken in next holds for the CVE wherever it is.
func (b *builder) addOpinion(cve cveNumber) error {
	return b.row(cvesTable, cveKey(cve), binary.AppendUvarint(nil, b.number))
}

// row adds a row to a further table. Rows with the same key become one.
func (b *builder) row(table string, key, value []byte) error {
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

// copyFrom takes over what another body of data holds, except for some
// advisories.
func (b *builder) copyFrom(ctx context.Context, old *dataFile, except map[string]bool) error {
	if old.Cursor.After(b.info.Cursor) {
		b.info.Cursor = old.Cursor
	}
	numbers := make(map[uint64]uint64)
	err := old.each(advisoriesTable, func(key, value []byte) error {
		d := decode{rest: value}
		a := d.advice()
		if d.err != nil || except[a.id] {
			return d.err
		}
		if err := b.advices.add(numberKey(b.number), value); err != nil {
			return err
		}
		numbers[binary.BigEndian.Uint64(key)] = b.number
		b.number++
		b.info.Records++
		b.info.Malicious += b2i(a.malicious)
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
			f := d.affects()
			if d.err != nil {
				return d.err
			}
			n, ok := numbers[f.number]
			if !ok {
				continue
			}
			f.number = n
			b.buffer = f.append(b.buffer[:0])
			if err := b.sorter.add(key, b.buffer); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
}

// each calls f for every key of a table in order.
func (d *dataFile) each(name string, f func(key, value []byte) error) error {
	t, ok := d.tables[name]
	if !ok {
		return damaged(d.file.Name())
	}
	if err := t.all(f); err != nil {
		return fmt.Errorf("%s: table %s: %w", d.file.Name(), name, err)
	}
	return nil
}

// commit writes the body of data and puts it in the place of what has the path.
func (b *builder) commit(ctx context.Context, path string, info Info, checked time.Time) (err error) {
	defer func() {
		if err != nil {
			b.discard()
		}
	}()
	info.Records, info.Malicious, info.Cursor = b.info.Records, b.info.Malicious, b.info.Cursor
	// The time of a file is often that of a copy, and some servers tell none.
	if info.Modified.IsZero() || !info.Cursor.IsZero() && info.Cursor.Before(info.Modified) {
		info.Modified = info.Cursor
	}
	index, err := b.texts.close()
	if err != nil {
		return err
	}
	b.file.table(textsTable, uint64(headerSize), index)

	from := b.file.offset
	if index, err = b.advices.close(); err != nil {
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
	if err := b.file.commit(path, info, checked); err != nil {
		return err
	}
	return errors.Join(b.closeSorters(), b.spill.Close())
}

// sorted writes a table of what a sorter holds.
func (b *builder) sorted(ctx context.Context, name string, s *sorter) error {
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

func (b *builder) closeSorters() error {
	err := b.sorter.close()
	for _, s := range b.rows {
		err = errors.Join(err, s.close())
	}
	return err
}

// discard gives up.
func (b *builder) discard() {
	if b.file != nil {
		b.file.discard()
	}
	if b.spill != nil {
		b.spill.Close()
	}
	b.closeSorters()
}
