package image

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// streamSource is a Source that reads an archive of either form from its start
// to its end, once: a compressed archive, standard input, or what the Docker
// daemon sends.
type streamSource struct {
	open      func(context.Context) (io.ReadCloser, error)
	blocking  bool // reading does not end when the context does
	once      bool // what open gives can be had only once
	reference string
	where     string
	tag       string // by which the images are asked for, "" if by none
	selector  selector
	opt       Options
	want      wanted

	manifests []Manifest
	kept      *spool // what the first reading gave, if it is to be read again
	close     func() // frees what open uses; nil if there is nothing to free
}

var _ Source = (*streamSource)(nil)

// Manifests implements [Source].
func (s *streamSource) Manifests() []Manifest { return s.manifests }

// Close implements [Source].
func (s *streamSource) Close() error {
	if s.close != nil {
		s.close()
	}
	return s.kept.close()
}

// Layers implements [Source].
func (s *streamSource) Layers(ctx context.Context, visit func(context.Context, Blob) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	raw, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer raw.Close()
	var r io.Reader = raw
	if s.blocking {
		p := newPump(ctx, raw)
		defer func() {
			cancel()
			p.stop(true)
		}()
		r = p
	}
	plain, stop, err := s.decompress(ctx, r)
	defer func() {
		cancel()
		stop()
	}()
	if err != nil {
		return err
	}
	kept := &keptArchive{
		index:    newArchiveIndex(s.opt.Limits.ArchiveEntries),
		contents: make(map[string]content),
		json:     make(map[string][]byte),
		budget:   4 * s.opt.Limits.JSON,
	}
	if err := s.read(ctx, plain, kept, visit); err != nil {
		return err
	}
	reader := &treeReader{tree: kept, want: s.want, limits: s.opt.Limits, where: s.where, selector: s.selector}
	found, err := reader.resolve(ctx)
	if err != nil {
		return err
	}
	found.tag = s.tag
	found.label(s.reference)
	s.manifests = found.manifests
	if s.kept != nil {
		s.kept.whole = true
	}
	return nil
}

// start gives the stream from its start.
func (s *streamSource) start(ctx context.Context) (io.ReadCloser, error) {
	if s.kept != nil && s.kept.whole {
		return s.kept.open(), nil
	}
	raw, err := s.open(ctx)
	if err != nil || !s.once || !s.opt.Again {
		return raw, err
	}
	if s.kept, err = newSpool(s.opt.TempDir, s.opt.TempFiles); err != nil {
		raw.Close()
		return nil, err
	}
	return &spooling{raw, s.kept}, nil
}

// decompress gives the tar stream in r, which may be compressed. Stop must be called
// after the context's end.
func (s *streamSource) decompress(ctx context.Context, r io.Reader) (_ io.Reader, stop func(), err error) {
	stop = func() {}
	buffered := bufio.NewReaderSize(r, 64<<10)
	c, err := s.peek(buffered)
	if err != nil {
		return nil, stop, err
	}
	var plain io.Reader
	switch c {
	case tarContent:
		return buffered, stop, nil
	case gzipContent:
		plain, err = gzip.NewReader(buffered)
	case zstdContent:
		// With a concurrency of 1 it has no goroutines that would need closing.
		plain, err = zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	default:
		return nil, stop, noImage(s.where, c)
	}
	if err != nil {
		return nil, stop, archiveError(s.where, err)
	}
	// Decompressing runs beside the reading of layers.
	p := newPump(ctx, plain)
	buffered = bufio.NewReaderSize(p, 64<<10)
	if c, err = s.peek(buffered); err == nil && c != tarContent {
		err = noImage("what is compressed in "+s.where, c)
	}
	return buffered, func() { p.stop(false) }, err
}

func (s *streamSource) peek(r *bufio.Reader) (content, error) {
	head, err := r.Peek(headSize)
	if err != nil && err != io.EOF {
		return unknownContent, archiveError(s.where, err)
	}
	return recognise(head), nil
}

