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

// Limits on an archive.
const (
	maxArchiveName  = 4096 // bytes in the name of an entry, or in a link target
	maxArchiveLinks = 16   // links that lead to links
)

// archiveIndex lists the entries of an archive: the extent of each regular file and
// the target of each link.
type archiveIndex struct {
	files map[string]extent
	links map[string]string // name to cleaned name
	limit int               // maximum number of entries
	count int
}

// extent is the position of an entry's content in the archive. The offset is 0 if the
// archive is a stream.
type extent struct{ offset, size int64 }

func newArchiveIndex(limit int) *archiveIndex {
	return &archiveIndex{files: make(map[string]extent), links: make(map[string]string), limit: limit}
}

// add records an entry whose content starts at offset. It returns the entry's cleaned
// name and reports whether it is a regular file. Directories are ignored. Sparse files,
// devices, duplicate names and everything over a limit are errors.
func (x *archiveIndex) add(h *tar.Header, offset int64) (name string, regular bool, err error) {
	if x.count++; x.count > x.limit {
		return "", false, fmt.Errorf("the archive has more than %d entries", x.limit)
	}
	if max(len(h.Name), len(h.Linkname)) > maxArchiveName {
		return "", false, fmt.Errorf("the archive has an entry whose name is longer than %d bytes: %s", maxArchiveName, shorten(h.Name))
	}
	name = cleanName(h.Name)
	switch h.Typeflag {
	case tar.TypeReg:
		for key := range h.PAXRecords {
			if strings.HasPrefix(key, "GNU.sparse.") {
				return "", false, fmt.Errorf("archive entry %q is a sparse file, which is not supported", name)
			}
		}
		if err := x.checkUnique(name); err != nil {
			return "", false, err
		}
		x.files[name] = extent{offset, h.Size}
		return name, true, nil
	case tar.TypeSymlink:
		target := h.Linkname
		if !path.IsAbs(target) {
			target = path.Join(path.Dir("/"+name), target)
		}
		if err := x.checkUnique(name); err != nil {
			return "", false, err
		}
		x.links[name] = cleanName(target)
	case tar.TypeLink:
		if err := x.checkUnique(name); err != nil {
			return "", false, err
		}
		x.links[name] = cleanName(h.Linkname)
	case tar.TypeDir, tar.TypeXGlobalHeader:
	default:
		return "", false, fmt.Errorf("archive entry %q is neither a file, a directory nor a link", shorten(name))
	}
	return name, false, nil
}

// checkUnique fails if an entry has the same name already: programs disagree about
// which of the two to use.
func (x *archiveIndex) checkUnique(name string) error {
	_, file := x.files[name]
	_, link := x.links[name]
	if file || link {
		return fmt.Errorf("the archive has two entries named %q", name)
	}
	return nil
}

// lookup follows links from name to a regular file. It returns the name and extent of
// that file. The error is [fs.ErrNotExist] if there is none.
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
	return "", extent{}, fmt.Errorf("the archive has a chain of more than %d links", maxArchiveLinks)
}

// errNoEntry is [fs.ErrNotExist] with a message for archives.
var errNoEntry = fmt.Errorf("not found in the archive (%w)", fs.ErrNotExist)

// archive is the fileStore of an uncompressed archive in a file.
type archive struct {
	file  *os.File
	index *archiveIndex
}

var _ fileStore = (*archive)(nil)

// openArchive opens an uncompressed archive in either format. It takes ownership of the
// file: the Source closes it, or openArchive does if it fails.
func openArchive(ctx context.Context, file *os.File, s selector, opt Options, want platformRequest) (Source, error) {
	a, err := indexArchive(ctx, file, opt.Limits)
	if err == nil {
		r := &storeReader{files: a, want: want, limits: opt.Limits, where: file.Name(), selector: s, withDocuments: opt.Documents}
		var found imageSet
		if found, err = r.resolve(ctx); err == nil {
			return &randomAccessSource{imageSet: found, parallel: opt.parallelReads(), open: a.open, close: file.Close}, nil
		}
	}
	file.Close()
	return nil, err
}

// indexArchive reads the headers of an archive and skips the content of its entries.
func indexArchive(ctx context.Context, file *os.File, limits Limits) (*archive, error) {
	x := newArchiveIndex(limits.ArchiveEntries)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	// After Next the file position is the start of the entry's content: tar.Reader
	// reads nothing beyond the header, and seeks over content that is not read.
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

// archiveError returns the error for an archive whose reading failed with err.
func archiveError(where string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return withHint(fmt.Errorf("%s is truncated: it ends in the middle of an entry (%w)", where, err),
			"copy or save the image again")
	}
	return fmt.Errorf("cannot read the archive %s: %w", where, err)
}

// document implements [fileStore].
func (a *archive) document(name string, limit int64) ([]byte, error) {
	_, e, err := a.index.lookup(name)
	if err != nil {
		return nil, err
	}
	return readDocument(io.NewSectionReader(a.file, e.offset, e.size), e.size, limit)
}

// layer implements [fileStore].
func (a *archive) layer(name string) (string, int64, error) {
	file, e, err := a.index.lookup(name)
	return file, e.size, err
}

// open returns a reader of a layer.
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
