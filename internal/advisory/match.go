package advisory

import (
	"cmp"
	"context"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// Query asks for the vulnerabilities of one version of a package. Where advisories are
// about source packages (Debian, Ubuntu, SUSE and others), name and version are those of
// the source package.
type Query struct {
	Ecosystem seaworthy.Ecosystem
	Name      string
	Version   string
	// Module is the modularity label of an RPM that belongs to a module, or the
	// beginning "name:stream" of it.
	Module string
}

// Answer is what the database knows about a version of a package.
type Answer struct {
	// Vulnerabilities are sorted by id.
	Vulnerabilities []Vulnerability
	// Undecided are the advisories about the package of which it is not known whether
	// they affect this version, sorted by id.
	Undecided []Undecided
	// Dismissed are the vulnerabilities of advisories that are not in the package,
	// according to the distribution, sorted by id.
	Dismissed []Dismissed
	// Unread is why something that completes the advisories could not be read: KEV,
	// EPSS, or the statements of the distribution. The answer is given without it.
	Unread error
}

// Matched is the answer to one of many queries, or the error.
type Matched struct {
	Answer
	Err error
}

// Undecided is an advisory that may or may not affect the version.
type Undecided struct {
	Advisory string
	Reason   string
}

// Vulnerability is a vulnerability of a package, merged from all advisories about it.
type Vulnerability struct {
	// ID is the CVE where there is one, else the id of an advisory.
	ID      string
	Aliases []string
	// Advisories are the ids of the records about it, the most specific first.
	Advisories []string
	Severity   seaworthy.Severity
	// SeveritySource is who rated the severity, empty if it is unknown.
	SeveritySource string
	CVSS           []seaworthy.CVSS
	EPSS           *seaworthy.EPSS
	KEV            *seaworthy.KEV
	// FixedVersion is the first version of this release without the vulnerability, empty
	// if there is none yet.
	FixedVersion string
	// Status is [store.StatusFixed] if there is a fix, else [store.StatusAffected] or what the
	// distribution says: [store.StatusWillNotFix], [store.StatusNoDSA] and others.
	Status string
	// Informational is set if the advisory is about no vulnerability in the code but
	// says, for instance, that the package is "unmaintained".
	Informational string
	// Imports are the vulnerable packages and symbols of a Go module.
	Imports []store.Import

	texts []textAt
}

// textAt is where the text of an advisory is stored.
type textAt struct {
	file   *store.File
	number uint64
}

// Match looks up the vulnerabilities of a package. The error wraps [ErrNoData] if there
// is no data of its ecosystem. Malicious packages are for [Database.Malicious].
func (db *Database) Match(ctx context.Context, q Query) (Answer, error) {
	matches, err := db.lookUp(ctx, q, store.Vulnerable)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Undecided: matches.undecided}
	unread := func(err error) {
		if answer.Unread == nil {
			answer.Unread = err
		}
	}
	statements, err := db.statements(ctx, q)
	if err != nil {
		if ctx.Err() != nil {
			return Answer{}, err
		}
		unread(err)
		statements = statementMatches{}
	}
	if err := statements.dropOutdated(matches.file, matches.passed); err != nil {
		return Answer{}, err
	}
	ratings, err := db.ratings(q.Ecosystem)
	if err != nil {
		unread(err)
	}
	all, err := merge(q.Ecosystem, append(matches.found, statements.affected...), ratings)
	if err != nil {
		return Answer{}, err
	}
	answer.Vulnerabilities, answer.Dismissed = statements.dismiss(q, all)
	for i := range answer.Vulnerabilities {
		if err := db.addExploits(&answer.Vulnerabilities[i]); err != nil {
			unread(err)
		}
	}
	return answer, nil
}

// MatchAll looks up many packages at once, on all cores. The answers are in the order of
// the queries. An error concerns one package, unless the context has ended.
func (db *Database) MatchAll(ctx context.Context, queries []Query) []Matched {
	all := make([]Matched, len(queries))
	// In the order of the packages in the files most blocks are read once.
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

// Malicious looks up the advisories which say that this version of a package is malware.
func (db *Database) Malicious(ctx context.Context, q Query) (Answer, error) {
	matches, err := db.lookUp(ctx, q, store.Malicious)
	if err != nil {
		return Answer{}, err
	}
	all, err := merge(q.Ecosystem, matches.found, nil)
	return Answer{Vulnerabilities: all, Undecided: matches.undecided}, err
}

// Text returns what the advisories say about the vulnerability: summary and details of
// the first that has them, and all references.
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
	advisory *store.Advisory
	affected *store.Affected
	fixed    string // the fixed version, "" if there is none
	text     textAt
	// isStatement is true if the distribution itself says so about this vulnerability.
	isStatement bool
}

