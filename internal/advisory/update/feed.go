package update

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/advisory/feed"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// maxFiles is the limit of the files of one feed in a directory. More must be in a tar
// archive.
const maxFiles = 1000

// feedPart is a file of a feed at its location in the source.
type feedPart struct {
	path, location string
	known          store.Part // what the database read last time
	summed         bool
}

// updateFeed reads all files of a feed again if one of them has changed.
func (u *Updater) updateFeed(ctx context.Context, name string, f *feed.Feed, old *store.File) (Outcome, error) {
	if f.Changes != nil && old != nil && len(old.Parts) == 1 && isURL(old.Parts[0].Source) && isURL(u.Source) && !old.Cursor.IsZero() && u.Now().Sub(old.Whole) < wholeEvery {
		outcome, err := u.renewFeed(ctx, name, f, old)
		if !errors.Is(err, errNotRenewable) {
			return outcome, err
		}
		u.Log.Info("all files are read", "name", name, "reason", err)
	}
	parts, err := u.feedParts(ctx, f, old)
	if err != nil {
		return Outcome{}, err
	}
	if len(parts) == 0 {
		return Outcome{}, fmt.Errorf("%s: %w", u.location(strings.Split(f.Dir, "/")...), fs.ErrNotExist)
	}
	fetched := make([]*fetchedPart, len(parts))
	defer func() {
		for _, p := range fetched {
			if p != nil {
				p.in.Close()
			}
		}
	}()
	changed := old == nil || len(old.Parts) != len(parts)
	for i := 0; i < len(parts) && !changed; i++ {
		p, err := u.fetchPart(ctx, name, i, &parts[i], parts[i].known)
		switch {
		case errors.Is(err, errUnchanged):
			continue
		case err == nil:
			fetched[i], changed = p, true
		case errors.Is(err, fs.ErrNotExist):
			changed = true
		default:
			return Outcome{}, err
		}
	}
	if !changed {
		return u.unchanged(old)
	}
	return u.readFeed(ctx, name, f, parts, fetched)
}

// fetchedPart is a file of a feed that was downloaded.
type fetchedPart struct {
	in   *download
	done func()
}

func (u *Updater) fetchPart(ctx context.Context, name string, i int, part *feedPart, known store.Part) (*fetchedPart, error) {
	in, done, err := u.fetch(ctx, name, fmt.Sprintf(".%d", i), part.location, known)
	if err != nil {
		return nil, err
	}
	if part.summed && isURL(part.location) {
		if err := u.verifySum(ctx, part.location, in.from.Digest); err != nil {
			done()
			return nil, err
		}
	}
	return &fetchedPart{in, done}, nil
}

// verifySum compares a file with the checksum next to it, if there is one.
func (u *Updater) verifySum(ctx context.Context, location, digest string) error {
	text, err := u.getText(ctx, location+".sha256")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	fields := strings.Fields(text)
	if len(fields) == 0 || "sha256:"+strings.ToLower(fields[0]) != digest {
		return fmt.Errorf("%s: the file does not have the checksum in %s.sha256", location, path.Base(location))
	}
	return nil
}

// readFeed writes the dataset from the files of a feed. Some of them may be downloaded
// already.
func (u *Updater) readFeed(ctx context.Context, name string, f *feed.Feed, parts []feedPart, fetched []*fetchedPart) (Outcome, error) {
	b, err := store.NewBuilder(u.Dir)
	if err != nil {
		return Outcome{}, err
	}
	b.Progress = func(records int) {
		u.progress(Progress{Name: name, Read: int64(records), Size: -1, Records: true})
	}
	var info store.Info
	var skipped feed.Skipped
	checked := u.Now()
	for i, part := range parts {
		p := fetched[i]
		if p == nil {
			p, err = u.fetchPart(ctx, name, i, &part, store.Part{})
			if errors.Is(err, fs.ErrNotExist) && isURL(part.location) {
				continue // publishers remove files of old releases
			}
			if err != nil {
				b.Discard()
				return Outcome{}, err
			}
			fetched[i] = p
		}
		if err := f.Read(ctx, io.NewSectionReader(p.in, 0, p.in.size), part.path, b, &skipped); err != nil {
			b.Discard()
			if ctx.Err() == nil {
				p.done() // the same bytes would fail again
			}
			return Outcome{}, fmt.Errorf("%s: %w", part.location, err)
		}
		info.Parts = append(info.Parts, p.in.from.part(part.location))
		if p.in.from.Modified.After(info.Modified) {
			info.Modified = p.in.from.Modified
		}
		if at := u.checked(part.location, p.in.from); at.Before(checked) {
			checked = at
		}
	}
	if err := skipped.Check(b.Records()); err != nil {
		b.Discard()
		return Outcome{}, fmt.Errorf("%s: %w", parts[0].location, err)
	}
	if skipped.Count > 0 {
		u.Log.Warn("invalid documents in the feed are skipped", "name", name, "count", skipped.Count, "first", skipped.First)
		info.LeftOut = skipped.Count
	}
	if b.Records() == 0 {
		b.Discard()
		if len(info.Parts) == 0 {
			return Outcome{}, fmt.Errorf("%s: %w", parts[0].location, fs.ErrNotExist)
		}
		return Outcome{}, fmt.Errorf("%s: it has no advisories for known releases", parts[0].location)
	}
	info.Name, info.Source, info.Whole = name, commonSource(info.Parts), u.Now().UTC()
	info.Digest = digestOfParts(info.Parts)
	if err := b.Commit(ctx, info, checked); err != nil {
		return Outcome{}, err
	}
	for _, p := range fetched {
		if p != nil {
			p.done()
		}
	}
	return u.outcome(name, Outcome{Changed: true})
}

