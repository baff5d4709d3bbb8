package advisory

import (
	"cmp"
	"context"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// Query asks for the vulnerabilities of one version of a package. Name and Version are
// those of the source package where advisories are about source packages (Debian, Ubuntu,
// SUSE and others).
type Query struct {
	Ecosystem seaworthy.Ecosystem
	Name      string
	Version   string
	// Module is the modularity label of an RPM that belongs to a module, or the
	// beginning "name:stream" of it.
	Module string
	// Untagged is true if the version is made up from a commit. Then only those versions
	// of advisories compare with it that are made up in the same way.
	Untagged bool
}

// Answer is what the database knows about a version of a package.
type Answer struct {
	// Vulnerabilities are sorted by id.
	Vulnerabilities []Vulnerability
	// Undecided are the advisories for which it could not be decided whether they affect
	// this version, sorted by id.
	Undecided []Undecided
	// Dismissed are the vulnerabilities that match an advisory, but that the package does
	// not have according to the distribution, sorted by id.
	Dismissed []Dismissed
	// Incomplete is set if KEV, EPSS or the statements of the distribution could not be read.
	// The answer is given without them.
	Incomplete error

	effort int // for maxEffort
}

// Result is the answer to one of the queries of [Database.MatchAll], or the error.
type Result struct {
	Answer
	Err error
}

// Undecided is an advisory that may or may not affect the version.
type Undecided struct {
	Advisory string // its id
	Reason   string // why it could not be decided
}

// Vulnerability is a vulnerability of a package. It is merged from all advisories about
// it.
type Vulnerability struct {
	// ID is the CVE where there is one, else the id of an advisory.
	ID      string
	Aliases []string
	// Advisories are the ids of the advisories about it, those that are about nothing else
	// first.
	Advisories []string
	Severity   seaworthy.Severity
	// SeveritySource is the name of the source of the severity: the distribution, "NVD",
	// "GitHub" and so on. It is empty if the severity is unknown.
	SeveritySource string
	CVSS           []seaworthy.CVSS
	EPSS           *seaworthy.EPSS
	KEV            *seaworthy.KEV
	// FixedVersion is the first version in this release without the vulnerability, empty if
	// there is none yet.
	FixedVersion string
	// Channel is the name of the second channel of fixes, such as "Ubuntu Pro", if only that
	// has the fixed version.
	Channel string
	// Status is [store.StatusFixed] if there is a fix, else [store.StatusAffected] or what the
	// distribution says: [store.StatusWillNotFix], [store.StatusNoDSA] and others.
	Status string
	// Informational is set if the advisories are not about a vulnerability in the code. It
	// is the kind of notice, for instance "unmaintained".
	Informational string
	// Imports are the vulnerable packages and symbols of a Go module.
	Imports []store.Import

	texts []textLocation
}

// textLocation is where the text of an advisory is: the arguments of [store.File.Text].
type textLocation struct {
	file   *store.File
	number uint64
}

// Match looks up the vulnerabilities of a package. The error wraps [ErrNoData] if the
// database has no data for the ecosystem. Advisories about malware are looked up by
// [Database.Malicious].
func (db *Database) Match(ctx context.Context, q Query) (Answer, error) {
	matches, err := db.lookUp(ctx, q, store.Vulnerable)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Undecided: matches.undecided, effort: matches.effort}
	setIncomplete := func(err error) {
		if answer.Incomplete == nil {
			answer.Incomplete = err
		}
	}
	statements, err := db.statements(ctx, q)
	if err != nil {
		if ctx.Err() != nil {
			return Answer{}, err
		}
		setIncomplete(err)
		statements = statementMatches{}
	}
	if err := statements.dropOutdated(matches.file, matches.passed); err != nil {
		return Answer{}, err
	}
	if err := db.applyChannels(ctx, q, &matches, &statements); err != nil {
		return Answer{}, err
	}
	ratings, err := db.ratings(q.Ecosystem)
	if err != nil {
		setIncomplete(err)
	}
	all, err := merge(q.Ecosystem, append(matches.found, statements.affected...), ratings)
	if err != nil {
		return Answer{}, err
	}
	answer.Vulnerabilities, answer.Dismissed = statements.dismiss(q, all)
	for i := range answer.Vulnerabilities {
		if err := db.addSeverity(&answer.Vulnerabilities[i]); err != nil {
			setIncomplete(err)
		}
		if err := db.addExploits(&answer.Vulnerabilities[i]); err != nil {
			setIncomplete(err)
		}
	}
	answer.effort += effortOfVulnerability * (len(answer.Vulnerabilities) + len(answer.Dismissed) + len(answer.Undecided))
	return answer, nil
}