// matches is what the advisories of a kind say about a version of a package.
type matches struct {
	file      *store.File
	found     []match
	undecided []Undecided
	// passed are the numbers of the advisories whose fix the version has.
	passed []uint64
}

// lookUp finds the advisories of a kind that affect the version, and those of which it
// is not known.
func (db *Database) lookUp(ctx context.Context, q Query, kind store.Kind) (all matches, err error) {
	if err := ctx.Err(); err != nil {
		return all, err
	}
	if all.file, err = db.required(q.Ecosystem.Name); err != nil {
		return all, err
	}
	m := newMatcher(q)
	for _, release := range releases(q.Ecosystem) {
		rows, err := all.file.Affected(kind, release, q.Name)
		if err != nil {
			return all, err
		}
		for len(rows) > 0 {
			n := 1 // the rows of an advisory are adjacent
			for n < len(rows) && rows[n].Number == rows[0].Number {
				n++
			}
			if err := all.add(m, rows[:n]); err != nil {
				return all, err
			}
			rows = rows[n:]
		}
	}
	slices.SortFunc(all.undecided, func(a, b Undecided) int {
		return cmp.Or(cmp.Compare(a.Advisory, b.Advisory), cmp.Compare(a.Reason, b.Reason))
	})
	all.undecided = slices.Compact(all.undecided)
	return all, nil
}

// add matches the rows of one advisory.
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
			all.found = append(all.found, match{advisory: advisory, affected: row, fixed: fixed, text: textAt{all.file, row.Number}})
		} else {
			all.undecided = append(all.undecided, Undecided{advisory.ID, version.Reason(err)})
		}
	}
	if len(rows) > 1 {
		all.mergeFixes(m, rows)
	}
	return nil
}

// mergeFixes gives the matches of an advisory with several rows the fix that counts for
// all of them: in some advisories a second row says that the first fix was incomplete.
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

// matcher matches one version with advisories.
type matcher struct {
	ecosystem seaworthy.Ecosystem
	order     version.Order
	text      string
	version   version.Version
	err       error  // why the version has no place in the order
	modular   bool   // an RPM of a module,
	stream    string // which is "name:stream" or unknown
}

func newMatcher(q Query) *matcher {
	m := &matcher{ecosystem: q.Ecosystem, text: q.Version, modular: q.Module != "" || store.IsModular(q.Version), stream: store.Stream(q.Module)}
	if q.Ecosystem.Name == "Bitnami" {
		m.text = bitnamiRevision.ReplaceAllString(m.text, "")
	}
	m.order = version.OrderOf(q.Ecosystem)
	m.version, m.err = m.order.Parse(m.text)
	return m
}

// bitnamiRevision is the number of a packaging, 1.2.3-4, which is no pre-release.
// Advisories are about the software.
var bitnamiRevision = regexp.MustCompile(`-[0-9]+$`)

// match reports whether a row of an advisory affects the version, and returns the fixed
// version. The error says why that is not known.
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

// hasFix reports of a row that does not affect the version whether that is because the
// version has the fix.
func (m *matcher) hasFix(row *store.Affected) bool {
	return len(row.Spans) > 0 && m.sameModule(row) && !slices.ContainsFunc(row.Spans, func(s version.Span) bool { return s.From != version.Zero || s.Fix() == "" })
}

// sameModule reports whether an advisory about a module of RPMs, or about none, may
// affect the package. Of an advisory only its versions say whether it is about one; a
// statement always says it.
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

// oracleBuild identifies the packages that Oracle builds besides the ordinary ones, with
// fixes and versions of their own: for Ksplice, and certified ones.
func oracleBuild(version string) string {
	for _, mark := range []string{".ksplice", "_fips"} {
		if strings.Contains(version, mark) {
			return mark
		}
	}
	return ""
}

// addExploits adds what KEV and EPSS say about a vulnerability, as far as they can be
// read.
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
