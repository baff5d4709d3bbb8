package advisory

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// wholeEvery is how often all records are read anew, so that one that went
	// without notice does not stay for ever.
	wholeEvery = 14 * 24 * time.Hour
	// maxRenewed is how many changed records are fetched one by one.
	maxRenewed = 1000
	fetchers   = 8
)

// errNotRenewable is why changes cannot be taken in one by one.
var errNotRenewable = errors.New("the changes cannot be taken in one by one")

// renew takes in the records that changed since the last time, by the source's
// list of modifications.
func (u *Updater) renew(ctx context.Context, name string, old *dataFile) (Outcome, error) {
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
	b, err := newBuilder(u.Dir)
	if err != nil {
		return Outcome{}, err
	}
	err = b.copyFrom(ctx, old, changed)
	for i := 0; i < len(records) && err == nil; i++ {
		if records[i] != nil {
			err = b.add(records[i])
		}
	}
	if err != nil {
		b.discard()
		return Outcome{}, err
	}
	if newest.After(b.info.Cursor) {
		b.info.Cursor = newest
	}
	info := old.Info
	// These were said of the archive, which is another one by now.
	info.ETag, info.LastModified, info.Digest = "", "", ""
	info.Modified = b.info.Cursor
	if err := b.commit(ctx, dataPath(u.Dir, name), info, u.Now()); err != nil {
		return Outcome{}, err
	}
	return u.outcome(name, Outcome{Changed: true, Renewed: len(ids)})
}

// modified lists the records that changed after a time, and says when the newest
// did.
func (u *Updater) modified(ctx context.Context, name string, after time.Time) (ids []string, newest time.Time, err error) {
	location := u.location(name, "modified_id.csv")
	ctx, cancel := context.WithTimeout(ctx, stalled)
	defer cancel()
	response, err := u.get(ctx, location, nil)
	if err != nil {
		return nil, newest, fmt.Errorf("%w: %w", errNotRenewable, err)
	}
	defer response.Body.Close()
	ids, newest, err = parseModified(response.Body, after)
	if err != nil {
		return nil, newest, fmt.Errorf("%w: %s: %w", errNotRenewable, location, err)
	}
	return ids, newest, nil
}

// parseModified reads a list of modifications: a line "time,id" for each record,
// the newest first. It reads only what is newer than the given time.
func parseModified(in io.Reader, after time.Time) (ids []string, newest time.Time, err error) {
	lines := bufio.NewScanner(in)
	var last time.Time
	for n := 1; lines.Scan(); n++ {
		text, id, ok := strings.Cut(lines.Text(), ",")
		at, err := time.Parse(time.RFC3339Nano, text)
		switch {
		case !ok || err != nil || id == "" || len(id) > maxID || strings.ContainsAny(id, "/\\"):
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
	// To the end, and not one record that the database knows: this is no list of
	// what it has.
	return nil, newest, errors.New("it names no record as old as those here")
}

// records fetches records one by one; nil stands for one that is gone.
func (u *Updater) records(ctx context.Context, name string, ids []string) ([]*Record, error) {
	records := make([]*Record, len(ids))
	var mu sync.Mutex
	done := 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fetchers)
	for i, id := range ids {
		group.Go(func() error {
			r, err := u.record(ctx, u.location(name, id+".json"))
			if err != nil {
				return err
			}
			if r != nil && r.ID != id {
				return fmt.Errorf("%w: the record of %s has the id %s", errNotRenewable, id, r.ID)
			}
			records[i] = r
			mu.Lock()
			defer mu.Unlock()
			done++
			u.progress(Progress{Name: name, Read: int64(done), Size: int64(len(ids))})
			return nil
		})
	}
	return records, group.Wait()
}

func (u *Updater) record(ctx context.Context, location string) (*Record, error) {
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
	data, err := io.ReadAll(io.LimitReader(response.Body, maxRecordSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", location, err)
	}
	r, err := ParseRecord(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errNotRenewable, location, err)
	}
	return r, nil
}