// maxEffort is the maximum effort of MatchAll: the number of rows that are compared, with a
// vulnerability weighing as much as 20 of them. An image of 3,000 packages needs a tenth.
const maxEffort, effortOfVulnerability = 3_000_000, 20

// MatchAll looks up many packages, on all cores. Result i is for query i. An error
// concerns one package, unless the context has ended. If the queries take too much effort,
// there are results for the first ones only: an image may have any number of versions of a
// package with many advisories.
func (db *Database) MatchAll(ctx context.Context, queries []Query) []Result {
	return db.matchUpTo(ctx, queries, maxEffort)
}

// matchUpTo is MatchAll with a maximum effort.
func (db *Database) matchUpTo(ctx context.Context, queries []Query, most int) []Result {
	const atOnce = 512 // few enough that what exceeds the limit takes little memory
	all := make([]Result, 0, len(queries))
	effort := 0
	for len(all) < len(queries) {
		some := db.matchSome(ctx, queries[len(all):min(len(all)+atOnce, len(queries))])
		for i := range some {
			if effort += some[i].effort; effort > most {
				return append(all, some[:i]...)
			}
		}
		all = append(all, some...)
	}
	return all
}

// matchSome answers all queries.
func (db *Database) matchSome(ctx context.Context, queries []Query) []Result {
	all := make([]Result, len(queries))
	// The queries are sorted like the packages in the files, so that most blocks are read
	// once.
	order := make([]int, len(queries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(
			cmp.Compare(queries[a].Ecosystem.Name, queries[b].Ecosystem.Name),
			cmp.Compare(queries[a].Ecosystem.Release, queries[b].Ecosystem.Release),
			cmp.Compare(queries[a].Name, queries[b].Name))
	})
	var wait sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(order))
	for w := range workers {
		part := order[len(order)*w/workers : len(order)*(w+1)/workers]
		wait.Go(func() {
			for _, i := range part {
				all[i].Answer, all[i].Err = db.Match(ctx, queries[i])
			}
		})
	}
	wait.Wait()
	return all
}

// Malicious looks up the advisories that say that this version of a package is malware.
func (db *Database) Malicious(ctx context.Context, q Query) (Answer, error) {
	matches, err := db.lookUp(ctx, q, store.Malicious)
	if err != nil {
		return Answer{}, err
	}
	all, err := merge(q.Ecosystem, matches.found, nil)
	return Answer{Vulnerabilities: all, Undecided: matches.undecided}, err
}

// Text reads the text of the advisories about the vulnerability: summary and details of
// the first advisory that has them, and the references of all.
func (v *Vulnerability) Text() (store.Text, error) {
	var text store.Text
	for _, at := range v.texts {
		t, err := at.file.Text(at.number)
		if err != nil {
			return text, err
		}
		text.Summary = cmp.Or(text.Summary, t.Summary)
		text.Details = cmp.Or(text.Details, t.Details)
		for _, ref := range t.References {
			if len(text.References) < store.MaxReferences && !slices.Contains(text.References, ref) {
				text.References = append(text.References, ref)
			}
		}
	}
	return text, nil
}

// match is an advisory, or a statement of the distribution, that affects the version.
type match struct {
	advisory    *store.Advisory
	affected    *store.Affected
	fixed       string // the fixed version, "" if there is none
	text        textLocation
	isStatement bool
	channel     string // the name of the second channel that the match comes from
}

// matches are the results of comparing a version of a package with its advisories.
type matches struct {
	file      *store.File
	found     []match     // the advisories that affect the version
	undecided []Undecided // the advisories that may affect it
	passed    []uint64    // the numbers of the advisories whose fix the version has
	effort    int         // for maxEffort
}

// lookUp compares the version with the advisories of a kind about the package.
func (db *Database) lookUp(ctx context.Context, q Query, kind store.Kind) (all matches, err error) {
	if err := ctx.Err(); err != nil {
		return all, err
	}
	if all.file, err = db.requireDataset(q.Ecosystem.Name); err != nil {
		return all, err
	}
	m := newMatcher(q)
	for _, release := range withAllReleases(q.Ecosystem) {
		if err := all.lookUp(m, release, q.Name, kind); err != nil {
			return all, err
		}
	}
	if kind == store.Vulnerable {
		if err := all.addExtras(q); err != nil {
			return all, err
		}
	}
	slices.SortFunc(all.undecided, func(a, b Undecided) int {
		return cmp.Or(cmp.Compare(a.Advisory, b.Advisory), cmp.Compare(a.Reason, b.Reason))
	})
	all.undecided = slices.Compact(all.undecided)
	return all, nil
}

