package credential

import (
	"fmt"
	"io"
	"regexp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/expression"
)

// Rule is how one kind of secret is found.
type Rule struct {
	ID       string
	Name     string // as a title: "GitHub personal access token"
	Severity seaworthy.Severity
	Source   string // where the format is described, mostly the URL of the issuer's manual
	// PrivateKey is true if the secret is a private key.
	PrivateKey bool
	// Variable is a name for an environment variable that takes such a secret, for
	// remedies; "" to derive it from the ID.
	Variable string

	form form

	// The rule is only tried where one of its keywords is in the text.
	keywords      []string
	caseSensitive bool // of keywords

	// expr finds the secret. In a rule of form token it matches from the keyword on.
	expr *lazyExpression
	// group is the group of expr that is the secret; 0 is the first that is not empty, or
	// the whole match if there is none.
	group int
	// reach is the length of the longest text that expr is tried on, in bytes.
	reach int
	// weight is the work of searching a byte for expr, of a rule of form window.
	weight int
	// find finds the secret in a rule of form special, which has no expr.
	find findFunc

	// Of a rule of form token: every match is at least minLength bytes long, of the bytes
	// in alphabet, and of bodyBytes after the keyword. A text without them is not matched
	// with expr, which saves most of the time.
	minLength           int
	alphabet, bodyBytes *expression.Alphabet

	// distinctive is true if the keyword alone shows that a token begins. Such a token is
	// also found right next to other letters, as strings in executables are.
	distinctive bool
	// wholeWord is true if the secret is never next to a letter or digit.
	wholeWord bool
	// isStore is true if the secret is a whole file of keys or passwords.
	isStore bool
	// selfEvident is true for a rule of form special whose secrets need no context: they
	// are secrets in any text.
	selfEvident bool
	// byName is true if only the name of a value makes it a secret.
	byName bool

	// A value is not reported if its Shannon entropy, in bits a byte, is not above
	// minEntropy, or if check rejects it. check may be nil.
	minEntropy float64
	check      check
	checksum   bool // check verifies a checksum
	// public reports whether the issuer wants a value to be public where it is. It may be
	// nil.
	public func(text []byte, start, end int) bool

	// Only rules of a rule file have these: see [Override].
	path       *regexp.Regexp
	allow      []*Allowlist
	required   []Requirement
	skipReport bool
}

// MaxReach is the length of the longest text that one match of an expression may read, in
// bytes.
const MaxReach = 8 << 10

// form is how a rule finds its secret.
type form uint8

const (
	// token: the secret starts with a keyword, such as "ghp_".
	token form = iota
	// assigned: the secret is a value, and the keyword is in the name of the value.
	assigned
	// window: the expression is matched with the text around the keyword.
	window
	// whole: the expression is matched with all of the text, because the rule has no
	// keyword.
	whole
	// pathOnly: a file with such a path is reported, whatever it contains.
	pathOnly
	// special: the function find reads the text at the keyword.
	special
	// commandLine: the line with the keyword is parsed as a shell command.
	commandLine
	// ownFile: the file exists to hold credentials, and its name decides how it is read.
	ownFile
)

// check assesses a value that a rule has found.
type check func(value []byte) Assessment

// Assessment is the result of a check. The zero Assessment neither confirms nor rejects.
type Assessment struct {
	// Rejected is true if the value cannot be such a secret.
	Rejected bool
	// Confirmed is true if a checksum or structure proves that it is well-formed.
	Confirmed bool
	// Severity replaces the rule's unless it is Unknown.
	Severity seaworthy.Severity
	// Note is a sentence about the value for the report. It contains nothing of the value.
	Note string
	// Name is the name of the value, if a rule finds the value by its name.
	Name string
	// Head is the public prefix of the value.
	Head string
	// read is how far a [findFunc] has read the text, so that no keyword before it says
	// anything new; 0 if it did not read far.
	read int
	// unknownForm is true for a token that has not the form that its rule demands.
	unknownForm bool
}

// describe writes everything that defines the rule, for a digest.
func (r *Rule) describe(w io.Writer) {
	path := ""
	if r.path != nil {
		path = r.path.String()
	}
	fmt.Fprintf(w, "%q %q %d %d %q %t %q %d %v %q %v", r.ID, r.Name, r.Severity, r.form, r.keywords, r.caseSensitive, r.expr.String(), r.group, r.minEntropy, path, r.required)
	for _, a := range r.allow {
		a.describe(w)
	}
}

// OwnFile reports whether the secret is in a file that exists to hold credentials.
func (r *Rule) OwnFile() bool { return r.form == ownFile }

// Contextual reports whether a value is only a secret because of the text around it.
func (r *Rule) Contextual() bool {
	switch r.form {
	case special:
		return !r.PrivateKey
	case assigned, commandLine:
		return true
	case ownFile:
		return !r.isStore
	}
	return false
}

// IsSelfEvident reports whether a secret of the rule is one in any text, whatever is around
// it.
func (r *Rule) IsSelfEvident() bool { return r.selfEvident || !r.Contextual() }

// Head returns the prefix that all values of the rule have. It is public.
func (r *Rule) Head() string {
	if r.form != token || r.expr == nil {
		return ""
	}
	prefix, _ := r.expr.compiled().LiteralPrefix()
	return prefix
}

// findFunc finds the secret at a keyword, which is the text from at to end. It returns where
// the secret is; start and stop are equal if there is none.
type findFunc func(text []byte, at, end int, origin *Origin) (start, stop int, o Assessment)
