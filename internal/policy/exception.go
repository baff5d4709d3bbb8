package policy

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"seaworthy.dev/seaworthy"
)

// exception permits the findings that fulfil all of its conditions, until it
// expires.
type exception struct {
	source string // the file, for counting
	line   int
	name   string // what it is for, in a sentence about it

	risks []seaworthy.Risk // one of them; any if there are none
	id    string           // normalised; any if it is empty
	pkg   string           // a package's name, or a purl
	paths []glob           // every location of the finding matches one of them
	purls []string         // the finding's package matches one of them
	when  *expression
	// places, unless nil, are those where every location of the finding is, if
	// fingerprints do not have it.
	places       map[place]bool
	fingerprints map[string]bool
	more         []func(*seaworthy.Finding) bool // all hold
	// unsupported is a condition of a rule written for another program that cannot be
	// evaluated here, so that the rule covers nothing; "" if there is none.
	unsupported string

	reason  string
	expires string    // as the report shows it
	until   time.Time // it counts before this instant; the zero time is never
}

func (e *exception) expired(now time.Time) bool { return !e.until.IsZero() && !now.Before(e.until) }

// covers says if the exception speaks of the finding, whether it has expired or
// not. The id is left to the caller, who finds exceptions by it.
func (e *exception) covers(f *seaworthy.Finding, vars func() variables) (bool, error) {
	if e.unsupported != "" || len(e.risks) > 0 && !slices.Contains(e.risks, f.Risk) ||
		e.pkg != "" && !packageMatches(e.pkg, f.Package) ||
		len(e.paths) > 0 && !locationsMatch(e.paths, f.Locations) ||
		len(e.purls) > 0 && !purlsMatch(e.purls, f.Package) ||
		!e.permits(f) ||
		slices.ContainsFunc(e.more, func(holds func(*seaworthy.Finding) bool) bool { return !holds(f) }) {
		return false, nil
	}
	if e.when == nil {
		return true, nil
	}
	return e.when.holds(vars())
}

// readException reads an item of a policy's exceptions.
func readException(env *cel.Env, item value) (exception, error) {
	e := exception{source: item.source, line: item.line}
	var conditions []string
	condition := func(name string, set func(string, value) error) key {
		return optional(name, func(v value) error {
			s, err := v.string()
			if err != nil {
				return err
			}
			conditions = append(conditions, fmt.Sprintf("%s %s", name, s))
			return set(s, v)
		})
	}
	err := item.decode(
		condition("risk", func(s string, v value) error {
			r, err := seaworthy.ParseRisk(s)
			if err != nil {
				return v.errorf("%v", err)
			}
			e.risks = []seaworthy.Risk{r}
			return nil
		}),
		condition("id", func(s string, _ value) error {
			e.id = normalizeID(s)
			return nil
		}),
		condition("package", func(s string, _ value) error {
			e.pkg = s
			return nil
		}),
		condition("path", func(_ string, v value) (err error) {
			e.paths, err = v.globs()
			return err
		}),
		optional("when", func(v value) (err error) {
			e.when, err = compile(env, v)
			conditions = append(conditions, "an expression")
			return err
		}),
		required("reason", func(v value) (err error) {
			e.reason, err = v.string()
			return err
		}),
		required("expires", func(v value) error {
			s, err := v.string()
			if err != nil {
				return err
			}
			day, err := time.Parse(time.DateOnly, s)
			if err != nil {
				return v.errorf("%q is not a date: write it as YYYY-MM-DD", s)
			}
			e.expires, e.until = s, day.AddDate(0, 0, 1)
			return nil
		}),
	)
	if err != nil {
		return exception{}, err
	}
	if len(conditions) == 0 {
		return exception{}, item.errorf("the exception would cover every finding: give it a risk, id, package, path or when")
	}
	e.name = strings.Join(conditions, ", ")
	return e, nil
}

// checkID is the id of one of Trivy's checks in any of its spellings.
var checkID = regexp.MustCompile(`^(?:AVD-)?([A-Z]{2,12})-?([0-9]{3,4})$`)

// normalizeID gives one spelling to the ids that mean the same: case does not
// matter, and DS002, DS-0002 and AVD-DS-0002 are one check.
func normalizeID(id string) string {
	id = strings.ToUpper(strings.TrimSpace(id))
	if m := checkID.FindStringSubmatch(id); m != nil {
		return fmt.Sprintf("%s-%04s", m[1], m[2])
	}
	return id
}

// packageMatches compares with the package's name, or with its purl if what is
// wanted is one.
func packageMatches(want string, p *seaworthy.AffectedPackage) bool {
	if p == nil {
		return false
	}
	if strings.HasPrefix(want, "pkg:") {
		return purlsMatch([]string{want}, p)
	}
	return p.Name == want
}

// purlsMatch says if the package is one of those wanted. A purl without version
// or qualifiers stands for all versions and qualifiers.
func purlsMatch(wanted []string, p *seaworthy.AffectedPackage) bool {
	if p == nil || p.PURL == "" {
		return false
	}
	have := parsePURL(p.PURL)
	return slices.ContainsFunc(wanted, func(w string) bool {
		want := parsePURL(w)
		if want.name != have.name || want.version != "" && want.version != have.version {
			return false
		}
		for k, v := range want.qualifiers {
			if !slices.Equal(v, have.qualifiers[k]) {
				return false
			}
		}
		return true
	})
}

