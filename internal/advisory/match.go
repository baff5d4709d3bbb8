package advisory

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"sync"

	"seaworthy.dev/seaworthy"
)

// Query asks for the flaws of one version of a package. Where advisories are
// about source packages (Debian, Ubuntu, SUSE and others), name and version are
// those of the source package.
type Query struct {
	Ecosystem string // with the release where it has one, "Debian:12"
	Name      string
	Version   string
	// Module is the modularity label of an RPM that belongs to a module, or the
	// beginning "name:stream" of it.
	Module string
}

// Answer is what the database knows of a version of a package.
type Answer struct {
	// Flaws are sorted by id.
	Flaws []Flaw
	// Undecided are the advisories about the package of which it cannot be said
	// whether they concern this version, sorted by id.
	Undecided []Undecided
	// Dismissed are the flaws that advisories name and the distribution says are
	// not there, sorted by id. They are no flaws of the package.
	Dismissed []Dismissed
	// Unread is why something that completes the advisories could not be asked: KEV,
	// EPSS, or what the distribution says itself. The flaws are told without it.
	Unread error
}

// Matched is the answer to one of many queries, or why there is none.
type Matched struct {
	Answer
	Err error
}

// Undecided is an advisory that may or may not concern the version.
type Undecided struct {
	Advisory string
	Reason   string
}

// Flaw is a flaw of a package. All advisories that speak of it have been brought
// together.
type Flaw struct {
	// ID is the CVE where there is one, else the id of an advisory.
	ID      string
	Aliases []string
	// Advisories are the ids of the records that say so, the most telling first.
	Advisories []string
	Severity   seaworthy.Severity
	// SeveritySource says whose judgement it is, empty if nobody's.
	SeveritySource string
	CVSS           []seaworthy.CVSS
	EPSS           *seaworthy.EPSS
	KEV            *seaworthy.KEV
	// FixedVersion is the first version of this release that is free of the flaw,
	// empty if there is none yet.
	FixedVersion string
	// Status is [StatusFixed] if there is a fix, else [StatusAffected] or what the
	// distribution says: [StatusWillNotFix], [StatusNoDSA] and others.
	Status string
	// Informational is set if the advisory tells of no flaw in the code but, for
	// instance, that the package is "unmaintained".
	Informational string
	// Imports are the packages and symbols of a Go module in which the flaw lies.
	Imports []Import

	texts []textAt
}

// textAt is where the text of an advisory lies.
type textAt struct {
	file   *dataFile
	number uint64
}

// Match looks up the flaws of a package. The error wraps [ErrNoData] if there is
// no data of its ecosystem. Malicious packages are left to [Database.Malicious].
func (db *Database) Match(ctx context.Context, q Query) (Answer, error) {
	looked, err := db.look(ctx, q, kindVulnerability)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Undecided: looked.undecided}
	unread := func(err error) {
		if answer.Unread == nil {
			answer.Unread = err
		}
	}
	said, err := db.statements(ctx, q)
	if err != nil {
		if ctx.Err() != nil {
			return Answer{}, err
		}
		unread(err)
		said = told{}
	}
	if err := said.outdated(looked.file, looked.passed); err != nil {
		return Answer{}, err
	}
	opinions, err := db.opinions(q.Ecosystem)
	if err != nil {
		unread(err)
	}
	flaws, err := merge(q.Ecosystem, append(looked.found, said.affected...), opinions)
	if err != nil {
		return Answer{}, err
	}
	answer.Flaws, answer.Dismissed = said.settle(q, flaws)
	for i := range answer.Flaws {
		if err := db.rate(&answer.Flaws[i]); err != nil {
			unread(err)
		}
	}
	return answer, nil
}

