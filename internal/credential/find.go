package credential

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/credential/prefilter"
)

// Match is a secret in a text.
type Match struct {
	Rule       *Rule
	from, to   int // what the expression matched
	Start, End int // the secret, in the text that is in the file
	Value      []byte
	Assessment
	// Encoding says how the secret is written in the file; empty for as it is.
	Encoding string
	// Origin is that of the text.
	Origin *Origin
}

// MaxMatches limits the matches of one text.
const MaxMatches = 1000

// finder looks for secrets in one text. Its time is linear in the text: each
// keyword costs a bounded look around it, and windows of one rule are merged.
type finder struct {
	rules   *Rules
	text    []byte
	origin  *Origin
	decodes int // how many more encodings are undone

	matches []Match
	windows map[*Rule]span
	effort  *Effort
	// passed is how far a rule need not be tried again.
	passed map[*Rule]int
	// decoded is how far encoded runs have been read.
	decoded int
	// command is how far command lines have been read.
	command int
	full    bool
	// tired is true once the effort is spent.
	tired bool
	// hiding is true if the text is searched to hide what is found: all matches count,
	// and suspects too.
	hiding   bool
	suspects []Span
	// words are how far words have been read that begin as tokens of a rule do.
	words map[*Rule]int
	// named is true once a keyword was there that stands in names of secrets.
	named bool
}

type span struct{ from, to int }

// Span is a part of a text, from one byte up to another.
type Span struct{ From, To int }

// Result is what was found in a text.
type Result struct {
	// Matches are sorted by their start, and none overlaps another.
	Matches []Match
	// Whole is false if there were more than MaxMatches.
	Whole bool
	// Tired is true if the effort was spent before all of the text was searched.
	Tired bool
	// Named is true if a word of the names of secrets is in the text.
	Named bool
}

// Find finds the secrets of a text.
func (rs *Rules) Find(text []byte, origin *Origin) Result {
	return rs.FindWithin(text, origin, NewEffort())
}

// FindWithin finds the secrets of a text that is a part of a file. The allowance for
// the text is added to the effort for the file, and what the search takes is subtracted.
func (rs *Rules) FindWithin(text []byte, origin *Origin, effort *Effort) Result {
	s := finder{rules: rs, text: text, origin: origin, effort: effort, decodes: 1}
	effort.Grant(len(text))
	s.run()
	return Result{s.matches, !s.full, s.tired, s.named}
}

func (s *finder) run() {
	s.rules.set.Find(s.text, s.hit)
	for _, r := range slices.SortedFunc(maps.Keys(s.windows), func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) }) {
		s.search(r, s.windows[r])
	}
	s.inOwnFile()
	for _, r := range s.rules.whole {
		s.search(r, span{0, len(s.text)})
	}
	for _, r := range s.rules.pathOnly {
		if r.path.MatchString(s.origin.Path) {
			s.add(Match{Rule: r})
		}
	}
	if s.hiding {
		return
	}
	s.matches = Settle(s.matches)
	s.requireNeighbours()
}

// hit takes an occurrence of a keyword.
func (s *finder) hit(h prefilter.Hit) bool {
	s.origin.Learn()
	end := h.Start + s.rules.set.Length(h.Keyword)
	switch {
	case h.Keyword >= s.rules.percentFrom:
		s.decode(h.Start, percentRun, unescape, "percent-encoded")
	case h.Keyword >= s.rules.base64From:
		s.decode(h.Start, base64Run, decodeBase64, "base64")
	default:
		s.named = s.named || s.rules.named[h.Keyword]
		for _, r := range s.rules.owners[h.Keyword] {
			s.try(r, h.Start, end)
		}
	}
	return !s.full && !s.tired
}

// The work of trying one keyword, in bytes of the effort.
const (
	tokenWork       = 8
	assignmentWork  = 64
	commandLineWork = 128
	// What an anchored expression and the shell's grammar take for a byte.
	expressionWork = 3
	commandWork    = 2
)

// spend takes work from the effort. Once that is spent the search ends.
func (s *finder) spend(n int) {
	if !s.effort.spend(n) {
		s.tired = true
	}
}

// longTrial is the length in bytes from which on a trial that found nothing is not
// repeated right behind its start.
const longTrial = 512

