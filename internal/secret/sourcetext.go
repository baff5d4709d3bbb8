package secret

import (
	"bytes"
	"slices"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/sqlite"
)

// Some binary files keep names apart from their values. What is known of both is
// written out as a text, in the way in which source would say it, and the rules search
// that text: nothing is a secret in a binary file that would be none in a text.

// sourceText is such a text, and where in the file its pieces are.
type sourceText struct {
	text   []byte
	pieces []piece // sorted
	// cut is true if the file holds more than was written out.
	cut bool
}

// piece says that size bytes of the text from at on are in the file from from on.
type piece struct {
	at, size int
	from     int64
}

// maxQuoted bounds a value that is written out, in bytes.
const maxQuoted = credential.MaxReach

func (r *sourceText) write(s string) { r.text = append(r.text, s...) }

// piece writes bytes that are in the file from from on.
func (r *sourceText) piece(b []byte, from int64) {
	r.pieces = append(r.pieces, piece{len(r.text), len(b), from})
	r.text = append(r.text, b...)
}

// quoted writes a value in quotes that it does not hold; an empty one instead of
// a value that is too long or has more than one line.
func (r *sourceText) quoted(b []byte, from int64) {
	quote := quoteFor(b)
	if len(b) > maxQuoted || bytes.ContainsAny(b, "\n\r\x00") || quote == 0 {
		r.write(`""`)
		return
	}
	r.text = append(r.text, quote)
	r.piece(b, from)
	r.text = append(r.text, quote)
}

// quoteFor gives a quote that a value does not hold; 0 if it has all.
func quoteFor(b []byte) byte {
	for _, q := range []byte("\"'`") {
		if bytes.IndexByte(b, q) < 0 {
			return q
		}
	}
	return 0
}

// place gives where in the file a span of the text is. Of what is not all from the
// file ok is false.
func (r *sourceText) place(start, end int) (from int64, ok bool) {
	i, ok := slices.BinarySearchFunc(r.pieces, start, func(p piece, at int) int { return p.at - at })
	if !ok {
		i--
	}
	if i < 0 || start >= r.pieces[i].at+r.pieces[i].size {
		return 0, false
	}
	from = r.pieces[i].from + int64(start-r.pieces[i].at)
	for at := start; at < end; i++ {
		if i == len(r.pieces) || at < r.pieces[i].at {
			return 0, false
		}
		at = r.pieces[i].at + r.pieces[i].size
	}
	return from, true
}

// source writes out what is known of the names and values in a file; nil for a file
// of any other kind.
func (a *Analyzer) source(file []byte) *sourceText {
	if bytes.HasPrefix(file, []byte(sqlite.Magic)) {
		return sqliteSource(a.rules, bytes.NewReader(file), int64(len(file)))
	}
	return pycSource(file)
}

// recover gives the secrets of a recovered text by their places in the file, and why
// there may be more. Path is that of the file.
func (a *Analyzer) recover(r *sourceText, path string, effort *credential.Effort) (matches []credential.Match, gaps []gap) {
	if r == nil || len(r.pieces) == 0 {
		return nil, nil
	}
	origin := credential.OriginOf(path, nil)
	found := a.rules.FindWithin(r.text, &origin, effort)
	for _, m := range found.Matches {
		from, ok := r.place(m.Start, m.End)
		if !ok {
			continue
		}
		m.End += int(from) - m.Start
		m.Start = int(from)
		matches = append(matches, m)
	}
	gaps = gapsOf(&found)
	if r.cut {
		gaps = append(gaps, tooLongDatabase)
	}
	return matches, gaps
}
