package secret

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"

	"seaworthy.dev/seaworthy/internal/gitpack"
	"seaworthy.dev/seaworthy/internal/inflate"
	"seaworthy.dev/seaworthy/internal/zipfile"
)

// container searches the files in a file of one format. If ok is false, the file does not
// have this format, and nothing was searched.
type container func(r *fileScan, file io.ReaderAt, size int64) (ok bool, err error)

// maxWindow is the maximum memory of a decompressor, in bytes. "xz -9" needs this much.
const maxWindow = 64 << 20

// looseObject is the path of an object in a Git repository.
var looseObject = regexp.MustCompile(`(?:^|/)objects/[0-9a-f]{2}/[0-9a-f]{38}(?:[0-9a-f]{24})?$`)

// containerOf returns the container for a file, by its first bytes or, for formats without
// a signature there, by its name. It returns nil for a file that contains no others.
func containerOf(name string, head []byte) container {
	if len(head) < 4 {
		return nil
	}
	switch head[0] {
	case 'P':
		switch {
		case bytes.HasPrefix(head, []byte("PK\x03\x04")):
			return zipArchive
		case gitpack.IsPack(head):
			return gitPack
		}
	case 0x1f:
		if head[1] == 0x8b && head[2] == 8 {
			return gzipFile
		}
	case 'B':
		if len(head) > 9 && bytes.HasPrefix(head, []byte("BZh")) && string(head[4:10]) == "1AY&SY" {
			return compressed((*fileScan).openBzip2)
		}
	case 0x28:
		if bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")) {
			return compressed((*fileScan).openZstd)
		}
	case 0xfd:
		if bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")) {
			return compressed((*fileScan).openXZ)
		}
	case '!':
		if bytes.HasPrefix(head, []byte(arMagic+debianFirst)) {
			return debianPackage
		}
	case '0':
		if bytes.HasPrefix(head, []byte(cpioMagic)) || bytes.HasPrefix(head, []byte(cpioChecksum)) {
			return cpioArchive
		}
	case '#':
		if bytes.HasPrefix(head, []byte("# v2 git bundle\n")) || bytes.HasPrefix(head, []byte("# v3 git bundle\n")) {
			return gitBundle
		}
	case 'x':
		if looseObject.MatchString(name) {
			return gitObject
		}
	}
	if isTar(head) {
		return tarArchive
	}
	if isUnread(head) {
		return unread
	}
	switch path.Ext(name) {
	case ".lzma":
		if head[0] == 0x5d && head[1] == 0 {
			return compressed((*fileScan).openLZMA)
		}
	case ".jar", ".war", ".ear", ".pyz", ".zip": // with a program in front
		return zipArchive
	}
	return nil
}

// Decompressors are kept for the next file: to make one takes longer than to decompress
// most files.
var (
	inputs    = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 16<<10) }}
	inflaters = sync.Pool{New: func() any { return flate.NewReader(bytes.NewReader(nil)) }}
	gunzips   = sync.Pool{New: func() any { return new(gzip.Reader) }}
)

// gunzip is a reader from the pool. Close puts it back.
type gunzip struct{ *gzip.Reader }

// Close implements [io.Closer].
func (g gunzip) Close() error {
	defer gunzips.Put(g.Reader)
	return g.Reader.Close()
}

func (*fileScan) openGzip(r *bufio.Reader) (io.ReadCloser, error) {
	z := gunzips.Get().(*gzip.Reader)
	if err := z.Reset(r); err != nil {
		gunzips.Put(z)
		return nil, err
	}
	return gunzip{z}, nil
}

// bzip2Memory is the memory of a decompressor in bytes, at most.
const bzip2Memory = 4 << 20

func (r *fileScan) openBzip2(in *bufio.Reader) (io.ReadCloser, error) {
	return io.NopCloser(bzip2.NewReader(in)), r.memory.Acquire(r.ctx, bzip2Memory)
}

// openLZMA acquires memory for the dictionary that the header asks for.
func (r *fileScan) openLZMA(in *bufio.Reader) (io.ReadCloser, error) {
	const dictionary = 1 // offset of its size in the header
	head, err := in.Peek(dictionary + 4)
	if err != nil {
		return nil, err
	}
	size := int64(binary.LittleEndian.Uint32(head[dictionary:]))
	if size > maxWindow {
		return nil, errMethod
	}
	size = max(size, lzma.MinDictCap)
	if err := r.memory.Acquire(r.ctx, size); err != nil {
		return nil, err
	}
	d, err := lzma.ReaderConfig{DictCap: int(size)}.NewReader(in)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(d), nil
}

