package crosscheck_test

import (
	"archive/zip"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// record is an OSV record.
type record struct {
	ID                         string
	Aliases, Upstream, Related []string
	Withdrawn                  string
	Summary                    string
	Affected                   []affected
}

type affected struct {
	Package  struct{ Ecosystem, Name string }
	Versions []string
	Ranges   []struct {
		Type   string
		Events []map[string]string
	}
	Specific json.RawMessage `json:"ecosystem_specific"`
}

// records reads the records of an ecosystem in the shared directory.
func records(t testing.TB, ecosystem string) []record {
	t.Helper()
	z, err := zip.OpenReader(imagetest.Shared(t, "advisories/"+ecosystem+"/all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var all []record
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var r record
		if err := json.NewDecoder(in).Decode(&r); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		in.Close()
		if r.Withdrawn == "" {
			all = append(all, r)
		}
	}
	return all
}

// installed is a package of an image.
type installed struct {
	name, version string
	// about and at are the package and the version that advisories speak of, where
	// they speak of the source package.
	about, at string
	// stream is "name:stream" of an RPM that belongs to a module.
	stream string
}

func (p installed) subject() (name, version string) {
	return cmp.Or(p.about, p.name), cmp.Or(p.at, p.version)
}

// order compares versions of one ecosystem.
type order func(a, b string) int

// rules are the rules for matching advisories of an ecosystem.
type rules struct {
	ecosystem string // with its release
	compare   order
	spelling  func(name string) string // gives spellings of one name one form, if not nil
}

// expected returns the vulnerabilities of packages: "id package version fixed-version",
// sorted.
func (r rules) expected(all []record, packages []installed) []string {
	spelling := r.spelling
	if spelling == nil {
		spelling = func(s string) string { return s }
	}
	byName := make(map[string][]*record)
	for i := range all {
		names := make(map[string]bool)
		for _, a := range all[i].Affected {
			if a.Package.Ecosystem == r.ecosystem {
				names[spelling(a.Package.Name)] = true
			}
		}
		for n := range names {
			byName[n] = append(byName[n], &all[i])
		}
	}
	var vulnerabilities []string
	for _, p := range packages {
		about, at := p.subject()
		var groups []group
		for _, rec := range byName[spelling(about)] {
			var parts []affected
			concerned := false
			for _, a := range rec.Affected {
				if a.Package.Ecosystem == r.ecosystem && spelling(a.Package.Name) == spelling(about) && sameStream(rec, a, p) {
					parts = append(parts, a)
					concerned = concerned || r.affects(a, at)
				}
			}
			if concerned {
				for _, names := range r.names(rec) {
					groups = join(groups, group{names, r.fix(parts, at)})
				}
			}
		}
		for _, g := range groups {
			fixed := ""
			for _, f := range g.fixed {
				if fixed == "" || r.compare(f, fixed) > 0 {
					fixed = f
				}
			}
			vulnerabilities = append(vulnerabilities, strings.Join([]string{g.id(), p.name, p.version, fixed}, " "))
		}
	}
	slices.Sort(vulnerabilities)
	return vulnerabilities
}

// names returns the names of each vulnerability in a record.
func (r rules) names(rec *record) [][]string {
	if strings.HasPrefix(r.ecosystem, "AlmaLinux") {
		var each [][]string
		for _, n := range rec.Related {
			if strings.HasPrefix(n, "CVE-") {
				each = append(each, []string{n})
			}
		}
		if len(each) > 0 || !strings.HasPrefix(rec.ID, "ALSA-") {
			return each
		}
	}
	return [][]string{slices.Concat([]string{rec.ID}, rec.Aliases, rec.Upstream)}
}

// affects reports whether a version is affected, by the algorithm of the OSV schema.
func (r rules) affects(a affected, version string) bool {
	if slices.ContainsFunc(a.Versions, func(v string) bool { return v == version || r.compare(v, version) == 0 }) {
		return true
	}
	return slices.ContainsFunc(slices.Collect(a.events()), func(e []map[string]string) bool { return r.within(e, version) })
}

// events returns the version ranges.
func (a affected) events() func(func([]map[string]string) bool) {
	return func(yield func([]map[string]string) bool) {
		for _, g := range a.Ranges {
			if g.Type != "GIT" && !yield(g.Events) {
				return
			}
		}
	}
}

func (r rules) within(events []map[string]string, version string) bool {
	// What counts is the last introduction up to the version, and what ends it. Of
	// events at one version the order of the record counts.
	start, at, found := "", 0, false
	for i, e := range events {
		if v, ok := e["introduced"]; ok && (v == "0" || r.compare(v, version) <= 0) && (!found || start == "0" || v != "0" && r.compare(v, start) >= 0) {
			start, at, found = v, i, true
		}
	}
	if !found {
		return false
	}
	for i, e := range events {
		if v, ok := e["fixed"]; ok && r.compare(v, version) <= 0 && (start == "0" || r.compare(v, start) > 0 || r.compare(v, start) == 0 && i > at) {
			return false
		}
		if v, ok := e["last_affected"]; ok && r.compare(v, version) < 0 && (start == "0" || r.compare(v, start) >= 0) {
			return false
		}
	}
	return true
}

// fix gives the first fixed version after a version that is in none of the ranges. One
// that the record lists among those affected counts only if there is no other.
func (r rules) fix(parts []affected, version string) []string {
	best, listed := "", ""
	for _, a := range parts {
		for events := range a.events() {
			for _, e := range events {
				f, ok := e["fixed"]
				if !ok || r.compare(f, version) <= 0 {
					continue
				}
				if slices.ContainsFunc(parts, func(b affected) bool {
					return slices.ContainsFunc(slices.Collect(b.events()), func(e []map[string]string) bool { return r.within(e, f) })
				}) {
					continue
				}
				kind := &best
				if slices.ContainsFunc(parts, func(b affected) bool { return slices.Contains(b.Versions, f) }) {
					kind = &listed
				}
				if *kind == "" || r.compare(f, *kind) < 0 {
					*kind = f
				}
			}
		}
	}
	if best = cmp.Or(best, listed); best == "" {
		return nil
	}
	return []string{best}
}

// sameStream reports whether an advisory about a module, or about none, can be about a
// package: AlmaLinux marks modules in the release, and names the stream in the summary.
func sameStream(rec *record, a affected, p installed) bool {
	modular := func(v string) bool { return strings.Contains(v, ".module_el") }
	for events := range a.events() {
		for _, e := range events {
			if f := e["fixed"]; f != "" && modular(f) != modular(p.version) {
				return false
			}
		}
	}
	if !modular(p.version) || p.stream == "" {
		return true
	}
	for word := range strings.FieldsSeq(strings.TrimPrefix(rec.Summary, "Important: ")) {
		// "Moderate:" is no stream, and "httpd:2.4/mod_http2" is that of httpd:2.4.
		word, _, _ = strings.Cut(word, "/")
		if name, s, ok := strings.Cut(word, ":"); ok && name != "" && s != "" {
			return word == p.stream
		}
	}
	return true
}

// group is the names of one vulnerability, and its fixed versions.
type group struct {
	names []string
	fixed []string
}

func join(groups []group, g group) []group {
	groups = slices.DeleteFunc(groups, func(o group) bool {
		if !slices.ContainsFunc(o.names, func(n string) bool { return slices.Contains(g.names, n) }) {
			return false
		}
		g.names = append(slices.Clone(g.names), o.names...)
		g.fixed = append(slices.Clone(g.fixed), o.fixed...)
		return true
	})
	return append(groups, g)
}

// id is the first CVE, else the first name by the order of publishers.
func (g group) id() string {
	rank := func(n string) int {
		return 1 + slices.IndexFunc([]string{"GHSA-", "GO-", "PYSEC-", "RUSTSEC-"}, func(p string) bool { return strings.HasPrefix(n, p) })
	}
	return slices.MinFunc(g.names, func(a, b string) int {
		ya, na, isA := cve(a)
		yb, nb, isB := cve(b)
		if isA != isB {
			return map[bool]int{true: -1, false: 1}[isA]
		}
		other := func(n string) int { return map[bool]int{true: 99, false: rank(n)}[rank(n) == 0] }
		return cmp.Or(cmp.Compare(ya, yb), cmp.Compare(na, nb), cmp.Compare(other(a), other(b)), strings.Compare(a, b))
	})
}

func cve(name string) (year, serial int, ok bool) {
	parts := strings.Split(name, "-")
	if len(parts) != 3 || parts[0] != "CVE" {
		return 0, 0, false
	}
	year, errY := strconv.Atoi(parts[1])
	serial, errN := strconv.Atoi(parts[2])
	return year, serial, errY == nil && errN == nil
}

// batch is an order computed by a program for many pairs at once.
type batch struct {
	known map[[2]string]int
	asked map[[2]string]bool
}

func (b *batch) compare(x, y string) int {
	if x == y {
		return 0
	}
	c, ok := b.known[[2]string{x, y}]
	if !ok {
		b.asked[[2]string{x, y}] = true
	}
	return c
}

// settle computes until all required pairs are compared.
func settle[T any](answer func([][2]string) []int, compute func(order) T) T {
	b := &batch{known: make(map[[2]string]int)}
	for {
		b.asked = make(map[[2]string]bool)
		result := compute(b.compare)
		if len(b.asked) == 0 {
			return result
		}
		pairs := slices.Collect(maps.Keys(b.asked))
		for i, c := range answer(pairs) {
			b.known[pairs[i]] = c
		}
	}
}
