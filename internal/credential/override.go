package credential

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"

	"seaworthy.dev/seaworthy/internal/credential/expression"
)

// Override is what a rule file says about one rule: a rule of its own, or changes to
// one that it extends. A zero field leaves what the rule has.
type Override struct {
	Name string
	// Expr is the regular expression that finds the secret. It replaces everything
	// that the rule searched by before, checksums too.
	Expr string
	// Group is the group of Expr that is the secret; 0 is the first that is not empty.
	Group int
	// Path limits the rule to files with such paths. A rule with a Path and without
	// an expression reports the file itself.
	Path    *regexp.Regexp
	Entropy float64
	// Keywords, Allow and Required are added to those of the rule.
	Keywords []string
	Allow    []*Allowlist
	Required []Requirement
	// SkipReport is true if the rule only serves rules that require it.
	SkipReport bool
}

// Requirement demands a match of another rule nearby.
type Requirement struct {
	RuleID string
	// Lines and Columns are how far away the other match may be; -1 for any distance.
	Lines, Columns int
}

// ErrEmptyRule is returned for a rule that has neither an expression nor a path.
var ErrEmptyRule = errors.New("a rule with neither regex nor path")

// NewRule returns a rule that finds nothing yet, to be filled by [Rule.With].
func NewRule(id, source string) *Rule {
	return &Rule{ID: id, Name: "Secret found by rule " + id, Source: source, Severity: high}
}

// With returns a copy of the rule with what a rule file changes.
func (r *Rule) With(o *Override) (*Rule, error) {
	changed := *r
	r = &changed
	if o.Name != "" {
		r.Name = o.Name
	}
	if o.Expr != "" {
		tree, err := syntax.Parse(o.Expr, syntax.Perl)
		if err != nil {
			return nil, err
		}
		r.expr, r.group, r.form, r.reach, r.weight = newLazyExpression(o.Expr), o.Group, window, expression.Longest(tree, MaxReach), 1
		r.check, r.checksum, r.public, r.find, r.distinctive, r.wholeWord = nil, false, nil, nil, false, false
	}
	if o.Path != nil {
		r.path = o.Path
	}
	if o.Entropy != 0 {
		r.minEntropy = o.Entropy
	}
	r.skipReport = r.skipReport || o.SkipReport
	r.keywords = slices.Concat(r.keywords, o.Keywords)
	r.allow = slices.Concat(r.allow, o.Allow)
	r.required = slices.Concat(r.required, o.Required)
	switch {
	case r.expr == nil && r.find == nil && r.path == nil:
		return nil, ErrEmptyRule
	case r.expr == nil && r.find == nil && r.ID != commandPassword:
		r.form = pathOnly
	case r.form == window && len(r.keywords) == 0:
		r.form, r.weight = whole, 0 // it takes the same for any text
	}
	return r, nil
}

// Requires returns the ids of the rules that must match nearby.
func (r *Rule) Requires() []string {
	var ids []string
	for _, q := range r.required {
		ids = append(ids, q.RuleID)
	}
	return ids
}