// digestOfParts returns the digest of the file that was read, or the digest of the list
// of digests if there are several.
func digestOfParts(parts []store.Part) string {
	if len(parts) == 1 {
		return parts[0].Digest
	}
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintln(h, p.Digest)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// commonSource returns the common beginning of the locations of all parts, for display.
func commonSource(parts []store.Part) string {
	common := parts[0].Source
	for _, p := range parts[1:] {
		for !strings.HasPrefix(p.Source, common) {
			common = common[:max(0, strings.LastIndexAny(strings.TrimRight(common, "/"), "/")+1)]
		}
	}
	if common == "" || strings.HasSuffix(common, "//") {
		return parts[0].Source
	}
	return common
}

// feedParts returns the files of a feed that the source may have.
func (u *Updater) feedParts(ctx context.Context, f *feed.Feed, old *store.File) ([]feedPart, error) {
	if !isURL(u.Source) {
		return u.localParts(f, old)
	}
	var parts []feedPart
	for _, file := range f.Files {
		location := u.location(append(strings.Split(f.Dir, "/"), strings.Split(file.Path, "/")...)...)
		if u.public() {
			location = file.URL
			if file.Find != nil {
				var err error
				if location, err = file.Find(ctx, u.getText, file.URL); err != nil {
					return nil, err
				}
			}
		}
		parts = append(parts, feedPart{file.Path, location, knownPart(old, location), file.HasChecksum})
	}
	if old != nil {
		// What was missing the last time is requested again when all are read.
		known := slices.DeleteFunc(slices.Clone(parts), func(p feedPart) bool { return p.known == store.Part{} })
		if len(known) == len(old.Parts) && len(known) > 0 && u.Now().Sub(old.Whole) < wholeEvery {
			return known, nil
		}
	}
	return parts, nil
}

// localParts returns the files of a feed in a directory.
func (u *Updater) localParts(f *feed.Feed, old *store.File) ([]feedPart, error) {
	root := u.location(strings.Split(f.Dir, "/")...)
	var parts []feedPart
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == root:
			return fs.SkipAll
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case len(parts) == maxFiles:
			return fmt.Errorf("%s: more than %d files; put them into a tar archive", root, maxFiles)
		}
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		parts = append(parts, feedPart{path: filepath.ToSlash(relative), location: name, known: knownPart(old, name)})
		return nil
	})
	return parts, err
}

func knownPart(old *store.File, location string) store.Part {
	if old != nil {
		for _, p := range old.Parts {
			if p.Source == location {
				return p
			}
		}
	}
	return store.Part{}
}

// public reports whether the source is the public one: then feeds are downloaded from
// their publishers.
func (u *Updater) public() bool { return strings.TrimRight(u.Source, "/") == DefaultSource }

// getText downloads a short text.
func (u *Updater) getText(ctx context.Context, url string) (string, error) {
	const maxText = 1 << 20
	ctx, cancel := context.WithTimeout(ctx, stalled)
	defer cancel()
	response, err := u.get(ctx, url, nil)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxText))
	if err != nil {
		return "", fmt.Errorf("%s: %w", url, err)
	}
	return string(text), nil
}
