package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/limit"
	"seaworthy.dev/seaworthy/internal/zipfile"
)

// typeMaven is the purl type of Java artifacts. Their name is "group:artifact".
const typeMaven = "maven"

// Limits for a Java archive and all archives nested in it.
const (
	maxArchiveDepth    = 8         // levels of nesting
	maxNestedArchives  = 10_000    // archives
	maxArchiveEntries  = 2_000_000 // entries
	maxArchiveArtifact = 50_000    // artifacts
	maxArchiveInflated = 512 << 20 // decompressed bytes
	maxArchiveHeld     = 128 << 20 // bytes of decompressed archives in memory
	maxJavaText        = 1 << 20   // bytes of a manifest or of pom.properties
	maxArchiveErrors   = 10        // errors that are reported one by one
)

// javaExtensions returns the extensions of Java archives.
func javaExtensions() []string {
	return []string{".jar", ".war", ".ear", ".par", ".sar", ".hpi", ".jpi", ".nar", ".kar"}
}

// isJavaManifest reports whether an entry is the manifest of an archive. Case does not matter.
func isJavaManifest(name []byte) bool {
	const manifest = "META-INF/MANIFEST.MF"
	return len(name) == len(manifest) && bytes.EqualFold(name, []byte(manifest))
}

// isJavaArchive reports whether a name has one of javaExtensions. Case does not matter.
func isJavaArchive(name []byte) bool {
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 || len(name)-dot != len(".jar") {
		return false
	}
	var extension [len(".jar")]byte
	for i, c := range name[dot:] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		extension[i] = c
	}
	switch string(extension[:]) {
	case ".jar", ".war", ".ear", ".par", ".sar", ".hpi", ".jpi", ".nar", ".kar":
		return true
	}
	return false
}

// parseJavaArchive returns the artifacts in a Java archive and in the archives nested in
// it. Each pom.properties file describes one; a shaded archive has several. The archive
// itself is named by its manifest or its file name.
func parseJavaArchive(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	if _, err := zipfile.Open(f.ReaderAt(), f.Size); errors.Is(err, zipfile.ErrIncomplete) && !bytes.HasPrefix(f.Head, []byte("PK")) {
		return nil, nil // Java does not read it as an archive either
	}
	w := &javaWalk{ctx: ctx, entries: maxArchiveEntries, inflate: maxArchiveInflated, memory: limit.NewLease(ctx)}
	defer w.memory.Close()
	return w.read(f)
}

// minScript is the minimum size in bytes of a script that may have an archive behind it.
const minScript = 64 << 10

// peekJavaArchive finds Java archives of other names: "java -jar" runs an archive of any
// name, and also one with a script before it.
func peekJavaArchive(h *seaworthy.Header, head []byte) seaworthy.Want {
	zipped := bytes.HasPrefix(head, []byte("PK\x03\x04"))
	if !zipped && (h.Size < minScript || !bytes.HasPrefix(head, []byte("#!"))) || h.Size < 22 {
		return seaworthy.Skip
	}
	base := h.Path[strings.LastIndexByte(h.Path, '/')+1:]
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 && slices.Contains(javaExtensions(), base[dot:]) {
		return seaworthy.Skip // its name says so
	}
	return seaworthy.Parts
}

// parseUnnamedJavaArchive is parseJavaArchive for an archive of any name, which it is if it has
// a manifest.
func parseUnnamedJavaArchive(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	z, err := zipfile.Open(f.ReaderAt(), f.Size)
	if err != nil {
		return nil, nil // another format, such as a script or a document
	}
	found := errors.New("found")
	entries := maxArchiveEntries
	if err := z.Walk(func(e *zipfile.Entry) error {
		if entries--; isJavaManifest(e.Name) {
			return found
		}
		if entries%4096 == 0 {
			return ctx.Err()
		}
		return nil
	}); err != found {
		return nil, nil
	}
	return parseJavaArchive(ctx, f)
}

// javaWalk reads a Java archive and the archives nested in it.
type javaWalk struct {
	ctx           context.Context
	packages      []Package
	archives      int   // number of archives so far
	entries       int   // number of entries that may still be read
	inflate       int64 // number of bytes that may still be decompressed
	memory        *limit.Lease
	errs          errorList
	omittedErrors int   // number of errors that are not in errs
	end           error // a limit that ended the walk
}

func (w *javaWalk) read(f *seaworthy.File) ([]Package, error) {
	w.archive(f.ReaderAt(), f.Size, f.Path, "", 0, 0)
	if w.ctx.Err() != nil {
		return nil, context.Cause(w.ctx)
	}
	if w.omittedErrors > 0 {
		w.errs = append(w.errs, fmt.Errorf("%d more errors", w.omittedErrors))
	}
	if w.end != nil {
		w.errs = append(w.errs, w.end)
	}
	if len(w.errs) > 0 {
		return w.packages, w.errs
	}
	return w.packages, nil
}

// fail records an error. Within is the path of the archive or file with the error.
func (w *javaWalk) fail(within string, err error) {
	if errors.Is(err, zipfile.ErrBudget) {
		w.end = err
	}
	if err == w.end {
		return
	}
	if within != "" {
		err = fmt.Errorf("%s in it: %w", within, err)
	}
	if len(w.errs) == maxArchiveErrors {
		w.omittedErrors++
		return
	}
	w.errs = append(w.errs, err)
}