// pass lets a rule not be tried before a place again.
func (s *finder) pass(r *Rule, to int) {
	if s.passed == nil {
		s.passed = make(map[*Rule]int)
	}
	s.passed[r] = max(s.passed[r], to)
}

// failed records that a rule read n bytes from a place on for nothing. What starts right
// behind the place would read mostly the same: with a sixteenth of them passed over, all
// trials together read a text at most sixteen times, besides the short ones.
func (s *finder) failed(r *Rule, at, n int) {
	if n >= longTrial {
		s.pass(r, at+n/16)
	}
}

// try looks for the secret of a rule at one of its keywords.
func (s *finder) try(r *Rule, at, end int) {
	if r.path != nil && !r.path.MatchString(s.origin.Path) {
		return
	}
	if s.passed != nil && at < s.passed[r] {
		return
	}
	switch r.form {
	case token:
		s.spend(tokenWork)
		s.token(r, at, end)
	case assigned:
		s.assign(r, at, end)
	case special:
		s.spend(assignmentWork)
		start, stop, o := r.find(s.text, at, end, s.origin)
		if o.read > at {
			s.spend(o.read - at)
			s.pass(r, o.read)
		}
		if stop > start {
			s.add(Match{Rule: r, from: at, to: stop, Start: start, End: stop, Assessment: o})
		}
	case commandLine:
		s.inCommandLine(r, at)
	case window:
		s.widen(r, span{max(0, at-r.reach), min(len(s.text), end+r.reach)})
	}
}

// token looks for a token at its keyword.
func (s *finder) token(r *Rule, at, end int) {
	if s.hiding {
		s.suspectToken(r, at, end)
	}
	joined := s.origin.Binary && r.distinctive
	between := at > 0 && isAlnum(s.text[at]) && (isAlnum(s.text[at-1]) || s.text[at-1] == '_')
	if between && !s.origin.Binary || !r.distinctive && s.inBase64(at) {
		return
	}
	near := s.text[at:min(len(s.text), at+r.reach)]
	n := r.alphabet.Length(near)
	if n < r.minLength {
		s.unknownForm(r, at)
		return
	}
	s.spend(n * expressionWork)
	// One byte more, since an expression may ask for the end of the text or a word.
	m := r.expr.compiled().FindIndex(near[:min(n+1, len(near))])
	if m == nil || m[1] == 0 {
		s.failed(r, at, n)
		s.unknownForm(r, at)
		return
	}
	end = at + m[1]
	between = between || end < len(s.text) && isAlnum(s.text[end])
	if between && !joined && !s.counted(at, end) {
		s.failed(r, at, n)
		s.unknownForm(r, at)
		return
	}
	if s.add(Match{Rule: r, from: at, to: end, Start: at, End: end}) {
		s.pass(r, end)
	} else {
		s.failed(r, at, n)
	}
}

// inBase64 reports whether a place is in the middle of a digest or other bytes in base64,
// whose signs look like the start of a word.
func (s *finder) inBase64(at int) bool {
	if at == 0 || s.text[at-1] != '+' && s.text[at-1] != '/' {
		return false
	}
	from := at
	for from > 0 && at-from < 64 && (isAlnum(s.text[from-1]) || s.text[from-1] == '+' || s.text[from-1] == '/') {
		from--
	}
	return at-from >= 16 && drawn(s.text[from:at])
}

// unknownForm finds what starts as all tokens of a rule do, goes on at random, and has
// another shape than those that are known, and is no shorter: issuers change these without
// notice, and a token that was cut off is none.
// What has the known shape and a wrong checksum is none.
func (s *finder) unknownForm(r *Rule, at int) {
	head := r.Head()
	if len(head) < 4 || isAlnum(head[len(head)-1]) || s.origin.Binary || s.origin.Silent || s.hiding || !bytes.HasPrefix(s.text[at:], []byte(head)) {
		return
	}
	const longest = 4 << 10
	from, stop := at+len(head), at+len(head)
	for stop < len(s.text) && stop-from < longest && (isAlnum(s.text[stop]) || strings.IndexByte("_-.", s.text[stop]) >= 0) {
		stop++
	}
	s.spend(stop - from)
	tail := bytes.TrimRight(s.text[from:stop], "_-.")
	_, digits, upper, lowers, _ := classes(tail)
	if len(tail) < max(20, r.minLength-len(head)) || digits < 3 || lowers < 3 || upper < 3 && !isHexAll(tail) || entropy(tail) < 3.5 || identifier(tail) || dummy(tail) || placeholder(tail) {
		return
	}
	stop = from + len(tail)
	added := s.add(Match{Rule: r, from: at, to: stop, Start: at, End: stop, Assessment: Assessment{
		Severity: min(r.Severity, medium), unknownForm: true, Note: "It starts as such a token does, but its form is not one of those that are known.",
	}})
	if added {
		s.pass(r, stop)
	}
}

