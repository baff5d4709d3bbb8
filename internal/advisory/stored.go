package advisory

import "encoding/binary"

// What the database keeps of a record lies in three tables of a body of data, so
// that a look-up reads no more than it needs:
//
//	packages  kind, ecosystem, name -> the affected versions, for each advisory
//	advisories  number -> names and severity of an advisory
//	texts     number -> summary, details and references
//	cves      CVE -> number, in a body of states whose publisher rates each CVE
const (
	packagesTable   = "packages"
	advisoriesTable = "advisories"
	textsTable      = "texts"
)

// The kinds of advisories, which are looked up apart.
const (
	kindVulnerability = 'v'
	kindMalicious     = 'm'
)

// packageKey is a key of the table of packages.
func packageKey(kind byte, ecosystem, name string) []byte {
	key := append(make([]byte, 0, len(ecosystem)+len(name)+2), kind)
	key = append(append(key, canonicalEcosystem(ecosystem)...), 0)
	return append(key, canonicalName(ecosystem, name)...)
}

// numberKey is a key of the tables of advisories and texts.
func numberKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// affects says which versions of a package an advisory affects.
type affects struct {
	number uint64 // of the advisory
	// cve is the flaw of a statement; 0 in an advisory, which may speak of many.
	cve   cveNumber
	spans []span
	// versions are affected as well; those that lie in spans are left out.
	versions []string
	// incomparable is a version in the record that has no place in the order, or
	// a reason why none has. The spans are incomplete then.
	incomparable string
	module       string // of RPM: the "name:stream" that is affected, or anyModule
	status       string // the distribution's, "end-of-life"
	word         string // for the severity: the distribution's
	scores       []Score
	imports      []Import
}

// Import is a Go package in which the flaw lies, with its symbols; no symbols mean
// all of the package.
type Import struct {
	Path    string   `json:"path"`
	Symbols []string `json:"symbols"`
	GOOS    []string `json:"goos"`
	GOARCH  []string `json:"goarch"`
}

func (a *affects) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, a.number)
	dst = binary.AppendUvarint(dst, uint64(a.cve))
	dst = binary.AppendUvarint(dst, uint64(len(a.spans)))
	for _, s := range a.spans {
		dst = appendString(appendString(dst, s.from), s.to)
		dst = append(dst, byte(b2i(s.through)|b2i(s.limited)<<1))
	}
	dst = appendStrings(dst, a.versions)
	dst = appendString(dst, a.incomparable)
	dst = appendString(dst, a.module)
	dst = appendString(dst, a.status)
	dst = appendString(dst, a.word)
	dst = appendScores(dst, a.scores)
	dst = binary.AppendUvarint(dst, uint64(len(a.imports)))
	for _, i := range a.imports {
		dst = appendString(dst, i.Path)
		dst = appendStrings(dst, i.Symbols)
		dst = appendStrings(dst, i.GOOS)
		dst = appendStrings(dst, i.GOARCH)
	}
	return dst
}

func (d *decode) affects() *affects {
	a := &affects{number: d.uvarint(), cve: cveNumber(d.uvarint())}
	for n := d.count(); n > 0 && d.err == nil; n-- {
		s := span{from: d.string(), to: d.string()}
		flags := d.uvarint()
		s.through, s.limited = flags&1 != 0, flags&2 != 0
		a.spans = append(a.spans, s)
	}
	a.versions = d.strings()
	a.incomparable = d.string()
	a.module = d.string()
	a.status = d.string()
	a.word = d.string()
	a.scores = d.scores()
	for n := d.count(); n > 0 && d.err == nil; n-- {
		a.imports = append(a.imports, Import{d.string(), d.strings(), d.strings(), d.strings()})
	}
	return a
}

func appendScores(dst []byte, scores []Score) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(scores)))
	for _, s := range scores {
		dst = appendString(appendString(dst, s.Type), s.Score)
	}
	return dst
}

func (d *decode) scores() []Score {
	var scores []Score
	for n := d.count(); n > 0 && d.err == nil; n-- {
		scores = append(scores, Score{d.string(), d.string()})
	}
	return scores
}

// advice is what is kept of an advisory beside texts and packages.
type advice struct {
	id string
	// aliases name the same flaw; flaws are the CVEs that an advisory of a
	// distribution is about, each a flaw of its own.
	aliases, flaws []string
	scores         []Score
	word           string // for the severity, by who published it
	informational  string // "unmaintained": no vulnerability
	malicious      bool
}

func (a *advice) append(dst []byte) []byte {
	dst = appendString(dst, a.id)
	dst = appendStrings(dst, a.aliases)
	dst = appendStrings(dst, a.flaws)
	dst = appendScores(dst, a.scores)
	dst = appendString(dst, a.word)
	dst = appendString(dst, a.informational)
	return binary.AppendUvarint(dst, uint64(b2i(a.malicious)))
}

func (d *decode) advice() *advice {
	return &advice{
		id: d.string(), aliases: d.strings(), flaws: d.strings(), scores: d.scores(), word: d.string(), informational: d.string(),
		malicious: d.uvarint() != 0,
	}
}

// Text is what an advisory says to people.
type Text struct {
	Summary, Details string
	References       []string
}

// How much of a text is kept.
const (
	maxSummary    = 1 << 10
	maxDetails    = 16 << 10
	maxReferences = 64
)

func (t *Text) append(dst []byte) []byte {
	dst = appendString(dst, t.Summary)
	dst = appendString(dst, t.Details)
	return appendStrings(dst, t.References)
}

func (d *decode) text() *Text { return &Text{d.string(), d.string(), d.strings()} }