// read goes through the archive, hands the layers to visit and keeps the rest.
func (s *streamSource) read(ctx context.Context, plain io.Reader, kept *keptArchive, visit func(context.Context, Blob) error) error {
	waste := s.opt.Limits.ArchiveWaste
	for r := tar.NewReader(plain); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := r.Next()
		if err == io.EOF {
			return s.drain(plain, waste)
		}
		if err != nil {
			return archiveError(s.where, err)
		}
		name, regular, err := kept.index.add(h, 0)
		if err != nil {
			return fmt.Errorf("%s: %w", s.where, err)
		}
		if !regular {
			continue
		}
		body := bufio.NewReaderSize(&entryReader{ctx, r, s.where}, 4096)
		head, err := body.Peek(headSize)
		if err != nil && err != io.EOF {
			return err
		}
		c := recognise(head)
		if strings.HasSuffix(name, ".tar") {
			c = tarContent // whoever reads the layer says what is wrong with it
		}
		kept.contents[name] = c
		switch c {
		case tarContent, gzipContent, zstdContent:
			if err := visit(ctx, streamBlob(name, h.Size, body)); err != nil {
				return err
			}
		case jsonContent:
			if err := kept.keep(name, h.Size, body, s.opt.Limits.JSON); err != nil {
				return err
			}
		default:
			if waste -= h.Size; waste < 0 {
				return s.tooMuchWaste()
			}
		}
	}
}

// drain reads what follows the end of the archive: padding, and the checksum of
// a compressed stream. A program that writes into a pipe can then end in peace.
func (s *streamSource) drain(r io.Reader, most int64) error {
	n, err := io.CopyN(io.Discard, r, most+1)
	if n > most {
		return s.tooMuchWaste()
	}
	if err != io.EOF {
		return archiveError(s.where, err)
	}
	return nil
}

func (s *streamSource) tooMuchWaste() error {
	return fmt.Errorf("%s holds more than %d bytes that belong to no image", s.where, s.opt.Limits.ArchiveWaste)
}

// streamBlob is the blob of an entry that is being read.
func streamBlob(name string, size int64, body io.Reader) Blob {
	b := Blob{Name: blobName(name), Size: size}
	if b.Name != name {
		b.Digest = b.Name
	}
	opened := false
	b.Open = func(context.Context) (io.ReadCloser, error) {
		if opened {
			return nil, fmt.Errorf("layer %s streams by and can be read only once", b.Name)
		}
		opened = true
		return io.NopCloser(body), nil
	}
	return b
}

// entryReader says where an error in the middle of an archive happened, and ends
// with its context.
type entryReader struct {
	ctx   context.Context
	r     io.Reader
	where string
}

// Read implements [io.Reader].
func (e *entryReader) Read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := e.r.Read(p)
	if err != nil && err != io.EOF {
		err = archiveError(e.where, err)
	}
	return n, err
}

// keptArchive is the tree of what was kept of an archive that streamed by.
type keptArchive struct {
	index    *archiveIndex
	contents map[string]content // of the regular files
	json     map[string][]byte
	budget   int64 // bytes that json may still take
}

var _ tree = (*keptArchive)(nil)

// keep takes in a JSON document, unless it is too large.
func (k *keptArchive) keep(name string, size int64, body io.Reader, limit int64) error {
	if size > limit || size > k.budget {
		return nil // whoever asks for it is told so
	}
	data, err := readDocument(body, size, limit)
	if err != nil {
		return err
	}
	k.budget -= size
	k.json[name] = data
	return nil
}

// document implements [tree].
func (k *keptArchive) document(name string, limit int64) ([]byte, error) {
	file, e, err := k.index.lookup(name)
	if err != nil {
		return nil, err
	}
	data, ok := k.json[file]
	switch {
	case ok:
		return data, nil
	case e.size > limit:
		return nil, tooLarge(e.size, limit)
	case k.contents[file] == jsonContent:
		return nil, errors.New("the JSON documents of the archive are too large together")
	default:
		return nil, errors.New("it is no JSON document")
	}
}

// layer implements [tree].
func (k *keptArchive) layer(name string) (string, int64, error) {
	file, e, err := k.index.lookup(name)
	if err != nil {
		return "", 0, err
	}
	switch k.contents[file] {
	case tarContent, gzipContent, zstdContent:
		return file, e.size, nil
	default:
		return "", 0, errNotLayer
	}
}
