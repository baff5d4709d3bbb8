package seaworthy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Risk is one of the five image risks of NIST SP 800-190, section 3.1.
type Risk string

// The risks in the order of NIST SP 800-190.
const (
	Vulnerability    Risk = "vulnerability"    // 3.1.1
	Misconfiguration Risk = "misconfiguration" // 3.1.2
	Malware          Risk = "malware"          // 3.1.3
	Secret           Risk = "secret"           // 3.1.4
	Trust            Risk = "trust"            // 3.1.5
)

// Risks returns all risks in the order of a report.
func Risks() []Risk {
	return []Risk{Vulnerability, Misconfiguration, Malware, Secret, Trust}
}

// ParseRisk parses the name of a risk: "vulnerability".
func ParseRisk(s string) (Risk, error) {
	if r := Risk(s); slices.Contains(Risks(), r) {
		return r, nil
	}
	return "", fmt.Errorf("unknown risk %q: one of %s", s, joinRisks())
}

func joinRisks() string {
	var names []string
	for _, r := range Risks() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// Control returns the item of NIST SP 800-190 that describes the risk.
func (r Risk) Control() Control {
	return Control{Standard: NIST800190, Item: fmt.Sprintf("3.1.%d", slices.Index(Risks(), r)+1)}
}

// Severity is the severity of a finding. A greater value is worse.
type Severity int

// The severities in ascending order.
const (
	Unknown Severity = iota
	Negligible
	Low
	Medium
	High
	Critical
)

// Severities returns all severities, the worst first.
func Severities() []Severity {
	return []Severity{Critical, High, Medium, Low, Negligible, Unknown}
}

var severityNames = [...]string{"unknown", "negligible", "low", "medium", "high", "critical"}

func (s Severity) String() string {
	if s < Unknown || s > Critical {
		return "severity " + strconv.Itoa(int(s))
	}
	return severityNames[s]
}

// ParseSeverity parses the name of a severity: "high".
func ParseSeverity(s string) (Severity, error) {
	if i := slices.Index(severityNames[:], s); i >= 0 {
		return Severity(i), nil
	}
	return Unknown, fmt.Errorf("unknown severity %q: one of critical, high, medium, low, negligible, unknown", s)
}

// MarshalText implements [encoding.TextMarshaler].
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Severity) UnmarshalText(text []byte) error {
	v, err := ParseSeverity(string(text))
	*s = v
	return err
}

// Finding is a vulnerability, misconfiguration, secret or other defect in an image. Its JSON
// form is specified in docs/schema/report-v1.schema.json.
type Finding struct {
	Risk Risk
	// ID names the kind of finding: a CVE, or the id of a check or rule.
	ID      string
	Aliases []string
	// Fingerprint distinguishes this finding from others with the same ID. It stays the same
	// when the image is rebuilt, so baselines and code scanning services recognise the
	// finding by it. Unless the analyzer has set it, the scan calls
	// [Finding.SetFingerprint].
	Fingerprint string
	Severity    Severity
	// SeveritySource names who rated the severity; empty if Seaworthy did.
	SeveritySource string
	CVSS           []CVSS
	EPSS           *EPSS
	KEV            *KEV
	// Title is one line. Detail explains the danger in one or more sentences.
	Title      string
	Detail     string
	References []string
	// Techniques are MITRE ATT&CK technique ids.
	Techniques []string
	// Subject is the one thing that the finding is about.
	Subject   Subject
	Package   *AffectedPackage
	Locations []Location
	// Evidence is the text that was found, with [RedactionMark] in place of secrets.
	Evidence string
	// ValueDigest identifies the value of a secret: the same secret has the same digest in
	// all reports that were made with the same cache. It is the first 16 bytes of an
	// HMAC-SHA-256 in hexadecimal; the key is random and stays in the cache. It is empty if
	// the value is so simple that it could be guessed by anyone who gets the key.
	ValueDigest string
	// Remedy is what to do about the finding; nil if nothing is known.
	Remedy *Remedy
	// Controls are the items of public standards that the finding violates.
	Controls  []Control
	VEX       *VEX
	Exception *Exception
}

// RedactionMark replaces secrets in every text that is shown.
const RedactionMark = "***"

// CVSS is one score by the Common Vulnerability Scoring System.
type CVSS struct {
	Source string  `json:"source"`
	Vector string  `json:"vector"`
	Score  float64 `json:"score"`
}

