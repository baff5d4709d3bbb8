// Package scan reads an image in one pass and judges it: it hands the entries of
// every layer to the analyzers, keeps what they made of a layer in a cache,
// merges the layers into the file system that a container sees, and lets the
// analyzers judge that.
//
//	image.Source -> Read -> Reading -> Images -> Merged -> Judge -> Handler
package scan

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/limit"
)

// Options say how to read an image.
type Options struct {
	// Analyzers look at the layers while they are read; those that are no
	// LayerAnalyzer are passed over.
	Analyzers []seaworthy.Analyzer
	// Cache may be nil.
	Cache *Cache
	// Limits bound what a layer may ask for.
	Limits layer.Limits
	// TempDir is where a body too large for memory goes meanwhile; "" means the
	// system's directory for that.
	TempDir string
	// Bodies holds the bodies of files in memory, and TempFiles bounds the bytes of
	// those in temporary files, for all scans that share them; nil means memory of the
	// scan's own, and no limit.
	Bodies    *Bodies
	TempFiles *limit.Pool
	// Progress gets an event for each piece of a layer that is read. It may be nil.
	// Two calls never run at the same time, and an error ends the reading.
	Progress func(*seaworthy.Progress) error
	Log      *slog.Logger
}

// Reading is what was read of a source: each of its layers once, whichever of
// its images have it.
type Reading struct {
	manifests []image.Manifest
	blobs     map[string]*layerReading // by blob name
}

// layerReading is what is known of a layer without knowing any image of it.
type layerReading struct {
	digest, diffID string
	size           int64
	table          *layer.Table
	oddities       layer.Oddities
	results        map[string][]byte // by analyzer name
}

// Read reads every layer of a source once. It is an error if a layer cannot be
// read whole or is not what its digest says.
func Read(ctx context.Context, src image.Source, opt Options) (*Reading, error) {
	if opt.Bodies == nil {
		opt.Bodies = NewBodies(DefaultMemory)
	}
	opt.Bodies.start()
	defer opt.Bodies.stop()
	r := &reader{
		Options:   opt,
		analyzers: []seaworthy.LayerAnalyzer{inventory.New()},
		blobs:     make(map[string]*layerReading),
	}
	for _, a := range opt.Analyzers {
		if l, ok := a.(seaworthy.LayerAnalyzer); ok {
			r.analyzers = append(r.analyzers, l)
		}
	}
	if len(r.analyzers) > maxPasses {
		return nil, errTooManyAnalyzers
	}
	r.total = len(distinctBlobs(src.Manifests()))
	if err := src.Layers(ctx, r.visit); err != nil {
		return nil, err
	}
	return &Reading{manifests: src.Manifests(), blobs: r.blobs}, nil
}

func distinctBlobs(manifests []image.Manifest) map[string]bool {
	names := make(map[string]bool)
	for _, m := range manifests {
		for _, l := range m.Layers {
			names[l.Blob] = true
		}
	}
	return names
}

// reader reads the layers of one source.
type reader struct {
	Options
	analyzers []seaworthy.LayerAnalyzer
	total     int // layers, 0 if not known yet

	progress sync.Mutex // held while Options.Progress runs

	mu    sync.Mutex
	blobs map[string]*layerReading // guarded by mu
}

func (r *reader) visit(ctx context.Context, b image.Blob) error {
	l, err := r.readBlob(ctx, b)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("layer %s: %w", b.Name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blobs[b.Name] = l
	return nil
}

func (r *reader) readBlob(ctx context.Context, b image.Blob) (*layerReading, error) {
	known, missing := r.fromCache(b)
	if known != nil && len(missing) == 0 {
		ok, err := r.verify(ctx, b)
		if err != nil {
			return nil, err
		}
		if ok {
			return known, r.report(seaworthy.Progress{Name: b.Name, Read: b.Size, Size: b.Size, Cached: true, Done: true})
		}
	}
	if known == nil {
		known, missing = &layerReading{results: make(map[string][]byte)}, r.analyzers
	}
	return r.walk(ctx, b, known, missing)
}

// fromCache gives what the cache has for what a blob claims to be, and the
// analyzers of which it has nothing. It is nil if the layer must be read anew.
func (r *reader) fromCache(b image.Blob) (*layerReading, []seaworthy.LayerAnalyzer) {
	digest := claim(b)
	diffID, ok := r.Cache.diffID(digest)
	if !ok || b.DiffID != "" && b.DiffID != diffID {
		return nil, nil
	}
	data, ok := r.Cache.part(diffID, r.tablePartName())
	if !ok {
		return nil, nil
	}
	l := &layerReading{digest: digest, diffID: diffID, results: make(map[string][]byte)}
	var err error
	if l.size, l.oddities, l.table, err = parseTablePart(data); err != nil {
		r.Log.Warn("cache file is damaged and will be made again", "layer", b.Name, "error", err)
		return nil, nil
	}
	var missing []seaworthy.LayerAnalyzer
	for _, a := range r.analyzers {
		if data, ok := r.Cache.part(diffID, r.resultPartName(a)); ok && !uncached(a) {
			l.results[a.Name()] = data
		} else {
			missing = append(missing, a)
		}
	}
	return l, missing
}

func uncached(a seaworthy.Analyzer) bool {
	u, ok := a.(seaworthy.Uncached)
	return ok && u.Uncached()
}

// claim is the digest that a blob claims: its own, or the diffID of a layer that
// an archive of the old form holds uncompressed.
func claim(b image.Blob) string {
	if b.Digest != "" {
		return b.Digest
	}
	return b.DiffID
}

// verify is true if the blob is what it claims to be. What a manifest names by
// digest is: nobody can pull it with another content. All else is hashed.
func (r *reader) verify(ctx context.Context, b image.Blob) (bool, error) {
	if b.ContentAddressed {
		return true, nil
	}
	rc, err := b.Open(ctx)
	if err != nil {
		return false, err
	}
	defer rc.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, &contextReader{ctx: ctx, r: rc}, make([]byte, 256<<10)); err != nil {
		return false, err
	}
	got := "sha256:" + hex.EncodeToString(h.Sum(nil))
	if b.Digest != "" {
		return got == b.Digest, digestError("digest", got, b.Digest)
	}
	return got == b.DiffID, nil
}

