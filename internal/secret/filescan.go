package secret

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/limit"
)

// The limits on reading one file.
const (
	// windowSize is the length of the part of a file that is searched at a time, in bytes.
	windowSize = 4 << 20
	// overlap is the number of bytes at the end of a window that the next window has at
	// its start, so that no secret is cut in two. No secret is longer.
	overlap = 64 << 10
	// A compressed file may decompress to minInflated bytes plus maxInflation times its
	// size.
	minInflated, maxInflation = 1 << 20, 200
	// sharedInflation is how often what the compressed files of a scan have may come out
	// of all of them, in addition to the limit of the scan.
	sharedInflation = 4
)

// fileScan searches one file for secrets. If the file is an archive, it searches the files
// in it, and those in maxNesting levels of archives in the archive.
type fileScan struct {
	analyzer *Analyzer
	ctx      context.Context
	path     string
	found    []occurrence
	gaps     []gap  // sorted: why a part of the file was not searched
	body     []byte // of the file, if it is in memory
	// budget is the number of bytes that may still be decompressed.
	budget int64
	// effort limits the work of searching the file, with the files in it.
	effort *credential.Effort
	memory *limit.Lease
	// nesting is the number of archives in which the file is, within one of the image.
	nesting int
}

func (a *Analyzer) newFileScan(ctx context.Context, path string, size int64) *fileScan {
	return &fileScan{analyzer: a, ctx: ctx, path: path, budget: minInflated + maxInflation*size, effort: credential.NewEffort()}
}

// scan searches the file.
func (r *fileScan) scan(f *seaworthy.File) error {
	body, inMemory := f.Bytes()
	if open := containerOf(f.Path, f.Head); open != nil {
		r.body = body
		r.memory = limit.NewLease(r.ctx)
		defer r.memory.Close()
		shared := limit.BudgetOf(r.ctx)
		shared.Add(sharedInflation * f.Size)
		r.budget = min(r.budget, shared.Left())
		before := r.budget
		ok, err := open(r, f.ReaderAt(), f.Size)
		shared.Add(r.budget - before)
		if ok || err != nil {
			return err
		}
	}
	if inMemory {
		origin := credential.OriginOf(f.Path, f.Head)
		found, gaps := r.analyzer.scanText(body, &origin, r.effort)
		r.add(found, gaps)
		return nil
	}
	if err := r.stream(f.Reader(), f.Path, ""); err != nil {
		return err
	}
	r.scanDatabase(f)
	return nil
}

// add adds what was found, up to the limit for one file, and the reasons why there may be
// more.
func (r *fileScan) add(found []occurrence, gaps []gap) {
	if n := credential.MaxMatches - len(r.found); len(found) > n {
		found = found[:n]
		r.addGap(tooMany)
	}
	r.found = append(r.found, found...)
	for _, why := range gaps {
		r.addGap(why)
	}
}

func (r *fileScan) addGap(why gap) {
	if i, ok := slices.BinarySearch(r.gaps, why); !ok {
		r.gaps = slices.Insert(r.gaps, i, why)
	}
}

// window returns memory for a part of a text. The caller puts it back into a.windows.
func (a *Analyzer) window() *[windowSize]byte {
	if window, ok := a.windows.Get().(*[windowSize]byte); ok {
		return window
	}
	return new([windowSize]byte)
}

// stream searches a text of any length in windows that overlap. A secret that starts in
// the overlap is reported by the second window. The path decides which rules apply; member
// is the name of the text in the file, if the file is an archive.
func (r *fileScan) stream(text io.Reader, path, member string) error {
	window := r.analyzer.window()
	defer r.analyzer.windows.Put(window)
	member, _ = seaworthy.TextPath(member)
	var origin credential.Origin
	filled, lines, from := 0, 0, int64(0)
	for {
		if r.ctx.Err() != nil {
			return context.Cause(r.ctx)
		}
		n, err := io.ReadFull(text, window[filled:])
		filled += n
		if from == 0 {
			origin = credential.OriginOf(path, window[:min(filled, seaworthy.HeadSize)])
		}
		found, gaps := r.analyzer.scanText(window[:filled], &origin, r.effort)
		if err == nil {
			found = slices.DeleteFunc(found, func(s occurrence) bool { return s.Offset >= int64(filled-overlap) })
		}
		for i := range found {
			found[i].Offset += from
			found[i].Member = member
			if found[i].Line > 0 {
				found[i].Line += lines
			}
		}
		r.add(found, gaps)
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return nil
		case err != nil:
			return err
		}
		next := filled - overlap
		lines += bytes.Count(window[:next], []byte("\n"))
		from += int64(next)
		filled = copy(window[:], window[next:filled])
	}
}

var (
	// errBudget is returned when a file decompresses to more bytes than its budget.
	errBudget    = errors.New("the file decompresses into too many bytes")
	errTruncated = errors.New("the file ends too early")
)

// budgetReader reads decompressed bytes and subtracts them from the budget of the file.
type budgetReader struct {
	from io.Reader
	r    *fileScan
}

// Read implements [io.Reader].
func (i budgetReader) Read(p []byte) (int, error) {
	if i.r.budget <= 0 {
		return 0, errBudget
	}
	n, err := i.from.Read(p[:min(int64(len(p)), i.r.budget)])
	i.r.budget -= int64(n)
	if err == io.ErrUnexpectedEOF {
		err = errTruncated // io.ReadFull would take ErrUnexpectedEOF for the end
	}
	return n, err
}

// scanMember searches a file in the archive. A damaged member is a gap. An error means that
// the rest of the archive is not read.
func (r *fileScan) scanMember(text io.Reader, path, member string) error {
	err := r.scanStream(budgetReader{text, r}, path, member)
	switch {
	case err == nil || r.ctx.Err() != nil:
		return err
	case errors.Is(err, errBudget):
		r.addGap(tooLarge)
		return err
	}
	r.addGap(damaged)
	return nil
}

// scanStream searches a file in the archive, or the files in it if it is an archive itself.
func (r *fileScan) scanStream(text io.Reader, path, member string) error {
	head := make([]byte, seaworthy.HeadSize)
	n, err := io.ReadFull(text, head)
	head = head[:n]
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		text = bytes.NewReader(head)
	case err != nil:
		text = io.MultiReader(bytes.NewReader(head), failingReader{err})
	default:
		text = io.MultiReader(bytes.NewReader(head), text)
	}
	open := containerOf(member, head)
	if open == nil {
		return r.stream(text, path, member)
	}
	body, acquired, complete, err := r.readNested(text)
	defer r.memory.Release(acquired)
	if err != nil {
		return r.stream(io.MultiReader(bytes.NewReader(body), failingReader{err}), path, member)
	}
	if !complete {
		r.addGap(nestedTooLarge)
		return r.stream(io.MultiReader(bytes.NewReader(body), text), path, member)
	}
	if ok, err := r.scanNested(open, body, path, member); ok || err != nil {
		return err
	}
	return r.stream(bytes.NewReader(body), path, member)
}

// failingReader is a reader that fails.
type failingReader struct{ err error }

// Read implements [io.Reader].
func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// span is a part of a text: the bytes from from up to, but not including, to.
type span struct{ from, to int }