// assign takes the value that is given to a name with the keyword of a rule.
func (s *finder) assign(r *Rule, at, end int) {
	if s.origin.wordless() || s.origin.Binary && !equals(s.text, end) {
		return
	}
	s.spend(assignmentWork)
	a, ok := assignmentAt(s.text, at, end)
	s.spend((a.end - a.start) / 4)
	if !ok || a.bare && !s.origin.Setting || a.end-a.start > r.reach || !r.expr.compiled().Match(s.text[a.start:a.end]) {
		return
	}
	if s.origin.Binary && !a.environment(s.text) || s.origin.minified && !r.distinctive && !a.private() {
		return
	}
	if _, digits, upper, lowers, _ := classes(s.text[a.start:a.end]); upper+lowers < 2 || digits == 0 && (upper == 0 || lowers == 0) {
		return
	}
	s.add(Match{Rule: r, from: at, to: a.end, Start: a.start, End: a.end})
}

// counted reports whether a text in a binary file has its length in the byte before
// it, as in the bytecode of Python, class files and protocol buffers: it stands
// alone then, whatever the bytes around it look like.
func (s *finder) counted(from, to int) bool {
	return s.origin.Binary && from > 0 && to-from < 256 && s.text[from-1] == byte(to-from)
}

// maxWindow is the length from which on a window is searched before it grows further, so
// that the effort is spent while it is counted.
const maxWindow = 64 << 10

// widen joins a window of a rule to the one before if they overlap.
func (s *finder) widen(r *Rule, w span) {
	if s.windows == nil {
		s.windows = make(map[*Rule]span)
	}
	old, ok := s.windows[r]
	switch {
	case !ok:
	case w.from <= old.to && w.to >= old.from && old.to-old.from < maxWindow:
		w = span{min(w.from, old.from), max(w.to, old.to)}
	default:
		s.search(r, old)
	}
	s.windows[r] = w
}

// search runs the expression of a rule over a window.
func (s *finder) search(r *Rule, w span) {
	if r.path != nil && !r.path.MatchString(s.origin.Path) {
		return
	}
	for at := w.from; at < w.to && !s.full && !s.tired; {
		m := r.expr.compiled().FindSubmatchIndex(s.text[at:w.to])
		if m == nil {
			s.spend((w.to - at) * r.weight)
			return
		}
		from, to := at+m[0], at+m[1]
		s.spend((to-at)*r.weight + tokenWork)
		start, end := from, to
		if i := 2 * r.secretGroup(m); i > 0 {
			start, end = at+m[i], at+m[i+1]
		}
		if !r.wholeWord || s.isWholeWord(from, to) {
			s.add(Match{Rule: r, from: from, to: to, Start: start, End: end})
		}
		at = max(to, at+1)
	}
}

// alone reports whether no letter or digit stands right before or behind a match.
func (s *finder) isWholeWord(from, to int) bool {
	return (from == 0 || !isAlnum(s.text[from-1])) && (to == len(s.text) || !isAlnum(s.text[to]))
}

// secretGroup is the number of the group that is the secret, 0 for all.
func (r *Rule) secretGroup(m []int) int {
	if r.group > 0 {
		if 2*r.group < len(m) && m[2*r.group] >= 0 {
			return r.group
		}
		return 0
	}
	for i := 1; 2*i < len(m); i++ {
		if m[2*i+1] > m[2*i] {
			return i
		}
	}
	return 0
}

