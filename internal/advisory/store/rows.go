package store

import (
	"encoding/binary"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// The tables of a file. The package comment describes their keys and values.
const (
	packagesTable   = "packages"
	advisoriesTable = "advisories"
	textsTable      = "texts"
	cvesTable       = "cves"
	releasesTable   = "releases"
)

// Kind separates the advisories about vulnerabilities from those about malware. A look-up
// is for one kind.
type Kind byte

// The kinds of advisories.
const (
	Vulnerable Kind = 'v' // the package has a vulnerability
	Malicious  Kind = 'm' // the package is malware
)

// packageKey returns a key of the table of packages.
func packageKey(kind Kind, ecosystem seaworthy.Ecosystem, name string) []byte {
	key := make([]byte, 0, len(ecosystem.Name)+len(ecosystem.Release)+len(name)+3)
	key = append(append(key, byte(kind)), ecosystem.Name...)
	if release := canonicalRelease(ecosystem); release != "" {
		key = append(append(key, ':'), release...)
	}
	return append(append(key, 0), canonicalName(ecosystem, name)...)
}

// packageKeys returns the keys under which a file may have the rows of a package. A file that
// an earlier program began has the names of Go modules as the advisories spell them.
func packageKeys(kind Kind, ecosystem seaworthy.Ecosystem, name string) [][]byte {
	key := packageKey(kind, ecosystem, name)
	if ecosystem.Name != goEcosystem || canonicalName(ecosystem, name) == name {
		return [][]byte{key}
	}
	exact := append(slices.Clone(key[:len(key)-len(name)]), name...)
	return [][]byte{key, exact}
}

// numberKey returns a key of the tables of advisories and texts.
func numberKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// cveKey returns a key of the table of CVEs.
func cveKey(n osv.CVE) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// releaseKey returns a key of the table of releases.
func releaseKey(id, release string) []byte { return []byte(id + "\x00" + release) }

// Affected says which versions of a package are affected, according to one advisory or
// one statement.
type Affected struct {
	// Number is the number of the advisory in its file, for [File.Advisory] and [File.Text].
	Number uint64
	// CVE is the vulnerability that a statement is about. It is 0 in an advisory, which may
	// be about many.
	CVE osv.CVE
	// Spans are the affected ranges of versions. Versions are single affected versions
	// outside these.
	Spans    []version.Span
	Versions []string
	// Incomparable is set if a version of the record cannot be compared with others, so that
	// Spans is incomplete. It says why.
	Incomparable string
	// Module is the module of an RPM, "name:stream" or [AnyModule]; "" if it is of none.
	Module   string
	Status   string // one of the Status constants, "" if unknown
	Severity string // in the words of the distribution, "" if unknown
	Scores   []osv.Score
	Imports  []Import
}

// Import is a vulnerable package of a Go module with its vulnerable symbols. Without symbols
// the whole package is vulnerable.
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
		dst = append(dst, byte(boolToInt(s.Inclusive)|boolToInt(s.Limited)<<1))
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

func (d *decoder) affected() *Affected {
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

func (d *decoder) scores() []osv.Score {
	var scores []osv.Score
	for n := d.count(); n > 0 && d.err == nil; n-- {
		scores = append(scores, osv.Score{Type: d.string(), Score: d.string()})
	}
	return scores
}

// Advisory is an advisory without its text ([Text]) and its packages ([Affected]).
type Advisory struct {
	ID string
	// Aliases are other names of the same vulnerability. CVEs are the vulnerabilities that an
	// advisory of a distribution is about; there may be several.
	Aliases, CVEs []string
	Scores        []osv.Score
	Severity      string // the publisher's word
	Informational string // why it is no vulnerability: "unmaintained"
	Malicious     bool
}

// ratedCVE returns the CVE that the severity of the advisory is about; false if it has no
// severity, or is about none or several.
func (a *Advisory) ratedCVE() (osv.CVE, bool) {
	if a.Malicious || len(a.Scores) == 0 && a.Severity == "" || len(a.CVEs) > 1 {
		return 0, false
	}
	var found osv.CVE
	for _, name := range slices.Concat(a.CVEs, []string{a.ID}, a.Aliases) {
		cve, ok := osv.ParseCVE(name)
		switch {
		case !ok || cve == found:
		case found != 0:
			return 0, false
		default:
			found = cve
		}
	}
	return found, found != 0
}

func (a *Advisory) append(dst []byte) []byte {
	dst = appendString(dst, a.ID)
	dst = appendStrings(dst, a.Aliases)
	dst = appendStrings(dst, a.CVEs)
	dst = appendScores(dst, a.Scores)
	dst = appendString(dst, a.Severity)
	dst = appendString(dst, a.Informational)
	return binary.AppendUvarint(dst, uint64(boolToInt(a.Malicious)))
}

func (d *decoder) advisory() *Advisory {
	return &Advisory{
		ID: d.string(), Aliases: d.strings(), CVEs: d.strings(), Scores: d.scores(), Severity: d.string(), Informational: d.string(),
		Malicious: d.uvarint() != 0,
	}
}

// Text is the text of an advisory for the user.
type Text struct {
	Summary, Details string
	References       []string
}

// The limits of a [Text]. Longer texts are cut.
const (
	maxSummary    = 1 << 10  // bytes
	maxDetails    = 16 << 10 // bytes
	MaxReferences = 64
)

// NewText returns a text with summary and details cut to the limits.
func NewText(summary, details string, references ...string) *Text {
	return &Text{Summary: shorten(summary, maxSummary), Details: shorten(details, maxDetails), References: references}
}

func (t *Text) append(dst []byte) []byte {
	dst = appendString(dst, t.Summary)
	dst = appendString(dst, t.Details)
	return appendStrings(dst, t.References)
}

func (d *decoder) text() *Text { return &Text{d.string(), d.string(), d.strings()} }
