package secret

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/gitpack"
)

const (
	// nearby is the number of bytes before and after a change that are searched in a long
	// text. No private key is longer.
	nearby = credential.MaxKeyLength
	// wholeText is the length of the longest text that is searched as a whole after a
	// change. In a longer text only what is nearby is searched.
	wholeText = 4 * nearby
	// margin is the number of bytes next to a cut in which matches do not count: without
	// the text behind the cut they may be wrong.
	margin = credential.MaxLine
	// minPackBudget is the number of bytes that any pack may decompress to: a small pack
	// may have many versions of a file.
	minPackBudget = 8 << 20
)

// errEnough ends the reading when no further secret would be reported.
var errEnough = errors.New("there are more secrets than are reported")

// packScan searches the objects of one pack.
type packScan struct {
	*fileScan
	seen map[[16]byte]struct{} // what was found, by value and path
}

// gitPack is a container for the packs of a Git repository.
func gitPack(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
	p := packScan{fileScan: r, seen: make(map[[16]byte]struct{})}
	r.budget += minPackBudget
	err := r.analyzer.packs.Read(r.ctx, file, size, gitpack.Options{
		Body: r.body, Margin: nearby, Budget: &r.budget,
		Object: p.object, Long: p.long, Gap: func(g gitpack.Gap) { r.addGap(packGap(g)) },
	})
	switch {
	case errors.Is(err, gitpack.ErrNoPack):
		r.budget -= minPackBudget
		return false, nil
	case errors.Is(err, gitpack.ErrBudget):
		r.addGap(tooLarge)
	case errors.Is(err, errEnough):
		r.addGap(tooMany)
	case errors.Is(err, gitpack.ErrDamaged):
		r.addGap(damaged)
	case err != nil:
		return true, err
	}
	return true, nil
}

// packGap returns the gap of the file for a gap in a pack.
func packGap(g gitpack.Gap) gap {
	switch g {
	case gitpack.MissingBase:
		return packBaseless
	case gitpack.TooDeep:
		return packTooDeep
	case gitpack.TooLong:
		return packTooLong
	case gitpack.TooManyObjects:
		return packTooMany
	default:
		return damaged
	}
}

// objectPlace is the place of an object in an image: path decides which rules apply, member
// is its name in the report.
type objectPlace struct{ path, member string }

// place returns the place of an object. A file is where the trees in the pack say, under
// the name by which "git show" shows it.
func (p *packScan) place(o *gitpack.Object) objectPlace {
	full := o.Kind.String() + " " + o.ID()
	if o.Kind != gitpack.Blob {
		return objectPlace{gitText, full}
	}
	commit, file := o.Name()
	switch {
	case file == "":
		return objectPlace{gitText, full}
	case commit == "":
		return objectPlace{p.checkedOut(file), full + " " + file}
	}
	return objectPlace{p.checkedOut(file), commit + ":" + file}
}

// checkedOut is where in the image a file of the repository would be checked out.
func (p *packScan) checkedOut(file string) string {
	if above, _, ok := strings.Cut("/"+p.path, "/.git/"); ok {
		return strings.TrimPrefix(path.Join(above, file), "/")
	}
	return p.path + "!/" + file
}

// object searches what changed in an object.
func (p *packScan) object(o *gitpack.Object) error {
	at := p.place(o)
	text := o.Text
	head := text[:min(len(text), seaworthy.HeadSize)]
	origin := credential.OriginOf(at.path, head)
	if len(text) <= wholeText || origin.Binary || utf16Order(head) != nil {
		return p.piece(text, span{0, len(text)}, &origin, at)
	}
	for _, c := range o.Changed {
		if err := p.piece(text, span{max(0, c.From-nearby), min(len(text), c.To+nearby)}, &origin, at); err != nil {
			return err
		}
	}
	return nil
}

// long searches an object that is not held in memory.
func (p *packScan) long(o *gitpack.Object, text io.Reader) error {
	at := p.place(o)
	return p.stream(text, at.path, at.member)
}

// piece searches a piece of a text. A secret that was found before under the same path
// is not found again: hardly anything changes from one version of a file to the next.
func (p *packScan) piece(text []byte, s span, origin *credential.Origin, at objectPlace) error {
	if p.budget -= int64(s.to - s.from); p.budget < 0 {
		return gitpack.ErrBudget
	}
	found, gaps := p.analyzer.scanText(text[s.from:s.to], origin, p.effort)
	if len(found) == 0 {
		p.add(nil, gaps)
		return nil
	}
	member, _ := seaworthy.TextPath(at.member)
	lines := bytes.Count(text[:s.from], []byte("\n"))
	kept := found[:0]
	for _, f := range found {
		f.Offset += int64(s.from)
		if s.from > 0 && f.Offset < int64(s.from+margin) || s.to < len(text) && f.Offset > int64(s.to-margin) || p.isKnown(&f, at.path) {
			continue
		}
		if f.Line > 0 {
			f.Line += lines
		}
		f.Member = member
		kept = append(kept, f)
	}
	p.add(kept, gaps)
	if len(p.found) == credential.MaxMatches {
		return errEnough
	}
	return nil
}

// isKnown reports whether a secret was found before under the same path.
func (p *packScan) isKnown(s *occurrence, path string) bool {
	h := sha256.New()
	for _, part := range [...]string{s.Rule, s.Encoding, s.digest, path} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	key := [16]byte(h.Sum(nil))
	_, ok := p.seen[key]
	p.seen[key] = struct{}{}
	return ok
}