// add keeps a match unless something speaks against it. It reports whether it did.
func (s *finder) add(m Match) bool {
	r := m.Rule
	m.Value, m.Origin = s.text[m.Start:m.End], s.origin
	if m.End == m.Start && r.form != pathOnly { // an expression of a rule file that matches nothing
		return false
	}
	if r.minEntropy > 0 && entropy(m.Value) <= r.minEntropy {
		return false
	}
	if r.public != nil && r.public(s.text, m.Start, m.End) {
		return false
	}
	if r.check != nil && !m.unknownForm {
		if m.Assessment = r.check(m.Value); m.Rejected {
			return false
		}
	}
	if (r.form == token || r.form == assigned) && !m.Confirmed && dummy(m.Value) {
		return false
	}
	if r.form == token && s.origin.Binary && !m.Confirmed && s.strung(&m) {
		return false
	}
	if s.allowed(&m) {
		return false
	}
	if len(s.matches) == MaxMatches && !s.hiding {
		s.full = true
		return false
	}
	s.matches = append(s.matches, m)
	return true
}

// dummy reports whether a token only shows what one looks like.
func dummy(v []byte) bool {
	low := bytes.ToLower(v)
	for _, w := range [...]string{"example", "xxxxx", "placeholder", "0123456789", "1234567890", "abcdefgh", "00000000", "aaaaaaaa", "your_", "your-"} {
		if bytes.Contains(low, []byte(w)) && !bytes.HasPrefix(low, []byte("aaaaaaaaaaaaaaaaaaaaa")) {
			return true
		}
	}
	return false
}

// strung reports whether a match in a program is but the constants of the program,
// which compilers lay end to end: words, or the beginnings of other tokens.
func (s *finder) strung(m *Match) bool {
	v := m.Value
	for _, k := range m.Rule.keywords {
		v = bytes.TrimPrefix(v, []byte(k))
	}
	if identifier(v) {
		return true
	}
	s.spend(len(v) * 16) // about what the search for hundreds of keywords takes
	return slices.ContainsFunc(s.rules.rules, func(o *Rule) bool {
		return o.form == token && slices.ContainsFunc(o.keywords, func(k string) bool {
			return len(k) >= 5 && bytes.Contains(v, []byte(k))
		})
	})
}

var allowMark = []byte("gitleaks:allow")

func (s *finder) allowed(m *Match) bool {
	if bytes.Contains(lineAt(s.text, m.Start, m.End), allowMark) {
		return true
	}
	by := func(a *Allowlist) bool { return a.allows(s.origin.Path, s.text, m) }
	return slices.ContainsFunc(m.Rule.allow, by) || slices.ContainsFunc(s.rules.allow, by)
}

// Settle sorts matches and keeps, of those that overlap, the one whose rule knows
// more: a confirmed one before others, a form of its own before a mere name.
func Settle(matches []Match) []Match {
	slices.SortStableFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.rank(), a.rank()), cmp.Compare(b.End, a.End), cmp.Compare(a.Rule.ID, b.Rule.ID))
	})
	kept := matches[:0]
	for _, m := range matches {
		if n := len(kept); n > 0 && m.Start < kept[n-1].End {
			if m.rank() > kept[n-1].rank() {
				kept[n-1] = m
			}
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

func (m *Match) rank() int {
	switch {
	case m.Confirmed:
		return 4
	case m.Rule.form == token || m.Rule.form == window:
		return 3
	case m.Rule.form == assigned:
		return 2
	case m.Rule.byName:
		return 0
	default:
		return 1
	}
}

// requireNeighbours drops the matches of rules that demand matches of others
// nearby which are not there, and those that only serve such rules.
func (s *finder) requireNeighbours() {
	all := s.matches
	s.matches = slices.DeleteFunc(slices.Clone(all), func(m Match) bool {
		for _, q := range m.Rule.required {
			if !slices.ContainsFunc(all, func(o Match) bool { return o.Rule.ID == q.RuleID && q.near(s.text, &m, &o) }) {
				return true
			}
		}
		return m.Rule.skipReport
	})
}

func (q Requirement) near(text []byte, m, o *Match) bool {
	lo, hi := min(m.Start, o.Start), max(m.Start, o.Start)
	if q.Lines >= 0 && bytes.Count(text[lo:hi], []byte("\n")) > q.Lines {
		return false
	}
	column := func(at int) int { return at - (bytes.LastIndexByte(text[:at], '\n') + 1) }
	return q.Columns < 0 || abs(column(m.Start)-column(o.Start)) <= q.Columns
}

func abs(n int) int { return max(n, -n) }

// Guessable reports whether a value is so short or so simple that it could be found
// from a digest of it.
func (m *Match) Guessable() bool { return len(m.Value) < 16 || entropy(m.Value) < 3 }
