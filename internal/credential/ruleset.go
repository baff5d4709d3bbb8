package credential

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/expression"
	"seaworthy.dev/seaworthy/internal/credential/prefilter"
)

// Rules are the kinds of secrets that are looked for. They do not change and may
// be used by any number of goroutines.
type Rules struct {
	rules []*Rule
	allow []*Allowlist

	set    *prefilter.Set
	owners [][]*Rule // by keyword of the set
	named  []bool    // by keyword: whether it stands in the names of values
	// base64From and percentFrom are the first keywords of the set that stand for
	// encoded text instead of rules.
	base64From, percentFrom int
	whole, pathOnly         []*Rule
	digest                  string
}

// Default gives the built-in rules. They are made once.
func Default() (*Rules, error) { return compiled() }

var compiled = sync.OnceValues(func() (*Rules, error) {
	rules, err := Builtin()
	if err != nil {
		return nil, err
	}
	return Compile(rules, nil)
})

// Kind is a kind of secret, for a reader of documentation.
type Kind struct {
	ID       string             `json:"id"`
	Name     string             `json:"name"` // "GitHub personal access token"
	Severity seaworthy.Severity `json:"severity"`
	// Source is where the format is described.
	Source string `json:"source"`
	// Checksum is true if a value with a wrong checksum is not reported, such as an
	// example that was made up.
	Checksum bool `json:"checksum,omitempty"`
}

// Kinds lists what the rules look for, sorted by id.
func (r *Rules) Kinds() []Kind {
	var list []Kind
	for _, rule := range r.rules {
		list = append(list, Kind{rule.ID, rule.Name, rule.Severity, rule.Source, rule.checksum})
	}
	return list
}

// Digest is a digest of all that makes up the rules.
func (r *Rules) Digest() string { return r.digest }

// Rule is the rule of an id; a rule of that name alone if there is none any more.
func (r *Rules) Rule(id string) *Rule {
	i, ok := slices.BinarySearchFunc(r.rules, id, func(r *Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return &Rule{ID: id, Name: "Secret"}
	}
	return r.rules[i]
}

// Builtin returns the built-in rules, for a set that extends them.
func Builtin() ([]*Rule, error) {
	rules := []*Rule{privateKeyRule(), puttyRule(), jwtRule(), urlRule(), authorizationRule(), genericRule(), commandRule(), credentialFileRule(), keyStoreRule(), positionRule(), jwkRule()}
	for _, table := range [...][]format{codeFormats[:], cloudFormats[:], serviceFormats[:]} {
		for _, f := range table {
			r, err := f.rule()
			if err != nil {
				return nil, err
			}
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// Rule makes a row of a table a rule.
func (f *format) rule() (*Rule, error) {
	tree, err := syntax.Parse(f.expr, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("rule %s: %w", f.id, err)
	}
	r := &Rule{ID: f.id, Name: f.name, Severity: f.severity, Source: f.source, check: f.check, checksum: f.checksum, public: f.public, reach: expression.Longest(tree, MaxReach), minEntropy: 2.5}
	expr := `^(?:` + f.expr + `)`
	switch {
	case f.in != nil:
		r.form, r.keywords, expr = assigned, spellings(f.in), expr+`$`
		r.distinctive = isAlnum(f.expr[0])
	case f.key != "":
		r.form, r.keywords, r.caseSensitive, expr, r.wholeWord = window, []string{f.key}, true, f.expr, true
		r.weight = 32 // it has no start to go by
		if r.reach > 60 {
			r.minEntropy = 4
		}
	default:
		r.keywords, r.caseSensitive = expression.Prefixes(tree)
		r.distinctive = f.joined || telling(f.expr)
		r.alphabet, r.minLength = expression.AlphabetOf(tree)
		r.bodyBytes = expression.BodyAlphabet(tree)
		if expression.Shortest(r.keywords) < 3 {
			return nil, fmt.Errorf("rule %s: its expression starts with too little", f.id)
		}
	}
	r.expr = newLazyExpression(expr)
	return r, nil
}

// spellings adds to names with underscores how programs write them: appKey, app-key
// and app.key. The case of letters does not count.
func spellings(names []string) []string {
	var all []string
	for _, n := range names {
		for _, joint := range [...]string{"_", "", "-", "."} {
			if s := strings.ReplaceAll(n, "_", joint); !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// telling is true if an expression starts with at least four characters one of
// which is punctuation, as in "ghp_", or with three if it has a dot further on as
// well: no accident makes these.
func telling(expr string) bool {
	n := 0
	for i := 0; i < len(expr); i++ {
		dot := strings.HasPrefix(expr[i:], `\.`)
		if dot {
			i++
		} else if strings.IndexByte(`[(\`, expr[i]) >= 0 {
			break
		}
		n++
		if !isAlnum(expr[i]) && (n >= 4 || n == 3 && dot && strings.Contains(expr[i+1:], `\.`)) {
			return true
		}
	}
	return n >= 8
}

// maxRules limits the rules of a set.
const maxRules = 10_000

// Compile makes a set of rules. It takes the list over, and orders it by id.
func Compile(rules []*Rule, allow []*Allowlist) (*Rules, error) {
	if len(rules) > maxRules {
		return nil, fmt.Errorf("%d rules: more than %d", len(rules), maxRules)
	}
	slices.SortFunc(rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	rs := &Rules{rules: rules, allow: allow}
	at := map[prefilter.Keyword]int{}
	var keywords []prefilter.Keyword
	add := func(k prefilter.Keyword) int {
		i, ok := at[k]
		if !ok {
			i = len(keywords)
			at[k], keywords, rs.owners = i, append(keywords, k), append(rs.owners, nil)
		}
		return i
	}
	h := sha256.New()
	for _, r := range rules {
		r.describe(h)
		switch r.form {
		case whole:
			rs.whole = append(rs.whole, r)
		case pathOnly:
			rs.pathOnly = append(rs.pathOnly, r)
		default:
			for _, k := range r.keywords {
				if !r.caseSensitive {
					k = strings.ToLower(k)
				}
				i := add(prefilter.Keyword{Text: k, Exact: r.caseSensitive})
				rs.owners[i] = append(rs.owners[i], r)
			}
		}
	}
	for _, owners := range rs.owners {
		rs.named = append(rs.named, slices.ContainsFunc(owners, func(r *Rule) bool { return r.form == assigned || r.byName }))
	}
	for _, a := range allow {
		a.describe(h)
	}
	rs.base64From = len(keywords)
	for _, text := range base64Marks {
		for _, form := range base64Forms(text) {
			keywords = append(keywords, prefilter.Keyword{Text: form, Exact: true})
		}
	}
	rs.percentFrom = len(keywords)
	for _, mark := range percentMarks {
		keywords = append(keywords, prefilter.Keyword{Text: mark})
	}
	rs.digest = hex.EncodeToString(h.Sum(nil))
	var err error
	rs.set, err = prefilter.New(keywords)
	return rs, err
}
