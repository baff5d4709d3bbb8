package program

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// bundleSignature starts the signature in the host of a .NET program that is a single file.
// The offset of the header of the bundle precedes it; see bundle_marker.cpp and
// docs/design/features/host-bundle.md of dotnet/runtime. The header is verified, so the
// first bytes suffice.
const bundleSignature = "\x8b\x12\x02\xb9\x6a\x61\x20\x38"

// Limits for a bundle.
const (
	maxBundleFiles = 100_000
	maxBundlePath  = 4096
	maxBundleDeps  = 32 << 20 // bytes of deps.json
	maxBundleIndex = 32 << 20 // bytes of the header with the list of files
	// maxBehindSegments is the number of bytes behind the segments that are searched for
	// the signature.
	maxBehindSegments = 1 << 20
)

// errBundle is returned for a bundle that is not in one of the known versions.
var errBundle = errors.New("its .NET bundle is damaged or of an unknown version")

// BundledDeps returns the file deps.json in the bundle of a .NET program that is a single
// file. It returns nil if the program has no bundle. It is an error if there is a bundle
// without that file, since then its dependencies are not known.
func (p *Program) BundledDeps() ([]byte, error) {
	at, ok := p.bundleHeader()
	if !ok {
		return nil, nil
	}
	deps, err := p.listedDeps(at)
	if errors.Is(err, errBundle) {
		if found := p.searchDeps(); found != nil {
			return found, nil
		}
	}
	return deps, err
}

// searchDeps searches for deps.json behind the segments. The SDK never compresses it, so it
// is found in bundles of other versions too.
func (p *Program) searchDeps() []byte {
	const key, most = `"runtimeTarget"`, 16 // bytes between the start of the file and its first key
	end := p.end()
	i := p.find(io.NewSectionReader(p.raw, end, p.size-end), p.size-end, []byte(key))
	if i < 0 {
		return nil
	}
	start := max(0, i-most)
	before := make([]byte, i-start)
	if _, err := p.raw.ReadAt(before, end+start); err != nil {
		return nil
	}
	brace := bytes.LastIndexByte(before, '{')
	if brace < 0 {
		return nil
	}
	at := end + start + int64(brace)
	var deps json.RawMessage
	if err := json.NewDecoder(io.NewSectionReader(p.raw, at, min(p.size-at, maxBundleDeps))).Decode(&deps); err != nil {
		return nil
	}
	return deps
}

// listedDeps returns deps.json of a bundle whose header is at an offset.
func (p *Program) listedDeps(at int64) ([]byte, error) {
	b := &bundleReader{r: bufio.NewReader(io.NewSectionReader(p.raw, at, min(p.size-at, maxBundleIndex)))}
	major, _ := b.uint32(), b.uint32()
	files := b.uint32()
	b.text() // identifier
	switch {
	case b.err != nil || files == 0 || files > maxBundleFiles:
		return nil, errBundle
	case major == 1:
	case major == 2 || major == 6:
		b.skip(5 * 8) // the places of deps.json and runtimeconfig.json, flags
	default:
		return nil, errBundle
	}
	for range files {
		offset, size, packed := b.uint64(), b.uint64(), uint64(0)
		if major >= 6 {
			packed = b.uint64()
		}
		b.skip(1) // type
		path := b.text()
		if b.err != nil {
			return nil, errBundle
		}
		if strings.HasSuffix(path, ".deps.json") && !strings.Contains(path, "/") {
			return p.bundled(offset, size, packed)
		}
	}
	return nil, errors.New("its .NET bundle has no deps.json, so its packages are not known")
}

// bundleHeader returns the offset of the header of the bundle.
func (p *Program) bundleHeader() (int64, bool) {
	marker := int64(-1)
	for _, s := range p.Progs {
		if !isData(s) {
			continue
		}
		if i := p.find(s, int64(s.Filesz), []byte(bundleSignature)); i >= 8 {
			marker = int64(s.Off) + i
			break
		}
	}
	if marker < 0 { // behind the segments, where other tools than the SDK may have put it
		end := p.end()
		rest := min(p.size-end, maxBehindSegments)
		if i := p.find(io.NewSectionReader(p.raw, end, rest), rest, []byte(bundleSignature)); i >= 8 {
			marker = end + i
		}
	}
	if marker < 0 {
		return 0, false
	}
	var b [8]byte
	if _, err := p.raw.ReadAt(b[:], marker-8); err != nil {
		return 0, false
	}
	at := binary.LittleEndian.Uint64(b[:])
	return int64(at), at > 0 && at < uint64(p.size) // 0 in the host of a program that is no bundle
}

// end returns the end of the segments in the file.
func (p *Program) end() int64 {
	end := uint64(0)
	for _, s := range p.Progs {
		if s.Off+s.Filesz > s.Off {
			end = max(end, s.Off+s.Filesz)
		}
	}
	return int64(min(end, uint64(p.size)))
}

// bundled returns a file of the bundle. Packed is its compressed size, or 0.
func (p *Program) bundled(offset, size, packed uint64) ([]byte, error) {
	length := size
	if packed > 0 {
		length = packed
	}
	if size > maxBundleDeps || offset > uint64(p.size) || length > uint64(p.size)-offset {
		return nil, errBundle
	}
	var r io.Reader = io.NewSectionReader(p.raw, int64(offset), int64(length))
	if packed > 0 {
		r = flate.NewReader(r)
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err != nil {
		return nil, fmt.Errorf("deps.json in its .NET bundle cannot be read: %w", err)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// bundleReader reads the header of a bundle. All numbers are little-endian.
type bundleReader struct {
	r   *bufio.Reader
	err error
}

func (b *bundleReader) bytes(n int) []byte {
	data := make([]byte, n)
	if b.err == nil {
		_, b.err = io.ReadFull(b.r, data)
	}
	return data
}

func (b *bundleReader) uint32() uint32 { return binary.LittleEndian.Uint32(b.bytes(4)) }
func (b *bundleReader) uint64() uint64 { return binary.LittleEndian.Uint64(b.bytes(8)) }
func (b *bundleReader) skip(n int)     { b.bytes(n) }

// text reads a string that follows its length, in seven bits per byte.
func (b *bundleReader) text() string {
	n, err := binary.ReadUvarint(b.r)
	if err != nil || n > maxBundlePath {
		b.err = errBundle
		return ""
	}
	return string(b.bytes(int(n)))
}
