package advisory

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What a bulk archive may hold at most, and how often the progress is told. The largest real one has 250,000 records
// in 2 GB.
const (
	tellEvery         = 1000
	maxArchiveRecords = 5_000_000
	maxArchiveSize    = 64 << 30
)

// maxAlien is the part of an archive, one in so many, that may be no records. More of
// them, and it is no archive of advisories.
const maxAlien = 100

// alien are the files of an archive that are no records. They are left out: the
// others are of use.
type alien struct {
	count int
	first error // what is wrong with one of them
}

func (a *alien) add(err error) {
	if a.count == 0 {
		a.first = err
	}
	a.count++
}

// tolerable gives an error if there are too many beside the good ones.
func (a *alien) tolerable(good int) error {
	if a.count > 0 && a.count >= (a.count+good)/maxAlien {
		return fmt.Errorf("%d of %d files are no records; %w", a.count, a.count+good, a.first)
	}
	return nil
}

// readArchive reads the records of a bulk archive, a zip file with a JSON file for
// each record, and tells the progress now and then. The errors name the record.
func readArchive(ctx context.Context, in io.ReaderAt, size int64, progress func(done, all int), f func(*Record) error) (left alien, err error) {
	archive, err := zip.NewReader(in, size)
	if err != nil {
		return left, fmt.Errorf("not a whole zip archive: %w", err)
	}
	if len(archive.File) > maxArchiveRecords {
		return left, fmt.Errorf("%d files are too much for an archive: at most %d", len(archive.File), maxArchiveRecords)
	}
	var body bytes.Buffer
	var total int64
	records := 0
	for i, file := range archive.File {
		if err := ctx.Err(); err != nil {
			return left, err
		}
		if i%tellEvery == 0 || i == len(archive.File)-1 {
			progress(i+1, len(archive.File))
		}
		if !strings.HasSuffix(file.Name, ".json") {
			continue
		}
		if err := readFile(file, &body); err != nil {
			return left, fmt.Errorf("record %q: %w", file.Name, err)
		}
		if total += int64(body.Len()); total > maxArchiveSize {
			return left, fmt.Errorf("the records come to over %d bytes", int64(maxArchiveSize))
		}
		record, err := ParseRecord(body.Bytes())
		if err != nil {
			left.add(fmt.Errorf("record %q: %w", file.Name, err))
			continue
		}
		if err := f(record); err != nil {
			return left, fmt.Errorf("record %q: %w", file.Name, err)
		}
		records++
	}
	if records+left.count == 0 {
		return left, errors.New("the archive holds no record")
	}
	return left, left.tolerable(records)
}

func readFile(file *zip.File, body *bytes.Buffer) error {
	in, err := file.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	body.Reset()
	// The zip reader compares the checksum once it comes to the end.
	if _, err := io.Copy(body, io.LimitReader(in, maxRecordSize+1)); err != nil {
		return err
	}
	if body.Len() > maxRecordSize {
		return fmt.Errorf("it is larger than %d bytes", maxRecordSize)
	}
	return nil
}
