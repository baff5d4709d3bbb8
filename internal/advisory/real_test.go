package advisory

import (
	"archive/zip"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/version"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// plain is a record as it stands in the archive, read without the code under test.
type plain struct {
	ID                         string
	Aliases, Upstream, Related []string
	Withdrawn                  string
	Affected                   []struct {
		Package  struct{ Ecosystem, Name string }
		Versions []string
		Ranges   []struct {
			Type   string
			Events []map[string]string
		}
	}
}

func plainRecords(t testing.TB, name string) []plain {
	t.Helper()
	z, err := zip.OpenReader(imagetest.Shared(t, "advisories/"+name+"/all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var all []plain
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		var r plain
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// TestRealRecords compares the database with a second implementation over the same
// records: the algorithm of the OSV specification, word by word, over all records
// for each of some packages and versions. Debian's versions are compared by dpkg
// where it is installed.
func TestRealRecords(t *testing.T) {
	db := open(t, sharedDatabase(t))
	const sample = 30
	for _, name := range sharedEcosystems {
		records := plainRecords(t, name)
		random := rand.New(rand.NewPCG(1, uint64(len(name))))
		vulnerabilities, clean := 0, 0
		for range sample {
			q := pick(random, records)
			want := expected(t, records, q)
			got := ids(mustMatch(t, db, q.Ecosystem.String(), q.Name, q.Version))
			slices.SortFunc(want, compareNames)
			if !slices.Equal(got, want) {
				t.Errorf("%+v: vulnerabilities %q, want %q", q, got, want)
			}
			if vulnerabilities += len(got); len(got) == 0 {
				clean++
			}
		}
		t.Logf("%s: %d vulnerabilities; %d of %d without any", name, vulnerabilities, clean, sample)
		if vulnerabilities < sample/2 || clean < 3 {
			t.Errorf("%s: the sample shows little", name)
		}
	}
}

// pick takes a package from a record, and a version at or next to one of its events.
func pick(random *rand.Rand, records []plain) Query {
	for {
		r := records[random.IntN(len(records))]
		if len(r.Affected) == 0 {
			continue
		}
		a := r.Affected[random.IntN(len(r.Affected))]
		var versions []string
		for _, g := range a.Ranges {
			for _, e := range g.Events {
				for _, v := range e {
					// To Bitnami's packages what follows a hyphen is the packaging.
					if g.Type != "GIT" && v != "0" && (a.Package.Ecosystem != "Bitnami" || !strings.Contains(v, "-")) {
						// The event itself, something a little before or after, and
						// something long after.
						versions = append(versions, v, earlier(v), v+".1", "99"+v)
					}
				}
			}
		}
		if versions = append(versions, a.Versions...); len(versions) == 0 {
			continue
		}
		q := Query{Ecosystem: seaworthy.ParseEcosystem(a.Package.Ecosystem), Name: a.Package.Name, Version: versions[random.IntN(len(versions))]}
		if _, err := version.Parse(q.Ecosystem, q.Version); err == nil {
			return q
		}
	}
}

// earlier counts the first digit that is not 0 down by one.
func earlier(v string) string {
	i := strings.IndexAny(v, "123456789")
	if i < 0 {
		return v
	}
	return v[:i] + string(v[i]-1) + v[i+1:]
}

// expected returns the ids of the vulnerabilities of a version.
func expected(t *testing.T, records []plain, q Query) []string {
	var sets []map[string]bool // of names of one vulnerability
	add := func(names ...string) {
		one := map[string]bool{}
		for _, n := range names {
			one[n] = true
		}
		sets = slices.DeleteFunc(sets, func(s map[string]bool) bool {
			for n := range s {
				if one[n] {
					for n := range s {
						one[n] = true
					}
					return true
				}
			}
			return false
		})
		sets = append(sets, one)
	}
	for _, r := range records {
		if r.Withdrawn != "" || !concerns(t, r, q) {
			continue
		}
		if cves := slices.DeleteFunc(slices.Clone(r.Related), func(n string) bool { return !strings.HasPrefix(n, "CVE-") }); q.Ecosystem.Name == "AlmaLinux" {
			for _, c := range cves {
				add(c)
			}
			if len(cves) > 0 || !strings.HasPrefix(r.ID, "ALSA") {
				continue
			}
		}
		add(append(append([]string{r.ID}, r.Aliases...), r.Upstream...)...)
	}
	var ids []string
	for _, s := range sets {
		var names []string
		for n := range s {
			names = append(names, n)
		}
		ids = append(ids, slices.MinFunc(names, compareNames))
	}
	return ids
}

// sameName follows PEP 503 for PyPI. In the other ecosystems here names are compared as
// they are.
func sameName(ecosystem, a, b string) bool {
	if ecosystem != "PyPI" {
		return a == b
	}
	separators := regexp.MustCompile(`[-_.]+`)
	normal := func(name string) string { return separators.ReplaceAllString(strings.ToLower(name), "-") }
	return normal(a) == normal(b)
}

func concerns(t *testing.T, r plain, q Query) bool {
	for _, a := range r.Affected {
		if a.Package.Ecosystem != q.Ecosystem.String() || !sameName(q.Ecosystem.Name, a.Package.Name, q.Name) {
			continue
		}
		if slices.Contains(a.Versions, q.Version) {
			return true
		}
		for _, g := range a.Ranges {
			// The packages of a module and others of that name have nothing to do
			// with each other.
			module := slices.ContainsFunc(g.Events, func(e map[string]string) bool { return strings.Contains(e["fixed"], ".module_el") })
			if module != strings.Contains(q.Version, ".module_el") {
				continue
			}
			if g.Type != "GIT" && inRange(t, g.Events, q) {
				return true
			}
		}
	}
	return false
}

func inRange(t *testing.T, events []map[string]string, q Query) bool {
	type point struct{ kind, version string }
	var points []point
	for _, e := range events {
		for kind, v := range e {
			if _, err := version.Parse(q.Ecosystem, v); err != nil {
				return false // which the database says of it, too
			}
			points = append(points, point{kind, v})
		}
	}
	slices.SortStableFunc(points, func(a, b point) int { return comparePlain(t, q.Ecosystem.String(), a.version, b.version) })
	vulnerable := false
	for _, p := range points {
		c := comparePlain(t, q.Ecosystem.String(), q.Version, p.version)
		switch {
		case p.kind == "introduced" && c >= 0:
			vulnerable = true
		case p.kind == "fixed" && c >= 0, p.kind == "last_affected" && c > 0:
			vulnerable = false
		}
	}
	return vulnerable
}

// comparePlain compares versions; the version "0" comes before all.
func comparePlain(t *testing.T, ecosystem, a, b string) int {
	switch {
	case a == "0" && b == "0":
		return 0
	case a == "0":
		return -1
	case b == "0":
		return 1
	}
	if seaworthy.ParseEcosystem(ecosystem).Name == "Debian" {
		if c, ok := dpkgCompare(a, b); ok {
			return c
		}
	}
	return compareText(t, ecosystem, a, b)
}

func compareText(t *testing.T, ecosystem, a, b string) int {
	t.Helper()
	v, err := version.Parse(seaworthy.ParseEcosystem(ecosystem), a)
	if err != nil {
		t.Fatal(err)
	}
	w, err := version.Parse(seaworthy.ParseEcosystem(ecosystem), b)
	if err != nil {
		t.Fatal(err)
	}
	c, err := v.Compare(w)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func dpkgCompare(a, b string) (int, bool) {
	dpkg, err := exec.LookPath("dpkg")
	if err != nil {
		return 0, false
	}
	for operator, c := range map[string]int{"lt": -1, "eq": 0, "gt": 1} {
		if exec.Command(dpkg, "--compare-versions", a, operator, b).Run() == nil {
			return c, true
		}
	}
	return 0, false
}

// TestOrderOfRPM compares the order of RPM versions with that of rpm itself, over pairs of
// close versions of real advisories.
func TestOrderOfRPM(t *testing.T) {
	rpm, err := exec.LookPath("rpm")
	if err != nil {
		t.Skip("rpm is not installed")
	}
	var versions []string
	for _, r := range plainRecords(t, "AlmaLinux") {
		for _, a := range r.Affected {
			for _, g := range a.Ranges {
				for _, e := range g.Events {
					if v := e["fixed"]; v != "" {
						versions = append(versions, v, earlier(v), v+".1", v+"~rc1", v+"^git2", strings.Replace(v, ".", ".a", 1))
					}
				}
			}
		}
	}
	slices.Sort(versions)
	versions = slices.Compact(versions)
	random := rand.New(rand.NewPCG(5, 6))
	var pairs [][2]string
	for range 4000 {
		i := random.IntN(len(versions) - 1)
		pairs = append(pairs, [2]string{versions[i], versions[i+1]}, [2]string{versions[i], versions[random.IntN(len(versions))]})
	}
	var list strings.Builder
	for _, p := range pairs {
		list.WriteString(p[0] + " " + p[1] + "\n")
	}
	path := filepath.Join(t.TempDir(), "pairs")
	advisorytest.WriteFile(t, path, []byte(list.String()))
	script := "%{lua: for l in io.lines('" + path + "') do local i = l:find(' ', 1, true) print(rpm.vercmp(l:sub(1, i-1), l:sub(i+1)) .. ' ') end}"
	out, err := exec.Command(rpm, "--eval", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Fields(string(out))
	if len(answers) != len(pairs) {
		t.Fatalf("rpm gave %d answers to %d questions", len(answers), len(pairs))
	}
	wrong := 0
	for i, p := range pairs {
		want, err := strconv.Atoi(answers[i])
		if err != nil {
			t.Fatal(err)
		}
		if got := compareText(t, "AlmaLinux:9", p[0], p[1]); got != want {
			if wrong++; wrong < 10 {
				t.Errorf("%s and %s compare as %d, and to rpm as %d", p[0], p[1], got, want)
			}
		}
	}
}
