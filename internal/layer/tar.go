package layer

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
)

// tarReader reads a tar stream. It parses plain header blocks itself, much faster than
// archive/tar; nearly all entries have one. It leaves all other headers to archive/tar. A
// fuzz test shows that it returns the same entries as archive/tar.
type tarReader struct {
	stream *blockReader
	block  [tarBlock]byte
	entry  tarEntry

	// The body of the current entry.
	left   int64           // unread bytes of the body in the stream
	pad    int64           // bytes between the body and the next header
	sparse *tar.Reader     // reads the body of a sparse file, nil for others
	taken  *countingReader // counts what archive/tar reads from the stream
	failed error           // returned by next from then on
}

// tarEntry has the fields of a tar header that a layer needs.
type tarEntry struct {
	name, link    string
	typeflag      byte
	mode          int64
	uid, gid      int
	size          int64
	capability    string
	hasCapability bool
}

const (
	tarBlock = 512
	// maxExtension is the maximum size of an extension header (PAX or GNU long name), as in
	// archive/tar. maxExtensions is the maximum number of them before one entry.
	maxExtension  = 1 << 20
	maxExtensions = 16

	capabilityRecord = "SCHILY.xattr.security.capability"
	sparseRecords    = "GNU.sparse."
)

// next returns the next entry, which is valid until the following call. Its errors are
// those of archive/tar. At the end of the archive it returns io.EOF.
func (r *tarReader) next() (*tarEntry, error) {
	if r.failed == nil {
		r.failed = r.advance()
	}
	return &r.entry, r.failed
}

func (r *tarReader) advance() error {
	if err := r.skipBody(); err != nil {
		return err
	}
	if _, err := io.ReadFull(r.stream, r.block[:]); err != nil {
		return err
	}
	if r.parsePlain() {
		return nil
	}
	if isZero(&r.block) {
		_, err := io.ReadFull(r.stream, r.block[:])
		switch {
		case err != nil:
			return err
		case isZero(&r.block):
			return io.EOF
		default:
			return tar.ErrHeader
		}
	}
	return r.parseAny()
}

// skipBody skips to the next header. As in archive/tar, the padding of the last body may
// be missing.
func (r *tarReader) skipBody() error {
	if r.sparse != nil {
		r.left -= r.taken.n
		r.sparse = nil
	}
	left, pad := r.left, r.pad
	r.left, r.pad = 0, 0
	if _, err := r.stream.Seek(left, io.SeekCurrent); err != nil {
		return err
	}
	if pad == 0 {
		return nil
	}
	_, err := io.ReadFull(r.stream, r.block[:pad])
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return err
}

func (r *tarReader) setBody(size int64) {
	r.left, r.pad = size, -size&(tarBlock-1)
}

