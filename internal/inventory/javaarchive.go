package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/zipfile"
)

// typeMaven is the purl type of Java's artifacts, named "group:artifact".
const typeMaven = "maven"

// The bounds on one Java archive with all archives in it.
const (
	maxArchiveDepth    = 8         // archives in archives
	maxNestedArchives  = 10_000    // archives
	maxArchiveEntries  = 2_000_000 // entries
	maxArchiveArtifact = 50_000    // artifacts named
	maxArchiveInflated = 512 << 20 // bytes decompressed
	maxArchiveHeld     = 128 << 20 // bytes of decompressed archives in memory
	maxJavaText        = 1 << 20   // bytes of a manifest or of pom.properties
	maxArchiveErrors   = 10        // things named that could not be read
)

// javaExtensions are the extensions of Java archives.
func javaExtensions() []string {
	return []string{".jar", ".war", ".ear", ".par", ".sar", ".hpi", ".jpi", ".nar", ".kar"}
}

func isJavaArchive(name []byte) bool {
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 || len(name)-dot != len(".jar") {
		return false
	}
	switch string(name[dot:]) {
	case ".jar", ".war", ".ear", ".par", ".sar", ".hpi", ".jpi", ".nar", ".kar":
		return true
	}
	return false
}

// parseJavaArchive names the artifacts in a Java archive and in the archives in
// it: each that a pom.properties describes, which are several in a shaded one,
// and the archive itself by its manifest or its name.
func parseJavaArchive(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	if !bytes.HasPrefix(f.Head, []byte("PK")) && !bytes.HasPrefix(f.Head, []byte("#!")) {
		return nil, nil // for Java it is no archive either
	}
	w := &archiveWalk{ctx: ctx, entries: maxArchiveEntries, inflate: maxArchiveInflated}
	return w.read(f)
}

// archiveWalk is what the archives of one file have in common.
type archiveWalk struct {
	ctx      context.Context
	packages []Package
	archives int   // read so far
	entries  int   // that may still be read
	inflate  int64 // bytes that may still be decompressed
	errs     errorList
	unnamed  int   // errors beyond those named
	end      error // why the rest is not read
}

func (w *archiveWalk) read(f *seaworthy.File) ([]Package, error) {
	w.archive(f.ReaderAt(), f.Size, f.Path, "", 0, 0)
	if w.ctx.Err() != nil {
		return nil, context.Cause(w.ctx)
	}
	if w.unnamed > 0 {
		w.errs = append(w.errs, fmt.Errorf("%d more could not be read", w.unnamed))
	}
	if w.end != nil {
		w.errs = append(w.errs, w.end)
	}
	if len(w.errs) > 0 {
		return w.packages, w.errs
	}
	return w.packages, nil
}

func (w *archiveWalk) fail(within string, err error) {
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
		w.unnamed++
		return
	}
	w.errs = append(w.errs, err)
}

// The bounds that all archives of a file share.
var (
	errArchiveEntries = limitErrorf("the archives in it have more entries than are read")
	errArchives       = limitErrorf("it has more than %d archives in it", maxNestedArchives)
	errArtifacts      = limitErrorf("it names more than %d artifacts", maxArchiveArtifact)
)

// archive reads one archive. Name is its file name, within where it is in the
// file, held the bytes that the archives around it take in memory.
func (w *archiveWalk) archive(r io.ReaderAt, size int64, name, within string, depth int, held int64) {
	w.archives++
	z, err := zipfile.Open(r, size)
	if err != nil {
		w.fail(within, err)
		return
	}
	var self javaArtifact
	var poms []javaArtifact
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
		case string(e.Name) == "META-INF/MANIFEST.MF":
			if text, ok := w.text(z, e, within); ok {
				self = artifactOfManifest(text)
			}
		case bytes.HasSuffix(e.Name, []byte("/pom.properties")) && bytes.Contains(e.Name, []byte("META-INF/maven/")):
			if len(w.packages)+len(poms) >= maxArchiveArtifact {
				w.end = errArtifacts
				return w.end
			}
			if text, ok := w.text(z, e, within); ok {
				if a := artifactOfProperties(text); a.complete() {
					poms = append(poms, a)
				}
			}
		case isJavaArchive(e.Name):
			w.nested(z, e, within, depth, held)
		}
		return nil
	})
	if err != nil {
		w.fail(within, err)
	}
	for _, a := range identify(self, poms, path.Base(name)) {
		w.packages = append(w.packages, a.pkg(within))
	}
}

// text reads a small file of an archive.
func (w *archiveWalk) text(z *zipfile.File, e *zipfile.Entry, within string) ([]byte, bool) {
	data, err := z.Read(e, maxJavaText, &w.inflate)
	if err != nil {
		w.fail(join(within, e.Name), err)
		return nil, false
	}
	return data, true
}

// join names an entry of an archive in an archive, as Java does.
func join(within string, name []byte) string {
	if within == "" {
		return string(name)
	}
	return within + "!/" + string(name)
}

// nested reads an archive that is an entry of another. One that is stored, as in
// those of Spring Boot, is read where it is.
func (w *archiveWalk) nested(z *zipfile.File, e *zipfile.Entry, within string, depth int, held int64) {
	name := join(within, e.Name)
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
	data, err := z.Read(e, maxArchiveHeld-held, &w.inflate)
	if err != nil {
		w.fail(name, err)
		return
	}
	w.archive(bytes.NewReader(data), int64(len(data)), string(e.Name), name, depth+1, held+int64(len(data)))
}