// lookUp compares the version with the advisories of one release.
func (all *matches) lookUp(m *matcher, release seaworthy.Ecosystem, name string, kind store.Kind) error {
	rows, err := all.file.Affected(kind, release, name)
	if err != nil {
		return err
	}
	return all.addAll(m, rows)
}

// addAll compares the version with rows of any number of advisories.
func (all *matches) addAll(m *matcher, rows []*store.Affected) error {
	for _, row := range rows {
		all.effort += 1 + (len(row.Spans)+len(row.Versions))/8
	}
	for len(rows) > 0 {
		n := 1 // the rows of an advisory are adjacent
		for n < len(rows) && rows[n].Number == rows[0].Number {
			n++
		}
		if err := all.add(m, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// add compares the version with the rows of one advisory.
func (all *matches) add(m *matcher, rows []*store.Affected) error {
	for _, row := range rows {
		affected, fixed, err := m.match(row)
		if !affected && err == nil {
			if m.hasFix(row) {
				all.passed = append(all.passed, row.Number)
			}
			continue
		}
		advisory, readErr := all.file.Advisory(row.Number)
		if readErr != nil {
			return readErr
		}
		if affected {
			all.found = append(all.found, match{advisory: advisory, affected: row, fixed: fixed, text: textLocation{all.file, row.Number}})
		} else {
			all.undecided = append(all.undecided, Undecided{advisory.ID, version.Reason(err)})
		}
	}
	if len(rows) > 1 {
		all.mergeFixes(m, rows)
	}
	return nil
}

// mergeFixes sets the fixed version of the matches of an advisory with several rows to the
// one that is fixed according to all rows. In some advisories a second row says that the
// first fix was incomplete.
func (all *matches) mergeFixes(m *matcher, rows []*store.Affected) {
	var spans []version.Span
	for _, row := range rows {
		if m.sameModule(row) {
			spans = append(spans, row.Spans...)
		}
	}
	if m.err != nil {
		return
	}
	inside, fixed, err := m.order.Fix(m.version, spans)
	if !inside || err != nil {
		return
	}
	for i := len(all.found) - 1; i >= 0 && all.found[i].affected.Number == rows[0].Number; i-- {
		if all.found[i].fixed != "" {
			all.found[i].fixed = fixed
		}
	}
}

// matcher compares one version of a package with advisories.
type matcher struct {
	ecosystem seaworthy.Ecosystem
	order     version.Order
	text      string          // the version
	version   version.Version // the version, parsed
	err       error           // why the version could not be parsed
	modular   bool            // the package is an RPM of a module
	stream    string          // this module, "name:stream"; "" if it is not known
	untagged  bool            // see [Query.Untagged]
}

func newMatcher(q Query) *matcher {
	m := &matcher{ecosystem: q.Ecosystem, text: q.Version, modular: q.Module != "" || store.IsModular(q.Version), stream: store.Stream(q.Module), untagged: q.Untagged}
	switch q.Ecosystem.Name {
	case "Bitnami":
		if !javaUpdate.MatchString(m.text) {
			m.text = bitnamiRevision.ReplaceAllString(m.text, "")
		}
	case "PyPI": // 2.0.0+cu118 is the release 2.0.0 (PEP 440, "Local version identifiers")
		m.text, _, _ = strings.Cut(m.text, "+")
	}
	m.order = version.OrderOfPackage(q.Ecosystem, q.Name)
	m.version, m.err = m.order.Parse(m.text)
	if placeholder := placeholders[q.Ecosystem.Name]; m.err == nil && placeholder != nil && placeholder.MatchString(q.Version) {
		m.err = version.Incomparable(strconv.Quote(q.Version) + " stands for an unknown version")
	}
	return m
}

// placeholders match versions that tools write where they do not know the release. They
// would come before all fixed versions. A plain 0.0.0 may be a release of its own.
var placeholders = map[string]*regexp.Regexp{
	"Go":    regexp.MustCompile(`^v?0\.0\.0(?:\+dirty)?$`),
	"Maven": regexp.MustCompile(`^(?:unspecified|unknown|undefined|null|\$\{.*)$`),                                  // Gradle and Maven
	"PyPI":  regexp.MustCompile(`^(?:0(?:\.0)*(?:\.dev0)?|0\.1\.dev[0-9]+)\+.*$`),                                   // versioneer and setuptools-scm
	"npm":   regexp.MustCompile(`^0\.0\.0-(?:dev|development|placeholder|semantic-release|semantically-released)$`), // semantic-release
}

// bitnamiRevision matches the revision of a Bitnami package: the 4 in 1.2.3-4. Advisories
// are about the version of the software. It is not a pre-release, as it would be in a
// semantic version.
var bitnamiRevision = regexp.MustCompile(`-[0-9]+$`)

// javaUpdate matches a version of Java whose last number is no packaging: 1.8.0-333.
var javaUpdate = regexp.MustCompile(`^1\.[5-8]\.0-[0-9]+$`)

// match reports whether a row of an advisory affects the version, and returns the fixed
// version, "" if there is none. The error says why it could not be decided.
func (m *matcher) match(row *store.Affected) (affected bool, fixed string, err error) {
	if !m.sameModule(row) {
		return false, "", nil
	}
	listed := slices.Contains(row.Versions, m.text)
	everything := len(row.Spans) == 1 && row.Spans[0] == version.Span{From: version.Zero}
	switch {
	case everything:
		return true, "", nil
	case m.err != nil:
		if listed {
			return true, "", nil
		}
		if len(row.Spans) == 0 && row.Incomparable == "" {
			return false, "", nil // a list of single versions without this one
		}
		return false, "", m.err
	case m.untagged && !m.isUntagged(row.Spans):
		return false, "", version.Incomparable("it is that of a commit, which does not say the release")
	}
	if !listed {
		listed = m.order.Listed(m.version, row.Versions)
	}
	inside, fixed, err := m.order.Fix(m.version, row.Spans)
	switch {
	case inside || listed:
		return true, fixed, nil
	case err != nil:
		return false, "", err
	case row.Incomparable != "":
		return false, "", version.Incomparable(row.Incomparable)
	}
	return false, "", nil
}

// isUntagged reports whether all ends of spans are made up from commits after the same base
// as the version: v0.0.0-20250930000000-f6816f11c9fd.
func (m *matcher) isUntagged(spans []version.Span) bool {
	base, _, _ := strings.Cut(strings.TrimPrefix(m.text, "v"), "-")
	isMadeUp := func(text string) bool {
		rest, ok := strings.CutPrefix(strings.TrimPrefix(text, "v"), base+"-")
		return ok && commitVersion.MatchString(rest)
	}
	return !slices.ContainsFunc(spans, func(s version.Span) bool {
		return s.From != version.Zero && !isMadeUp(s.From) || s.To != "" && !isMadeUp(s.To)
	})
}

// commitVersion matches the time and the hash in a version of Go that is made up from a
// commit.
var commitVersion = regexp.MustCompile(`^\d{14}-[0-9a-f]{12}$`)

// hasFix reports whether a row does not affect the version because the version has the
// fix. The caller has checked that the row does not affect the version.
func (m *matcher) hasFix(row *store.Affected) bool {
	return len(row.Spans) > 0 && m.sameModule(row) && !slices.ContainsFunc(row.Spans, func(s version.Span) bool { return s.From != version.Zero || s.Fix() == "" })
}

// sameModule reports whether the row is about the same module of RPMs as the package, or
// both are of no module. Only then their versions can be compared. A statement always says
// whether it is about a module. An advisory does so only if it has fixed versions.
func (m *matcher) sameModule(row *store.Affected) bool {
	explicit := row.CVE != 0 || slices.ContainsFunc(row.Spans, func(s version.Span) bool { return s.To != "" })
	switch {
	case !m.order.IsRPM():
		return true
	case m.ecosystem.Name == "Oracle Linux" && slices.ContainsFunc(row.Spans, func(s version.Span) bool { return s.To != "" && oracleBuild(s.To) != oracleBuild(m.text) }):
		return false
	case row.Module != "":
		return m.modular && (row.Module == store.AnyModule || m.stream == "" || row.Module == m.stream)
	default:
		return !explicit || !m.modular
	}
}

// oracleBuild returns the variant of a package that Oracle builds besides the ordinary one,
// "" for the ordinary one. The variants for Ksplice and FIPS have their own versions and
// fixes.
func oracleBuild(version string) string {
	for _, mark := range []string{".ksplice", "_fips"} {
		if strings.Contains(version, mark) {
			return mark
		}
	}
	return ""
}

// addExploits sets KEV and EPSS of a vulnerability. If one of the datasets cannot be read,
// it sets the other, and returns the error.
func (db *Database) addExploits(v *Vulnerability) error {
	cve, ok := osv.ParseCVE(v.ID)
	if !ok {
		return nil
	}
	kev, err := db.dataset(store.KEV)
	if err == nil && kev != nil {
		v.KEV, err = kev.KEV(cve)
	}
	epss, epssErr := db.dataset(store.EPSS)
	if epssErr == nil && epss != nil {
		v.EPSS, epssErr = epss.EPSS(cve)
	}
	return cmp.Or(err, epssErr)
}