// openZstd acquires memory for the window of the first frame. Other frames may not have
// a larger one.
func (r *fileScan) openZstd(in *bufio.Reader) (io.ReadCloser, error) {
	head, _ := in.Peek(zstd.HeaderMaxSize)
	var h zstd.Header
	if err := h.Decode(head); err != nil {
		return nil, err
	}
	window := max(h.WindowSize, min(h.FrameContentSize, maxWindow), zstd.MinWindowSize)
	if h.Skippable {
		window = 8 << 20
	}
	if window > maxWindow {
		return nil, errMethod
	}
	if err := r.memory.Acquire(r.ctx, int64(window)); err != nil {
		return nil, err
	}
	d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// errMethod is returned for an unsupported compression method.
var errMethod = errors.New("compressed by a method that is not supported")

func isTar(head []byte) bool { return len(head) >= 512 && string(head[257:262]) == "ustar" }

// zipArchive is a container for zip archives and formats based on them: .jar, .whl, .nupkg,
// .docx.
func zipArchive(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
	z, err := zipfile.Open(file, size)
	if err != nil {
		if isZip(file) {
			r.addGap(damaged) // and searched as it is
		}
		return false, nil
	}
	if n := z.Before(); n > 0 {
		if err := r.stream(io.NewSectionReader(file, 0, n), r.path, ""); err != nil {
			return true, err
		}
	}
	inflater := inflaters.Get().(io.Reader)
	defer inflaters.Put(inflater)
	in := inputs.Get().(*bufio.Reader)
	defer inputs.Put(in)
	left := uint64(size) // entries may share data, so that an archive could decompress without limit
	err = z.Walk(func(e *zipfile.Entry) error {
		switch {
		case e.Packed == 0 || bytes.HasSuffix(e.Name, []byte("/")):
			return nil
		case e.Encrypted:
			r.addGap(encrypted)
			return nil
		case e.Packed > left:
			r.addGap(tooLarge)
			return errBudget
		}
		left -= e.Packed
		packed, err := z.Data(e)
		if err != nil {
			r.addGap(damaged)
			return nil
		}
		name := string(e.Name)
		path := r.path + "!/" + name
		var body io.Reader = packed
		switch e.Method {
		case zipfile.Stored:
		case zipfile.Deflated:
			if r.body != nil {
				if _, from, n := packed.Outer(); r.scanPacked(r.body[from:from+n], path, name) {
					return nil
				}
			}
			in.Reset(packed)
			if err := inflater.(flate.Resetter).Reset(in, nil); err != nil {
				return err
			}
			body = inflater
		default:
			r.addGap(methods)
			return nil
		}
		return r.scanMember(body, path, name)
	})
	switch {
	case err == nil || errors.Is(err, errBudget):
		return true, nil
	case r.ctx.Err() != nil:
		return true, err
	}
	r.addGap(damaged)
	return true, nil
}

// isZip reports whether a file starts with an entry of a zip archive.
func isZip(file io.ReaderAt) bool {
	start := make([]byte, 4)
	_, err := file.ReadAt(start, 0)
	return err == nil && string(start) == "PK\x03\x04"
}

// tarArchive is a container for tar archives. The standard library reads them: a syntax
// error is a gap here, and not an error as in a layer.
func tarArchive(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
	return true, r.tar(io.NewSectionReader(file, 0, size))
}

func (r *fileScan) tar(archive io.Reader) error {
	t := tar.NewReader(archive)
	for {
		h, err := t.Next()
		switch {
		case err == io.EOF:
			return nil
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case errors.Is(err, errBudget):
			r.addGap(tooLarge)
			return nil
		case err != nil:
			r.addGap(damaged)
			return nil
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse || h.Size == 0 {
			continue
		}
		name := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
		if err := r.scanMember(t, r.path+"!/"+name, name); err != nil {
			if errors.Is(err, errBudget) {
				return nil
			}
			return err
		}
	}
}

// compressed returns a container for a compression format. The decompressed data is a tar
// archive or a single file.
func compressed(open func(*fileScan, *bufio.Reader) (io.ReadCloser, error)) container {
	return func(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
		in := inputs.Get().(*bufio.Reader)
		defer inputs.Put(in)
		in.Reset(io.NewSectionReader(file, 0, size))
		d, err := open(r, in)
		if errors.Is(err, errMethod) {
			r.addGap(methods)
			return true, nil
		}
		if r.ctx.Err() != nil {
			return true, context.Cause(r.ctx)
		}
		if err != nil {
			r.addGap(damaged) // and searched as it is
			return false, nil
		}
		defer d.Close()
		plain := bufio.NewReaderSize(budgetReader{d, r}, 4096)
		head, err := plain.Peek(512)
		if err != nil && len(head) == 0 {
			switch {
			case errors.Is(err, errBudget):
				r.addGap(tooLarge)
				return true, nil
			case err != io.EOF:
				r.addGap(damaged)
			}
			return false, nil
		}
		if isTar(head) {
			return true, r.tar(plain)
		}
		name := unpackedName(r.path)
		err = r.scanMember(plain, path.Join(path.Dir(r.path), name), name)
		if errors.Is(err, errBudget) {
			err = nil
		}
		return true, err
	}
}

// gitObject is a container for a loose object of a Git repository: a zlib stream with the
// kind of the object, its length, a NUL byte and its content.
func gitObject(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
	if inflate.IsZlib(r.body) && r.scanGitObject(r.body[inflate.ZlibHeader:]) {
		return true, nil
	}
	d, err := zlib.NewReader(bufio.NewReader(io.NewSectionReader(file, 0, size)))
	if err != nil {
		return false, nil
	}
	defer d.Close()
	plain := bufio.NewReader(d)
	kind, err := plain.ReadSlice(0)
	if err != nil || len(kind) > maxObjectHead {
		return false, nil
	}
	if bytes.HasPrefix(kind, treeHead) {
		return true, nil
	}
	err = r.scanMember(plain, gitText, "")
	if errors.Is(err, errBudget) {
		err = nil
	}
	return true, err
}

// scanGitObject searches a short object. If it returns false, nothing was searched.
func (r *fileScan) scanGitObject(packed []byte) bool {
	window := r.analyzer.window()
	defer r.analyzer.windows.Put(window)
	whole, taken, ok := r.inflate(window, packed)
	kind, text, cut := bytes.Cut(whole, []byte{0})
	if !ok || !cut || len(kind) >= maxObjectHead || len(packed)-taken < inflate.ZlibTrailer {
		return false
	}
	if !bytes.HasPrefix(kind, treeHead) {
		r.scanMemberText(text, gitText, "")
	}
	return true
}

// maxObjectHead is the maximum length of the header of an object, with the NUL byte.
const maxObjectHead = 32

var treeHead = []byte("tree ")

// gitText is used as the path of a Git object, because an object does not have the path of
// its file.
const gitText = ".git/objects/text.txt"
