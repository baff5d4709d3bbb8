package image

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// contentType is the format of a file, detected from its first bytes.
type contentType int

const (
	unknownContent contentType = iota
	emptyContent
	tarContent
	gzipContent
	zstdContent
	jsonContent
	zipContent
	xzContent
	bzip2Content
)

// headSize is the number of bytes that detectContent needs: the size of a tar header.
const headSize = 512

// detectContent returns the format of a file that starts with head. Head must have
// headSize bytes, or be the whole file.
func detectContent(head []byte) contentType {
	if len(head) == 0 {
		return emptyContent
	}
	for _, m := range []struct {
		magic string
		is    contentType
	}{
		{"\x1f\x8b", gzipContent},
		{"\x28\xb5\x2f\xfd", zstdContent},
		{"PK\x03\x04", zipContent},
		{"PK\x05\x06", zipContent},
		{"\xfd7zXZ\x00", xzContent},
		{"BZh", bzip2Content},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.is
		}
	}
	switch {
	case len(head) >= 8 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte("\x2a\x4d\x18")):
		return zstdContent // starts with a skippable frame
	case isTarHeader(head):
		return tarContent
	}
	if text := bytes.TrimLeft(head, " \t\r\n"); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return jsonContent
	}
	return unknownContent
}

// isTarHeader reports whether block is a tar header with a valid checksum, or the block
// of zeros that an empty archive starts with.
func isTarHeader(block []byte) bool {
	if len(block) < headSize {
		return false
	}
	block = block[:headSize]
	if bytes.Count(block, []byte{0}) == headSize {
		return true
	}
	const start, end = 148, 156 // the checksum: an octal number (POSIX ustar)
	field := strings.Trim(string(block[start:end]), " \x00")
	want, err := strconv.ParseInt(field, 8, 32)
	if err != nil {
		return false
	}
	var unsigned, signed int64 // some old programs summed signed bytes
	for i, b := range block {
		if start <= i && i < end {
			b = ' '
		}
		unsigned += int64(b)
		signed += int64(int8(b))
	}
	return want == unsigned || want == signed
}

// notImageError returns the error for a file of a format that no image has.
func notImageError(where string, c contentType) error {
	const formats = "an image file is a tar archive made by docker save, skopeo or buildctl: uncompressed, gzip or zstd"
	switch c {
	case emptyContent:
		return withHint(fmt.Errorf("%s is empty", where), "save the image again, and check that the command succeeds")
	case zipContent:
		return withHint(fmt.Errorf("%s is a zip archive, not an image", where), formats)
	case xzContent:
		return withHint(fmt.Errorf("%s is compressed with xz, which is not supported", where), "decompress it: xz -dc FILE | seaworthy scan -")
	case bzip2Content:
		return withHint(fmt.Errorf("%s is compressed with bzip2, which is not supported", where), "decompress it: bzip2 -dc FILE | seaworthy scan -")
	case jsonContent:
		return withHint(fmt.Errorf("%s is a JSON document, not an image", where), formats+"; for an SBOM use sbom:FILE, for a saved report report:FILE (FILE may be -, standard input)")
	default:
		return withHint(fmt.Errorf("%s is not an image: it is not a tar archive", where), formats)
	}
}

var errNotLayer = errors.New("not a layer: neither tar nor gzip nor zstd")
