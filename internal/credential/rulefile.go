package credential

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"seaworthy.dev/seaworthy/internal/credential/expression"
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

// LoadRules reads a file of rules in gitleaks' format: its own rules, those of
// the files that it extends, relative to itself, and with extend.useDefault the
// built-in ones. An error names the file and the line.
func LoadRules(name string) (*Rules, error) {
	rules, allow, err := loadFile(name, 0)
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		for _, q := range r.required {
			if !slices.ContainsFunc(rules, func(o *Rule) bool { return o.ID == q.id }) {
				return nil, fmt.Errorf("%s: rule %q requires the rule %q, which there is not", name, r.ID, q.id)
			}
		}
	}
	rs, err := compile(rules, allow)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rs, nil
}

func loadFile(name string, depth int) ([]*Rule, []*allowlist, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, fmt.Errorf("reading rules for secrets: %w", err)
	}
	if info.Size() > maxRuleFile {
		return nil, nil, fmt.Errorf("%s: %d bytes of rules; at most %d are read", name, info.Size(), maxRuleFile)
	}
	data, err := os.ReadFile(name)
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
func (l *loader) extended(depth int) (rules []*Rule, allow []*allowlist, err error) {
	x := l.file.Extend
	switch {
	case x.URL != "":
		return nil, nil, l.at("extend", 0, "url", "extend.url is not supported: keep the file next to this one and name it with extend.path")
	case x.Path != "" && x.UseDefault:
		return nil, nil, l.at("extend", 0, "path", "extend.path and extend.useDefault exclude each other")
	case x.Path != "" && depth == maxExtend:
		return nil, nil, l.at("extend", 0, "path", "the files extend each other more than %d deep", maxExtend)
	case x.UseDefault:
		rules, err = builtin()
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
		if !slices.ContainsFunc(rules, func(r *Rule) bool { return r.ID == id }) {
			return nil, nil, l.at("extend", 0, "disabledRules", "there is no rule %q to disable", id)
		}
	}
	return slices.DeleteFunc(rules, func(r *Rule) bool { return slices.Contains(x.DisabledRules, r.ID) }), allow, nil
}

// own merges the file's rules into those that it extends.
func (l *loader) own(rules []*Rule) ([]*Rule, error) {
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
		j := slices.IndexFunc(rules, func(r *Rule) bool { return r.ID == f.ID })
		r := &Rule{ID: f.ID, Name: "what the rule " + f.ID + " looks for", Source: l.name, Severity: high}
		if j >= 0 {
			*r = *rules[j]
			rules[j] = r
		} else {
			rules = append(rules, r)
		}
		if err := l.override(r, i, f); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

// override sets what an entry of the file says of a rule.
func (l *loader) override(r *Rule, i int, f *fileRule) error {
	if f.Description != "" {
		r.Name = strings.TrimSuffix(f.Description, ".")
	}
	if f.Regex != "" {
		if err := l.setExpr(r, i, f); err != nil {
			return err
		}
	}
	if f.Path != "" {
		var err error
		if r.path, err = regexp.Compile(f.Path); err != nil {
			return l.at("rules", i, "path", "rule %q: %w", f.ID, err)
		}
	}
	if f.Entropy != 0 {
		r.entropy = f.Entropy
	}
	r.skipReport = r.skipReport || f.SkipReport
	r.tags = slices.Concat(r.tags, f.Tags)
	r.keywords = slices.Concat(r.keywords, f.Keywords)
	if slices.Contains(f.Keywords, "") {
		return l.at("rules", i, "keywords", "rule %q: an empty keyword", f.ID)
	}
	switch {
	case r.expr == nil && r.find == nil && r.path == nil:
		return l.at("rules", i, "id", "rule %q has neither regex nor path", f.ID)
	case r.expr == nil && r.find == nil && r.ID != commandPassword:
		r.form = pathOnly
	case r.form == window && len(r.keywords) == 0:
		r.form = whole
	}
	for _, q := range f.Required {
		if q.ID == "" {
			return l.at("rules", i, "required", "rule %q: a required rule without id", f.ID)
		}
		need := requirement{id: q.ID, lines: -1, columns: -1}
		if q.WithinLines != nil {
			need.lines = *q.WithinLines
		}
		if q.WithinColumns != nil {
			need.columns = *q.WithinColumns
		}
		r.required = append(slices.Clip(r.required), need)
	}
	lists, err := l.allowlists("rules", i, f.Allowlist, f.Allowlists)
	r.allow = slices.Concat(r.allow, lists)
	return err
}

// setExpr gives a rule the file's expression instead of its own.
func (l *loader) setExpr(r *Rule, i int, f *fileRule) error {
	if len(f.Regex) > maxExpr {
		return l.at("rules", i, "regex", "rule %q: an expression of %d bytes; at most %d", f.ID, len(f.Regex), maxExpr)
	}
	tree, err := syntax.Parse(f.Regex, syntax.Perl)
	if err == nil {
		_, err = regexp.Compile(f.Regex)
	}
	if err != nil {
		return l.at("rules", i, "regex", "rule %q: %w", f.ID, err)
	}
	if f.SecretGroup < 0 || f.SecretGroup > tree.MaxCap() {
		return l.at("rules", i, "secretGroup", "rule %q: its expression has %d groups, not %d", f.ID, tree.MaxCap(), f.SecretGroup)
	}
	r.expr, r.group, r.form, r.reach = newLazyExpression(f.Regex), f.SecretGroup, window, expression.Longest(tree, MaxReach)
	r.check, r.find, r.strong, r.alone = nil, nil, false, false
	return nil
}

// allowlists makes those of one table, in the old form of one or the new of many.
func (l *loader) allowlists(table string, nth int, old *fileAllow, list []fileAllow) ([]*allowlist, error) {
	if old != nil {
		if len(list) > 0 {
			return nil, l.at(table, nth, "allowlist", "allowlist and allowlists exclude each other")
		}
		list = []fileAllow{*old}
	}
	var made []*allowlist
	for i := range list {
		f := &list[i]
		where, at := table, nth
		if table == "allowlists" {
			at = i
			if old != nil {
				where = "allowlist"
			}
		}
		a := &allowlist{on: f.RegexTarget, rules: f.TargetRules}
		switch strings.ToUpper(f.Condition) {
		case "", "OR", "||":
		case "AND", "&&":
			a.every = true
		default:
			return nil, l.at(where, at, "condition", "condition %q is neither OR nor AND", f.Condition)
		}
		if !slices.Contains([]string{"", "secret", "match", "line"}, a.on) {
			return nil, l.at(where, at, "regexTarget", "regexTarget %q is none of secret, match and line", a.on)
		}
		var err error
		if a.paths, err = expressions(f.Paths); err != nil {
			return nil, l.at(where, at, "paths", "%w", err)
		}
		if a.regexes, err = expressions(f.Regexes); err != nil {
			return nil, l.at(where, at, "regexes", "%w", err)
		}
		for _, w := range f.Stopwords {
			a.stopwords = append(a.stopwords, []byte(strings.ToLower(w)))
		}
		if len(a.paths)+len(a.regexes)+len(a.stopwords)+len(f.Commits) == 0 {
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
