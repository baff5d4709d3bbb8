package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
)

// Options are the settings of the user in addition to the policy.
type Options struct {
	// Now decides which exceptions have expired.
	Now time.Time
	// FailOn replaces the level of the policy for every risk, unless it is zero. The rules of
	// the policy still apply.
	FailOn Level
	// IgnoreUnfixed ignores vulnerabilities without a fixed version.
	IgnoreUnfixed bool
	// IgnoreBase ignores findings that are only in the layers of the base image. If it is
	// not known which layers these are, the verdict is indeterminate.
	IgnoreBase bool
	// Risks are the risks that count in the verdict; none means all.
	Risks []seaworthy.Risk
	// IgnoreFiles have exceptions, which are tried after those of the policy.
	IgnoreFiles []*IgnoreFile
	// Names are the names of these options.
	Names Names
}

// Names are the names of options that the user knows, such as names of flags. Reasons
// mention them. An option without a name is described in words.
type Names struct {
	FailOn, IgnoreUnfixed, IgnoreBase string
	// Base is the option that names the base image.
	Base string
}

func (n *Names) withDefaults() Names {
	return Names{
		FailOn:        cmp.Or(n.FailOn, "fail on"),
		IgnoreUnfixed: cmp.Or(n.IgnoreUnfixed, "ignore unfixed"),
		IgnoreBase:    cmp.Or(n.IgnoreBase, "ignore base image"),
		Base:          n.Base,
	}
}

// Evaluator is a Handler that receives the events of a scan, adds exceptions to findings,
// and passes the events on. In the end it decides the verdict.
type Evaluator struct {
	policy     *Policy
	opt        Options
	next       seaworthy.Handler
	exceptions exceptionSet
	tally
}

// tally counts the findings of one image by what they mean for the verdict.
type tally struct {
	image    *seaworthy.Image
	reaching map[seaworthy.Risk]units // those that reach the level
	unrated  map[seaworthy.Risk]units // those of unknown severity that do not
	// unratedFixable are vulnerabilities of unknown severity that have a fix, if they are not
	// to pass.
	unratedFixable units
	byRule         []units       // those that each rule fails
	ignored        []count       // those that are not counted, by the reason
	expired        map[int]units // those that each expired exception would cover
	unclear        []unclear
	usage          usage
	coverage       map[seaworthy.Risk]map[seaworthy.State]*gap
}

// units is a set of units, which are what the verdict counts: a vulnerability of a source
// package counts once.
type units map[seaworthy.Unit]struct{}

func (u *units) add(f *seaworthy.Finding) {
	if *u == nil {
		*u = make(units)
	}
	(*u)[f.Unit()] = struct{}{}
}

// addTo adds the finding to the units under a key.
func addTo[K comparable](m map[K]units, key K, f *seaworthy.Finding) {
	u := m[key]
	u.add(f)
	m[key] = u
}

// count is the number of findings that were ignored for one reason.
type count struct {
	by string
	units
}

// unclear is an expression of the policy that could not be evaluated.
type unclear struct {
	where, finding, reason string
	n                      int
}

// gap counts the Coverage events with the same risk and state.
type gap struct {
	first seaworthy.Coverage
	n     int
}

// NewEvaluator returns an Evaluator that applies a policy and passes the events to next.
func NewEvaluator(p *Policy, opt Options, next seaworthy.Handler) *Evaluator {
	groups := [][]exception{p.exceptions}
	for _, f := range opt.IgnoreFiles {
		groups = append(groups, f.exceptions)
	}
	if len(opt.Risks) == 0 {
		opt.Risks = seaworthy.Risks()
	}
	opt.Names = opt.Names.withDefaults()
	j := &Evaluator{policy: p, opt: opt, next: next, exceptions: newExceptionSet(groups...)}
	j.reset(nil)
	return j
}

// reset begins a new image.
func (j *Evaluator) reset(img *seaworthy.Image) {
	j.tally = tally{
		image:    img,
		reaching: make(map[seaworthy.Risk]units),
		unrated:  make(map[seaworthy.Risk]units),
		byRule:   make([]units, len(j.policy.rules)),
		expired:  make(map[int]units),
		usage:    newUsage(len(j.exceptions.all)),
		coverage: make(map[seaworthy.Risk]map[seaworthy.State]*gap),
	}
}

// Provenance passes the event on, with the Evaluator's policy and ignore files in it.
func (j *Evaluator) Provenance(p *seaworthy.Provenance) error {
	named := *p
	named.Policy = j.policy.Provenance()
	named.Data = slices.Clone(p.Data)
	for _, f := range j.opt.IgnoreFiles {
		named.Data = append(named.Data, seaworthy.DataSource{Source: f.source, Digest: f.digest})
	}
	return j.next.Provenance(&named)
}

