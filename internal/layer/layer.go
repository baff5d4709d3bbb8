// Package layer reads the layers of container images: it decompresses a blob,
// works out its digest and diffID as the bytes go by, and walks the entries of
// the tar stream. It is the only reader of layer tar streams.
//
// Formats: the layer of the OCI image specification 1.1, uncompressed or as gzip
// (of several members too, as eStargz has them) or zstd (of several frames and
// skippable frames too, as zstd:chunked has them); tar as ustar, PAX and GNU
// write it, with long names and sparse files.
package layer

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"seaworthy.dev/seaworthy"
)

// Layer is what is known of a layer once it was read to its end.
type Layer struct {
	// Digest is the digest of the blob, DiffID that of the uncompressed stream.
	Digest, DiffID string
	// BlobSize and Size are the lengths of the two in bytes.
	BlobSize, Size int64
	// Table holds the layer's entries.
	Table *Table
	// Oddities are what programs that unpack the layer disagree about.
	Oddities Oddities
}

// Oddities are what no tool that builds images puts into a layer, and what
// programs that unpack it handle in different ways.
type Oddities struct {
	// Above is the number of entries of which the name, or the target of a hard
	// link, leads above the root; FirstAbove is the first such name, cut
	// short. Some
	// runtimes refuse the layer. Others put the entry below the root, as here.
	Above      int    `json:"above,omitempty"`
	FirstAbove string `json:"firstAbove,omitempty"`
	// Behind is the number of bytes after the end of the tar archive, from the
	// first on that is not zero. No runtime unpacks them; they are only hashed.
	Behind int64 `json:"behind,omitempty"`
	// Hollow is the number of sparse files that would grow beyond the limits for
	// decompression, so that their bodies are [NoBody]; FirstHollow is the path
	// of the first of them.
	Hollow      int    `json:"hollow,omitempty"`
	FirstHollow string `json:"firstHollow,omitempty"`
}

// count counts one more of a kind, and keeps the name of the first.
func count(n *int, first *string, name string) {
	if *n == 0 {
		*first = name[:min(len(name), maxOddName)]
	}
	*n++
}

// maxOddName bounds the names in [Oddities], in bytes.
const maxOddName = 200

// NoBody is the body of a sparse file that is too large to be read. Reading it
// fails.
var NoBody io.Reader = noBody{}

type noBody struct{}

// Read implements [io.Reader].
func (noBody) Read([]byte) (int, error) {
	return 0, fmt.Errorf("%w: a sparse file that grows too much", ErrLimit)
}

// Limits bounds what a layer may ask of its reader. The zero value of a field
// means its default.
type Limits struct {
	// MaxSize bounds the uncompressed stream, in bytes. Default: 64 GiB.
	MaxSize int64
	// MaxRatio bounds uncompressed to compressed length, once a layer is larger
	// than RatioFloor. Default: 200.
	MaxRatio int64
	// MaxEntries bounds the number of entries. Default: 5,000,000.
	MaxEntries int
}

// RatioFloor is the uncompressed length from which [Limits.MaxRatio] counts: a
// small layer of zeros does no harm.
const RatioFloor = 1 << 30

// MaxPath bounds the length of a path and of a link's target, in bytes. It is
// PATH_MAX of Linux: no container runtime can unpack a longer one.
const MaxPath = 4096

func (l Limits) withDefaults() Limits {
	if l.MaxSize == 0 {
		l.MaxSize = 64 << 30
	}
	if l.MaxRatio == 0 {
		l.MaxRatio = 200
	}
	if l.MaxEntries == 0 {
		l.MaxEntries = 5_000_000
	}
	return l
}

// Errors that a caller may want to distinguish.
var (
	ErrNotTar = errors.New("is not a tar archive")
	ErrBomb   = errors.New("is a decompression bomb")
	ErrLimit  = errors.New("exceeds a limit")
)

// Walk reads a blob to its end and calls visit for each entry that puts
// something into the file system, in the order of the archive; whiteouts are in
// the table only. The header is valid until visit returns unless it is copied;
// the body, a [*Body] or [NoBody], may be left unread. An error of visit ends the walk
// and is returned.
func Walk(ctx context.Context, blob io.Reader, limits Limits, visit func(*seaworthy.Header, io.Reader) error) (*Layer, error) {
	limits = limits.withDefaults()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := startPipeline(ctx, blob, limits)
	table := newTable()
	var odd Oddities
	err := walkTar(p.tar, table, &odd, limits, visit)
	if err == nil {
		odd.Behind, err = p.tar.drain()
	}
	if err != nil {
		cancel(err)
	}
	l := p.wait()
	if err != nil {
		return nil, err
	}
	l.Table, l.Oddities = table, odd
	return l, nil
}

