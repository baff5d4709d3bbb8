// Package rulefile reads files of rules for secrets in the format of gitleaks, version 8.
//
// A file has rules of its own, and may change and extend the built-in rules or those of
// another file. What the format has and this package does not support is an error with
// the line, never ignored.
package rulefile

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/userfile"
)

// The limits of rule files.
const (
	maxRuleFile = 16 << 20
	maxExtend   = 2 // files that one file extends, one behind the other
	maxExpr     = 64 << 10
)

// ruleFile is a file of rules in the format of gitleaks.
type ruleFile struct {
	Title      string      `toml:"title"`
	MinVersion string      `toml:"minVersion"`
	Extend     fileExtend  `toml:"extend"`
	Rules      []fileRule  `toml:"rules"`
	Allowlist  *fileAllow  `toml:"allowlist"` // of the old form
	Allowlists []fileAllow `toml:"allowlists"`
}

type fileExtend struct {
	Path          string   `toml:"path"`
	URL           string   `toml:"url"`
	UseDefault    bool     `toml:"useDefault"`
	DisabledRules []string `toml:"disabledRules"`
}

type fileRule struct {
	ID          string         `toml:"id"`
	Description string         `toml:"description"`
	Regex       string         `toml:"regex"`
	Path        string         `toml:"path"`
	SecretGroup int            `toml:"secretGroup"`
	Entropy     float64        `toml:"entropy"`
	Keywords    []string       `toml:"keywords"`
	Tags        []string       `toml:"tags"`
	SkipReport  bool           `toml:"skipReport"`
	Required    []fileRequired `toml:"required"`
	Allowlist   *fileAllow     `toml:"allowlist"` // of the old form
	Allowlists  []fileAllow    `toml:"allowlists"`
}

type fileRequired struct {
	ID            string `toml:"id"`
	WithinLines   *int   `toml:"withinLines"`
	WithinColumns *int   `toml:"withinColumns"`
}

type fileAllow struct {
	Description string   `toml:"description"`
	TargetRules []string `toml:"targetRules"`
	Condition   string   `toml:"condition"`
	Commits     []string `toml:"commits"` // of a repository; an image has none
	Paths       []string `toml:"paths"`
	Regexes     []string `toml:"regexes"`
	RegexTarget string   `toml:"regexTarget"`
	Stopwords   []string `toml:"stopwords"`
}

// Load reads a file of rules in gitleaks' format: its own rules, those of
// the files that it extends, relative to itself, and with extend.useDefault the
// built-in ones. An error names the file and the line.
func Load(name string) (*credential.Rules, error) {
	rules, allow, err := loadFile(name, 0)
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		for _, id := range r.Requires() {
			if !slices.ContainsFunc(rules, func(o *credential.Rule) bool { return o.ID == id }) {
				return nil, fmt.Errorf("%s: rule %q requires the rule %q, which does not exist", name, r.ID, id)
			}
		}
	}
	rs, err := credential.Compile(rules, allow)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rs, nil
}

func loadFile(name string, depth int) ([]*credential.Rule, []*credential.Allowlist, error) {
	data, err := userfile.Read(name, maxRuleFile)
	if err != nil {
		return nil, nil, fmt.Errorf("reading rules for secrets: %w", err)
	}
	l := loader{name: name, data: data}
	d := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := d.Decode(&l.file); err != nil {
		return nil, nil, l.decodeError(err)
	}
	rules, allow, err := l.extended(depth)
	if err != nil {
		return nil, nil, err
	}
	own, err := l.own(rules)
	if err != nil {
		return nil, nil, err
	}
	lists, err := l.allowlists("allowlists", 0, l.file.Allowlist, l.file.Allowlists)
	return own, append(allow, lists...), err
}

// loader makes rules of one file.
type loader struct {
	name string
	data []byte
	file ruleFile
}

func (l *loader) decodeError(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		e := strict.Errors[0]
		line, _ := e.Position()
		return fmt.Errorf("%s:%d: unknown key %q", l.name, line, strings.Join(e.Key(), "."))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, _ := bad.Position()
		return fmt.Errorf("%s:%d: %w", l.name, line, bad)
	}
	return fmt.Errorf("%s: %w", l.name, err)
}

