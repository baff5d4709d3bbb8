package store

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// convertRecord returns the parts of an OSV record that a file stores. It returns nil for
// withdrawn records and for advisories about bugs only.
func convertRecord(r *osv.Record) (*Advisory, *Text) {
	if !r.Withdrawn.IsZero() {
		return nil, nil
	}
	a := &Advisory{ID: r.ID, Scores: r.Severity, Malicious: r.IsMalicious()}
	a.CVEs = cvesOf(r)
	if len(a.CVEs) == 0 && isBugFix(r.ID) {
		return nil, nil
	}
	a.Aliases = append(a.Aliases, r.Aliases...)
	if len(a.CVEs) <= 1 {
		a.Aliases = append(a.Aliases, r.Upstream...)
	}
	slices.Sort(a.Aliases)
	a.Aliases = slices.DeleteFunc(slices.Compact(a.Aliases), func(s string) bool { return s == "" || s == r.ID || len(s) > osv.MaxID })
	a.Severity = severityWord(r)
	for _, f := range r.Affected {
		var specific struct {
			Informational string `json:"informational"`
		}
		if json.Unmarshal(f.Specific, &specific) == nil && specific.Informational != "" {
			a.Informational = specific.Informational
		}
	}
	t := NewText(r.Summary, r.Details)
	for _, ref := range r.References[:min(len(r.References), MaxReferences)] {
		if ref.URL != "" {
			t.References = append(t.References, ref.URL)
		}
	}
	return a, t
}

// cvesInRelated are the ecosystems whose records list their CVEs in the field "related" if
// the field "upstream" has none.
const cvesInRelated = ",AlmaLinux,Mageia,Red Hat,Rocky Linux,SUSE,openEuler,openSUSE,"

// cvesOf returns the CVEs that an advisory of a distribution is about, sorted. It returns
// none for advisories of languages, whose CVE is an alias.
func cvesOf(r *osv.Record) []string {
	names := r.Upstream
	if !slices.ContainsFunc(names, osv.IsCVE) && slices.ContainsFunc(r.Affected, func(a osv.Affected) bool {
		return strings.Contains(cvesInRelated, ","+a.Package.Ecosystem.Name+",")
	}) {
		names = append(slices.Clone(r.Related), r.Aliases...)
	}
	var list []string
	for _, n := range names {
		if osv.IsCVE(n) {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// isBugFix reports by the id whether an advisory is about a bug or an enhancement.
func isBugFix(id string) bool {
	for _, prefix := range []string{"ALBA-", "ALEA-", "RLBA-", "RLEA-", "RXBA-", "RXEA-", "RHBA-", "RHEA-", "SUSE-RU-", "SUSE-FU-", "SUSE-OU-", "openSUSE-RU-", "openSUSE-FU-", "openSUSE-OU-", "MGAA-"} {
		if strings.HasPrefix(id, prefix) {
			return true
		}
	}
	return false
}

// severityWord returns the word for the severity of a whole record, "" if it has none.
func severityWord(r *osv.Record) string {
	var specific struct {
		Severity json.RawMessage `json:"severity"`
		CVSS3    json.RawMessage `json:"cvss_v3"`
	}
	if json.Unmarshal(r.Specific, &specific) == nil {
		var word string
		if json.Unmarshal(specific.Severity, &word) == nil && osv.ParseSeverity(word) != 0 {
			return word
		}
		if score, err := strconv.ParseFloat(string(specific.CVSS3), 64); err == nil {
			return osv.Rating(score).String()
		}
	}
	// Red Hat and others begin the summary with it: "Important: firefox security update".
	if word, _, ok := strings.Cut(r.Summary, ":"); ok && isFromDistribution(r) && osv.ParseSeverity(word) != 0 {
		return word
	}
	return ""
}

// isFromDistribution reports whether a record is about packages of a distribution.
func isFromDistribution(r *osv.Record) bool {
	return slices.ContainsFunc(r.Affected, func(a osv.Affected) bool { return version.IsDistribution(a.Package.Ecosystem) })
}

// convertAffected converts an entry of the field "affected" of a record, which is about
// one package. It returns nil if the entry names no package, or only commits and no
// versions. The summary is that of the record.
func convertAffected(f *osv.Affected, summary string) *Affected {
	if f.Package.Ecosystem.IsZero() || f.Package.Name == "" {
		return nil
	}
	a := &Affected{Scores: f.Severity}
	o := version.OrderOfPackage(f.Package.Ecosystem, f.Package.Name)
	ranged := false
	for _, g := range f.Ranges {
		if g.Type == "GIT" {
			continue
		}
		ranged = true
		spans, err := o.Spans(o.DropListedFixes(g.Events, f.Versions))
		if err != nil {
			a.Incomparable = shorten(version.Reason(err), version.MaxLength)
		}
		a.Spans = append(a.Spans, spans...)
	}
	a.Versions = o.Outside(f.Versions, a.Spans)
	if !ranged && len(f.Versions) == 0 {
		if len(f.Ranges) > 0 {
			return nil // only commits
		}
		a.Spans = version.All() // without ranges and versions, OSV means all versions
	}
	if o.IsRPM() {
		a.Module = moduleOf(a.Spans, summary)
	}
	var specific struct {
		Urgency  string   `json:"urgency"`
		Severity string   `json:"severity"`
		Module   string   `json:"module"` // set by package feed, from OVAL
		Imports  []Import `json:"imports"`
	}
	if json.Unmarshal(f.EcosystemSpecific, &specific) == nil {
		switch u := specific.Urgency; {
		case u == "end-of-life":
			a.Status = u
		case osv.ParseSeverity(u) != 0:
			a.Severity = u
		}
		if a.Severity == "" && osv.ParseSeverity(specific.Severity) != 0 {
			a.Severity = specific.Severity
		}
		if specific.Module != "" && a.Module != "" {
			a.Module = specific.Module
		}
		a.Imports = specific.Imports
	}
	return a
}

// shorten cuts a text to at most size bytes, at the end of a character.
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