// MatchAll looks up many packages at once, on all cores. The answers are in the
// order of the queries. An error is that of one package, and no reason to give up the
// others, unless the context has ended.
func (db *Database) MatchAll(ctx context.Context, queries []Query) []Matched {
	all := make([]Matched, len(queries))
	// In the order in which the packages lie in the files, most blocks are read
	// once.
	order := make([]int, len(queries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(queries[a].Ecosystem, queries[b].Ecosystem), cmp.Compare(queries[a].Name, queries[b].Name))
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

// Malicious looks up the advisories which say that this version of a package is
// malware itself.
func (db *Database) Malicious(ctx context.Context, q Query) (Answer, error) {
	looked, err := db.look(ctx, q, kindMalicious)
	if err != nil {
		return Answer{}, err
	}
	flaws, err := merge(q.Ecosystem, looked.found, nil)
	return Answer{Flaws: flaws, Undecided: looked.undecided}, err
}

// Text gives what the advisories say about a flaw, the first that says anything.
func (f *Flaw) Text() (Text, error) {
	var text Text
	for _, at := range f.texts {
		value, err := at.file.get(textsTable, numberKey(at.number))
		if err != nil {
			return text, err
		}
		if value == nil {
			return text, fmt.Errorf("%s: an advisory has no text: %w", at.file.file.Name(), errDamaged)
		}
		d := decode{rest: value}
		t := d.text()
		if d.err != nil {
			return text, d.err
		}
		text.Summary = cmp.Or(text.Summary, t.Summary)
		text.Details = cmp.Or(text.Details, t.Details)
		for _, ref := range t.References {
			if len(text.References) < maxReferences && !slices.Contains(text.References, ref) {
				text.References = append(text.References, ref)
			}
		}
	}
	return text, nil
}

// finding is an advisory that concerns the version.
type finding struct {
	*advice
	*affects
	fixed string
	at    textAt
	// stated is true if the distribution says so itself of this very flaw.
	stated bool
}

// looked is what the advisories of a kind say of a version of a package.
type looked struct {
	file      *dataFile
	found     []finding
	undecided []Undecided
	// passed are the numbers of the advisories whose fix the version has.
	passed []uint64
}

// look finds the advisories of a kind that concern the version, and those of
// which that cannot be said.
func (db *Database) look(ctx context.Context, q Query, kind byte) (all looked, err error) {
	if err := ctx.Err(); err != nil {
		return all, err
	}
	file, err := db.data(Base(q.Ecosystem))
	if err != nil {
		return all, err
	}
	if file == nil {
		return all, noData(q.Ecosystem)
	}
	all.file = file
	keys := [][]byte{packageKey(kind, q.Ecosystem, q.Name)}
	if base := Base(q.Ecosystem); base != q.Ecosystem {
		// A record without a release speaks of all of them.
		keys = append(keys, packageKey(kind, base, q.Name))
	}
	a := newAssay(q)
	for _, key := range keys {
		value, err := file.get(packagesTable, key)
		if err != nil {
			return all, err
		}
		said, err := readAffects(value)
		if err != nil {
			return all, fmt.Errorf("%s: %w", file.file.Name(), err)
		}
		for len(said) > 0 {
			n := 1 // what an advisory says of a package lies together
			for n < len(said) && said[n].number == said[0].number {
				n++
			}
			if err := all.weigh(a, said[:n]); err != nil {
				return all, err
			}
			said = said[n:]
		}
	}
	slices.SortFunc(all.undecided, func(a, b Undecided) int {
		return cmp.Or(cmp.Compare(a.Advisory, b.Advisory), cmp.Compare(a.Reason, b.Reason))
	})
	all.undecided = slices.Compact(all.undecided)
	return all, nil
}

// readAffects reads what all advisories say of a package.
func readAffects(value []byte) (all []*affects, err error) {
	for d := (decode{rest: value}); len(d.rest) > 0; {
		all = append(all, d.affects())
		if d.err != nil {
			return nil, d.err
		}
	}
	return all, nil
}

// weigh adds what one advisory says of the version.
func (all *looked) weigh(a *assay, parts []*affects) error {
	for _, f := range parts {
		affected, fixed, err := a.test(f)
		if !affected && err == nil {
			if a.mended(f) {
				all.passed = append(all.passed, f.number)
			}
			continue
		}
		advice, adviceErr := all.file.advice(f.number)
		if adviceErr != nil {
			return adviceErr
		}
		if affected {
			all.found = append(all.found, finding{advice: advice, affects: f, fixed: fixed, at: textAt{all.file, f.number}})
		} else {
			all.undecided = append(all.undecided, Undecided{advice.id, reason(err)})
		}
	}
	if len(parts) > 1 {
		all.mend(a, parts)
	}
	return nil
}

// mend gives the findings of an advisory in several parts the fix that is one by all of
// them: some say in a second part that the first fix was none.
func (all *looked) mend(a *assay, parts []*affects) {
	var spans []span
	for _, f := range parts {
		if a.sameModule(f) {
			spans = append(spans, f.spans...)
		}
	}
	if a.err != nil {
		return
	}
	inside, fixed, err := a.fix(spans)
	if !inside || err != nil {
		return
	}
	for i := len(all.found) - 1; i >= 0 && all.found[i].number == parts[0].number; i-- {
		if all.found[i].fixed != "" {
			all.found[i].fixed = fixed
		}
	}
}

// advice reads an advisory.
func (d *dataFile) advice(number uint64) (*advice, error) {
	value, err := d.get(advisoriesTable, numberKey(number))
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, fmt.Errorf("%s: advisory %d is missing: %w", d.file.Name(), number, errDamaged)
	}
	in := decode{rest: bytes.Clone(value)}
	a := in.advice()
	if in.err != nil {
		return nil, fmt.Errorf("%s: advisory %d: %w", d.file.Name(), number, in.err)
	}
	return a, nil
}

// assay tests one version against advisories.
type assay struct {
	ecosystem string
	order     order
	text      string
	version   Version
	err       error  // why the version has no place in the order
	modular   bool   // an RPM of a module,
	stream    string // which is "name:stream" or unknown
}

func newAssay(q Query) *assay {
	a := &assay{ecosystem: q.Ecosystem, text: q.Version, modular: q.Module != "" || modular(q.Version), stream: stream(q.Module)}
	if Base(q.Ecosystem) == "Bitnami" {
		a.text = bitnamiRevision.ReplaceAllString(a.text, "")
	}
	a.order = orderOf(q.Ecosystem)
	a.version, a.err = a.order.parse(a.text)
	return a
}

// bitnamiRevision is the number of a packaging, 1.2.3-4, which is no pre-release;
// advisories are about the software.
var bitnamiRevision = regexp.MustCompile(`-[0-9]+$`)

// test tells whether an advisory concerns the version, and which version is free
// of the flaw. With an error it cannot be told.
func (a *assay) test(f *affects) (affected bool, fixed string, err error) {
	if !a.sameModule(f) {
		return false, "", nil
	}
	listed := slices.Contains(f.versions, a.text)
	everything := len(f.spans) == 1 && f.spans[0] == span{from: zero}
	switch {
	case everything:
		return true, "", nil
	case a.err != nil:
		if listed {
			return true, "", nil
		}
		if len(f.spans) == 0 && f.incomparable == "" {
			return false, "", nil // versions one by one, and this is none of them
		}
		return false, "", a.err
	}
	if !listed {
		listed = a.listed(f.versions)
	}
	inside, fixed, err := a.fix(f.spans)
	switch {
	case inside || listed:
		return true, fixed, nil
	case err != nil:
		return false, "", err
	case f.incomparable != "":
		return false, "", fmt.Errorf("%w: %s", ErrNotComparable, f.incomparable)
	}
	return false, "", nil
}

// mended tells of an advisory that does not affect the version whether that is
// because the version has the fix.
func (a *assay) mended(f *affects) bool {
	return len(f.spans) > 0 && a.sameModule(f) && !slices.ContainsFunc(f.spans, func(s span) bool { return s.from != zero || s.fix() == "" })
}

// listed finds the version among others however it is written: 1.0 is 1.0.0 to
// many ecosystems.
func (a *assay) listed(versions []string) bool {
	return slices.ContainsFunc(versions, func(text string) bool {
		v, err := a.order.parse(text)
		if err != nil {
			return false
		}
		c, err := a.version.Compare(v)
		return c == 0 && err == nil
	})
}

// fix tells whether the version lies in one of the spans, and gives the first
// later version that lies in none, if the spans name one.
func (a *assay) fix(spans []span) (inside bool, fixed string, err error) {
	at := a.version
	placed := a.order.place(spans)
	var failed error
	for range placed { // each round leaves one span or more behind
		moved := false
		for i := range placed {
			s := &placed[i]
			in, err := s.holds(at)
			failed = errors.Join(failed, err)
			if !in {
				continue
			}
			inside = true
			if s.fix() == "" {
				return true, nextFix(placed, at, s.to != ""), nil
			}
			if c, err := s.end.Compare(at); c > 0 && err == nil {
				at, fixed, moved = s.end, s.fix(), true
			}
		}
		if !moved {
			break
		}
	}
	return inside, fixed, failed
}

// nextFix gives, for a version in a stretch without a fix, the first fix of a later
// stretch. There is none behind a stretch without an end.
func nextFix(placed []stretch, at Version, ends bool) string {
	if !ends {
		return ""
	}
	var first *stretch
	for i := range placed {
		s := &placed[i]
		if s.fix() == "" || s.err != nil {
			continue
		}
		if c, err := s.end.Compare(at); c <= 0 || err != nil {
			continue
		}
		if first != nil {
			if c, err := s.end.Compare(first.end); c >= 0 || err != nil {
				continue
			}
		}
		held := func(other stretch) bool { in, err := other.holds(s.end); return in || err != nil }
		if !slices.ContainsFunc(placed, held) {
			first = s
		}
	}
	if first == nil {
		return ""
	}
	return first.fix()
}

// rate adds what KEV and EPSS say of a flaw, as far as they can be read.
func (db *Database) rate(f *Flaw) error {
	n, ok := parseCVE(f.ID)
	if !ok {
		return nil
	}
	kev, err := db.data(KEV)
	if err == nil && kev != nil {
		f.KEV, err = kev.kev(n)
	}
	epss, epssErr := db.data(EPSS)
	if epssErr == nil && epss != nil {
		f.EPSS, epssErr = epss.epss(n)
	}
	return cmp.Or(err, epssErr)
}
