package store

import (
	"encoding/binary"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// The tables of a file. See the comment of the package.
const (
	packagesTable   = "packages"
	advisoriesTable = "advisories"
	textsTable      = "texts"
	cvesTable       = "cves"
	releasesTable   = "releases"
)

// Kind is a kind of advisories. Each kind is looked up apart.
type Kind byte

// The kinds of advisories.
const (
	Vulnerable Kind = 'v'
	Malicious  Kind = 'm'
)

// packageKey is a key of the table of packages.
func packageKey(kind Kind, ecosystem seaworthy.Ecosystem, name string) []byte {
	key := make([]byte, 0, len(ecosystem.Name)+len(ecosystem.Release)+len(name)+3)
	key = append(append(key, byte(kind)), ecosystem.Name...)
	if release := canonicalRelease(ecosystem); release != "" {
		key = append(append(key, ':'), release...)
	}
	return append(append(key, 0), canonicalName(ecosystem, name)...)
}

// numberKey is a key of the tables of advisories and texts.
func numberKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// cveKey is a key of the table of CVEs.
func cveKey(n osv.CVE) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// releaseKey is a key of the table of releases.
func releaseKey(id, release string) []byte { return []byte(id + "\x00" + release) }

// Affected says which versions of a package an advisory affects.
type Affected struct {
	Number uint64 // of the advisory in its file
	// CVE is the vulnerability that a statement is about; 0 in an advisory, which may be
	// about many.
	CVE   osv.CVE
	Spans []version.Span
	// Versions are affected as well. None of them lies in the spans.
	Versions []string
	// Incomparable is why a version of the record has no place in the order, "" if all
	// have one. The spans are incomplete then.
	Incomparable string
	Module       string // of an RPM: the "name:stream" that is affected, or [AnyModule]
	Status       string // in the words of the distribution: "end-of-life"
	Severity     string // the word of the distribution
	Scores       []osv.Score
	Imports      []Import
}

// Import is a vulnerable package of a Go module with its vulnerable symbols. No symbols
// mean the whole package.
type Import struct {
	Path    string   `json:"path"`
	Symbols []string `json:"symbols"`
	GOOS    []string `json:"goos"`
	GOARCH  []string `json:"goarch"`
}

func (a *Affected) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, a.Number)
	dst = binary.AppendUvarint(dst, uint64(a.CVE))
	dst = binary.AppendUvarint(dst, uint64(len(a.Spans)))
	for _, s := range a.Spans {
		dst = appendString(appendString(dst, s.From), s.To)
		dst = append(dst, byte(b2i(s.Inclusive)|b2i(s.Limited)<<1))
	}
	dst = appendStrings(dst, a.Versions)
	dst = appendString(dst, a.Incomparable)
	dst = appendString(dst, a.Module)
	dst = appendString(dst, a.Status)
	dst = appendString(dst, a.Severity)
	dst = appendScores(dst, a.Scores)
	dst = binary.AppendUvarint(dst, uint64(len(a.Imports)))
	for _, i := range a.Imports {
		dst = appendString(dst, i.Path)
		dst = appendStrings(dst, i.Symbols)
		dst = appendStrings(dst, i.GOOS)
		dst = appendStrings(dst, i.GOARCH)
	}
	return dst
}

func (d *decode) affected() *Affected {
	a := &Affected{Number: d.uvarint(), CVE: osv.CVE(d.uvarint())}
	for n := d.count(); n > 0 && d.err == nil; n-- {
		s := version.Span{From: d.string(), To: d.string()}
		flags := d.uvarint()
		s.Inclusive, s.Limited = flags&1 != 0, flags&2 != 0
		a.Spans = append(a.Spans, s)
	}
	a.Versions = d.strings()
	a.Incomparable = d.string()
	a.Module = d.string()
	a.Status = d.string()
	a.Severity = d.string()
	a.Scores = d.scores()
	for n := d.count(); n > 0 && d.err == nil; n-- {
		a.Imports = append(a.Imports, Import{d.string(), d.strings(), d.strings(), d.strings()})
	}
	return a
}

func appendScores(dst []byte, scores []osv.Score) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(scores)))
	for _, s := range scores {
		dst = appendString(appendString(dst, s.Type), s.Score)
	}
	return dst
}

func (d *decode) scores() []osv.Score {
	var scores []osv.Score
	for n := d.count(); n > 0 && d.err == nil; n-- {
		scores = append(scores, osv.Score{Type: d.string(), Score: d.string()})
	}
	return scores
}

// Advisory is what is kept of an advisory besides texts and packages.
type Advisory struct {
	ID string
	// Aliases are other names of the same vulnerability. CVEs are those that an advisory
	// of a distribution is about, each a vulnerability of its own.
	Aliases, CVEs []string
	Scores        []osv.Score
	Severity      string // the publisher's word
	Informational string // why it is no vulnerability: "unmaintained"
	Malicious     bool
}

func (a *Advisory) append(dst []byte) []byte {
	dst = appendString(dst, a.ID)
	dst = appendStrings(dst, a.Aliases)
	dst = appendStrings(dst, a.CVEs)
	dst = appendScores(dst, a.Scores)
	dst = appendString(dst, a.Severity)
	dst = appendString(dst, a.Informational)
	return binary.AppendUvarint(dst, uint64(b2i(a.Malicious)))
}

func (d *decode) advisory() *Advisory {
	return &Advisory{
		ID: d.string(), Aliases: d.strings(), CVEs: d.strings(), Scores: d.scores(), Severity: d.string(), Informational: d.string(),
		Malicious: d.uvarint() != 0,
	}
}

// Text is the prose of an advisory.
type Text struct {
	Summary, Details string
	References       []string
}

// The limits of a [Text]. What is longer is cut.
const (
	maxSummary    = 1 << 10
	maxDetails    = 16 << 10
	MaxReferences = 64
)

// NewText returns a text that is cut to the limits.
func NewText(summary, details string, references ...string) *Text {
	return &Text{Summary: shorten(summary, maxSummary), Details: shorten(details, maxDetails), References: references}
}

func (t *Text) append(dst []byte) []byte {
	dst = appendString(dst, t.Summary)
	dst = appendString(dst, t.Details)
	return appendStrings(dst, t.References)
}

func (d *decode) text() *Text { return &Text{d.string(), d.string(), d.strings()} }
