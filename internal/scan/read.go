// Package scan reads an image in one pass and runs the analyzers on it.
//
// The input is an [image.Source] and a list of analyzers. [Read] hands the entries of
// every layer to the analyzers and caches their results by layer. [ReadResult.Images]
// merges the layers into the file system that a container sees. [Analyze] runs the
// image-level half of the analyzers on the merged image. The output are events for a
// [seaworthy.Handler].
//
//	image.Source -> Read -> ReadResult -> Images -> Merged -> Analyze -> Handler
//
// The package refuses layers that cannot be read to their end, layers that do not match
// the digest in the manifest, and images that exceed the limits of the merge.
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
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/limit"
)

// Options are the options of [Read].
type Options struct {
	// Analyzers read the layers. Those that are no LayerAnalyzer are ignored.
	Analyzers []seaworthy.Analyzer
	// Cache may be nil.
	Cache *Cache
	// Limits are the limits for each layer.
	Limits layer.Limits
	// TempDir is the directory for bodies that are too large for memory; "" means
	// [os.TempDir].
	TempDir string
	// Bodies holds the bodies in memory, for all scans that share it; nil means a pool
	// for this scan alone.
	Bodies *BodyPool
	// TempFiles limits the bytes in temporary files, for all scans that share it; nil
	// means no limit.
	TempFiles *limit.Pool
	// Progress gets an event for each piece of a layer that was read. It may be nil.
	// Two calls never run at the same time. An error ends Read, which returns it.
	Progress func(*seaworthy.Progress) error
	// Redactor hides credentials in instructions and events; nil means one with the
	// built-in rules.
	Redactor *redact.Redactor
	Log      *slog.Logger
}

// ReadResult holds the layers of a source. A layer that several images share is in it
// once.
type ReadResult struct {
	manifests []image.Manifest
	blobs     map[string]*layerResult // by blob name
	redactor  *redact.Redactor
}

// layerResult is the result for a layer. It does not depend on the images that use the
// layer, so that it can be cached.
type layerResult struct {
	digest, diffID string
	size           int64
	table          *layer.Table
	anomalies      layer.Anomalies
	results        map[string][]byte // by analyzer name
}

