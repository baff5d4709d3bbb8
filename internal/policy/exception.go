package policy

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory/identity"
	"seaworthy.dev/seaworthy/internal/purl"
)

// exception is an entry of a policy or an ignore file: a finding that meets all of its
// conditions does not count until the exception expires.
type exception struct {
	kind   seaworthy.RuleKind
	source string // the file, for counting
	line   int
	name   string // what it is about, for messages

	risks []seaworthy.Risk // one of them; any if there are none
	id    string           // normalised; any if it is empty
	pkg   string           // a package's name, or a purl
	paths []glob           // every location of the finding matches one of them
	purls []string         // the finding's package matches one of them
	when  *expression
	// places are the places where the finding is permitted, with the line of the file or 0;
	// nil if the exception is not about places. All locations of the finding must be among
	// them, unless its fingerprint is in fingerprints, which have places too.
	places       map[place]int
	fingerprints map[string][]place
	more         []func(*seaworthy.Finding) bool // all hold
	// unsupported is a condition in the ignore file of another program that cannot be
	// evaluated here; "" if there is none. The exception covers nothing then.
	unsupported string

	reason  string
	expires string    // as the report shows it
	until   time.Time // it counts before this instant; the zero time is never
}

func (e *exception) expired(now time.Time) bool { return !e.until.IsZero() && !now.Before(e.until) }

// covers reports whether the finding meets all conditions of the exception, expired or
// not, except for the id: exceptionSet has compared that.
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
	e := exception{kind: seaworthy.RuleException, source: item.source, line: item.line}
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

// checkID matches the id of a check of Trivy in any of its spellings.
var checkID = regexp.MustCompile(`^(?:AVD-)?([A-Z]{2,12})-?([0-9]{3,4})$`)

// normalizeID returns one spelling for ids with the same meaning. Case does not matter,
// and DS002, DS-0002 and AVD-DS-0002 are the same check.
func normalizeID(id string) string {
	id = strings.ToUpper(strings.TrimSpace(id))
	if m := checkID.FindStringSubmatch(id); m != nil {
		return fmt.Sprintf("%s-%04s", m[1], m[2])
	}
	return id
}

// packageMatches reports whether a package has the given name or package URL.
func packageMatches(want string, p *seaworthy.AffectedPackage) bool {
	if p == nil {
		return false
	}
	if strings.HasPrefix(want, "pkg:") {
		return purlsMatch([]string{want}, p)
	}
	return p.Name == want
}

// purlsMatch reports whether a package has one of the package URLs. A package URL without
// version or qualifiers matches all of them.
func purlsMatch(wanted []string, p *seaworthy.AffectedPackage) bool {
	if p == nil {
		return false
	}
	have, err := purl.Parse(p.PURL)
	return err == nil && slices.ContainsFunc(wanted, func(w string) bool {
		want, err := purl.Parse(w)
		return err == nil && identity.Same(&want, &have, p.Source)
	})
}

// locationsMatch reports whether all locations match one of the paths, and there is at
// least one. So an exception for a path never hides a finding at another path.
func locationsMatch(paths []glob, locations []seaworthy.Location) bool {
	for _, l := range locations {
		if !slices.ContainsFunc(paths, func(g glob) bool { return g.matches(l.Path) }) {
			return false
		}
	}
	return len(locations) > 0
}

// glob is a pattern for paths, split into elements. *, ? and [a-z] match within an
// element, and ** matches any number of elements.
type glob []string

// The limits of patterns, which limit the work of a match.
const (
	maxPattern      = 4096 // bytes
	maxGlobElements = 64
	maxGlobs        = 64 // that one pattern with braces stands for
)

// globs parses a pattern. A pattern with braces stands for several.
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

// expandBraces expands a{b,c}d to abd and acd. It does not change nested braces and
// unmatched braces. It stops after maxGlobs patterns.
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
	// open[i] is true if the elements of the path so far match the first i elements of g.
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

// exceptionSet finds exceptions by id, in their order.
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

// candidates returns the indexes of the exceptions whose id fits the finding, in order.
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
