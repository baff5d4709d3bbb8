package update

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"seaworthy.dev/seaworthy/internal/advisory/feed"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

const (
	// wholeEvery is how often all records are read again, so that one that was removed
	// without notice does not stay for ever.
	wholeEvery = 14 * 24 * time.Hour
	// maxRenewed is how many changed records are downloaded one by one.
	maxRenewed = 1000
	fetchers   = 8
)

// errNotRenewable is returned if the changed records cannot be read one by one, so that
// all must be read.
var errNotRenewable = errors.New("the changes cannot be read one by one")

// renew reads the records that changed since the last update, according to the list of
// modifications in the source.
func (u *Updater) renew(ctx context.Context, name string, old *store.File) (Outcome, error) {
	ids, newest, err := u.modified(ctx, name, old.Cursor)
	if err != nil {
		return Outcome{}, err
	}
	if len(ids) == 0 {
		return u.unchanged(old)
	}
	records, err := u.records(ctx, name, ids)
	if err != nil {
		return Outcome{}, err
	}
	changed := make(map[string]bool)
	for _, id := range ids {
		changed[id] = true
	}
	b, err := store.NewBuilder(u.Dir)
	if err != nil {
		return Outcome{}, err
	}
	err = b.CopyFrom(ctx, old, changed)
	for i := 0; i < len(records) && err == nil; i++ {
		if records[i] != nil {
			err = b.Add(records[i])
		}
	}
	if err != nil {
		b.Discard()
		return Outcome{}, err
	}
	b.Advance(newest)
	info := old.Info
	// These are about the archive, which is another one by now.
	info.ETag, info.LastModified, info.Digest = "", "", ""
	info.Modified = b.Cursor()
	if err := b.Commit(ctx, info, u.Now()); err != nil {
		return Outcome{}, err
	}
	return u.outcome(name, Outcome{Changed: true, Renewed: len(ids)})
}

// modified returns the ids of the records that changed after a time, and the time of the
// newest change.
func (u *Updater) modified(ctx context.Context, name string, after time.Time) (ids []string, newest time.Time, err error) {
	location := u.location(name, "modified_id.csv")
	ctx, cancel := context.WithTimeout(ctx, stalled)
	defer cancel()
	response, err := u.get(ctx, location, nil)
	if err != nil {
		return nil, newest, fmt.Errorf("%w: %w", errNotRenewable, err)
	}
	defer response.Body.Close()
	ids, newest, err = parseModified(response.Body, after, modifiedRecord)
	if err != nil {
		return nil, newest, fmt.Errorf("%w: %s: %w", errNotRenewable, location, err)
	}
	return ids, newest, nil
}

// modifiedRecord parses a line of OSV's modified_id.csv, "time,id".
func modifiedRecord(line string) (at time.Time, id string, ok bool) {
	text, id, ok := strings.Cut(line, ",")
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, id, ok && err == nil && id != "" && len(id) <= osv.MaxID && !strings.ContainsAny(id, "/\\")
}

// parseModified parses a list of modifications: a line for each record with its time and
// id, the newest first. It stops at the given time.
func parseModified(in io.Reader, after time.Time, parse func(line string) (at time.Time, id string, ok bool)) (ids []string, newest time.Time, err error) {
	lines := bufio.NewScanner(in)
	var last time.Time
	for n := 1; lines.Scan(); n++ {
		at, id, ok := parse(lines.Text())
		switch {
		case !ok:
			return nil, newest, fmt.Errorf("line %d is not a time and an id", n)
		case n > 1 && at.After(last):
			return nil, newest, fmt.Errorf("line %d is newer than the one before", n)
		case !at.After(after):
			return ids, newest, nil
		case len(ids) == maxRenewed:
			return nil, newest, fmt.Errorf("over %d records changed", maxRenewed)
		}
		ids = append(ids, id)
		last = at
		if n == 1 {
			newest = at
		}
	}
	if err := lines.Err(); err != nil {
		return nil, newest, err
	}
	// No record that the database has: this is no list of its records.
	return nil, newest, errors.New("it names no record as old as those here")
}

