package seaworthy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"io/fs"
	"sync"
)

// Analyzer is what all analyzers have in common.
//
// The result of a LayerAnalyzer is cached. It is used again for the same layer,
// the same Name and ConfigDigest, and the same build of the program: a change of
// the analyzer's code, or of the code of any package or module that it uses, makes
// earlier results void without a version number. Whatever else changes results
// must change ConfigDigest.
type Analyzer interface {
	// Name is a short lower-case word, unique among the analyzers of a scan.
	Name() string
	// ConfigDigest is a digest of what the program's user can configure, and of the
	// rules and other data that the analyzer was given. It is "" if there is nothing
	// of the kind.
	ConfigDigest() string
}

// LayerAnalyzer reads the entries of each layer by itself. It must not know
// which layer of which image it sees: its result is cached by diffID and used
// for every image that has the layer.
type LayerAnalyzer interface {
	Analyzer
	// Open gives fresh state for one layer.
	Open() Pass
}

// Uncached is implemented by a LayerAnalyzer whose results may be such that they
// must not be kept. While Uncached is true they are neither taken from the cache
// nor put into it.
type Uncached interface{ Uncached() bool }

// Pass is an analyzer's reading of one layer.
type Pass interface {
	// Wants is called for every entry of the layer, in the order of the archive,
	// and says how much of its body the pass needs. It does no I/O.
	Wants(*Header) Want
	// File is called for each entry of which Wants asked for something, also
	// when it is empty. Calls for different entries may run at the same time and
	// in any order. The File is valid until File returns.
	File(context.Context, *File) error
	// Close ends the pass after the last File and gives its result in any
	// encoding. It names entries by ordinal and is sorted, so that it depends on
	// the layer alone and not on timing.
	Close(context.Context) ([]byte, error)
}

// ImageAnalyzer checks the merged image once all layers are read.
type ImageAnalyzer interface {
	Analyzer
	// Risk is the risk that the analyzer checks.
	Risk() Risk
	// Image reports findings to the sink, and a Coverage for each subject that it
	// checked or could not check. If it reports nothing at all, the risk counts as
	// not checked. [Merged.Result] returns what the Pass of a LayerAnalyzer returned
	// for a layer.
	Image(context.Context, Merged, Sink) error
}

// Want is how much of an entry's body a Pass needs.
type Want uint8

// The wants, from nothing to everything.
const (
	Skip  Want = iota // nothing
	Head              // the first HeadSize bytes
	Parts             // any of it, but never most of it: a long body stays out of memory
	Body              // all of it
)

// HeadSize is the number of bytes that Head asks for.
const HeadSize = 4096

// EntryType is the type of a tar entry after normalisation: what exists in the
// file system once the layer is applied.
type EntryType uint8

// The types of entries.
const (
	Regular EntryType = iota
	Directory
	Symlink
	Hardlink
	CharDevice
	BlockDevice
	FIFO
)

var entryTypeNames = [...]string{"file", "directory", "symlink", "hardlink", "char-device", "block-device", "fifo"}

func (t EntryType) String() string {
	if int(t) >= len(entryTypeNames) {
		return "unknown"
	}
	return entryTypeNames[t]
}

// Header describes an entry of a layer.
type Header struct {
	// Path is the path from the root of the file system, without leading slash,
	// "." or ".." elements, in any bytes; "" is the root itself.
	Path string
	// Ordinal is the position of the entry in the layer, counted from 0.
	Ordinal int
	Type    EntryType
	// Mode holds the permission bits with setuid (04000), setgid (02000) and
	// sticky (01000), as in chmod(2).
	Mode uint16
	UID  uint32
	GID  uint32
	// Size is the length of the body in bytes; 0 unless Type is Regular.
	Size int64
	// Link is the target: of a symlink as it was written, of a hard link a
	// cleaned path like Path.
	Link string
	// Capability is the raw extended attribute security.capability; nil if the
	// entry has none. It is known only while the layer is read.
	Capability []byte
}

// The special permission bits of [Header.Mode].
const (
	Setuid uint16 = 0o4000
	Setgid uint16 = 0o2000
	Sticky uint16 = 0o1000
)

// FileMode is the entry's type and mode in the form of io/fs.
func (h *Header) FileMode() fs.FileMode {
	m := fs.FileMode(h.Mode & 0o777)
	if h.Mode&Setuid != 0 {
		m |= fs.ModeSetuid
	}
	if h.Mode&Setgid != 0 {
		m |= fs.ModeSetgid
	}
	if h.Mode&Sticky != 0 {
		m |= fs.ModeSticky
	}
	switch h.Type {
	case Directory:
		m |= fs.ModeDir
	case Symlink:
		m |= fs.ModeSymlink
	case CharDevice:
		m |= fs.ModeDevice | fs.ModeCharDevice
	case BlockDevice:
		m |= fs.ModeDevice
	case FIFO:
		m |= fs.ModeNamedPipe
	}
	return m
}

// File is the body of an entry, shared by all passes that want it.
type File struct {
	*Header
	// Head is the first HeadSize bytes of the body, or all of it if it is
	// shorter. It must not be changed or kept.
	Head []byte

	whole  []byte      // the body, if it is in memory
	spool  io.ReaderAt // the body, if it is not
	digest func() ([sha256.Size]byte, error)
}

// NewFile makes the File of an entry whose body is in memory. Of an entry of
// which only the head was read, whole is false.
func NewFile(h *Header, body []byte, whole bool) *File {
	f := &File{Header: h, Head: body[:min(len(body), HeadSize)]}
	if whole {
		f.whole = body
		if body == nil {
			f.whole = []byte{}
		}
	}
	f.setDigest()
	return f
}

// NewSpooledFile makes the File of an entry whose body is too large for memory.
func NewSpooledFile(h *Header, head []byte, body io.ReaderAt) *File {
	f := &File{Header: h, Head: head[:min(len(head), HeadSize)], spool: body}
	f.setDigest()
	return f
}

func (f *File) setDigest() {
	f.digest = sync.OnceValues(func() (sum [sha256.Size]byte, err error) {
		if f.whole != nil {
			return sha256.Sum256(f.whole), nil
		}
		h := sha256.New()
		if _, err := io.Copy(h, f.Reader()); err != nil {
			return sum, err
		}
		h.Sum(sum[:0])
		return sum, nil
	})
}

// Bytes gives the whole body if it is in memory, as it is up to 32 MiB, and up to
// 64 MiB if a pass wants Body; then ok is true. The bytes must not be changed or kept.
func (f *File) Bytes() (body []byte, ok bool) { return f.whole, f.whole != nil }

// ReaderAt gives random access to the body, or to the head where only that was
// read.
func (f *File) ReaderAt() io.ReaderAt {
	switch {
	case f.spool != nil:
		return f.spool
	case f.whole != nil:
		return bytes.NewReader(f.whole)
	default:
		return bytes.NewReader(f.Head)
	}
}

// Reader reads the body from its start. Each call gives a reader of its own.
func (f *File) Reader() io.Reader {
	size := f.Size
	if f.spool == nil && f.whole == nil {
		size = int64(len(f.Head))
	}
	return io.NewSectionReader(f.ReaderAt(), 0, size)
}

// SHA256 is the digest of the body, worked out when it is first asked for. It
// makes sense only for a File of which the whole body was wanted.
func (f *File) SHA256() ([sha256.Size]byte, error) { return f.digest() }
