package secret

import (
	"bytes"
	"slices"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/sqlite"
)

// Some binary files store names and values in different places. Names with their values are
// written out as source code would have them, and the rules search that text. So a value
// in a binary file is a secret only if it would be one in a text.

// sourceText is the text that is written for a binary file, and where in the file each
// piece of it is.
type sourceText struct {
	text   []byte
	pieces []piece // sorted
	// cut is true if the file holds more than was written out.
	cut bool
}

// piece is a part of the text that is also in the file: size bytes at offset at of the text
// are at offset from of the file.
type piece struct {
	at, size int
	from     int64
}

// maxQuoted is the length of the longest value that is written out, in bytes.
const maxQuoted = credential.MaxReach

func (r *sourceText) write(s string) { r.text = append(r.text, s...) }

// piece writes bytes that are at offset from of the file.
func (r *sourceText) piece(b []byte, from int64) {
	r.pieces = append(r.pieces, piece{len(r.text), len(b), from})
	r.text = append(r.text, b...)
}

// quoted writes a value in quotes that do not occur in it. It writes an empty value if the
// value is too long or has more than one line.
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

// quoteFor returns a quote that does not occur in a value; 0 if all do.
func quoteFor(b []byte) byte {
	for _, q := range []byte("\"'`") {
		if bytes.IndexByte(b, q) < 0 {
			return q
		}
	}
	return 0
}

// place returns the offset in the file of a part of the text. ok is false if not all of the
// part is from the file.
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

// source returns the names and values in a binary file as text; nil if the file is of no
// known kind.
func (a *Analyzer) source(file []byte) *sourceText {
	if bytes.HasPrefix(file, []byte(sqlite.Magic)) {
		return sqliteSource(a.rules, bytes.NewReader(file), int64(len(file)))
	}
	return pycSource(file)
}

// scanSourceText returns the secrets in a sourceText with their places in the file, and the
// reasons why there may be more.
func (a *Analyzer) scanSourceText(r *sourceText, path string, effort *credential.Effort) (matches []credential.Match, gaps []gap) {
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