// records downloads records one by one. The result is nil for a record that no longer
// exists.
func (u *Updater) records(ctx context.Context, name string, ids []string) ([]*osv.Record, error) {
	records := make([]*osv.Record, len(ids))
	return records, u.each(ctx, name, len(ids), func(ctx context.Context, i int) error {
		location := u.location(name, ids[i]+".json")
		data, err := u.body(ctx, location)
		if data == nil || err != nil {
			return err
		}
		if records[i], err = osv.Parse(data); err != nil {
			return fmt.Errorf("%w: %s: %w", errNotRenewable, location, err)
		}
		if got := records[i].ID; got != ids[i] {
			return fmt.Errorf("%w: the record of %s has the id %s", errNotRenewable, ids[i], got)
		}
		return nil
	})
}

// each calls f for each number below n, several at a time, and reports the progress.
func (u *Updater) each(ctx context.Context, name string, n int, f func(context.Context, int) error) error {
	var mu sync.Mutex
	done := 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fetchers)
	for i := range n {
		group.Go(func() error {
			if err := f(ctx, i); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			u.progress(Progress{Name: name, Read: int64(done), Size: int64(n), Records: true})
			return nil
		})
	}
	return group.Wait()
}

// body downloads a document. It returns nil if the document does not exist.
func (u *Updater) body(ctx context.Context, location string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, stalled)
	defer cancel()
	response, err := u.get(ctx, location, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := feed.ReadDocument(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", location, err)
	}
	return data, nil
}

// renewFeed reads the documents about CVEs that changed since the last time.
func (u *Updater) renewFeed(ctx context.Context, name string, f *feed.Feed, old *store.File) (Outcome, error) {
	base := f.Changes.URL
	if !u.public() {
		base = u.location(strings.Split(f.Dir, "/")...) + "/"
	}
	list, err := u.body(ctx, base+"changes.csv")
	if err != nil {
		return Outcome{}, fmt.Errorf("%w: %w", errNotRenewable, err)
	}
	if list == nil {
		return Outcome{}, fmt.Errorf("%w: there is no %schanges.csv", errNotRenewable, base)
	}
	paths, newest, err := parseModified(bytes.NewReader(list), old.Cursor, f.Changes.ParseLine)
	if err != nil {
		return Outcome{}, fmt.Errorf("%w: %schanges.csv: %w", errNotRenewable, base, err)
	}
	if len(paths) == 0 {
		return u.unchanged(old)
	}
	all := make([]*feed.Document, len(paths))
	err = u.each(ctx, name, len(paths), func(ctx context.Context, i int) error {
		data, err := u.body(ctx, base+paths[i])
		if data == nil || err != nil {
			return err
		}
		if all[i], err = f.Changes.Parse(data); err != nil {
			return fmt.Errorf("%w: %s: %w", errNotRenewable, base+paths[i], err)
		}
		return nil
	})
	if err != nil {
		return Outcome{}, err
	}
	changed := make(map[string]bool)
	for _, p := range paths {
		changed[f.Changes.ID(p)] = true
	}
	b, err := store.NewBuilder(u.Dir)
	if err != nil {
		return Outcome{}, err
	}
	err = b.CopyFrom(ctx, old, changed)
	for i := 0; i < len(all) && err == nil; i++ {
		err = all[i].AddTo(b)
	}
	if err != nil {
		b.Discard()
		return Outcome{}, err
	}
	b.Advance(newest)
	info := old.Info
	info.Modified = b.Cursor()
	if err := b.Commit(ctx, info, u.Now()); err != nil {
		return Outcome{}, err
	}
	return u.outcome(name, Outcome{Changed: true, Renewed: len(paths)})
}