func digestError(what, got, want string) error {
	switch {
	case got == want:
		return nil
	case !strings.HasPrefix(want, "sha256:"):
		return fmt.Errorf("the image names it by %s, and only SHA-256 digests can be verified", want)
	}
	return fmt.Errorf("its content is not what the image demands: its %s is %s, not %s", what, got, want)
}

// walk reads the blob for the analyzers that are missing from l, and keeps what
// they make of it.
func (r *reader) walk(ctx context.Context, b image.Blob, l *layerReading, missing []seaworthy.LayerAnalyzer) (*layerReading, error) {
	rc, err := b.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	f := newFanout(ctx, missing, &r.Options)
	read, err := layer.Walk(f.ctx, &progressReader{Reader: rc, blob: b, report: r.report}, r.Limits, f.visit)
	if closed := f.close(); closed != nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	if b.Digest != "" {
		if err := digestError("digest", read.Digest, b.Digest); err != nil {
			return nil, err
		}
	}
	results, err := f.results(ctx)
	if err != nil {
		return nil, err
	}
	l.digest, l.diffID, l.size, l.table, l.oddities = read.Digest, read.DiffID, read.Size, read.Table, read.Oddities
	for _, a := range missing {
		l.results[a.Name()] = results[a.Name()]
		if uncached(a) {
			continue
		}
		r.Cache.storePart(l.diffID, r.resultPartName(a), bytesWriterTo(results[a.Name()]))
	}
	r.Cache.storePart(l.diffID, r.tablePartName(), tablePart{l.size, l.oddities, l.table})
	r.Cache.storeDiffID(l.digest, l.diffID)
	return l, r.report(seaworthy.Progress{Name: b.Name, Read: read.BlobSize, Size: read.BlobSize, Done: true})
}

// report fills in what all events of the reading have in common.
func (r *reader) report(e seaworthy.Progress) error {
	if r.Progress == nil {
		return nil
	}
	r.progress.Lock()
	defer r.progress.Unlock()
	e.Stage, e.Layers = seaworthy.StageLayer, r.total
	return r.Progress(&e)
}

// progressReader reports the bytes of a blob as they are read.
type progressReader struct {
	io.Reader
	blob     image.Blob
	report   func(seaworthy.Progress) error
	read     int64
	reported int64
}

const reportEvery = 128 << 10

func (r *progressReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += int64(n)
	if r.reported == 0 || r.read-r.reported >= reportEvery {
		r.reported = r.read
		if failed := r.report(seaworthy.Progress{Name: r.blob.Name, Read: r.read, Size: r.blob.Size}); failed != nil {
			return n, failed
		}
	}
	return n, err
}

// The names of the parts in the cache. The limits count, since what a layer has
// beyond them is in no result.
func (r *reader) tablePartName() string { return r.Cache.partName("entries", fmt.Sprint(r.Limits)) }

func (r *reader) resultPartName(a seaworthy.Analyzer) string {
	return r.Cache.partName(a.Name(), fmt.Sprint(r.Limits), a.ConfigDigest())
}

// tablePart is the entry table as the cache keeps it, after the layer's size and
// oddities.
type tablePart struct {
	size     int64
	oddities layer.Oddities
	table    *layer.Table
}

// WriteTo implements [io.WriterTo].
func (p tablePart) WriteTo(w io.Writer) (int64, error) {
	odd, err := json.Marshal(p.oddities)
	if err != nil {
		return 0, err
	}
	head := binary.LittleEndian.AppendUint64(nil, uint64(p.size))
	head = binary.LittleEndian.AppendUint64(head, uint64(len(odd)))
	n, err := w.Write(append(head, odd...))
	if err != nil {
		return int64(n), err
	}
	m, err := p.table.WriteTo(w)
	return int64(n) + m, err
}

func parseTablePart(data []byte) (size int64, odd layer.Oddities, t *layer.Table, err error) {
	if len(data) < 16 {
		return 0, odd, nil, io.ErrUnexpectedEOF
	}
	size = int64(binary.LittleEndian.Uint64(data))
	length := binary.LittleEndian.Uint64(data[8:])
	data = data[16:]
	if length > uint64(len(data)) {
		return 0, odd, nil, io.ErrUnexpectedEOF
	}
	if err := json.Unmarshal(data[:length], &odd); err != nil {
		return 0, odd, nil, err
	}
	t, err = layer.ParseTable(data[length:])
	return size, odd, t, err
}

type bytesWriterTo []byte

// WriteTo implements [io.WriterTo].
func (b bytesWriterTo) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b)
	return int64(n), err
}
