package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// The bounds of what an archive may say in the name of an entry, and of links
// that lead to links.
const (
	maxArchiveName  = 4096
	maxArchiveLinks = 16
)

// archiveIndex knows the entries of an archive: where regular files are, and
// where links lead.
type archiveIndex struct {
	files map[string]extent
	links map[string]string // name to cleaned name
	limit int               // of the number of entries
	count int
}

// extent is where the body of an entry is. In a stream it has no offset.
type extent struct{ offset, size int64 }

func newArchiveIndex(limit int) *archiveIndex {
	return &archiveIndex{files: make(map[string]extent), links: make(map[string]string), limit: limit}
}

// add takes in the header of an entry whose body starts at the offset, and tells
// whether it is a regular file.
func (x *archiveIndex) add(h *tar.Header, offset int64) (name string, regular bool, err error) {
	if x.count++; x.count > x.limit {
		return "", false, fmt.Errorf("the archive has more than %d entries", x.limit)
	}
	if max(len(h.Name), len(h.Linkname)) > maxArchiveName {
		return "", false, fmt.Errorf("the archive has an entry with a name of more than %d bytes: %s", maxArchiveName, shorten(h.Name))
	}
	name = cleanName(h.Name)
	switch h.Typeflag {
	case tar.TypeReg:
		for key := range h.PAXRecords {
			if strings.HasPrefix(key, "GNU.sparse.") {
				return "", false, fmt.Errorf("entry %q of the archive is a sparse file, which is not read", name)
			}
		}
		if err := x.fresh(name); err != nil {
			return "", false, err
		}
		x.files[name] = extent{offset, h.Size}
		return name, true, nil
	case tar.TypeSymlink:
		target := h.Linkname
		if !path.IsAbs(target) {
			target = path.Join(path.Dir("/"+name), target)
		}
		if err := x.fresh(name); err != nil {
			return "", false, err
		}
		x.links[name] = cleanName(target)
	case tar.TypeLink:
		if err := x.fresh(name); err != nil {
			return "", false, err
		}
		x.links[name] = cleanName(h.Linkname)
	case tar.TypeDir, tar.TypeXGlobalHeader:
	default:
		return "", false, fmt.Errorf("entry %q of the archive is neither file, directory nor link", shorten(name))
	}
	return name, false, nil
}

// fresh refuses a second entry of the same name: which of the two counts would
// depend on the reader.
func (x *archiveIndex) fresh(name string) error {
	_, file := x.files[name]
	_, link := x.links[name]
	if file || link {
		return fmt.Errorf("the archive has two entries named %q", name)
	}
	return nil
}

// lookup gives the regular file that stands behind a name.
func (x *archiveIndex) lookup(name string) (string, extent, error) {
	for range maxArchiveLinks {
		if e, ok := x.files[name]; ok {
			return name, e, nil
		}
		next, ok := x.links[name]
		if !ok {
			return "", extent{}, errNoEntry
		}
		name = next
	}
	return "", extent{}, errors.New("links of the archive lead to links without end")
}

// errNoEntry is fs.ErrNotExist in the words of an archive.
var errNoEntry = fmt.Errorf("it is not in the archive (%w)", fs.ErrNotExist)

// archive is the tree of an uncompressed archive in a file.
type archive struct {
	file  *os.File
	index *archiveIndex
}

var _ tree = (*archive)(nil)

// openArchive opens an uncompressed archive of either form, and takes over the
// file.
func openArchive(ctx context.Context, file *os.File, s selector, opt Options, want wanted) (Source, error) {
	a, err := indexArchive(ctx, file, opt.Limits)
	if err == nil {
		r := &treeReader{tree: a, want: want, limits: opt.Limits, where: file.Name(), selector: s}
		var found resolved
		if found, err = r.resolve(ctx); err == nil {
			return &randomSource{resolved: found, parallel: opt.parallelReads(), open: a.open, close: file.Close}, nil
		}
	}
	file.Close()
	return nil, err
}

// indexArchive reads the headers of an archive and skips the bodies.
func indexArchive(ctx context.Context, file *os.File, limits Limits) (*archive, error) {
	x := newArchiveIndex(limits.ArchiveEntries)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	// The reader of archive/tar seeks over bodies, and reads no further than the
	// header, so that the file's position is then that of the body.
	for r := tar.NewReader(file); ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h, err := r.Next()
		if err == io.EOF {
			return &archive{file, x}, nil
		}
		if err != nil {
			return nil, archiveError(file.Name(), err)
		}
		offset, err := file.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		if _, _, err := x.add(h, offset); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
	}
}

// archiveError says what an error in the middle of an archive means.
func archiveError(where string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return withHint(fmt.Errorf("%s is truncated: it ends in the middle of an entry (%w)", where, err),
			"copy or save the image again")
	}
	return fmt.Errorf("reading the archive %s: %w", where, err)
}

// document implements [tree].
func (a *archive) document(name string, limit int64) ([]byte, error) {
	_, e, err := a.index.lookup(name)
	if err != nil {
		return nil, err
	}
	return readDocument(io.NewSectionReader(a.file, e.offset, e.size), e.size, limit)
}

// layer implements [tree].
func (a *archive) layer(name string) (string, int64, error) {
	file, e, err := a.index.lookup(name)
	return file, e.size, err
}

func (a *archive) open(_ context.Context, b Blob) (io.ReadCloser, error) {
	file := b.Name
	if b.Digest != "" {
		file = blobPath(b.Digest)
	}
	_, e, err := a.index.lookup(file)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(io.NewSectionReader(a.file, e.offset, e.size)), nil
}
