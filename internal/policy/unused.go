package policy

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory/identity"
	"seaworthy.dev/seaworthy/internal/nearest"
	"seaworthy.dev/seaworthy/internal/purl"
)

// maxUnused limits the unused exceptions that are listed of one file.
const maxUnused = 100

// maxSeen limits the findings that are remembered of one id.
const maxSeen = 20

// usage is which exceptions apply to findings of an image, and what the others may mean.
type usage struct {
	applied  []bool                          // by exception
	places   []map[place]bool                // of those that list places: the places with findings
	seen     map[string][]*seaworthy.Finding // by normalised id
	ids      []string                        // of findings and their aliases
	packages nearest.Packages
}

func newUsage(exceptions int) usage {
	return usage{applied: make([]bool, exceptions), places: make([]map[place]bool, exceptions), seen: make(map[string][]*seaworthy.Finding)}
}

// see remembers a finding.
func (u *usage) see(f *seaworthy.Finding) {
	for _, id := range append([]string{f.ID}, f.Aliases...) {
		n := normalizeID(id)
		if u.seen[n] == nil {
			u.ids = append(u.ids, id)
		}
		if len(u.seen[n]) < maxSeen {
			u.seen[n] = append(u.seen[n], f)
		}
	}
}

// seePlaces remembers the places of a finding that an exception with places is about.
func (u *usage) seePlaces(i int, e *exception, f *seaworthy.Finding) {
	if e.places == nil {
		return
	}
	if u.places[i] == nil {
		u.places[i] = make(map[place]bool)
	}
	for _, p := range e.fingerprints[f.Fingerprint] {
		u.places[i][p] = true
	}
	for l := range f.Locations {
		p := placeOf(&f.Locations[l])
		u.places[i][p], u.places[i][place{path: p.path}] = true, true
	}
}

// unused lists the exceptions that apply to no finding, those of one file together.
func (j *Evaluator) unused() []seaworthy.UnusedRule {
	var all []seaworthy.UnusedRule
	listed := make(map[string]int)
	more := make(map[string]int)
	var order []*exception // the first that is not listed, of each file
	add := func(e *exception, describe func() seaworthy.UnusedRule) {
		if listed[e.source]++; listed[e.source] <= maxUnused {
			all = append(all, describe())
			return
		}
		if more[e.source]++; more[e.source] == 1 {
			order = append(order, e)
		}
	}
	for i := range j.exceptions.all {
		e := &j.exceptions.all[i]
		if e.unsupported != "" || !j.wasChecked(e) {
			continue
		}
		if len(e.places) == 0 && !j.usage.applied[i] {
			add(e, func() seaworthy.UnusedRule { return j.unusedException(e) })
		}
		for _, p := range e.sortedPlaces() {
			if !j.usage.places[i][p] {
				add(e, func() seaworthy.UnusedRule { return j.unusedPlace(e, p) })
			}
		}
	}
	for _, e := range order {
		all = append(all, seaworthy.UnusedRule{Kind: e.kind, Source: e.source, Reason: "they apply to no finding", More: more[e.source]})
	}
	return all
}

// vulnerabilityID matches the ids of vulnerabilities and advisories: all have a year but
// GitHub's and those of some distributions.
var vulnerabilityID = regexp.MustCompile(`^(GHSA|USN|DSA|DLA)-|-(19|20)[0-9]{2}[-:]`)

// wasChecked reports whether the image was checked, at least in part, for a risk that the
// exception may be about.
func (j *Evaluator) wasChecked(e *exception) bool {
	risks := e.risks
	if len(risks) == 0 {
		risks = seaworthy.Risks()
		switch {
		case vulnerabilityID.MatchString(e.id) || e.pkg != "" || len(e.purls) > 0:
			risks = []seaworthy.Risk{seaworthy.Vulnerability, seaworthy.Malware}
		case e.id != "":
			risks = slices.DeleteFunc(risks, func(r seaworthy.Risk) bool { return r == seaworthy.Vulnerability })
		}
	}
	return slices.ContainsFunc(risks, func(r seaworthy.Risk) bool {
		return slices.Contains(j.opt.Risks, r) && (j.coverage[r][seaworthy.Checked] != nil || j.coverage[r][seaworthy.Partial] != nil)
	})
}

// unusedException says why an exception applies to no finding.
func (j *Evaluator) unusedException(e *exception) seaworthy.UnusedRule {
	r := seaworthy.UnusedRule{Kind: e.kind, Source: e.source, Line: e.line, Rule: e.name, Reason: "no finding fulfils all of its conditions"}
	found := j.usage.seen[e.id]
	name := packageName(cmp.Or(e.pkg, firstOf(e.purls)))
	switch {
	case name != "" && !j.usage.packages.Has(name):
		r.Reason, r.Nearest = "the image has no package "+name, j.usage.packages.To(name)
	case e.id != "" && found == nil:
		r.Reason, r.Nearest = "no finding has this id", nearest.Word(e.id, j.usage.ids)
	case name != "" && len(found) > 0 && found[0].Package != nil:
		r.Reason, r.Nearest = "the finding is about another package", describePackage(found[0].Package)
	case len(e.paths) > 0 && len(found) > 0 && len(found[0].Locations) > 0:
		r.Reason, r.Nearest = "a location of the finding does not match the path", found[0].Locations[0].Path
	case len(e.risks) > 0 && len(found) > 0:
		r.Reason, r.Nearest = "the finding has another risk", string(found[0].Risk)
	}
	if e.expired(j.opt.Now) {
		r.Reason += "; it expired on " + e.expires
	}
	return r
}

// unusedPlace says where no secret is that an exception expects.
func (j *Evaluator) unusedPlace(e *exception, p place) seaworthy.UnusedRule {
	r := seaworthy.UnusedRule{Kind: e.kind, Source: e.source, Line: cmp.Or(e.places[p], e.line), Rule: e.name + " at " + p.String(), Reason: "the secret is not at this place"}
	found := j.usage.seen[e.id]
	if found == nil {
		r.Reason, r.Nearest = "no finding has this id", nearest.Word(e.id, j.usage.ids)
		return r
	}
	for _, f := range found {
		for l := range f.Locations {
			if at := placeOf(&f.Locations[l]); at.path != "" && at.path == p.path {
				r.Nearest = at.String()
				return r
			}
		}
	}
	return r
}

// String names the place.
func (p place) String() string {
	switch {
	case p.path == "":
		return p.instruction
	case p.line == 0:
		return p.path
	}
	return fmt.Sprintf("%s:%d", p.path, p.line)
}

func (e *exception) sortedPlaces() []place {
	all := make([]place, 0, len(e.places))
	for p := range e.places {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(e.places[a], e.places[b]), cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line), cmp.Compare(a.instruction, b.instruction))
	})
	return all
}

// packageName returns the name in what an exception calls a package: a name or a package
// URL.
func packageName(s string) string {
	if !strings.HasPrefix(s, "pkg:") {
		return s
	}
	if u, err := purl.Parse(s); err == nil {
		return identity.Name(&u)
	}
	return s
}

// describePackage names a package with its source package.
func describePackage(p *seaworthy.AffectedPackage) string {
	if p.Source != nil && p.Source.Name != p.Name {
		return p.Name + ", of source " + p.Source.Name
	}
	return p.Name
}

func firstOf(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}
