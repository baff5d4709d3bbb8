package secret

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"path"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/inflate"
)

// Most files in archives are short. These functions decompress them from memory to memory,
// which is fast. A file that is too long, damaged or of a rare kind is read as a stream
// instead, and the stream reports its gaps.

var decoders = sync.Pool{New: func() any { return new(inflate.Decoder) }}

// scanPacked searches a compressed file in an archive. If it returns false, nothing was
// searched.
func (r *fileScan) scanPacked(packed []byte, path, member string) bool {
	window := r.analyzer.window()
	defer r.analyzer.windows.Put(window)
	text, _, ok := r.inflate(window, packed)
	if ok {
		r.scanMemberText(text, path, member)
	}
	return ok
}

// inflate decompresses a text into a window. ok is false if the text is longer than the
// window or the budget.
func (r *fileScan) inflate(window *[windowSize]byte, packed []byte) (text []byte, taken int, ok bool) {
	room := min(windowSize, r.budget) - 1
	if room <= 0 || r.ctx.Err() != nil {
		return nil, 0, false
	}
	d := decoders.Get().(*inflate.Decoder)
	defer decoders.Put(d)
	n, taken, err := d.Inflate(window[:room], packed)
	return window[:n], taken, err == nil
}

// scanMemberText searches a whole text that was decompressed.
func (r *fileScan) scanMemberText(text []byte, path, member string) {
	r.budget -= int64(len(text))
	if open := containerOf(member, text[:min(len(text), seaworthy.HeadSize)]); open != nil {
		if ok, err := r.scanNested(open, text, path, member); ok && err == nil {
			return
		}
	}
	origin := credential.OriginOf(path, text[:min(len(text), seaworthy.HeadSize)])
	found, gaps := r.analyzer.scanText(text, &origin, r.effort)
	member, _ = seaworthy.TextPath(member)
	for i := range found {
		found[i].Member = member
	}
	r.add(found, gaps)
}

// gzipFile is a container for gzip files, RFC 1952.
func gzipFile(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
	if packed, ok := deflateOf(r.body); ok && r.scanGzip(packed) {
		return true, nil
	}
	return compressed((*fileScan).openGzip)(r, file, size)
}

// gzipTail is the length of what follows the compressed data: a CRC-32 and a length.
const gzipTail = 8

func (r *fileScan) scanGzip(packed []byte) bool {
	window := r.analyzer.window()
	defer r.analyzer.windows.Put(window)
	text, taken, ok := r.inflate(window, packed)
	tail := packed[taken:]
	if !ok || len(text) == 0 || isTar(text) || len(tail) != gzipTail ||
		binary.LittleEndian.Uint32(tail) != crc32.ChecksumIEEE(text) || binary.LittleEndian.Uint32(tail[4:]) != uint32(len(text)) {
		return false
	}
	name := unpackedName(r.path)
	r.scanMemberText(text, path.Join(path.Dir(r.path), name), name)
	return true
}

// unpackedName returns the name of a compressed file after decompression.
func unpackedName(name string) string {
	name = path.Base(name)
	if ext := path.Ext(name); ext != name {
		name = strings.TrimSuffix(name, ext)
	}
	return name
}

// deflateOf returns the data after the header of a gzip file. ok is false if the header is
// damaged or has a checksum.
func deflateOf(body []byte) (packed []byte, ok bool) {
	const header, checksum, extra, name, comment, reserved = 10, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 7 << 5
	if len(body) < header || body[3]&(checksum|reserved) != 0 {
		return nil, false
	}
	flags, rest := body[3], body[header:]
	if flags&extra != 0 {
		if len(rest) < 2 {
			return nil, false
		}
		end := 2 + int(binary.LittleEndian.Uint16(rest))
		if len(rest) < end {
			return nil, false
		}
		rest = rest[end:]
	}
	for _, text := range []byte{name, comment} {
		if flags&text == 0 {
			continue
		}
		// The reader of streams does not take longer ones either.
		end := bytes.IndexByte(rest[:min(len(rest), 512)], 0)
		if end < 0 {
			return nil, false
		}
		rest = rest[end+1:]
	}
	return rest, true
}