// at makes an error about a key of the nth entry of an array of tables; without
// table the key is one of the file's own.
func (l *loader) at(table string, nth int, key, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", l.name, l.line(table, nth, key), fmt.Errorf(format, args...))
}

// line is where a key of the nth table of a name stands, or else that table.
func (l *loader) line(table string, nth int, key string) int {
	var p unstable.Parser
	p.Reset(l.data)
	seen, found := -1, 1
	for p.NextExpression() {
		e := p.Expression()
		var words []string
		var last unstable.Range
		for k := e.Key(); k.Next(); {
			words, last = append(words, string(k.Node().Data)), k.Node().Raw
		}
		line := p.Shape(last).Start.Line
		switch e.Kind {
		case unstable.ArrayTable, unstable.Table:
			if strings.Join(words, ".") == table {
				if seen++; seen == nth {
					found = line
				}
			} else if seen == nth && !strings.HasPrefix(strings.Join(words, "."), table+".") {
				return found
			}
		case unstable.KeyValue:
			if seen == nth && len(words) > 0 && words[0] == key {
				return line
			}
		}
	}
	return found
}

// extended gives the rules that the file builds on.
func (l *loader) extended(depth int) (rules []*credential.Rule, allow []*credential.Allowlist, err error) {
	x := l.file.Extend
	switch {
	case x.URL != "":
		return nil, nil, l.at("extend", 0, "url", "extend.url is not supported: keep the file next to this one and name it with extend.path")
	case x.Path != "" && x.UseDefault:
		return nil, nil, l.at("extend", 0, "path", "extend.path and extend.useDefault exclude each other")
	case x.Path != "" && depth == maxExtend:
		return nil, nil, l.at("extend", 0, "path", "the files extend each other more than %d deep", maxExtend)
	case x.UseDefault:
		rules, err = credential.Builtin()
	case x.Path != "":
		p := x.Path
		if !filepath.IsAbs(p) {
			p = filepath.Join(filepath.Dir(l.name), p)
		}
		rules, allow, err = loadFile(p, depth+1)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, id := range x.DisabledRules {
		if !slices.ContainsFunc(rules, func(r *credential.Rule) bool { return r.ID == id }) {
			return nil, nil, l.at("extend", 0, "disabledRules", "there is no rule %q to disable", id)
		}
	}
	return slices.DeleteFunc(rules, func(r *credential.Rule) bool { return slices.Contains(x.DisabledRules, r.ID) }), allow, nil
}

// own merges the file's rules into those that it extends.
func (l *loader) own(rules []*credential.Rule) ([]*credential.Rule, error) {
	lines := map[string]bool{}
	for i := range l.file.Rules {
		f := &l.file.Rules[i]
		if f.ID == "" {
			return nil, l.at("rules", i, "id", "a rule without id")
		}
		if lines[f.ID] {
			return nil, l.at("rules", i, "id", "two rules have the id %q", f.ID)
		}
		lines[f.ID] = true
		o, err := l.override(i, f)
		if err != nil {
			return nil, err
		}
		j := slices.IndexFunc(rules, func(r *credential.Rule) bool { return r.ID == f.ID })
		r := credential.NewRule(f.ID, l.name)
		if j >= 0 {
			r = rules[j]
		}
		if r, err = r.With(o); errors.Is(err, credential.ErrEmptyRule) {
			return nil, l.at("rules", i, "id", "rule %q has neither regex nor path", f.ID)
		} else if err != nil {
			return nil, l.at("rules", i, "regex", "rule %q: %w", f.ID, err)
		}
		if j >= 0 {
			rules[j] = r
		} else {
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// override reads what the ith rule of the file sets.
func (l *loader) override(i int, f *fileRule) (*credential.Override, error) {
	o := &credential.Override{
		Name: strings.TrimSuffix(f.Description, "."), Expr: f.Regex, Group: f.SecretGroup,
		Entropy: f.Entropy, Keywords: f.Keywords, SkipReport: f.SkipReport,
	}
	if err := l.checkExpr(i, f); err != nil {
		return nil, err
	}
	if f.Path != "" {
		var err error
		if o.Path, err = regexp.Compile(f.Path); err != nil {
			return nil, l.at("rules", i, "path", "rule %q: %w", f.ID, err)
		}
	}
	if slices.Contains(f.Keywords, "") {
		return nil, l.at("rules", i, "keywords", "rule %q: an empty keyword", f.ID)
	}
	for _, q := range f.Required {
		if q.ID == "" {
			return nil, l.at("rules", i, "required", "rule %q: a required rule without id", f.ID)
		}
		need := credential.Requirement{RuleID: q.ID, Lines: -1, Columns: -1}
		if q.WithinLines != nil {
			need.Lines = *q.WithinLines
		}
		if q.WithinColumns != nil {
			need.Columns = *q.WithinColumns
		}
		o.Required = append(o.Required, need)
	}
	var err error
	o.Allow, err = l.allowlists("rules", i, f.Allowlist, f.Allowlists)
	return o, err
}

// checkExpr returns an error if the expression of a rule cannot be used.
func (l *loader) checkExpr(i int, f *fileRule) error {
	if f.Regex == "" {
		return nil
	}
	if len(f.Regex) > maxExpr {
		return l.at("rules", i, "regex", "rule %q: an expression of %d bytes; at most %d", f.ID, len(f.Regex), maxExpr)
	}
	expr, err := regexp.Compile(f.Regex)
	if err != nil {
		return l.at("rules", i, "regex", "rule %q: %w", f.ID, err)
	}
	if n := expr.NumSubexp(); f.SecretGroup < 0 || f.SecretGroup > n {
		return l.at("rules", i, "secretGroup", "rule %q: its expression has %d groups, not %d", f.ID, n, f.SecretGroup)
	}
	return nil
}

// allowlists makes those of one table, in the old form of one or the new of many.
func (l *loader) allowlists(table string, nth int, old *fileAllow, list []fileAllow) ([]*credential.Allowlist, error) {
	if old != nil {
		if len(list) > 0 {
			return nil, l.at(table, nth, "allowlist", "allowlist and allowlists exclude each other")
		}
		list = []fileAllow{*old}
	}
	var made []*credential.Allowlist
	for i := range list {
		f := &list[i]
		where, at := table, nth
		if table == "allowlists" {
			at = i
			if old != nil {
				where = "allowlist"
			}
		}
		a := &credential.Allowlist{RegexTarget: f.RegexTarget, RuleIDs: f.TargetRules}
		switch strings.ToUpper(f.Condition) {
		case "", "OR", "||":
		case "AND", "&&":
			a.MatchAll = true
		default:
			return nil, l.at(where, at, "condition", "condition %q is neither OR nor AND", f.Condition)
		}
		if !slices.Contains([]string{"", "secret", "match", "line"}, a.RegexTarget) {
			return nil, l.at(where, at, "regexTarget", "regexTarget %q is none of secret, match and line", a.RegexTarget)
		}
		var err error
		if a.Paths, err = expressions(f.Paths); err != nil {
			return nil, l.at(where, at, "paths", "%w", err)
		}
		if a.Regexes, err = expressions(f.Regexes); err != nil {
			return nil, l.at(where, at, "regexes", "%w", err)
		}
		for _, w := range f.Stopwords {
			a.Stopwords = append(a.Stopwords, []byte(strings.ToLower(w)))
		}
		if len(a.Paths)+len(a.Regexes)+len(a.Stopwords)+len(f.Commits) == 0 {
			return nil, l.at(where, at, "", "an allowlist without any condition")
		}
		made = append(made, a)
	}
	return made, nil
}

func expressions(list []string) ([]*regexp.Regexp, error) {
	var made []*regexp.Regexp
	for _, s := range list {
		e, err := regexp.Compile(s)
		if err != nil {
			return nil, err
		}
		made = append(made, e)
	}
	return made, nil
}
