package image

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// content is what the first bytes of a file say that it is.
type content int

const (
	unknownContent content = iota
	emptyContent
	tarContent
	gzipContent
	zstdContent
	jsonContent
	zipContent
	xzContent
	bzip2Content
)

// headSize is how many first bytes recognise wants to see: a tar header.
const headSize = 512

// recognise tells content by its first bytes, headSize of them unless there are
// fewer.
func recognise(head []byte) content {
	if len(head) == 0 {
		return emptyContent
	}
	for _, m := range []struct {
		magic string
		is    content
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

// isTarHeader is true for a block with a valid checksum, and for the block of
// zeros with which an empty archive starts.
func isTarHeader(block []byte) bool {
	if len(block) < headSize {
		return false
	}
	block = block[:headSize]
	if bytes.Count(block, []byte{0}) == headSize {
		return true
	}
	const start, end = 148, 156 // the checksum, an octal number
	field := strings.Trim(string(block[start:end]), " \x00")
	want, err := strconv.ParseInt(field, 8, 32)
	if err != nil {
		return false
	}
	var unsigned, signed int64 // old writers summed signed bytes
	for i, b := range block {
		if start <= i && i < end {
			b = ' '
		}
		unsigned += int64(b)
		signed += int64(int8(b))
	}
	return want == unsigned || want == signed
}

// noImage says why a file of such content is no image.
func noImage(where string, c content) error {
	const formats = "an image is a tar archive as docker save or skopeo write it, plain or compressed with gzip or zstd"
	switch c {
	case emptyContent:
		return withHint(fmt.Errorf("%s is empty", where), "save the image again, and see whether that command failed")
	case zipContent:
		return withHint(fmt.Errorf("%s is a zip archive, not an image", where), formats)
	case xzContent:
		return withHint(fmt.Errorf("%s is compressed with xz, which is not read", where), "decompress it: xz -dc FILE | seaworthy scan -")
	case bzip2Content:
		return withHint(fmt.Errorf("%s is compressed with bzip2, which is not read", where), "decompress it: bzip2 -dc FILE | seaworthy scan -")
	case jsonContent:
		return withHint(fmt.Errorf("%s is a JSON document, not an image", where), formats+"; a bill of materials is named as sbom:FILE, a report as report:FILE, and - for FILE is standard input")
	default:
		return withHint(fmt.Errorf("%s is no image: it is no tar archive", where), formats)
	}
}

var errNotLayer = errors.New("it is no layer: neither tar, nor compressed with gzip or zstd")
