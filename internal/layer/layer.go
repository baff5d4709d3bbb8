// Package layer reads the layers of container images. It is the only reader of layer tar
// streams.
//
// The input is a layer blob in the format of the OCI image specification 1.1: tar (ustar,
// PAX and GNU, with long names and sparse files), uncompressed, gzip (also of several
// members, as in eStargz) or zstd (also of several frames and skippable frames, as in
// zstd:chunked). [Walk] passes each entry and its body to a callback. It returns the
// digest and diffID, computed in the same pass, and a compact [Table] of all entries.
//
// The package refuses blobs that are damaged, that are not tar, or that exceed [Limits].
// It verifies no digest; that is up to the caller.
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

// Layer describes a layer that was read to its end.
type Layer struct {
	// Digest is the digest of the blob. DiffID is the digest of the uncompressed stream.
	Digest, DiffID string
	// BlobSize is the length of the blob in bytes. Size is the length of the uncompressed
	// stream.
	BlobSize, Size int64
	// Table has an entry for each header of the tar stream.
	Table     *Table
	Anomalies Anomalies
}

// Anomalies are properties of a layer that no build tool produces and that runtimes
// handle in different ways.
type Anomalies struct {
	// OutsideRoot is the number of entries whose name, or whose hard link target, leads
	// above the root. FirstOutsideRoot is the first such name, truncated. Some runtimes
	// refuse the layer. Others, and this package, put the entry below the root.
	OutsideRoot      int    `json:"outsideRoot,omitempty"`
	FirstOutsideRoot string `json:"firstOutsideRoot,omitempty"`
	// TrailingBytes is the number of bytes after the end of the tar archive, counted from
	// the first one that is not zero. No runtime unpacks them. They are only hashed.
	TrailingBytes int64 `json:"trailingBytes,omitempty"`
	// OversizedSparse is the number of sparse files that exceed the limits when unpacked.
	// Their body is [NoBody]. FirstOversizedSparse is the path of the first one.
	OversizedSparse      int    `json:"oversizedSparse,omitempty"`
	FirstOversizedSparse string `json:"firstOversizedSparse,omitempty"`
	// InvalidWhiteouts is the number of whiteouts that name nothing, or the directory
	// itself or the one above: .wh., .wh.. and .wh.... They are ignored, as some runtimes
	// do; others refuse the layer. FirstInvalidWhiteout is the first name, truncated.
	InvalidWhiteouts     int    `json:"invalidWhiteouts,omitempty"`
	FirstInvalidWhiteout string `json:"firstInvalidWhiteout,omitempty"`
	// UnknownTypes is the number of entries of a type that tar does not define. Here they
	// are regular files, as POSIX says; other runtimes refuse the layer or ignore them.
	// FirstUnknownType is the first name, truncated.
	UnknownTypes     int    `json:"unknownTypes,omitempty"`
	FirstUnknownType string `json:"firstUnknownType,omitempty"`
}

// count increments n, and keeps the name of the first occurrence.
func count(n *int, first *string, name string) {
	if *n == 0 {
		*first = name[:min(len(name), maxAnomalyName)]
	}
	*n++
}

// maxAnomalyName is the maximum length of the names in [Anomalies], in bytes.
const maxAnomalyName = 200

// NoBody replaces the body of a sparse file that exceeds the limits. Read returns an
// error that wraps [ErrLimit].
var NoBody io.Reader = noBody{}

type noBody struct{}

// Read implements [io.Reader].
func (noBody) Read([]byte) (int, error) {
	return 0, fmt.Errorf("%w: sparse file is too large when unpacked", ErrLimit)
}

// Limits limits the size of a layer. A field that is zero has its default.
type Limits struct {
	// MaxSize is the maximum length of the uncompressed stream, in bytes. Default: 64 GiB.
	MaxSize int64
	// MaxRatio is the maximum of uncompressed length divided by compressed length. It
	// applies to layers that are larger than RatioFloor. Default: 200.
	MaxRatio int64
	// MaxEntries is the maximum number of entries. Default: 5,000,000.
	MaxEntries int
}

// RatioFloor is the uncompressed length in bytes from which [Limits.MaxRatio] applies: a
// small layer of zeros does no harm.
const RatioFloor = 1 << 30

// MaxPath is the maximum length of a path and of a link target, in bytes. It is PATH_MAX
// of Linux: no container runtime can unpack a longer path.
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

var (
	// ErrNotTar is returned for a blob that does not start with a tar header.
	ErrNotTar = errors.New("is not a tar archive")
	// ErrBomb is returned when decompression exceeds [Limits.MaxSize] or
	// [Limits.MaxRatio].
	ErrBomb = errors.New("is a decompression bomb")
	// ErrLimit is returned when a layer exceeds another limit.
	ErrLimit = errors.New("exceeds a limit")
)

