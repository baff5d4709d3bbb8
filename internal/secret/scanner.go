package secret

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"seaworthy.dev/seaworthy/internal/secret/prefilter"
)

// match is a secret in a text.
type match struct {
	rule       *rule
	from, to   int // what the expression matched
	start, end int // the secret, in the text that is in the file
	value      []byte
	opinion
	// encoding says how the secret is written in the file; empty for as it is.
	encoding string
	// place is that of a match in a recovered text; nil for any other.
	place *place
}

// maxMatches bounds the matches of one text.
const maxMatches = 1000

// scanner looks for secrets in one text. Its time is linear in the text: each
// keyword costs a bounded look around it, and windows of one rule are merged.
type scanner struct {
	rules   *Rules
	text    []byte
	place   *place
	decodes int // how many more encodings are undone

	matches []match
	windows map[*rule]span
	// decoded is how far encoded runs have been read.
	decoded int
	// command is how far command lines have been read.
	command int
	full    bool
	// named is true once a keyword was there that stands in names of secrets.
	named bool
}

type span struct{ from, to int }

// scan gives the secrets of a text, sorted by place. whole is false if there were
// too many.
func (rs *Rules) scan(text []byte, pl *place) (matches []match, whole bool) {
	s := scanner{rules: rs, text: text, place: pl, decodes: 1}
	s.run()
	return s.matches, !s.full
}

func (s *scanner) run() {
	s.rules.set.Find(s.text, s.hit)
	for _, r := range slices.SortedFunc(maps.Keys(s.windows), func(a, b *rule) int { return cmp.Compare(a.id, b.id) }) {
		s.search(r, s.windows[r])
	}
	s.inOwnFile()
	for _, r := range s.rules.whole {
		s.search(r, span{0, len(s.text)})
	}
	for _, r := range s.rules.pathOnly {
		if r.path.MatchString(s.place.path) {
			s.add(match{rule: r})
		}
	}
	s.matches = settle(s.matches)
	s.requireNeighbours()
}

// hit takes an occurrence of a keyword.
func (s *scanner) hit(h prefilter.Hit) bool {
	s.place.learn()
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
	return !s.full
}

// try looks for the secret of a rule at one of its keywords.
func (s *scanner) try(r *rule, at, end int) {
	if r.path != nil && !r.path.MatchString(s.place.path) {
		return
	}
	switch r.form {
	case token:
		joined := s.place.binary && r.strong
		between := at > 0 && isAlnum(s.text[at]) && (isAlnum(s.text[at-1]) || s.text[at-1] == '_')
		if between && !s.place.binary || !r.alphabet.holds(s.text[at:], r.least) {
			return
		}
		m := r.expr.compiled().FindIndex(s.text[at:min(len(s.text), at+r.reach)])
		if m == nil || m[1] == 0 {
			return
		}
		end := at + m[1]
		between = between || end < len(s.text) && isAlnum(s.text[end])
		if between && !joined && !s.counted(at, end) {
			return
		}
		s.add(match{rule: r, from: at, to: end, start: at, end: end})
	case assigned:
		s.assign(r, at, end)
	case special:
		if start, stop, o := r.find(s.text, at, end, s.place); stop > start {
			s.add(match{rule: r, from: at, to: stop, start: start, end: stop, opinion: o})
		}
	case commandLine:
		s.inCommandLine(r, at)
	case window:
		s.widen(r, span{max(0, at-r.reach), min(len(s.text), end+r.reach)})
	}
}

// assign takes the value that is given to a name with the keyword of a rule.
func (s *scanner) assign(r *rule, at, end int) {
	if s.place.wordless() || s.place.binary && !equals(s.text, end) {
		return
	}
	a, ok := assignmentAt(s.text, at, end)
	if !ok || a.bare && !s.place.setting || !r.expr.compiled().Match(s.text[a.start:a.end]) {
		return
	}
	if s.place.binary && !a.environment(s.text) || s.place.minified && !r.strong && !a.private() {
		return
	}
	if _, digits, upper, lowers, _ := classes(s.text[a.start:a.end]); upper+lowers < 2 || digits == 0 && (upper == 0 || lowers == 0) {
		return
	}
	s.add(match{rule: r, from: at, to: a.end, start: a.start, end: a.end})
}

// counted tells whether a text in a binary file has its length in the byte before
// it, as in the bytecode of Python, class files and protocol buffers: it stands
// alone then, whatever the bytes around it look like.
func (s *scanner) counted(from, to int) bool {
	return s.place.binary && from > 0 && to-from < 256 && s.text[from-1] == byte(to-from)
}

// widen joins a window of a rule to the one before if they overlap.
func (s *scanner) widen(r *rule, w span) {
	if s.windows == nil {
		s.windows = make(map[*rule]span)
	}
	old, ok := s.windows[r]
	switch {
	case !ok:
	case w.from <= old.to && w.to >= old.from:
		w = span{min(w.from, old.from), max(w.to, old.to)}
	default:
		s.search(r, old)
	}
	s.windows[r] = w
}

