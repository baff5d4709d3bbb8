package secret

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
)

// The limits of how one file is read.
const (
	windowSize = 4 << 20
	// overlap is how far windows share their ends: no secret is longer.
	overlap = 64 << 10
	// What comes out of a compressed file may be so many bytes, and so many times
	// what the file has.
	minInflated, maxInflation = 1 << 20, 200
)

// fileScan scans one file, and through the files that it holds if it is an
// archive: one level deep, as archives in archives are scanned as they are.
type fileScan struct {
	analyzer *Analyzer
	ctx      context.Context
	path     string
	found    []sighting
	gaps     []gap  // sorted: why some of it was not scanned
	body     []byte // of the file, if it is in memory
	// budget is how many more bytes may come out of decompression.
	budget int64
	// effort is what the search of all that the file holds may cost.
	effort *credential.Effort
}

func (a *Analyzer) newFileScan(ctx context.Context, path string, size int64) *fileScan {
	return &fileScan{analyzer: a, ctx: ctx, path: path, budget: minInflated + maxInflation*size, effort: credential.NewEffort()}
}

// file scans a file of a layer.
func (r *fileScan) file(f *seaworthy.File) error {
	body, inMemory := f.Bytes()
	if open := containerOf(f.Path, f.Head); open != nil {
		r.body = body
		ok, err := open(r, f.ReaderAt(), f.Size)
		if ok || err != nil {
			return err
		}
	}
	if inMemory {
		origin := credential.OriginOf(f.Path, f.Head)
		found, gaps := r.analyzer.scanText(body, &origin, r.effort)
		r.keep(found, gaps)
		return nil
	}
	if err := r.stream(f.Reader(), f.Path, ""); err != nil {
		return err
	}
	r.scanDatabase(f)
	return nil
}

// keep takes what was found, up to the bound of a file, and why there may be more.
func (r *fileScan) keep(found []sighting, gaps []gap) {
	if n := credential.MaxMatches - len(r.found); len(found) > n {
		found = found[:n]
		r.gap(tooMany)
	}
	r.found = append(r.found, found...)
	for _, why := range gaps {
		r.gap(why)
	}
}

func (r *fileScan) gap(why gap) {
	if i, ok := slices.BinarySearch(r.gaps, why); !ok {
		r.gaps = slices.Insert(r.gaps, i, why)
	}
}

// window gives the memory for a part of a text, which is to be put back into
// windows.
func (a *Analyzer) window() *[windowSize]byte {
	if window, ok := a.windows.Get().(*[windowSize]byte); ok {
		return window
	}
	return new([windowSize]byte)
}

// stream scans a text of any length in windows that overlap. A secret
// that starts in the shared end of a window belongs to the next one. The path
// says what to expect, member where in the file the text is.
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
			found = slices.DeleteFunc(found, func(s sighting) bool { return s.Offset >= int64(filled-overlap) })
		}
		for i := range found {
			found[i].Offset += from
			found[i].Member = member
			if found[i].Line > 0 {
				found[i].Line += lines
			}
		}
		r.keep(found, gaps)
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
	// errBudget ends the reading of what decompresses into too much.
	errBudget = errors.New("the file decompresses into too many bytes")
	errCut    = errors.New("the file ends too early")
)

// inflated takes what is read of it from the budget of a reading.
type inflated struct {
	from io.Reader
	r    *fileScan
}

// Read implements [io.Reader].
func (i inflated) Read(p []byte) (int, error) {
	if i.r.budget <= 0 {
		return 0, errBudget
	}
	n, err := i.from.Read(p[:min(int64(len(p)), i.r.budget)])
	i.r.budget -= int64(n)
	if err == io.ErrUnexpectedEOF {
		err = errCut // to io.ReadFull the other would be the end
	}
	return n, err
}

// member scans a file in the file. What is wrong with it is a gap; an
// error ends the reading.
func (r *fileScan) member(text io.Reader, path, member string) error {
	err := r.stream(inflated{text, r}, path, member)
	switch {
	case err == nil || r.ctx.Err() != nil:
		return err
	case errors.Is(err, errBudget):
		r.gap(tooLarge)
		return err
	}
	r.gap(damaged)
	return nil
}

// span is a part of a text, from one byte up to another.
type span struct{ from, to int }
