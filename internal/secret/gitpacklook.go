package secret

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
)

const (
	// wholeText is the longest text of which all is looked at for any difference; of
	// a longer one only what is nearby.
	wholeText = 4 * nearby
	// margin is how far from where a piece is cut off a secret is to be: what it
	// seems to be may be wrong for what is missing.
	margin = credential.MaxLine
)

// packPlace is where an object is: path tells what to expect in it, member how it is
// called.
type packPlace struct{ path, member string }

// place gives the place of an object. A file is where the trees in the pack say,
// under the name by which "git show" shows it.
func (p *pack) place(kind byte, id objectID) packPlace {
	full := packKinds[kind] + " " + hex.EncodeToString(id[:p.format.size])
	if kind != packBlob {
		return packPlace{gitText, full}
	}
	commit, file := p.names.find(id)
	switch {
	case file == "":
		return packPlace{gitText, full}
	case commit == "":
		return packPlace{p.checkedOut(file), full + " " + file}
	}
	return packPlace{p.checkedOut(file), commit + ":" + file}
}

// checkedOut is where in the image a file of the repository would be checked out.
func (p *pack) checkedOut(file string) string {
	if above, _, ok := strings.Cut("/"+p.path, "/.git/"); ok {
		return strings.TrimPrefix(path.Join(above, file), "/")
	}
	return p.path + "!/" + file
}

// look looks at what is new in a text.
func (p *pack) look(kind byte, id objectID, text []byte, fresh []span) error {
	if len(text) == 0 {
		return nil
	}
	at := p.place(kind, id)
	head := text[:min(len(text), seaworthy.HeadSize)]
	pl := credential.OriginOf(at.path, head)
	if len(text) <= wholeText || pl.Binary || wide(head) != nil {
		return p.piece(text, span{0, len(text)}, &pl, at)
	}
	for _, f := range fresh {
		if err := p.piece(text, span{max(0, f.from-nearby), min(len(text), f.to+nearby)}, &pl, at); err != nil {
			return err
		}
	}
	return nil
}

// piece looks at a piece of a text. A secret that was found before under the same path
// is not found again: hardly anything changes from one version of a file to the next.
func (p *pack) piece(text []byte, s span, pl *credential.Origin, at packPlace) error {
	if err := p.spend(int64(s.to - s.from)); err != nil {
		return err
	}
	found, whole := p.analyzer.look(text[s.from:s.to], pl)
	if len(found) == 0 {
		return nil
	}
	member, _ := seaworthy.TextPath(at.member)
	lines := bytes.Count(text[:s.from], []byte("\n"))
	kept := found[:0]
	for _, f := range found {
		f.Offset += int64(s.from)
		if s.from > 0 && f.Offset < int64(s.from+margin) || s.to < len(text) && f.Offset > int64(s.to-margin) || p.known(&f, at.path) {
			continue
		}
		if f.Line > 0 {
			f.Line += lines
		}
		f.Member = member
		kept = append(kept, f)
	}
	p.keep(kept, whole)
	if len(p.found) == credential.MaxMatches {
		return errEnough
	}
	return nil
}

// known reports whether a secret was found before under the same path.
func (p *pack) known(s *sighting, path string) bool {
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