// Progress passes the event on.
func (j *Evaluator) Progress(l *seaworthy.Progress) error { return j.next.Progress(l) }

// Image begins a new image and passes the event on.
func (j *Evaluator) Image(img *seaworthy.Image) error {
	j.reset(img)
	return j.next.Image(img)
}

// Package passes the event on.
func (j *Evaluator) Package(p *seaworthy.Package) error {
	if len(j.exceptions.all) > 0 {
		j.usage.packages.Add(p)
	}
	return j.next.Package(p)
}

// Finding counts the finding and passes it on. If an exception applies, it passes on a
// copy with the exception.
func (j *Evaluator) Finding(f *seaworthy.Finding) error {
	if e := j.weigh(f); e != nil {
		excepted := *f
		excepted.Exception = e
		f = &excepted
	}
	return j.next.Finding(f)
}

// Coverage counts the event and passes it on.
func (j *Evaluator) Coverage(c *seaworthy.Coverage) error {
	states := j.coverage[c.Risk]
	if states == nil {
		states = make(map[seaworthy.State]*gap)
		j.coverage[c.Risk] = states
	}
	if g := states[c.State]; g != nil {
		g.n++
	} else {
		states[c.State] = &gap{*c, 1}
	}
	return j.next.Coverage(c)
}

// Verdict does nothing. The verdict is that of [Evaluator.Conclude].
func (j *Evaluator) Verdict(*seaworthy.Verdict) error { return nil }

// Conclude ends the image: it returns the verdict and passes it to the next Handler. Unused are
// rules that others found to apply to nothing.
func (j *Evaluator) Conclude(unused ...seaworthy.UnusedRule) (seaworthy.Verdict, error) {
	v := j.verdict()
	v.Unused = append(j.unused(), unused...)
	j.reset(nil)
	passed := v
	passed.Reasons, passed.Unused = slices.Clone(v.Reasons), slices.Clone(v.Unused)
	return v, j.next.Verdict(&passed)
}

// weigh counts the finding. If an exception applies, the finding does not count, and
// weigh returns the exception.
func (j *Evaluator) weigh(f *seaworthy.Finding) *seaworthy.Exception {
	if !slices.Contains(j.opt.Risks, f.Risk) {
		return nil
	}
	var vars variables
	lazily := func() variables {
		if vars == nil {
			vars = newVariables(f, j.image)
		}
		return vars
	}
	e, expired := j.exceptionFor(f, lazily)
	if isDismissed(f) {
		j.ignore(f, "VEX of "+f.VEX.By)
		return nil
	}
	if e := j.except(f, e, expired); e != nil {
		return e
	}
	for i, r := range j.policy.rules {
		yes, err := r.when.holds(lazily())
		switch {
		case err != nil:
			j.doubt(r.when, f, err)
		case yes && r.fails:
			j.byRule[i].add(f)
			return nil
		case yes:
			j.ignore(f, fmt.Sprintf("rule %q", r.name))
			return &seaworthy.Exception{Reason: fmt.Sprintf("%s (rule %q)", r.message, r.name)}
		}
	}
	switch {
	case j.level(f.Risk).ReachedBy(f.Severity):
		addTo(j.reaching, f.Risk, f)
	case f.Severity == seaworthy.Unknown && f.Risk == seaworthy.Vulnerability && f.Package != nil && f.Package.FixedVersion != "" && j.policy.unrated != seaworthy.DecisionPass:
		j.unratedFixable.add(f)
	case f.Severity == seaworthy.Unknown:
		addTo(j.unrated, f.Risk, f)
	}
	return nil
}

// isDismissed reports whether a VEX statement says that the finding does not count.
func isDismissed(f *seaworthy.Finding) bool { return f.VEX != nil && f.VEX.Dismisses() }

// exceptionFor returns the first exception that covers the finding and has not expired, nil
// if there is none, and those that have. It notes all that cover the finding.
func (j *Evaluator) exceptionFor(f *seaworthy.Finding, vars func() variables) (first *exception, expired []int) {
	if len(j.exceptions.all) == 0 {
		return nil, nil
	}
	j.usage.see(f)
	for _, i := range j.exceptions.candidates(f) {
		e := &j.exceptions.all[i]
		j.usage.seePlaces(i, e, f)
		if first != nil && j.usage.applied[i] {
			continue
		}
		yes, err := e.covers(f, vars)
		switch {
		case err != nil && first == nil && !isDismissed(f):
			j.doubt(e.when, f, err)
		case err != nil || !yes:
			continue
		case e.expired(j.opt.Now):
			expired = append(expired, i)
		case first == nil:
			first = e
		}
		j.usage.applied[i] = true
	}
	return first, expired
}

