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

// streamSource is a Source that reads an archive in either format from start to end: a
// compressed archive, standard input, or the response of the Docker daemon.
type streamSource struct {
	open      func(context.Context) (io.ReadCloser, error)
	blocking  bool // a Read may block after the context has ended
	once      bool // open works only once
	reference string
	where     string   // the name of the stream, for messages
	tag       string   // see Manifest.Tag
	engine    string   // see Manifest.Engine
	names     []string // that the engine gives the image
	selector  selector
	opt       Options
	want      platformRequest

	manifests []Manifest
	spool     *spool // the stream, for the next call of Layers; nil if not needed
	close     func() // releases what open uses; may be nil
}

var _ Source = (*streamSource)(nil)

// Manifests implements [Source].
func (s *streamSource) Manifests() []Manifest { return s.manifests }

// Close implements [Source].
func (s *streamSource) Close() error {
	if s.close != nil {
		s.close()
	}
	return s.spool.close()
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
		p := newReadAheadReader(ctx, raw)
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
	files := &streamedFiles{
		index:    newArchiveIndex(s.opt.Limits.ArchiveEntries),
		contents: make(map[string]contentType),
		json:     make(map[string][]byte),
		budget:   4 * s.opt.Limits.JSON,
	}
	if err := s.read(ctx, plain, files, visit); err != nil {
		return err
	}
	reader := &storeReader{files: files, want: s.want, limits: s.opt.Limits, where: s.where, selector: s.selector, withDocuments: s.opt.Documents}
	found, err := reader.resolve(ctx)
	if err != nil {
		return err
	}
	found.tag = s.tag
	found.label(s.reference)
	for i := range found.manifests {
		found.manifests[i].Engine = s.engine
		found.manifests[i].addNames(s.names)
	}
	s.manifests = found.manifests
	if s.spool != nil {
		s.spool.complete = true
	}
	return nil
}

// start returns the stream from its start. It stores a stream that cannot be opened again
// in the spool, if it is to be rereadable.
func (s *streamSource) start(ctx context.Context) (io.ReadCloser, error) {
	if s.spool != nil && s.spool.complete {
		return s.spool.open(), nil
	}
	raw, err := s.open(ctx)
	if err != nil || !s.once || !s.opt.Rereadable {
		return raw, err
	}
	if s.spool, err = newSpool(s.opt.TempDir, s.opt.TempFiles); err != nil {
		raw.Close()
		return nil, err
	}
	return &spoolingReader{raw, s.spool}, nil
}

// decompress detects the compression of r and returns the tar stream. The caller must
// call stop after it has ended the context.
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
		// With a concurrency of 1 the decoder has no goroutines and needs no Close.
		plain, err = zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	default:
		return nil, stop, notImageError(s.where, c)
	}
	if err != nil {
		return nil, stop, archiveError(s.where, err)
	}
	// Decompress in a goroutine, at the same time as the layers are read.
	p := newReadAheadReader(ctx, plain)
	buffered = bufio.NewReaderSize(p, 64<<10)
	if c, err = s.peek(buffered); err == nil && c != tarContent {
		err = notImageError("the decompressed content of "+s.where, c)
	}
	return buffered, func() { p.stop(false) }, err
}

func (s *streamSource) peek(r *bufio.Reader) (contentType, error) {
	head, err := r.Peek(headSize)
	if err != nil && err != io.EOF {
		return unknownContent, archiveError(s.where, err)
	}
	return detectContent(head), nil
}

// read calls visit for each layer in the archive and stores the JSON documents in files.
func (s *streamSource) read(ctx context.Context, plain io.Reader, files *streamedFiles, visit func(context.Context, Blob) error) error {
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
		name, regular, err := files.index.add(h, 0)
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
		c := detectContent(head)
		if strings.HasSuffix(name, ".tar") {
			c = tarContent // visit reports what is wrong with the layer
		}
		files.contents[name] = c
		switch c {
		case tarContent, gzipContent, zstdContent:
			if err := visit(ctx, streamBlob(name, h.Size, body)); err != nil {
				return err
			}
		case jsonContent:
			if err := files.addDocument(name, h.Size, body, s.opt.Limits.JSON); err != nil {
				return err
			}
		default:
			if waste -= h.Size; waste < 0 {
				return s.tooMuchWaste()
			}
		}
	}
}

// drain reads up to limit bytes behind the end of the archive: padding, and the checksum
// of a compressed stream. A program that writes to a pipe would otherwise fail.
func (s *streamSource) drain(r io.Reader, limit int64) error {
	n, err := io.CopyN(io.Discard, r, limit+1)
	if n > limit {
		return s.tooMuchWaste()
	}
	if err != io.EOF {
		return archiveError(s.where, err)
	}
	return nil
}

func (s *streamSource) tooMuchWaste() error {
	return fmt.Errorf("%s has more than %d bytes that belong to no image", s.where, s.opt.Limits.ArchiveWaste)
}

// streamBlob returns the Blob of the current entry, whose Open works once.
func streamBlob(name string, size int64, body io.Reader) Blob {
	b := Blob{Name: blobName(name), Size: size}
	if b.Name != name {
		b.Digest = b.Name
	}
	opened := false
	b.Open = func(context.Context) (io.ReadCloser, error) {
		if opened {
			return nil, fmt.Errorf("layer %s is part of a stream and can be opened only once", b.Name)
		}
		opened = true
		return io.NopCloser(body), nil
	}
	return b
}

// entryReader reads the content of an entry. It adds the name of the archive to errors,
// and fails once the context has ended.
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

// streamedFiles is the fileStore of an archive that was read as a stream. It has the JSON
// documents, and the names of the layers.
type streamedFiles struct {
	index    *archiveIndex
	contents map[string]contentType // of the regular files
	json     map[string][]byte
	budget   int64 // bytes that may still be added to json
}

var _ fileStore = (*streamedFiles)(nil)

// addDocument stores a JSON document. A document that is too large is not stored;
// document reports it if it is needed.
func (k *streamedFiles) addDocument(name string, size int64, body io.Reader, limit int64) error {
	if size > limit || size > k.budget {
		return nil
	}
	data, err := readDocument(body, size, limit)
	if err != nil {
		return err
	}
	k.budget -= size
	k.json[name] = data
	return nil
}

// document implements [fileStore].
func (k *streamedFiles) document(name string, limit int64) ([]byte, error) {
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
		return nil, errors.New("the JSON documents in the archive are too large in total")
	default:
		return nil, errors.New("not a JSON document")
	}
}

// layer implements [fileStore].
func (k *streamedFiles) layer(name string) (string, int64, error) {
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