// The errors for limits that apply to all archives of a file together.
var (
	errArchiveEntries = limitErrorf("its archives have more than %d entries", maxArchiveEntries)
	errArchives       = limitErrorf("it contains more than %d archives", maxNestedArchives)
	errArtifacts      = limitErrorf("it names more than %d artifacts", maxArchiveArtifact)
)

// archive reads one archive. Name is its file name. Within is its path in the outermost
// archive, "" for that one. Held is the number of bytes of decompressed archives that
// contain it.
func (w *javaWalk) archive(r io.ReaderAt, size int64, name, within string, depth int, held int64) {
	w.archives++
	z, err := zipfile.Open(r, size)
	if err != nil {
		w.fail(within, err)
		return
	}
	var self javaArtifact
	var poms []javaArtifact
	var classes classCounter
	err = z.Walk(func(e *zipfile.Entry) error {
		if w.entries--; w.entries < 0 && w.end == nil {
			w.end = errArchiveEntries
		}
		if w.end != nil {
			return w.end
		}
		if w.entries%4096 == 0 && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		switch {
		case isJavaManifest(e.Name):
			if text, ok := w.text(z, e, within); ok {
				self = artifactOfManifest(text)
			}
		case bytes.HasSuffix(e.Name, []byte("/pom.properties")) && bytes.Contains(e.Name, []byte("META-INF/maven/")):
			if len(w.packages)+len(poms) >= maxArchiveArtifact {
				w.end = errArtifacts
				return w.end
			}
			if text, ok := w.text(z, e, within); ok {
				if a := artifactOfProperties(text); a.isComplete() {
					poms = append(poms, a)
				}
			}
		case bytes.HasSuffix(e.Name, []byte(".class")):
			classes.add(e.Name)
		case isJavaArchive(e.Name):
			w.nested(z, e, within, depth, held)
		}
		return nil
	})
	if err != nil {
		w.fail(within, err)
	}
	self.packageName = classes.largest()
	for _, a := range identifyArtifacts(self, poms, path.Base(name)) {
		w.packages = append(w.packages, a.pkg(within))
	}
}

// classCounter counts the classes of an archive by the first levels of their package.
type classCounter struct{ counts map[string]int }

// The limits of a classCounter.
const (
	maxPackageLevels = 3
	maxPackageCounts = 100
)

// add counts a class.
func (c *classCounter) add(name []byte) {
	if bytes.HasPrefix(name, []byte("META-INF/")) { // of one version of Java
		return
	}
	end := 0
	for range maxPackageLevels {
		next := bytes.IndexByte(name[end:], '/')
		if next < 0 {
			break
		}
		end += next + 1
	}
	if end == 0 || len(c.counts) == maxPackageCounts && c.counts[string(name[:end-1])] == 0 {
		return
	}
	if c.counts == nil {
		c.counts = make(map[string]int)
	}
	c.counts[string(name[:end-1])]++
}

// largest returns the package with most classes, "" if there is none.
func (c *classCounter) largest() string {
	best := ""
	for name, n := range c.counts {
		if n > c.counts[best] || n == c.counts[best] && name < best {
			best = name
		}
	}
	return strings.ReplaceAll(best, "/", ".")
}

// text reads a small file of an archive. It returns false after an error.
func (w *javaWalk) text(z *zipfile.File, e *zipfile.Entry, within string) ([]byte, bool) {
	data, err := z.Read(e, maxJavaText, &w.inflate)
	if err != nil {
		w.fail(joinInnerPath(within, e.Name), err)
		return nil, false
	}
	return data, true
}

// joinInnerPath returns the path of an entry in a nested archive, in the form that Java uses.
func joinInnerPath(within string, name []byte) string {
	if within == "" {
		return string(name)
	}
	return within + "!/" + string(name)
}

// nested reads an archive that is an entry of another. If it is stored, as in archives of
// Spring Boot, it is not copied.
func (w *javaWalk) nested(z *zipfile.File, e *zipfile.Entry, within string, depth int, held int64) {
	name := joinInnerPath(within, e.Name)
	switch {
	case depth+1 > maxArchiveDepth:
		w.fail(name, limitErrorf("it is more than %d archives deep", maxArchiveDepth))
		return
	case w.archives > maxNestedArchives:
		w.end = errArchives
		return
	}
	if e.Method == zipfile.Stored {
		data, err := z.Data(e)
		if err != nil {
			w.fail(name, err)
			return
		}
		w.archive(data, data.Size(), string(e.Name), name, depth+1, held)
		return
	}
	size := int64(min(e.Unpacked, uint64(maxArchiveHeld-held)))
	if err := w.memory.Acquire(w.ctx, size); err != nil {
		w.fail(name, err)
		return
	}
	defer w.memory.Release(size)
	data, err := z.Read(e, maxArchiveHeld-held, &w.inflate)
	if err != nil {
		w.fail(name, err)
		return
	}
	w.archive(bytes.NewReader(data), int64(len(data)), string(e.Name), name, depth+1, held+int64(len(data)))
}