// search runs the expression of a rule over a window.
func (s *scanner) search(r *rule, w span) {
	if r.path != nil && !r.path.MatchString(s.place.path) {
		return
	}
	for at := w.from; at < w.to && !s.full; {
		m := r.expr.compiled().FindSubmatchIndex(s.text[at:w.to])
		if m == nil {
			return
		}
		from, to := at+m[0], at+m[1]
		start, end := from, to
		if i := 2 * r.secretGroup(m); i > 0 {
			start, end = at+m[i], at+m[i+1]
		}
		if !r.alone || s.alone(from, to) {
			s.add(match{rule: r, from: from, to: to, start: start, end: end})
		}
		at = max(to, at+1)
	}
}

// alone tells whether no letter or digit stands right before or behind a match.
func (s *scanner) alone(from, to int) bool {
	return (from == 0 || !isAlnum(s.text[from-1])) && (to == len(s.text) || !isAlnum(s.text[to]))
}

// secretGroup is the number of the group that is the secret, 0 for all.
func (r *rule) secretGroup(m []int) int {
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

// add keeps a match unless something speaks against it.
func (s *scanner) add(m match) {
	r := m.rule
	m.value = s.text[m.start:m.end]
	if r.entropy > 0 && entropy(m.value) <= r.entropy {
		return
	}
	if r.check != nil {
		if m.opinion = r.check(m.value); m.not {
			return
		}
	}
	if (r.form == token || r.form == assigned) && !m.confirmed && dummy(m.value) {
		return
	}
	if r.form == token && s.place.binary && !m.confirmed && s.rules.strung(r, m.value) {
		return
	}
	if s.allowed(&m) {
		return
	}
	if len(s.matches) == maxMatches {
		s.full = true
		return
	}
	s.matches = append(s.matches, m)
}

// dummy tells whether a token only shows what one looks like.
func dummy(v []byte) bool {
	low := bytes.ToLower(v)
	for _, w := range [...]string{"example", "xxxxx", "placeholder", "0123456789", "1234567890", "abcdefgh", "00000000", "aaaaaaaa", "your_", "your-"} {
		if bytes.Contains(low, []byte(w)) && !bytes.HasPrefix(low, []byte("aaaaaaaaaaaaaaaaaaaaa")) {
			return true
		}
	}
	return false
}

// strung tells whether a match in a program is but the constants of the program,
// which compilers lay end to end: words, or the beginnings of other tokens.
func (rs *Rules) strung(r *rule, v []byte) bool {
	for _, k := range r.keywords {
		v = bytes.TrimPrefix(v, []byte(k))
	}
	if identifier(v) {
		return true
	}
	return slices.ContainsFunc(rs.rules, func(o *rule) bool {
		return o.form == token && slices.ContainsFunc(o.keywords, func(k string) bool {
			return len(k) >= 5 && bytes.Contains(v, []byte(k))
		})
	})
}

var allowMark = []byte("gitleaks:allow")

func (s *scanner) allowed(m *match) bool {
	if bytes.Contains(lineAt(s.text, m.start, m.end), allowMark) {
		return true
	}
	by := func(a *allowlist) bool { return a.allows(s.place.path, s.text, m) }
	return slices.ContainsFunc(m.rule.allow, by) || slices.ContainsFunc(s.rules.allow, by)
}

// settle sorts matches and keeps, of those that overlap, the one whose rule knows
// more: a confirmed one before others, a form of its own before a mere name.
func settle(matches []match) []match {
	slices.SortStableFunc(matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.rank(), a.rank()), cmp.Compare(b.end, a.end), cmp.Compare(a.rule.id, b.rule.id))
	})
	kept := matches[:0]
	for _, m := range matches {
		if n := len(kept); n > 0 && m.start < kept[n-1].end {
			if m.rank() > kept[n-1].rank() {
				kept[n-1] = m
			}
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

func (m *match) rank() int {
	switch {
	case m.confirmed:
		return 4
	case m.rule.form == token || m.rule.form == window:
		return 3
	case m.rule.form == assigned:
		return 2
	case m.rule.id == genericSecret:
		return 0
	default:
		return 1
	}
}

// requireNeighbours drops the matches of rules that demand matches of others
// nearby which are not there, and those that only serve such rules.
func (s *scanner) requireNeighbours() {
	all := s.matches
	s.matches = slices.DeleteFunc(slices.Clone(all), func(m match) bool {
		for _, q := range m.rule.required {
			if !slices.ContainsFunc(all, func(o match) bool { return o.rule.id == q.id && q.near(s.text, &m, &o) }) {
				return true
			}
		}
		return m.rule.skipReport
	})
}

// requirement demands a match of another rule nearby.
type requirement struct {
	id             string
	lines, columns int // at most so far away; -1 for any distance
}

func (q requirement) near(text []byte, m, o *match) bool {
	lo, hi := min(m.start, o.start), max(m.start, o.start)
	if q.lines >= 0 && bytes.Count(text[lo:hi], []byte("\n")) > q.lines {
		return false
	}
	column := func(at int) int { return at - (bytes.LastIndexByte(text[:at], '\n') + 1) }
	return q.columns < 0 || abs(column(m.start)-column(o.start)) <= q.columns
}

func abs(n int) int { return max(n, -n) }