// EPSS is the score of a CVE in the Exploit Prediction Scoring System, and the percentile
// of that score. Both are between 0 and 1.
type EPSS struct {
	Score      float64 `json:"score"`
	Percentile float64 `json:"percentile"`
}

// KEV is the entry of a CVE in CISA's catalog of known exploited vulnerabilities.
type KEV struct {
	DateAdded string `json:"dateAdded"` // in the form of [time.DateOnly]
}

// AffectedPackage is the package that a finding is about.
type AffectedPackage struct {
	Name      string    `json:"name"`
	Version   string    `json:"version"`
	Ecosystem Ecosystem `json:"ecosystem,omitzero"`
	PURL      string    `json:"purl,omitempty"`
	// Source is the source package that it was built from; nil if that is not known.
	Source *SourcePackage `json:"source,omitempty"`
	// FixedVersion is the first version in this release without the vulnerability,
	// empty if there is none yet.
	FixedVersion string `json:"fixedVersion,omitempty"`
	// Status is "fixed", "affected", or a status that a distribution uses, such as
	// "will-not-fix".
	Status string `json:"status,omitempty"`
	// Upgrade says how to upgrade the package; nil if there is no fixed version.
	Upgrade *Upgrade `json:"upgrade,omitempty"`
}

// Upgrade says how to upgrade a package to a version without known vulnerabilities.
type Upgrade struct {
	// Version is the first version that has the fixes for all vulnerabilities of the
	// package, except for those that have no fix.
	Version string `json:"version"`
	// Command and Package together are the command line: "apt-get install -y" and
	// "openssl". Several packages may follow the same Command. Package is empty if Command
	// is complete; both are empty if no command is known.
	Command string `json:"command,omitempty"`
	Package string `json:"package,omitempty"`
	// Base is true if the package is part of the base image, so that a newer base image
	// may have the fix.
	Base bool `json:"base,omitempty"`
}

// VEX is a statement of a vendor or maintainer on a vulnerability in a product
// (Vulnerability Exploitability eXchange).
type VEX struct {
	// Status is affected, not_affected, fixed or under_investigation.
	Status string `json:"status"`
	By     string `json:"by"`
	// Justification says why the product is not affected, in one of the words of the
	// document's format: "vulnerable_code_not_present".
	Justification string `json:"justification,omitempty"`
	// Statement is an explanation by the author.
	Statement string `json:"statement,omitempty"`
	// Source is the file or attachment that has the statement.
	Source string `json:"source,omitempty"`
}

// Dismisses reports whether the finding does not count because of the statement: the
// product is not affected, or it is fixed.
func (v *VEX) Dismisses() bool { return v.Status == "not_affected" || v.Status == "fixed" }

// Exception is an exception in the policy: the finding does not count.
type Exception struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires,omitempty"`
}

// Location says where in the image a finding was seen.
type Location struct {
	// Path is the path from the root of the file system, without a leading slash. It need
	// not be UTF-8. It is empty for the configuration or the history.
	Path string `json:"path,omitempty"`
	// Line counts from 1; 0 means that there is none.
	Line int `json:"line,omitempty"`
	// Offset is a byte offset into the file.
	Offset int64 `json:"offset,omitempty"`
	// Layer is the index of the layer; nil if the finding is not in a layer.
	Layer *int `json:"layer,omitempty"`
	// RemovedIn is the index of the layer that removed or replaced the file; nil if the
	// file is live.
	RemovedIn *int `json:"removedIn,omitempty"`
	// Instruction is the build instruction that made the layer, in Dockerfile form.
	Instruction string `json:"instruction,omitempty"`
	// Step is the index of the instruction in the history of the image configuration; nil
	// if the finding is about a file, or if the step is not known.
	Step *int `json:"step,omitempty"`
}

// memberSeparator separates the path of an archive from the path of a file in it, as in
// Java: "app.jar!/config.xml".
const memberSeparator = "!/"

// File returns the path of the file in the image. For a file in an archive it is the path
// of the archive.
func (l Location) File() string {
	file, _, _ := strings.Cut(l.Path, memberSeparator)
	return file
}