// Walk reads a blob to its end. It calls visit for each entry that creates something in
// the file system, in the order of the archive. Whiteouts are only in the table. The
// header and the body, which is a [*Body] or [NoBody], are valid until visit returns.
// Visit need not read the body. If visit returns an error, the walk ends and returns it.
func Walk(ctx context.Context, blob io.Reader, limits Limits, visit func(*seaworthy.Header, io.Reader) error) (*Layer, error) {
	limits = limits.withDefaults()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := startPipeline(ctx, blob, limits)
	table := newTable()
	var anomalies Anomalies
	err := walkTar(p.tar, table, &anomalies, limits, visit)
	if err == nil {
		anomalies.TrailingBytes, err = p.tar.drain()
	}
	if err != nil {
		cancel(err)
	}
	l := p.wait()
	if err != nil {
		return nil, err
	}
	l.Table, l.Anomalies = table, anomalies
	return l, nil
}

// walkTar visits the entries of a tar stream, and adds them to table and anomalies.
func walkTar(stream *blockReader, table *Table, anomalies *Anomalies, limits Limits, visit func(*seaworthy.Header, io.Reader) error) error {
	tr := &tarReader{stream: stream}
	h := new(seaworthy.Header)
	body := &Body{tar: tr}
	unpacked := int64(0) // bytes of all sparse files
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
		if leavesRoot(t.name) || t.typeflag == tar.TypeLink && leavesRoot(t.link) {
			count(&anomalies.OutsideRoot, &anomalies.FirstOutsideRoot, t.name)
		}
		if isUnknown(t.typeflag) {
			count(&anomalies.UnknownTypes, &anomalies.FirstUnknownType, t.name)
		}
		if kind == kindOther && isInvalidWhiteout(h.Path) {
			count(&anomalies.InvalidWhiteouts, &anomalies.FirstInvalidWhiteout, t.name)
		}
		if table.append(kind, h); table.text > maxText {
			return fmt.Errorf("%w: paths and link targets of more than %d MiB in all", ErrLimit, maxText>>20)
		}
		if !kind.exists() {
			continue
		}
		body.ordinal, body.peeked = ordinal, nil
		var content io.Reader = body
		if tr.sparse != nil {
			if h.Size > limits.MaxSize-unpacked || unpacked+h.Size > RatioFloor && (unpacked+h.Size)/limits.MaxRatio > stream.offset {
				count(&anomalies.OversizedSparse, &anomalies.FirstOversizedSparse, h.Path)
				content = NoBody
			} else {
				unpacked += h.Size
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
	// peeked are bytes of the body that Peek read and Read did not return yet.
	peeked []byte
}

// Read implements [io.Reader].
func (b *Body) Read(p []byte) (int, error) {
	if len(b.peeked) > 0 {
		n := copy(p, b.peeked)
		b.peeked = b.peeked[n:]
		return n, nil
	}
	n, err := b.tar.Read(p)
	if err != nil && err != io.EOF {
		err = tarError(err, b.ordinal+1)
	}
	return n, err
}

// Take returns the next n bytes of the body without copying them. It returns false if
// the bytes are not contiguous in memory. Then it consumes nothing, and the caller must
// use Read.
func (b *Body) Take(n int) (Piece, bool) {
	if len(b.peeked) > 0 {
		return Piece{}, false
	}
	return b.tar.take(n)
}

// Peek returns the next n bytes of the body, or all that is left of it, without consuming
// them. They are valid until the next call of a method.
func (b *Body) Peek(n int) ([]byte, error) {
	if len(b.peeked) == 0 {
		if head, ok := b.tar.peek(n); ok {
			return head, nil
		}
	}
	for len(b.peeked) < n {
		part := make([]byte, n-len(b.peeked))
		k, err := b.tar.Read(part)
		b.peeked = append(b.peeked, part[:k]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, tarError(err, b.ordinal+1)
		}
	}
	return b.peeked[:min(n, len(b.peeked))], nil
}

// Piece is a part of a layer in memory. The bytes must not be changed, and not be used
// after Release. A Piece keeps a block of memory in use that is larger than the Piece.
type Piece struct {
	Bytes []byte
	block *block
}

// Release releases the memory. It must be called once.
func (p Piece) Release() { p.block.release() }

// tarError returns the error for a stream that fails at the given entry: it is not a tar
// archive, or it is damaged there.
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

// readHeader converts a tar header to h.
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
		if !isUnknown(t.typeflag) {
			return kindOther, nil
		}
		h.Type, h.Size = seaworthy.Regular, t.size
	}
	if t.hasCapability {
		h.Capability = []byte(t.capability)
	}
	return kindOf(h), nil
}

// isUnknown reports whether a type of an entry is defined neither by POSIX nor by GNU tar.
func isUnknown(typeflag byte) bool {
	switch typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse, tar.TypeDir, tar.TypeSymlink, tar.TypeLink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo,
		tar.TypeXHeader, tar.TypeXGlobalHeader, tar.TypeGNULongName, tar.TypeGNULongLink, volumeName:
		return false
	}
	return true
}

// volumeName is the type of an entry that names the archive (GNU tar). It has no body.
const volumeName = 'V'

// clampID returns a user or group id. An id outside the kernel's 32 bits becomes the one
// that the kernel reserves for "none".
func clampID(id int) uint32 {
	if id < 0 || int64(id) > math.MaxUint32 {
		return math.MaxUint32
	}
	return uint32(id)
}
