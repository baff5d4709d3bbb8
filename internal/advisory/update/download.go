package update

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// download is a file that was opened or downloaded, and its origin.
type download struct {
	*os.File
	size int64
	from origin
}

// origin is what a source says about a file.
type origin struct {
	URL          string    `json:"url"`
	ETag         string    `json:"etag"`
	LastModified string    `json:"lastModified"`
	Modified     time.Time `json:"-"`
	Digest       string    `json:"-"` // of the whole file, "sha256:..."
}

const (
	maxDownload = 8 << 30
	attempts    = 5
	// stalled is how long a server may send nothing.
	stalled = time.Minute
)

// errUnchanged is returned if the source has nothing newer than the database.
var errUnchanged = errors.New("unchanged")

// isURL reports whether a location is a URL and not a path.
func isURL(location string) bool {
	return strings.HasPrefix(location, "https://") || strings.HasPrefix(location, "http://")
}

// part returns what the database stores about a file that was read.
func (o *origin) part(location string) store.Part {
	return store.Part{Source: location, Digest: o.Digest, ETag: o.ETag, LastModified: o.LastModified}
}

// fetch returns a file of the source, or errUnchanged if it is the known one. The error
// wraps [fs.ErrNotExist] if there is no such file. A download is kept in a partial file,
// which has the slot in its name, until done is called. If the transfer breaks off or
// the process ends, it continues from there.
func (u *Updater) fetch(ctx context.Context, name, slot, location string, known store.Part) (_ *download, done func(), err error) {
	if !isURL(location) {
		d, err := openLocal(location, known)
		if err != nil {
			return nil, nil, err
		}
		return d, func() { d.Close() }, nil
	}
	p := &partial{path: store.PathOf(u.Dir, name, ".advisories"+slot+".part"), url: location}
	if err := p.open(); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			p.file.Close()
		}
		if err != nil && (p.size == 0 || errors.Is(err, syscall.ENOSPC)) {
			p.remove()
		}
	}()
	for attempt := 1; ; attempt++ {
		err = u.transfer(ctx, p, name, known)
		var temporary *temporaryError
		if !errors.As(err, &temporary) || attempt == u.attempts() || ctx.Err() != nil {
			break
		}
		wait := max(u.backoff()<<(attempt-1), temporary.after)
		level := slog.LevelInfo
		if attempt > 1 { // the wait is long enough to be noticed
			level = slog.LevelWarn
		}
		u.Log.Log(ctx, level, "download broke and will be taken up again", "url", location, "error", err, "after", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	if err != nil {
		return nil, nil, err
	}
	p.from.Digest, err = digestOf(p.file)
	if err != nil {
		return nil, nil, err
	}
	return &download{p.file, p.size, p.from}, func() { p.file.Close(); p.remove() }, nil
}

func openLocal(path string, known store.Part) (*download, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxDownload {
		f.Close()
		return nil, fmt.Errorf("%s: want a regular file of at most %d bytes", path, int64(maxDownload))
	}
	d := &download{f, info.Size(), origin{Modified: info.ModTime().UTC()}}
	if d.from.Digest, err = digestOf(f); err != nil {
		f.Close()
		return nil, err
	}
	if known.Source == path && known.Digest == d.from.Digest {
		f.Close()
		return nil, errUnchanged
	}
	return d, nil
}

func digestOf(f *os.File) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, maxDownload)); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// partial is a download that is not complete: the first bytes of a file. A second file
// records the origin of these bytes.
type partial struct {
	path string
	url  string
	file *os.File
	size int64
	from origin
}

func (p *partial) note() string { return p.path + ".from" }

