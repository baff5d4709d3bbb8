package advisory

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// fact is a row of testdata/records: what an advisory says, and where.
type fact struct {
	id, aliases, ecosystem, name string
	spans                        []version.Span
	only                         string // the one version that is affected
}

// facts reads testdata/records, which its README explains.
func facts(t *testing.T, path string) []fact {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []fact
	for _, row := range rows[1:] {
		f := fact{id: row[0], aliases: row[1], ecosystem: row[2], name: row[3]}
		if !strings.HasPrefix(row[5], "https://") {
			t.Errorf("%s names no source", f.id)
		}
		for text := range strings.FieldsSeq(row[4]) {
			if v, ok := strings.CutPrefix(text, "="); ok {
				f.only = v
				continue
			}
			from, to, _ := strings.Cut(text, "<")
			s := version.Span{From: from}
			s.To, s.Inclusive = strings.CutPrefix(to, "=")
			f.spans = append(f.spans, s)
		}
		all = append(all, f)
	}
	return all
}

// record is the fact in the form of OSV.
func (f *fact) record(t *testing.T) string {
	t.Helper()
	r := map[string]any{"id": f.id, "modified": "2024-01-01T00:00:00Z", "summary": "A vulnerability in " + f.name}
	if f.aliases != "" {
		r["aliases"] = []string{f.aliases}
		if version.IsDistribution(seaworthy.ParseEcosystem(f.ecosystem)) {
			r["aliases"], r["upstream"] = nil, []string{f.aliases}
		}
	}
	affected := map[string]any{"package": map[string]string{"ecosystem": f.ecosystem, "name": f.name}}
	if f.only != "" {
		affected["versions"] = []string{f.only}
	}
	var ranges []any
	for _, s := range f.spans {
		events := []map[string]string{{"introduced": s.From}}
		switch {
		case s.Inclusive:
			events = append(events, map[string]string{"last_affected": s.To})
		case s.To != "":
			events = append(events, map[string]string{"fixed": s.To})
		}
		ranges = append(ranges, map[string]any{"type": "ECOSYSTEM", "events": events})
	}
	affected["ranges"] = ranges
	r["affected"] = []any{affected}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// justBefore is a version that comes right before another one.
func justBefore(ecosystem, text string) string {
	switch seaworthy.ParseEcosystem(ecosystem).Name {
	case "Azure Linux", "SUSE", "Ubuntu":
		return text + "~"
	case "Packagist":
		return text + "-dev"
	case "NuGet":
		release, _, _ := strings.Cut(text, "-")
		return release + "-0"
	case "Maven":
		return strings.TrimSuffix(text, ".Final") + "-alpha"
	default:
		return text + "-0"
	}
}

// farAfter is a version that comes after all others.
func farAfter(ecosystem string) string {
	if version.IsDistribution(seaworthy.ParseEcosystem(ecosystem)) {
		return "99:9999999999"
	}
	return "99999"
}

// TestFacts holds matching to facts of published advisories: versions at and next to
// each boundary.
func TestFacts(t *testing.T) {
	files, err := filepath.Glob("testdata/records/*.csv")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		t.Run(name, func(t *testing.T) {
			all := facts(t, path)
			if len(all) < 20 {
				t.Errorf("%d facts, want 20 or more", len(all))
			}
			var records []string
			for i := range all {
				records = append(records, all[i].record(t))
			}
			db := built(t, map[string][]string{name: records})
			for i := range all {
				check(t, db, &all[i])
			}
		})
	}
}

// check asks for the versions at the boundaries of a fact.
func check(t *testing.T, db *Database, f *fact) {
	t.Helper()
	has := func(version string) (vulnerability *Vulnerability) {
		ask := db.Match
		if strings.HasPrefix(f.id, "MAL-") {
			ask = db.Malicious
			if a := mustMatch(t, db, f.ecosystem, f.name, version); len(a.Vulnerabilities) > 0 {
				t.Errorf("%s: malware is given as a vulnerability", f.id)
			}
		}
		a, err := ask(t.Context(), Query{Ecosystem: seaworthy.ParseEcosystem(installed(f.ecosystem)), Name: f.name, Version: version})
		if err != nil || len(a.Undecided) > 0 {
			t.Fatalf("%s: %s: %+v, %v", f.id, version, a, err)
		}
		for i := range a.Vulnerabilities {
			if slices.Contains(a.Vulnerabilities[i].Advisories, f.id) {
				return &a.Vulnerabilities[i]
			}
		}
		return nil
	}
	want := func(version string, affected bool) *Vulnerability {
		t.Helper()
		vulnerability := has(version)
		if (vulnerability != nil) != affected {
			t.Errorf("%s: %s %s is affected: %v, want %v", f.id, f.name, version, vulnerability != nil, affected)
		}
		return vulnerability
	}
	if f.only != "" {
		want(f.only, true)
		want("0.0.1", false)
	}
	for _, s := range f.spans {
		if s.From != version.Zero {
			want(s.From, true)
			want(justBefore(f.ecosystem, s.From), inAnother(t, f, justBefore(f.ecosystem, s.From)))
		}
		switch {
		case s.To == "":
			want(farAfter(f.ecosystem), true)
			continue
		case s.Inclusive:
			want(s.To, true)
			want(s.To+".1", false)
			continue
		}
		if vulnerability := want(justBefore(f.ecosystem, s.To), true); vulnerability != nil {
			if vulnerability.FixedVersion != s.To || vulnerability.Status != store.StatusFixed {
				t.Errorf("%s: fixed in %q (%s), want %q", f.id, vulnerability.FixedVersion, vulnerability.Status, s.To)
			}
			if f.aliases != "" && vulnerability.ID != f.aliases && strings.HasPrefix(f.aliases, "CVE-") {
				t.Errorf("%s is known as %s, want %s", f.id, vulnerability.ID, f.aliases)
			}
		}
		want(s.To, inAnother(t, f, s.To))
		want(farAfter(f.ecosystem), false)
	}
}

// inAnother reports whether a version lies in any of the stretches of a fact.
func inAnother(t *testing.T, f *fact, text string) bool {
	t.Helper()
	return slices.ContainsFunc(f.spans, func(s version.Span) bool {
		from := s.From == version.Zero || compareText(t, f.ecosystem, text, s.From) >= 0
		c := -1
		if s.To != "" {
			c = compareText(t, f.ecosystem, text, s.To)
		}
		return from && (c < 0 || c == 0 && s.Inclusive)
	})
}

// installed is the ecosystem of an image that has a package of a product of SUSE: the
// os-release names the product, and no module or contract.
func installed(ecosystem string) string {
	product, ok := strings.CutPrefix(ecosystem, "SUSE:Linux Enterprise ")
	if !ok {
		return ecosystem
	}
	product, _, _ = strings.Cut(product, "-")
	fields := strings.Fields(product)
	from := slices.IndexFunc(fields, func(f string) bool { return f == "12" || f == "15" })
	return "SUSE:Linux Enterprise Server " + strings.Join(fields[from:], " ")
}