// packageURL is a purl in parts; name is all before the version.
type packageURL struct {
	name, version string
	qualifiers    url.Values
}

func parsePURL(s string) packageURL {
	var p packageURL
	s, _, _ = strings.Cut(s, "#")
	s, query, _ := strings.Cut(s, "?")
	p.qualifiers, _ = url.ParseQuery(query)
	// An @ that begins a scope is written as %40, but not by everybody.
	if i := strings.LastIndexByte(s, '@'); i > 0 && s[i-1] != '/' {
		s, p.version = s[:i], unescape(s[i+1:])
	}
	p.name = unescape(s)
	return p
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// locationsMatch says if every location lies on one of the paths, and there is
// one at least: an exception never hides what lies elsewhere.
func locationsMatch(paths []glob, locations []seaworthy.Location) bool {
	for _, l := range locations {
		if !slices.ContainsFunc(paths, func(g glob) bool { return g.matches(l.Path) }) {
			return false
		}
	}
	return len(locations) > 0
}

// glob is a pattern of a path, an element an item: * and ? and [a-z] stay within
// an element, ** stands for any number of elements.
type glob []string

// The bounds on patterns, and so on the work of a match.
const (
	maxPattern      = 4096 // bytes
	maxGlobElements = 64
	maxGlobs        = 64 // that one pattern with braces stands for
)

// globs reads a pattern; one with braces stands for several.
func (v *value) globs() ([]glob, error) {
	s, err := v.string()
	if err != nil {
		return nil, err
	}
	if len(s) > maxPattern {
		return nil, v.errorf("the path has %d bytes; at most %d are taken", len(s), maxPattern)
	}
	var globs []glob
	for _, pattern := range expandBraces(s) {
		g := glob(strings.Split(strings.TrimLeft(pattern, "/"), "/"))
		if len(g) > maxGlobElements {
			return nil, v.errorf("the path has %d elements; at most %d are taken", len(g), maxGlobElements)
		}
		for i, element := range g {
			g[i] = strings.ReplaceAll(element, "[!", "[^")
			if _, err := path.Match(g[i], ""); err != nil {
				return nil, v.errorf("the path is not a pattern: %q has an open bracket, or a backslash at its end", element)
			}
		}
		globs = append(globs, g)
	}
	if len(globs) > maxGlobs {
		return nil, v.errorf("the path's braces stand for more than %d paths", maxGlobs)
	}
	return globs, nil
}

// expandBraces writes out a{b,c}d as abd and acd. Braces within braces, or
// without a partner, are left as they are. It stops beyond maxGlobs.
func expandBraces(s string) []string {
	begin := strings.IndexByte(s, '{')
	if begin < 0 {
		return []string{s}
	}
	inner, rest, ok := strings.Cut(s[begin+1:], "}")
	if !ok || strings.Contains(inner, "{") {
		return []string{s}
	}
	var all []string
	tails := expandBraces(rest)
	for choice := range strings.SplitSeq(inner, ",") {
		for _, tail := range tails {
			if all = append(all, s[:begin]+choice+tail); len(all) > maxGlobs {
				return all
			}
		}
	}
	return all
}

func (g glob) matches(p string) bool {
	if p == "" {
		return false
	}
	// open[i] says that the elements read so far match the first i of the glob.
	open := make([]bool, len(g)+1)
	open[0] = true
	skip := func() {
		for i, element := range g {
			if element == "**" && open[i] {
				open[i+1] = true
			}
		}
	}
	skip()
	for element := range strings.SplitSeq(p, "/") {
		for i := len(g); i > 0; i-- {
			if g[i-1] == "**" {
				open[i] = open[i] || open[i-1]
				continue
			}
			ok := false
			if open[i-1] {
				ok, _ = path.Match(g[i-1], element)
			}
			open[i] = ok
		}
		open[0] = false
		skip()
	}
	return open[len(g)]
}

// exceptionSet finds exceptions by id, and keeps their order.
type exceptionSet struct {
	all  []exception
	byID map[string][]int
	rest []int // those without an id
}

func newExceptionSet(groups ...[]exception) exceptionSet {
	s := exceptionSet{all: slices.Concat(groups...), byID: make(map[string][]int)}
	for i, e := range s.all {
		if e.id == "" {
			s.rest = append(s.rest, i)
			continue
		}
		s.byID[e.id] = append(s.byID[e.id], i)
	}
	return s
}

// candidates gives the indexes of those that may cover the finding, in order.
func (s *exceptionSet) candidates(f *seaworthy.Finding) []int {
	if len(s.all) == 0 {
		return nil
	}
	found := slices.Concat(s.rest, s.byID[normalizeID(f.ID)])
	for _, a := range f.Aliases {
		found = append(found, s.byID[normalizeID(a)]...)
	}
	slices.SortFunc(found, cmp.Compare[int])
	return slices.Compact(found)
}