func (p *partial) open() (err error) {
	if p.file, err = os.OpenFile(p.path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	note, err := os.ReadFile(p.note())
	if err == nil && json.Unmarshal(note, &p.from) == nil && p.from.URL == p.url && p.validator() != "" {
		if info, err := p.file.Stat(); err == nil {
			p.size = info.Size()
			return nil
		}
	}
	return p.restart(origin{})
}

// restart discards what was downloaded.
func (p *partial) restart(from origin) error {
	from.URL = p.url
	note, err := json.Marshal(from)
	if err != nil {
		return err
	}
	p.size, p.from = 0, from
	// The note is removed first: it must never be there with the beginning of another
	// file.
	if err := os.Remove(p.note()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(p.file.Truncate(0), os.WriteFile(p.note(), note, 0o600))
}

func (p *partial) remove() {
	os.Remove(p.path)
	os.Remove(p.note())
}

// validator returns the ETag or the date that identifies this version of the file, if the
// server sent one that is valid for range requests.
func (p *partial) validator() string {
	if p.from.ETag != "" && !strings.HasPrefix(p.from.ETag, "W/") {
		return p.from.ETag
	}
	return p.from.LastModified
}

// temporaryError is an error after which another attempt may succeed.
type temporaryError struct {
	error
	after time.Duration // the server wants no attempt before
}

func (e *temporaryError) Unwrap() error { return e.error }

// nameError is returned if the name of a server cannot be resolved.
type nameError struct{ error }

func (e *nameError) Unwrap() error { return e.error }
func (e *nameError) Hint() string {
	return "without a network, download the data elsewhere and transfer it with db export and db import, or use a directory as the source"
}

// transfer downloads the rest of a file.
func (u *Updater) transfer(ctx context.Context, p *partial, name string, known store.Part) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(stalled, func() {
		cancel(&temporaryError{fmt.Errorf("%s: the server sent nothing for %s", p.url, stalled), 0})
	})
	defer watch.Stop()
	response, err := u.get(ctx, p.url, func(h http.Header) {
		if known.Source == p.url {
			setUnlessEmpty(h, "If-None-Match", known.ETag)
			setUnlessEmpty(h, "If-Modified-Since", known.LastModified)
		}
		if p.size > 0 {
			h.Set("Range", fmt.Sprintf("bytes=%d-", p.size))
			h.Set("If-Range", p.validator())
		}
	})
	if err != nil {
		return cause(ctx, err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotModified:
		return errUnchanged
	case http.StatusPartialContent:
		if !strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", p.size)) {
			return errors.Join(&temporaryError{fmt.Errorf("%s: the server sent another range than requested", p.url), 0}, p.restart(origin{}))
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return errors.Join(&temporaryError{fmt.Errorf("%s: %s", p.url, response.Status), 0}, p.restart(origin{}))
	case http.StatusOK:
		if err := p.restart(origin{ETag: response.Header.Get("ETag"), LastModified: response.Header.Get("Last-Modified")}); err != nil {
			return err
		}
	}
	p.from.Modified, _ = http.ParseTime(p.from.LastModified)
	whole := int64(-1)
	if response.ContentLength >= 0 {
		whole = p.size + response.ContentLength
	}
	if whole > maxDownload {
		return fmt.Errorf("%s: the file has %d bytes; the maximum is %d", p.url, whole, int64(maxDownload))
	}
	out := &transferred{p: p, each: func() {
		watch.Reset(stalled)
		u.progress(Progress{Name: name, Read: p.size, Size: whole})
	}}
	if _, err := io.Copy(out, response.Body); err != nil {
		if out.err != nil {
			return out.err
		}
		return cause(ctx, &temporaryError{fmt.Errorf("%s: %w", p.url, err), 0})
	}
	if whole >= 0 && p.size != whole {
		return &temporaryError{fmt.Errorf("%s: the download ended after %d of %d bytes", p.url, p.size, whole), 0}
	}
	if err := p.verify(response.Header); err != nil {
		return errors.Join(&temporaryError{err, 0}, p.restart(origin{}))
	}
	return nil
}

// cause returns the reason why a context was cancelled, or err if it was not.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}

func setUnlessEmpty(h http.Header, key, value string) {
	if value != "" {
		h.Set(key, value)
	}
}

// transferred is the writer that appends to a partial file.
type transferred struct {
	p    *partial
	each func()
	err  error // of writing, which another attempt would not change
}

func (t *transferred) Write(b []byte) (int, error) {
	if t.p.size+int64(len(b)) > maxDownload {
		t.err = fmt.Errorf("%s: the file is larger than the maximum of %d bytes", t.p.url, int64(maxDownload))
		return 0, t.err
	}
	n, err := t.p.file.WriteAt(b, t.p.size)
	t.p.size += int64(n)
	t.err = err
	t.each()
	return n, err
}

// verify compares a complete file with the checksum in the headers of Google's storage,
// if there is one.
func (p *partial) verify(h http.Header) error {
	for _, line := range h.Values("X-Goog-Hash") {
		for field := range strings.SplitSeq(line, ",") {
			text, ok := strings.CutPrefix(strings.TrimSpace(field), "crc32c=")
			if !ok {
				continue
			}
			want, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return fmt.Errorf("%s: the server's checksum %q is invalid", p.url, text)
			}
			sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
			if _, err := io.Copy(sum, io.NewSectionReader(p.file, 0, p.size)); err != nil {
				return err
			}
			if !bytes.Equal(sum.Sum(nil), want) {
				return fmt.Errorf("%s: the file does not have the server's checksum", p.url)
			}
		}
	}
	return nil
}

// get makes a request. It returns an error for a status other than success,
// [fs.ErrNotExist] for 404.
func (u *Updater) get(ctx context.Context, url string, prepare func(http.Header)) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	// A body that the transport decompresses has other lengths and checksums.
	request.Header.Set("Accept-Encoding", "identity")
	request.Header.Set("User-Agent", "seaworthy")
	if user, ok := u.Users[request.URL.Host]; ok {
		password, _ := user.Password()
		request.SetBasicAuth(user.Username(), password)
	}
	if prepare != nil {
		prepare(request.Header)
	}
	response, err := u.Client.Do(request)
	var name *net.DNSError
	if errors.As(err, &name) && name.IsNotFound {
		return nil, &nameError{err} // also without a network: waiting does not help
	}
	if err != nil {
		return nil, &temporaryError{err, 0}
	}
	switch code := response.StatusCode; {
	case code == http.StatusOK, code == http.StatusPartialContent, code == http.StatusNotModified, code == http.StatusRequestedRangeNotSatisfiable:
		return response, nil
	case code == http.StatusNotFound:
		err = fmt.Errorf("%s: %s: %w", url, response.Status, fs.ErrNotExist)
	case code == http.StatusTooManyRequests, code >= 500:
		err = &temporaryError{fmt.Errorf("%s: %s", url, response.Status), retryAfter(response)}
	default:
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	response.Body.Close()
	return nil, err
}

// retryAfter returns the time that the server asks to wait, at most half a minute.
func retryAfter(r *http.Response) time.Duration {
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, 30)) * time.Second
}
