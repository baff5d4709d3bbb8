package feed

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// The limits of a bulk archive. The largest real one has 250,000 records in 2 GB.
const (
	maxArchiveRecords = 5_000_000
	maxArchiveSize    = 64 << 30 // bytes, decompressed

	progressEvery = 1000 // files between two calls of progress
)

// ReadArchive calls f with each record of one of OSV's bulk archives: a zip file with a
// JSON file for each record. It calls progress now and then with the number of files
// read. Files that cannot be parsed are skipped. An error names the record.
func ReadArchive(ctx context.Context, in io.ReaderAt, size int64, progress func(done, all int), f func(*osv.Record) error) (skipped Skipped, err error) {
	archive, err := zip.NewReader(in, size)
	if err != nil {
		return skipped, fmt.Errorf("not a complete zip archive: %w", err)
	}
	if len(archive.File) > maxArchiveRecords {
		return skipped, fmt.Errorf("the archive has %d files; the maximum is %d", len(archive.File), maxArchiveRecords)
	}
	var body bytes.Buffer
	var total int64
	records := 0
	for i, file := range archive.File {
		if err := ctx.Err(); err != nil {
			return skipped, err
		}
		if i%progressEvery == 0 || i == len(archive.File)-1 {
			progress(i+1, len(archive.File))
		}
		if !strings.HasSuffix(file.Name, ".json") {
			continue
		}
		if err := readFile(file, &body); err != nil {
			return skipped, fmt.Errorf("record %q: %w", file.Name, err)
		}
		if total += int64(body.Len()); total > maxArchiveSize {
			return skipped, fmt.Errorf("the records have more than %d bytes in total", int64(maxArchiveSize))
		}
		record, err := osv.Parse(body.Bytes())
		if err != nil {
			skipped.add(fmt.Errorf("record %q: %w", file.Name, err))
			continue
		}
		if err := f(record); err != nil {
			return skipped, fmt.Errorf("record %q: %w", file.Name, err)
		}
		records++
	}
	if records+skipped.Count == 0 {
		return skipped, errors.New("the archive has no records")
	}
	return skipped, skipped.Check(records)
}

func readFile(file *zip.File, body *bytes.Buffer) error {
	in, err := file.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	body.Reset()
	// The zip reader compares the checksum once it comes to the end.
	if _, err := io.Copy(body, io.LimitReader(in, osv.MaxSize+1)); err != nil {
		return err
	}
	if body.Len() > osv.MaxSize {
		return fmt.Errorf("it is larger than %d bytes", osv.MaxSize)
	}
	return nil
}