// Read reads the body of the current entry.
func (r *tarReader) Read(p []byte) (int, error) {
	if r.sparse != nil {
		return r.sparse.Read(p)
	}
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.stream.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// take returns the next n bytes of the body, if they are in one block.
func (r *tarReader) take(n int) (Piece, bool) {
	if r.sparse != nil || int64(n) > r.left {
		return Piece{}, false
	}
	p, ok := r.stream.take(n)
	if ok {
		r.left -= int64(n)
	}
	return p, ok
}

// peek returns the next n bytes of the body without consuming them, if they are in one
// block.
func (r *tarReader) peek(n int) ([]byte, bool) {
	if r.sparse != nil || int64(n) > r.left {
		return nil, false
	}
	return r.stream.peek(n)
}

// The fields of a ustar header block (POSIX.1-2024, pax). GNU tar has the same fields up to
// the device numbers.
var (
	nameField     = field{0, 100}
	modeField     = field{100, 8}
	uidField      = field{108, 8}
	gidField      = field{116, 8}
	sizeField     = field{124, 12}
	mtimeField    = field{136, 12}
	checksumField = field{148, 8}
	linkField     = field{157, 100}
	magicField    = field{257, 8}
	devMajorField = field{329, 8}
	devMinorField = field{337, 8}
	prefixField   = field{345, 155}
	restField     = field{345, 167} // GNU tar and others have more fields here
)

const typeflagOffset = 156

// field is the position of a field in a header block.
type field struct{ offset, length int }

func (f field) of(b *[tarBlock]byte) []byte { return b[f.offset : f.offset+f.length] }

// text returns the value of a field up to the first NUL.
func (f field) text(b *[tarBlock]byte) string {
	s := f.of(b)
	if i := bytes.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	return string(s)
}

// octal parses a field of octal digits, followed by NULs and spaces. It returns false for
// any other field.
func (f field) octal(b *[tarBlock]byte) (n int64, ok bool) {
	s := f.of(b)
	i := 0
	for ; i < len(s) && s[i]-'0' < 8; i++ {
		n = n<<3 | int64(s[i]-'0')
	}
	for _, c := range s[i:] {
		if c != 0 && c != ' ' {
			return 0, false
		}
	}
	return n, i > 0
}

// parsePlain parses the block if it is a plain header. Otherwise it changes nothing and
// returns false.
func (r *tarReader) parsePlain() bool {
	b := &r.block
	typeflag := b[typeflagOffset]
	if typeflag < tar.TypeReg || typeflag > tar.TypeFifo {
		return false
	}
	ustar := false
	switch string(magicField.of(b)) {
	case "ustar\x0000":
		ustar = string(b[508:]) != "tar\x00" // the signature of star's own format
		if !ustar {
			return false
		}
	case "ustar  \x00":
		if !allZero(restField.of(b)) {
			return false
		}
	default:
		return false
	}
	sum, ok := checksumField.octal(b)
	if !ok || sum != checksum(b) {
		return false
	}
	mode, ok1 := modeField.octal(b)
	uid, ok2 := uidField.octal(b)
	gid, ok3 := gidField.octal(b)
	size, ok4 := sizeField.octal(b)
	_, ok5 := mtimeField.octal(b)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !blankOrOctal(devMajorField, b) || !blankOrOctal(devMinorField, b) {
		return false
	}
	name := nameField.text(b)
	if ustar && b[prefixField.offset] != 0 {
		name = prefixField.text(b) + "/" + name
	}
	r.entry = tarEntry{name: name, typeflag: typeflag, mode: mode, uid: int(uid), gid: int(gid), size: size}
	if b[linkField.offset] != 0 {
		r.entry.link = linkField.text(b)
	}
	if typeflag == tar.TypeReg {
		r.setBody(size)
	}
	return true
}

func blankOrOctal(f field, b *[tarBlock]byte) bool {
	if allZero(f.of(b)) {
		return true
	}
	_, ok := f.octal(b)
	return ok
}

// checksum returns the sum of the bytes of a block, where those of the checksum field count
// as spaces.
func checksum(b *[tarBlock]byte) int64 {
	const low = 0x00ff00ff00ff00ff
	var even, odd uint64 // four sums of 16 bits each
	for i := 0; i < tarBlock; i += 8 {
		word := binary.LittleEndian.Uint64(b[i:])
		even += word & low
		odd += word >> 8 & low
	}
	sum := int64(0)
	for shift := 0; shift < 64; shift += 16 {
		sum += int64(even>>shift&0xffff) + int64(odd>>shift&0xffff)
	}
	for _, c := range checksumField.of(b) {
		sum += ' ' - int64(c)
	}
	return sum
}

func isZero(b *[tarBlock]byte) bool { return *b == [tarBlock]byte{} }

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// parseAny parses the header at the block, and its extension headers, with archive/tar.
func (r *tarReader) parseAny() error {
	headers, err := r.collectHeaders()
	if err != nil {
		return err
	}
	size, _ := numeric(sizeField.of(&r.block))
	r.taken = &countingReader{r: r.stream}
	t := tar.NewReader(io.MultiReader(bytes.NewReader(headers), r.taken))
	h, err := t.Next()
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	r.entry = tarEntry{name: h.Name, link: h.Linkname, typeflag: h.Typeflag, mode: h.Mode, uid: h.Uid, gid: h.Gid, size: h.Size}
	r.entry.capability, r.entry.hasCapability = h.PAXRecords[capabilityRecord]
	switch h.Typeflag {
	case tar.TypeXGlobalHeader: // its content is among the headers
	case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeDir, tar.TypeFifo:
	default:
		if !isSparse(h) {
			r.setBody(h.Size)
			return nil
		}
		if s, err := strconv.ParseInt(h.PAXRecords["size"], 10, 64); err == nil {
			size = s
		}
		r.setBody(size)
		if h.Typeflag == tar.TypeGNUSparse {
			r.left += r.taken.n // sparse headers, which the size does not include
		}
		r.sparse = t
	}
	return nil
}

func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, sparseRecords) {
			return true
		}
	}
	return false
}

// collectHeaders returns the block. If that is an extension header, it also returns all
// blocks up to and including the header of the entry, which is then in r.block.
func (r *tarReader) collectHeaders() ([]byte, error) {
	var headers []byte
	for range maxExtensions {
		headers = append(headers, r.block[:]...)
		typeflag := r.block[typeflagOffset]
		switch typeflag {
		case tar.TypeXHeader, tar.TypeGNULongName, tar.TypeGNULongLink, tar.TypeXGlobalHeader:
		default:
			return headers, nil
		}
		size, ok := numeric(sizeField.of(&r.block))
		if !ok || size < 0 || size > maxExtension {
			return nil, tar.ErrHeader
		}
		start := len(headers)
		headers = append(headers, make([]byte, size+(-size&(tarBlock-1)))...)
		if _, err := io.ReadFull(r.stream, headers[start:]); err != nil {
			return nil, unexpected(err)
		}
		if typeflag == tar.TypeXGlobalHeader {
			return headers, nil
		}
		if _, err := io.ReadFull(r.stream, r.block[:]); err != nil {
			return nil, unexpected(err)
		}
	}
	return nil, tar.ErrHeader
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// numeric parses a number in octal digits or in base 256, which GNU tar uses for large
// numbers.
func numeric(b []byte) (int64, bool) {
	if b[0]&0x80 == 0 {
		digits := string(bytes.Trim(b, " \x00"))
		if i := strings.IndexByte(digits, 0); i >= 0 {
			digits = digits[:i]
		}
		if digits == "" {
			return 0, true
		}
		n, err := strconv.ParseInt(digits, 8, 64)
		return n, err == nil
	}
	if b[0]&0x40 != 0 {
		return 0, false // negative
	}
	n := int64(b[0] & 0x3f)
	for _, c := range b[1:] {
		if n >= 1<<54 {
			return 0, false
		}
		n = n<<8 | int64(c)
	}
	return n, true
}

// countingReader counts the bytes that are read through it.
type countingReader struct {
	r io.Reader
	n int64
}

// Read implements [io.Reader].
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
