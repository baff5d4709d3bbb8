package advisory

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// digestRecord takes from a record what the database keeps. It gives nil for what
// is no advisory about a flaw: withdrawn records, and bug-fix advisories.
func digestRecord(r *Record) (*advice, *Text) {
	if !r.Withdrawn.IsZero() {
		return nil, nil
	}
	a := &advice{id: r.ID, scores: r.Severity, malicious: r.malicious()}
	a.flaws = flaws(r)
	if len(a.flaws) == 0 && bugFix(r.ID) {
		return nil, nil
	}
	a.aliases = append(a.aliases, r.Aliases...)
	if len(a.flaws) <= 1 {
		a.aliases = append(a.aliases, r.Upstream...)
	}
	slices.Sort(a.aliases)
	a.aliases = slices.DeleteFunc(slices.Compact(a.aliases), func(s string) bool { return s == "" || s == r.ID || len(s) > maxID })
	a.word = recordWord(r)
	for _, f := range r.Affected {
		var specific struct {
			Informational string `json:"informational"`
		}
		if json.Unmarshal(f.Specific, &specific) == nil && specific.Informational != "" {
			a.informational = specific.Informational
		}
	}
	t := &Text{Summary: shorten(r.Summary, maxSummary), Details: shorten(r.Details, maxDetails)}
	for _, ref := range r.References[:min(len(r.References), maxReferences)] {
		if ref.URL != "" {
			t.References = append(t.References, ref.URL)
		}
	}
	return a, t
}

// relatedNamesFlaws are the ecosystems whose advisories name their CVEs in
// "related" where they have no "upstream".
const relatedNamesFlaws = ",AlmaLinux,Mageia,Red Hat,Rocky Linux,SUSE,openEuler,openSUSE,"

// flaws are the CVEs that an advisory is about, where it is one of a distribution,
// about any number of them.
func flaws(r *Record) []string {
	names := r.Upstream
	if !slices.ContainsFunc(names, isCVE) && slices.ContainsFunc(r.Affected, func(a Affected) bool {
		return strings.Contains(relatedNamesFlaws, ","+Base(a.Package.Ecosystem)+",")
	}) {
		names = append(slices.Clone(r.Related), r.Aliases...)
	}
	var list []string
	for _, n := range names {
		if isCVE(n) {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// bugFix tells by the id whether an advisory is about a bug or an enhancement.
func bugFix(id string) bool {
	for _, prefix := range []string{"ALBA-", "ALEA-", "RLBA-", "RLEA-", "RXBA-", "RXEA-", "RHBA-", "RHEA-", "SUSE-RU-", "SUSE-FU-", "SUSE-OU-", "openSUSE-RU-", "openSUSE-FU-", "openSUSE-OU-", "MGAA-"} {
		if strings.HasPrefix(id, prefix) {
			return true
		}
	}
	return false
}

// recordWord is the word for the severity of a whole record, if it has one.
func recordWord(r *Record) string {
	var specific struct {
		Severity json.RawMessage `json:"severity"`
		CVSS3    json.RawMessage `json:"cvss_v3"`
	}
	if json.Unmarshal(r.Specific, &specific) == nil {
		var word string
		if json.Unmarshal(specific.Severity, &word) == nil && parseWord(word) != 0 {
			return word
		}
		if score, err := strconv.ParseFloat(string(specific.CVSS3), 64); err == nil {
			return rating(score).String()
		}
	}
	// "Important: firefox security update"
	if word, _, ok := strings.Cut(r.Summary, ":"); ok && distributes(r) && parseWord(word) != 0 {
		return word
	}
	return ""
}

// distributes tells whether the record is a distribution's own.
func distributes(r *Record) bool {
	return slices.ContainsFunc(r.Affected, func(a Affected) bool { return isDistribution(a.Package.Ecosystem) })
}

// digestAffected takes from a record what the database keeps of one package. It
// gives nil if that says nothing about versions that can be installed. The
// summary is that of the record.
func digestAffected(f *Affected, summary string) *affects {
	if f.Package.Ecosystem == "" || f.Package.Name == "" {
		return nil
	}
	a := &affects{scores: f.Severity}
	o := orderOf(f.Package.Ecosystem)
	ranged := false
	for _, g := range f.Ranges {
		if g.Type == "GIT" {
			continue
		}
		ranged = true
		spans, err := o.spans(o.credible(g.Events, f.Versions))
		if err != nil {
			a.incomparable = shorten(reason(err), maxVersion)
		}
		a.spans = append(a.spans, spans...)
	}
	a.versions = o.uncovered(f.Versions, a.spans)
	if !ranged && len(f.Versions) == 0 {
		if len(f.Ranges) > 0 {
			return nil // git histories only
		}
		a.spans = []span{{from: zero}} // the specification: all versions
	}
	if o.like == "Red Hat" {
		a.module = moduleOf(a.spans, summary)
	}
	var specific struct {
		Urgency  string   `json:"urgency"`
		Severity string   `json:"severity"`
		Module   string   `json:"module"` // by which readOVAL tells it
		Imports  []Import `json:"imports"`
	}
	if json.Unmarshal(f.EcosystemSpecific, &specific) == nil {
		switch u := specific.Urgency; {
		case u == "end-of-life":
			a.status = u
		case parseWord(u) != 0:
			a.word = u
		}
		if a.word == "" && parseWord(specific.Severity) != 0 {
			a.word = specific.Severity
		}
		if specific.Module != "" && a.module != "" {
			a.module = specific.Module
		}
		a.imports = specific.Imports
	}
	return a
}

// reason is the message of an error without what every such error says.
func reason(err error) string {
	return strings.TrimPrefix(err.Error(), ErrNotComparable.Error()+": ")
}

// uncovered gives the versions that do not lie in the spans.
func (o order) uncovered(versions []string, spans []span) []string {
	var rest []string
	placed := o.place(spans)
	for _, text := range versions {
		if len(text) > maxVersion || text == "" {
			continue
		}
		held := false
		if v, err := o.parse(text); err == nil {
			for i := range placed {
				in, err := placed[i].holds(v)
				held = held || in && err == nil
			}
		}
		if !held {
			rest = append(rest, text)
		}
	}
	return rest
}

// shorten cuts a text to at most so many bytes, and not within a character.
func shorten(s string, size int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size]
}