// Read reads every layer of a source once. It returns an error if a layer cannot be read
// to its end or does not match its digest.
func Read(ctx context.Context, src image.Source, opt Options) (*ReadResult, error) {
	if opt.Bodies == nil {
		opt.Bodies = NewBodyPool(DefaultBodyMemory)
	}
	opt.Bodies.start()
	defer opt.Bodies.stop()
	r := &reader{
		Options:   opt,
		analyzers: []seaworthy.LayerAnalyzer{inventory.New()},
		blobs:     make(map[string]*layerResult),
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
	return &ReadResult{manifests: src.Manifests(), blobs: r.blobs, redactor: opt.Redactor}, nil
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
	blobs map[string]*layerResult // guarded by mu
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

func (r *reader) readBlob(ctx context.Context, b image.Blob) (*layerResult, error) {
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
		known, missing = &layerResult{results: make(map[string][]byte)}, r.analyzers
	}
	return r.walk(ctx, b, known, missing)
}

// fromCache returns the cached result for the digest that a blob claims, and the
// analyzers without a cached result. It returns nil if nothing usable is cached.
func (r *reader) fromCache(b image.Blob) (*layerResult, []seaworthy.LayerAnalyzer) {
	digest := claimedDigest(b)
	diffID, ok := r.Cache.diffID(digest)
	if !ok || b.DiffID != "" && b.DiffID != diffID {
		return nil, nil
	}
	data, ok := r.Cache.part(diffID, r.tablePartName())
	if !ok {
		return nil, nil
	}
	l := &layerResult{digest: digest, diffID: diffID, results: make(map[string][]byte)}
	var err error
	if l.size, l.anomalies, l.table, err = parseTablePart(data); err != nil {
		r.Log.Warn("cache file is corrupt and will be rebuilt", "layer", b.Name, "error", err)
		return nil, nil
	}
	var missing []seaworthy.LayerAnalyzer
	for _, a := range r.analyzers {
		if data, ok := r.Cache.part(diffID, r.resultPartName(a)); ok && !isUncached(a) {
			l.results[a.Name()] = data
		} else {
			missing = append(missing, a)
		}
	}
	return l, missing
}

func isUncached(a seaworthy.Analyzer) bool {
	u, ok := a.(seaworthy.Uncached)
	return ok && u.Uncached()
}

// claimedDigest returns the digest that the source claims for a blob: its digest, or
// the diffID of a layer that an archive of `docker save` has uncompressed.
func claimedDigest(b image.Blob) string {
	if b.Digest != "" {
		return b.Digest
	}
	return b.DiffID
}

// verify reports whether a blob has the digest that it claims. A content-addressed
// source has verified that already; other blobs are hashed.
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

// digestError returns an error if two digests differ. The argument what is "digest" or "diffID".
func digestError(what, got, want string) error {
	switch {
	case got == want:
		return nil
	case !strings.HasPrefix(want, "sha256:"):
		return fmt.Errorf("cannot verify %s: only SHA-256 digests are supported", want)
	}
	return fmt.Errorf("content does not match the image: its %s is %s, want %s", what, got, want)
}

// walk reads the blob for the analyzers that are missing from l, adds their results to l
// and caches them.
func (r *reader) walk(ctx context.Context, b image.Blob, l *layerResult, missing []seaworthy.LayerAnalyzer) (*layerResult, error) {
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
	l.digest, l.diffID, l.size, l.table, l.anomalies = read.Digest, read.DiffID, read.Size, read.Table, read.Anomalies
	for _, a := range missing {
		l.results[a.Name()] = results[a.Name()]
		if isUncached(a) {
			continue
		}
		r.Cache.storePart(l.diffID, r.resultPartName(a), bytesWriterTo(results[a.Name()]))
	}
	r.Cache.storePart(l.diffID, r.tablePartName(), tablePart{l.size, l.anomalies, l.table})
	r.Cache.storeDiffID(l.digest, l.diffID)
	return l, r.report(seaworthy.Progress{Name: b.Name, Read: read.BlobSize, Size: read.BlobSize, Done: true})
}

// report completes a Progress event and sends it.
func (r *reader) report(e seaworthy.Progress) error {
	if r.Progress == nil {
		return nil
	}
	r.progress.Lock()
	defer r.progress.Unlock()
	e.Stage, e.Layers = seaworthy.StageLayer, r.total
	return r.Progress(&e)
}

// progressReader reports the progress of reading a blob.
type progressReader struct {
	io.Reader
	blob     image.Blob
	report   func(seaworthy.Progress) error
	read     int64
	reported int64 // the value of read at the last report
}

// reportEvery is the number of bytes between two Progress events.
const reportEvery = 128 << 10

// Read implements [io.Reader].
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

// tablePartName returns the name of the entry table in the cache. It depends on the
// limits, since they decide what the result contains.
func (r *reader) tablePartName() string { return r.Cache.partName("entries", fmt.Sprint(r.Limits)) }

// resultPartName returns the name of an analyzer's result in the cache.
func (r *reader) resultPartName(a seaworthy.Analyzer) string {
	return r.Cache.partName(a.Name(), fmt.Sprint(r.Limits), a.ConfigDigest())
}

// tablePart is the cached part with the entry table of a layer, its size and its
// anomalies.
type tablePart struct {
	size      int64
	anomalies layer.Anomalies
	table     *layer.Table
}

// WriteTo implements [io.WriterTo].
func (p tablePart) WriteTo(w io.Writer) (int64, error) {
	anomalies, err := json.Marshal(p.anomalies)
	if err != nil {
		return 0, err
	}
	head := binary.LittleEndian.AppendUint64(nil, uint64(p.size))
	head = binary.LittleEndian.AppendUint64(head, uint64(len(anomalies)))
	n, err := w.Write(append(head, anomalies...))
	if err != nil {
		return int64(n), err
	}
	m, err := p.table.WriteTo(w)
	return int64(n) + m, err
}

// parseTablePart parses what tablePart.WriteTo wrote.
func parseTablePart(data []byte) (size int64, anomalies layer.Anomalies, t *layer.Table, err error) {
	if len(data) < 16 {
		return 0, anomalies, nil, io.ErrUnexpectedEOF
	}
	size = int64(binary.LittleEndian.Uint64(data))
	length := binary.LittleEndian.Uint64(data[8:])
	data = data[16:]
	if length > uint64(len(data)) {
		return 0, anomalies, nil, io.ErrUnexpectedEOF
	}
	if err := json.Unmarshal(data[:length], &anomalies); err != nil {
		return 0, anomalies, nil, err
	}
	t, err = layer.ParseTable(data[length:])
	return size, anomalies, t, err
}

type bytesWriterTo []byte

// WriteTo implements [io.WriterTo].
func (b bytesWriterTo) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b)
	return int64(n), err
}