// except returns why the finding does not count, nil if it counts: the exception that covers
// it, or an option. Expired are exceptions that would cover it.
func (j *Evaluator) except(f *seaworthy.Finding, e *exception, expired []int) *seaworthy.Exception {
	if e != nil {
		j.ignore(f, e.source)
		return &seaworthy.Exception{Reason: e.reason, Expires: e.expires}
	}
	if j.opt.IgnoreUnfixed && f.Risk == seaworthy.Vulnerability && (f.Package == nil || f.Package.FixedVersion == "") {
		j.ignore(f, j.opt.Names.IgnoreUnfixed)
		return &seaworthy.Exception{Reason: j.opt.Names.IgnoreUnfixed}
	}
	if j.opt.IgnoreBase && j.inBase(f) {
		j.ignore(f, j.opt.Names.IgnoreBase+" ("+baseLayers(*j.image.BaseBoundary)+")")
		return &seaworthy.Exception{Reason: j.opt.Names.IgnoreBase + ": it is in the base image"}
	}
	for _, i := range expired {
		addTo(j.expired, i, f)
	}
	return nil
}

// inBase reports whether all locations of a finding are in layers of the base image.
func (j *Evaluator) inBase(f *seaworthy.Finding) bool {
	if j.image == nil || j.image.BaseBoundary == nil || len(f.Locations) == 0 {
		return false
	}
	return !slices.ContainsFunc(f.Locations, func(l seaworthy.Location) bool {
		return l.Layer == nil || *l.Layer >= *j.image.BaseBoundary
	})
}

func baseLayers(n int) string {
	if n == 1 {
		return "layer 0"
	}
	return fmt.Sprintf("layers 0 to %d", n-1)
}

// ignore counts a finding that does not count in the verdict, by the reason.
func (j *Evaluator) ignore(f *seaworthy.Finding, by string) {
	i := slices.IndexFunc(j.ignored, func(c count) bool { return c.by == by })
	if i < 0 {
		i = len(j.ignored)
		j.ignored = append(j.ignored, count{by: by})
	}
	j.ignored[i].add(f)
}

// doubt records that an expression could not be evaluated for a finding.
func (j *Evaluator) doubt(e *expression, f *seaworthy.Finding, err error) {
	i := slices.IndexFunc(j.unclear, func(u unclear) bool { return u.where == e.where })
	if i < 0 {
		i = len(j.unclear)
		j.unclear = append(j.unclear, unclear{where: e.where, finding: f.ID, reason: err.Error()})
	}
	j.unclear[i].n++
}

// level returns the lowest severity of a risk that fails the image.
func (j *Evaluator) level(r seaworthy.Risk) Level {
	if j.opt.FailOn != 0 {
		return j.opt.FailOn
	}
	return j.policy.fail[r]
}