// MarshalJSON implements [json.Marshaler]. A path that is not UTF-8 is escaped as in a Go
// string literal, and its bytes are in the field pathBase64.
func (l Location) MarshalJSON() ([]byte, error) {
	type plain Location
	p := struct {
		plain
		PathBase64 []byte `json:"pathBase64,omitempty"`
	}{plain: plain(l)}
	p.Path, p.PathBase64 = TextPath(l.Path)
	return marshalUnescaped(p)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (l *Location) UnmarshalJSON(data []byte) error {
	type plain Location
	var p struct {
		plain
		PathBase64 []byte `json:"pathBase64"`
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	*l = Location(p.plain)
	if len(p.PathBase64) > 0 {
		l.Path = string(p.PathBase64)
	}
	return nil
}

// TextPath returns a path in a form for JSON, which allows only UTF-8. A path that is UTF-8
// is returned unchanged, and raw is nil. Any other path is escaped as in a Go string
// literal, and raw has its bytes.
func TextPath(p string) (text string, raw []byte) {
	if utf8.ValidString(p) {
		return p, nil
	}
	q := strconv.Quote(p)
	return q[1 : len(q)-1], []byte(p)
}

// Unit identifies the findings that are counted as one: a vulnerability of a source package
// counts once, however many installed packages were built from it. Units can be compared
// with ==.
type Unit struct {
	finding             *Finding // for a finding that is a unit of its own; the other fields are empty then
	ecosystem           Ecosystem
	source, version, id string
}

// Unit returns the unit that the finding belongs to.
func (f *Finding) Unit() Unit {
	p := f.Package
	if f.Risk != Vulnerability || p == nil || p.Ecosystem.IsZero() {
		return Unit{finding: f}
	}
	name, version := p.Origin()
	return Unit{ecosystem: p.Ecosystem, source: name, version: version, id: f.ID}
}

// Origin returns name and version of the source package, or of the package itself if no
// source package is known.
func (p *AffectedPackage) Origin() (name, version string) {
	if p.Source != nil && p.Source.Name != "" {
		return p.Source.Name, cmp.Or(p.Source.Version, p.Version)
	}
	return p.Name, p.Version
}

// SetFingerprint sets the fingerprint, unless the analyzer has set it. It is a digest of
// what stays the same when the image is rebuilt: the risk, the id, the package and the
// paths; without a path, the subject.
func (f *Finding) SetFingerprint() {
	if f.Fingerprint != "" {
		return
	}
	h := sha256.New()
	write := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	write(string(f.Risk))
	write(f.ID)
	if p := f.Package; p != nil {
		write(p.Ecosystem.String())
		write(p.Name)
		write(p.Version)
	}
	paths := make([]string, 0, len(f.Locations))
	for _, l := range f.Locations {
		paths = append(paths, l.Path)
	}
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		write(p)
	}
	if len(f.Locations) == 0 || f.Locations[0].Path == "" {
		// The words of the evidence may change between versions, the subject does not. For a
		// secret the evidence is part of its value, and no words.
		if f.Subject != (Subject{}) && f.Risk != Secret {
			write(string(f.Subject.Kind))
			write(f.Subject.Name)
		} else {
			write(f.Evidence)
		}
	}
	f.Fingerprint = hex.EncodeToString(h.Sum(nil)[:16])
}

// CompareFindings compares two findings in the order of a report: by risk, severity (the
// worst first), id, package, and the locations.
func CompareFindings(a, b *Finding) int {
	c := cmp.Or(
		cmp.Compare(slices.Index(Risks(), a.Risk), slices.Index(Risks(), b.Risk)),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(a.ID, b.ID),
		comparePackages(a.Package, b.Package),
		slices.CompareFunc(a.Locations, b.Locations, CompareLocations),
	)
	return cmp.Or(c, cmp.Compare(a.Evidence, b.Evidence), cmp.Compare(a.Title, b.Title))
}

func comparePackages(a, b *AffectedPackage) int {
	if a == nil || b == nil {
		return cmp.Compare(btoi(a != nil), btoi(b != nil))
	}
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.PURL, b.PURL))
}

// CompareLocations compares two locations by layer (none first), path, line and offset.
func CompareLocations(a, b Location) int {
	return cmp.Or(
		cmp.Compare(deref(a.Layer, -1), deref(b.Layer, -1)),
		cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Offset, b.Offset),
		cmp.Compare(a.Instruction, b.Instruction),
	)
}

func deref(p *int, none int) int {
	if p == nil {
		return none
	}
	return *p
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
