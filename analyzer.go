package seaworthy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"io/fs"
	"sync"
)

// Analyzer has the methods that all analyzers have. An analyzer is also a [LayerAnalyzer],
// an [ImageAnalyzer] or a [Preparer], or several of them.
//
// The result of a LayerAnalyzer is cached. It is used again for the same layer,
// the same Name and ConfigDigest, and the same build of the program. So a change of
// the analyzer's code, or of any package that it uses, needs no version number:
// results of another build are not used. Anything else that changes results must
// change ConfigDigest.
type Analyzer interface {
	// Name returns a short lower-case word, unique among the analyzers of a scan.
	Name() string
	// ConfigDigest returns a digest of the options, rules and other data that the
	// analyzer was given. It is "" if there are none.
	ConfigDigest() string
}

// LayerAnalyzer reads the entries of layers, one layer at a time. The result for a
// layer must not depend on the image or on other layers: it is cached by diffID and
// used for every image that has the layer.
type LayerAnalyzer interface {
	Analyzer
	// Open returns a new Pass, which reads one layer.
	Open() Pass
}

// Uncached is implemented by a LayerAnalyzer whose results must sometimes not be
// stored, for instance because they contain secrets. While Uncached returns true,
// results are neither read from the cache nor written to it.
type Uncached interface{ Uncached() bool }

// Pass is the state of a [LayerAnalyzer] while it reads one layer.
type Pass interface {
	// Wants is called for every entry of the layer, in the order of the archive. It
	// returns how much of the entry's body the pass needs. It does no I/O.
	Wants(*Header) Want
	// File is called for each entry for which Wants returned more than [Skip], also
	// if the body is empty. Calls for different entries may run at the same time and
	// in any order. The argument is valid until File returns.
	File(context.Context, *File) error
	// Close is called after the last call of File. It returns the result in any
	// encoding. Results name entries by ordinal and are sorted, so that they depend
	// only on the layer, and not on the order of the calls.
	Close(context.Context) ([]byte, error)
}

// Peeker is implemented by a Pass that knows the files it needs by their first bytes, not
// by their names.
type Peeker interface {
	// Peek is called after Wants for every entry with a body. Head is the first
	// PeekSize bytes of it, or all of it if it is shorter; it is valid until Peek
	// returns. The pass gets what Wants or Peek asked for, whichever is more.
	Peek(h *Header, head []byte) Want
}

// ImageAnalyzer checks the merged image once all layers are read.
type ImageAnalyzer interface {
	Analyzer
	// Risk returns the risk that the analyzer checks.
	Risk() Risk
	// Image reports findings to the sink, and a Coverage for each subject that it
	// checked or could not check. If it reports nothing at all, the risk counts as
	// not checked. For an analyzer that is also a LayerAnalyzer, [Merged.Result]
	// returns the result of the Pass of each layer.
	Image(context.Context, Merged, Sink) error
}

// Want is how much of an entry's body a Pass needs.
type Want uint8

// How much of a body a Pass can want.
const (
	Skip  Want = iota // nothing
	Head              // the first HeadSize bytes
	Parts             // some parts of it, at any offset; a long body is not kept in memory
	Body              // all of it
)

// HeadSize is the number of bytes that [Head] stands for.
const HeadSize = 4096

// PeekSize is the number of bytes that [Peeker] is given.
const PeekSize = 512

// EntryType is the type of an entry of a layer: what the entry becomes in the file
// system.
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
	// Path is the path from the root of the file system, without leading slash, "."
	// or ".." elements; "" is the root itself. It need not be UTF-8.
	Path string
	// Ordinal is the position of the entry in the layer, counted from 0.
	Ordinal int
	Type    EntryType
	// Mode is the permission bits with setuid (04000), setgid (02000) and sticky
	// (01000), as in chmod(2).
	Mode uint16
	UID  uint32
	GID  uint32
	// Size is the length of the body in bytes; 0 unless Type is Regular.
	Size int64
	// Link is the target of a symlink as it is in the layer, or the target of a hard
	// link as a path in the form of Path.
	Link string
	// Capability is the extended attribute security.capability, unparsed; nil if the
	// entry has none. It is set only while the layer is read.
	Capability []byte
}

// The special permission bits of [Header.Mode].
const (
	Setuid uint16 = 0o4000
	Setgid uint16 = 0o2000
	Sticky uint16 = 0o1000
)

// FileMode returns the entry's type and mode as in io/fs.
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

// File is an entry with its body. All passes that want it share it.
type File struct {
	*Header
	// Head is the first HeadSize bytes of the body, or all of it if it is
	// shorter. The pass must not change or keep it.
	Head []byte

	whole  []byte      // the body if it is in memory, else nil
	spool  io.ReaderAt // the body if it is in a temporary file, else nil
	digest func() ([sha256.Size]byte, error)
}

// NewFile returns a File whose body is in memory. whole is false if body is only the
// head of a longer body.
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

// NewSpooledFile returns a File whose body is in a temporary file.
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

// Bytes returns the whole body if it is in memory; then ok is true. Bodies of up to
// 32 MiB are, and of up to 64 MiB if a pass wants [Body]. The pass must not change or
// keep the bytes.
func (f *File) Bytes() (body []byte, ok bool) { return f.whole, f.whole != nil }

// ReaderAt returns a reader with random access to the body, or to the head if only that
// was read.
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

// Reader returns a new reader of the body, or of the head if only that was read.
func (f *File) Reader() io.Reader {
	size := f.Size
	if f.spool == nil && f.whole == nil {
		size = int64(len(f.Head))
	}
	return io.NewSectionReader(f.ReaderAt(), 0, size)
}

// SHA256 returns the digest of the body, computed at the first call. A pass may call it
// only for a File whose whole body it wanted.
func (f *File) SHA256() ([sha256.Size]byte, error) { return f.digest() }