// verdict decides the verdict. Its reasons are in this order: what fails the image, what
// makes the verdict indeterminate, and notes.
func (j *Evaluator) verdict() seaworthy.Verdict {
	var failing, open, notes []string
	for _, r := range seaworthy.Risks() {
		if n := len(j.reaching[r]); n > 0 {
			failing = append(failing, fmt.Sprintf("%s %s (%s)", noun(n, r), orHigher(j.level(r)), j.levelSource()))
		}
	}
	for i, r := range j.policy.rules {
		if n := len(j.byRule[i]); n > 0 {
			failing = append(failing, fmt.Sprintf("%s by rule %q: %s (policy: %s)", noun(n, ""), r.name, r.message, j.policy.source))
		}
	}
	for _, r := range seaworthy.Risks() {
		if slices.Contains(j.opt.Risks, r) {
			f, o := j.gaps(r)
			failing, open = append(failing, f...), append(open, o...)
		}
	}
	for _, u := range j.unclear {
		open = append(open, fmt.Sprintf("an expression of the policy could not be evaluated for %s, among them %s: %s", noun(u.n, ""), u.finding, u.reason))
	}
	if j.opt.IgnoreBase && (j.image == nil || j.image.BaseBoundary == nil) {
		reason := j.opt.Names.IgnoreBase + ": where the base image ends is not known, so every finding counts"
		if j.opt.Names.Base != "" {
			reason += "; name the base image with " + j.opt.Names.Base
		}
		open = append(open, reason)
	}
	for _, r := range seaworthy.Risks() {
		if j.level(r) == Never {
			continue
		}
		if n := len(j.unratedFixable); n > 0 && r == seaworthy.Vulnerability {
			switch reason := fmt.Sprintf("%s with a fix of unknown severity (%s)", noun(n, r), j.levelSource()); j.policy.unrated {
			case seaworthy.DecisionPass:
			case seaworthy.DecisionFail:
				failing = append(failing, reason)
			default:
				open = append(open, reason+"; "+j.opt.Names.FailOn+" unknown counts them")
			}
		}
		if n := len(j.unrated[r]); n > 0 {
			notes = append(notes, fmt.Sprintf("%s of unknown severity not counted (%s); %s unknown counts them", noun(n, r), j.levelSource(), j.opt.Names.FailOn))
		}
	}
	for i := range j.exceptions.all {
		if e := &j.exceptions.all[i]; e.unsupported != "" {
			notes = append(notes, fmt.Sprintf("the ignore rule at %s:%d covers nothing, because its condition cannot be evaluated here: %s", e.source, e.line, e.unsupported))
		}
		if n := len(j.expired[i]); n > 0 {
			e := &j.exceptions.all[i]
			notes = append(notes, fmt.Sprintf("the exception at %s:%d (%s) expired on %s and no longer counts: %s", e.source, e.line, e.name, e.expires, noun(n, "")))
		}
	}
	if len(j.ignored) > 0 {
		total, by := 0, make([]string, 0, len(j.ignored))
		for _, c := range j.ignored {
			total += len(c.units)
			by = append(by, fmt.Sprintf("%d by %s", len(c.units), c.by))
		}
		notes = append(notes, fmt.Sprintf("%s not counted: %s", noun(total, ""), strings.Join(by, ", ")))
	}
	v := seaworthy.Verdict{Decision: seaworthy.DecisionPass, Reasons: slices.Concat(failing, open, notes)}
	switch {
	case len(failing) > 0:
		v.Decision = seaworthy.DecisionFail
	case len(open) > 0:
		v.Decision = seaworthy.DecisionIndeterminate
	}
	return v
}

// gaps gives the reasons that lie in how far a risk was checked. A risk of
// which no analyzer reported anything was not checked.
func (j *Evaluator) gaps(r seaworthy.Risk) (failing, open []string) {
	states := j.coverage[r]
	if len(states) == 0 {
		states = map[seaworthy.State]*gap{seaworthy.NotChecked: {first: seaworthy.Coverage{Code: seaworthy.CodeUnspecified, Reason: "no analyzer checked it"}}}
	}
	for _, state := range []seaworthy.State{seaworthy.Failed, seaworthy.NotChecked, seaworthy.Partial} {
		g := states[state]
		if g == nil {
			continue
		}
		switch j.policy.coverage[r][state] {
		case seaworthy.DecisionPass:
		case seaworthy.DecisionFail:
			failing = append(failing, g.sentence(r, state)+fmt.Sprintf(" (policy: %s)", j.policy.source))
		default:
			open = append(open, g.sentence(r, state))
		}
	}
	return failing, open
}

func (g *gap) sentence(r seaworthy.Risk, state seaworthy.State) string {
	var b strings.Builder
	b.WriteString(string(r))
	switch state {
	case seaworthy.Failed:
		b.WriteString(": the check failed")
	case seaworthy.Partial:
		b.WriteString(": partly checked")
	default:
		b.WriteString(": not checked")
	}
	if g.n > 1 {
		fmt.Fprintf(&b, ", %d times, first", g.n)
	}
	for _, s := range []string{g.first.Subject, g.first.Reason} {
		if s != "" {
			fmt.Fprintf(&b, ": %s", s)
		}
	}
	return b.String()
}

func (j *Evaluator) levelSource() string {
	if j.opt.FailOn != 0 {
		return j.opt.Names.FailOn + " " + j.opt.FailOn.String()
	}
	return "policy: " + j.policy.source
}

// noun is a number of what findings of a risk are called, of any risk if it is "".
func noun(n int, r seaworthy.Risk) string {
	one, many := "finding", "findings"
	switch r {
	case "":
	case seaworthy.Vulnerability:
		one, many = "vulnerability", "vulnerabilities"
	case seaworthy.Misconfiguration, seaworthy.Secret:
		one, many = string(r), string(r)+"s"
	default:
		one, many = string(r)+" finding", string(r)+" findings"
	}
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// orHigher describes the severities from a level on.
func orHigher(l Level) string {
	switch l {
	case levelFrom(seaworthy.Critical):
		return "of severity critical"
	case levelFrom(seaworthy.High):
		return "of severity high or critical"
	case levelFrom(seaworthy.Unknown):
		return "of any severity"
	}
	return fmt.Sprintf("of severity %s or higher", l)
}