func walkTar(stream *blockReader, table *Table, odd *Oddities, limits Limits, visit func(*seaworthy.Header, io.Reader) error) error {
	tr := &tarReader{stream: stream}
	h := new(seaworthy.Header)
	bodies := &Body{tar: tr}
	grown := int64(0) // bytes of all sparse files
	for {
		t, err := tr.next()
		if err == io.EOF {
			return nil
		}
		ordinal := table.Len()
		if err != nil {
			return tarError(err, ordinal)
		}
		if ordinal >= limits.MaxEntries {
			return fmt.Errorf("%w: more than %d entries", ErrLimit, limits.MaxEntries)
		}
		kind, err := readHeader(t, ordinal, h)
		if err != nil {
			return fmt.Errorf("entry %d: %w", ordinal, err)
		}
		if leadsAbove(t.name) || t.typeflag == tar.TypeLink && leadsAbove(t.link) {
			count(&odd.Above, &odd.FirstAbove, t.name)
		}
		if table.append(kind, h); table.text > maxText {
			return fmt.Errorf("%w: paths and link targets of more than %d MiB in all", ErrLimit, maxText>>20)
		}
		if !kind.exists() {
			continue
		}
		bodies.ordinal = ordinal
		var content io.Reader = bodies
		if tr.sparse != nil {
			if h.Size > limits.MaxSize-grown || grown+h.Size > RatioFloor && (grown+h.Size)/limits.MaxRatio > stream.offset {
				count(&odd.Hollow, &odd.FirstHollow, h.Path)
				content = NoBody
			} else {
				grown += h.Size
			}
		}
		if err := visit(h, content); err != nil {
			return err
		}
	}
}

// Body is the body of an entry. It implements [io.Reader].
type Body struct {
	tar     *tarReader
	ordinal int
}

// Read implements [io.Reader].
func (b *Body) Read(p []byte) (int, error) {
	n, err := b.tar.Read(p)
	if err != nil && err != io.EOF {
		err = tarError(err, b.ordinal+1)
	}
	return n, err
}

// Take gives the next n bytes of the body without copying them. It may fail for no
// reason that matters: then nothing was taken, and the bytes have to be read.
func (b *Body) Take(n int) (Piece, bool) { return b.tar.take(n) }

// Piece is some bytes of a layer in memory. They must not be changed, and not be
// used after Release. As long as a Piece is held, a block of memory is that is
// larger than itself.
type Piece struct {
	Bytes []byte
	block *block
}

// Release gives the memory back. It must be called once.
func (p Piece) Release() { p.block.release() }

// tarError distinguishes a stream that is not a tar from one that is damaged after so
// many entries.
func tarError(err error, ordinal int) error {
	switch {
	case errors.As(err, new(*streamError)), !errors.Is(err, tar.ErrHeader) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case ordinal == 0:
		return ErrNotTar
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("ends in the middle of entry %d: %w", ordinal, io.ErrUnexpectedEOF)
	default:
		return fmt.Errorf("entry %d: the tar header is damaged", ordinal)
	}
}

// readHeader turns a tar header into h.
func readHeader(t *tarEntry, ordinal int, h *seaworthy.Header) (kind, error) {
	if len(t.name) > MaxPath || len(t.link) > MaxPath {
		return 0, fmt.Errorf("%w: a path of %d bytes; the limit is %d", ErrLimit, max(len(t.name), len(t.link)), MaxPath)
	}
	if t.size < 0 {
		return 0, errors.New("negative size")
	}
	*h = seaworthy.Header{
		Path:    cleanPath(t.name),
		Ordinal: ordinal,
		Mode:    uint16(t.mode & 0o7777),
		UID:     clampID(t.uid),
		GID:     clampID(t.gid),
	}
	switch t.typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		h.Type, h.Size = seaworthy.Regular, t.size
	case tar.TypeDir:
		h.Type = seaworthy.Directory
	case tar.TypeSymlink:
		h.Type, h.Link = seaworthy.Symlink, t.link
	case tar.TypeLink:
		h.Type, h.Link = seaworthy.Hardlink, cleanPath(t.link)
	case tar.TypeChar:
		h.Type = seaworthy.CharDevice
	case tar.TypeBlock:
		h.Type = seaworthy.BlockDevice
	case tar.TypeFifo:
		h.Type = seaworthy.FIFO
	default:
		return kindOther, nil
	}
	if t.hasCapability {
		h.Capability = []byte(t.capability)
	}
	return kindOf(h), nil
}

// clampID keeps a user or group id within the kernel's 32 bits; what lies
// outside becomes the id that the kernel reserves for "none".
func clampID(id int) uint32 {
	if id < 0 || int64(id) > math.MaxUint32 {
		return math.MaxUint32
	}
	return uint32(id)
}
