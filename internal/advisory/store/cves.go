package store

import (
	"context"
	"encoding/binary"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// CVEBuilder writes a dataset about CVEs: KEV or EPSS. It must end in Commit or Discard.
type CVEBuilder struct {
	dir    string
	sorter *sorter
}

// NewCVEBuilder begins a file in a directory.
func NewCVEBuilder(dir string) *CVEBuilder {
	return &CVEBuilder{dir, &sorter{dir: dir, limit: sorterMemory}}
}

// Of a CVE that is added twice the first one counts.
func (b *CVEBuilder) add(cve osv.CVE, value []byte) error {
	return b.sorter.add(cveKey(cve), appendBytes(nil, value))
}

// AddKEV adds an entry of the KEV catalog with the date in the form of [time.DateOnly].
func (b *CVEBuilder) AddKEV(cve osv.CVE, added string) error { return b.add(cve, []byte(added)) }

// epssUnits is the integer that a score of 1 is stored as. Scores are published with
// five decimals, and some with six or more.
const epssUnits = 1e9

// fraction returns the number as it was published: the division rounds correctly.
func fraction(units uint64) float64 { return float64(units) / epssUnits }

// AddEPSS adds the scores of a CVE, which are between 0 and 1.
func (b *CVEBuilder) AddEPSS(cve osv.CVE, score, percentile float64) error {
	value := binary.AppendUvarint(nil, uint64(score*epssUnits+0.5))
	return b.add(cve, binary.AppendUvarint(value, uint64(percentile*epssUnits+0.5)))
}

// Commit writes the file and puts it in the place of what the directory has of that
// name. The count of records comes from the builder.
func (b *CVEBuilder) Commit(ctx context.Context, info Info, checked time.Time) error {
	defer b.Discard()
	file, err := createFile(b.dir)
	if err != nil {
		return err
	}
	out, err := newTableWriter(file, fast, packagesBlock)
	if err == nil {
		err = b.sorter.groups(func(key, values []byte) error {
			info.Records++
			d := decode{rest: values}
			if err := out.add(key, d.bytes()); err != nil {
				return err
			}
			return ctx.Err()
		})
	}
	if err != nil {
		file.discard()
		return err
	}
	index, err := out.close()
	if err != nil {
		file.discard()
		return err
	}
	file.table(cvesTable, uint64(headerSize), index)
	return file.commit(Path(b.dir, info.Name), info, checked)
}

// Discard removes what was written.
func (b *CVEBuilder) Discard() { b.sorter.close() }
