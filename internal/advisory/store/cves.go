package store

import (
	"context"
	"encoding/binary"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// CVEBuilder writes a dataset with a row for each CVE: [KEV] or [EPSS]. The caller must end
// with Commit or Discard.
type CVEBuilder struct {
	dir    string
	sorter *sorter
}

// NewCVEBuilder begins a dataset in a directory. The file gets its name from Commit.
func NewCVEBuilder(dir string) *CVEBuilder {
	return &CVEBuilder{dir, &sorter{dir: dir, limit: sorterMemory}}
}

// add adds a row. If a CVE is added twice, Commit keeps the first row.
func (b *CVEBuilder) add(cve osv.CVE, value []byte) error {
	return b.sorter.add(cveKey(cve), appendBytes(nil, value))
}

// AddKEV adds an entry of the KEV catalog: a CVE, and the day when it was added to the
// catalog in the form of [time.DateOnly].
func (b *CVEBuilder) AddKEV(cve osv.CVE, added string) error { return b.add(cve, []byte(added)) }

// epssUnits is the integer that stands for a score of 1 in the file. Scores are published
// with five decimals, and some with six or more.
const epssUnits = 1e9

// fraction converts an integer of the file to a score. The result is exactly the float
// that was published, because the division rounds correctly.
func fraction(units uint64) float64 { return float64(units) / epssUnits }

// AddEPSS adds the EPSS score of a CVE and its percentile, both between 0 and 1.
func (b *CVEBuilder) AddEPSS(cve osv.CVE, score, percentile float64) error {
	value := binary.AppendUvarint(nil, uint64(score*epssUnits+0.5))
	return b.add(cve, binary.AppendUvarint(value, uint64(percentile*epssUnits+0.5)))
}

// Commit writes the file. It replaces the dataset info.Name of the directory. Records of
// info is set by the builder; checked is the time of the last check against the source.
func (b *CVEBuilder) Commit(ctx context.Context, info Info, checked time.Time) error {
	defer b.Discard()
	file, err := createFile(b.dir)
	if err != nil {
		return err
	}
	out, err := newTableWriter(file, codecS2, packagesBlock)
	if err == nil {
		err = b.sorter.forEach(func(key, values []byte) error {
			info.Records++
			d := decoder{rest: values}
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
	file.endTable(cvesTable, uint64(headerSize), index)
	return file.commit(Path(b.dir, info.Name), info, checked)
}

// Discard removes the temporary files. The directory stays as it was.
func (b *CVEBuilder) Discard() { b.sorter.close() }
