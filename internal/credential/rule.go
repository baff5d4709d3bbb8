package credential

import (
	"fmt"
	"io"
	"regexp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/expression"
)

// Rule is one kind of secret.
type Rule struct {
	ID       string
	Name     string // as a title: "GitHub personal access token"
	Severity seaworthy.Severity
	Source   string // where the issuer describes the format

	form form
	// keywords find the places where the rule is tried. The case of letters counts if exact is
	// true.
	keywords []string
	exact    bool
	// expr finds the secret. In form token it starts where the keyword does.
	expr  *lazyExpression
	group int // the group that is the secret; 0 is the first that is not empty, else all
	// reach is the length in bytes of the longest text that expr is tried on.
	reach int
	// weight is the work of searching a byte for expr, of a rule of form window.
	weight int
	// least is the length of the shortest text that expr matches, and alphabet the
	// bytes that such a text has, of a rule of form token. They spare most trials.
	least    int
	alphabet *expression.Alphabet
	// body are the bytes that a token may have behind its keyword.
	body *expression.Alphabet
	// strong is true if the prefix is so telling that the secret may stand right
	// between other letters, as strings do in executables.
	strong bool
	// alone is true if the secret never stands between letters or digits.
	alone   bool
	entropy float64 // Shannon's, in bits a byte; a value that has no more is passed over
	// check verifies what the format offers to be verified. It may be nil.
	check check
	find  findFunc // of form special

	// PrivateKey is true if the secret is a private key.
	PrivateKey bool
	// store is true if the secret is a whole file of keys or passwords.
	store bool
	// evident is true of a rule of form special whose secrets are ones in any text.
	evident bool
	// named is true if the name of a value alone makes it a secret.
	named bool
	// Variable is what a variable with such a secret may be called.
	Variable string

	// What follows only a rule file uses.
	path       *regexp.Regexp
	allow      []*Allowlist
	required   []Requirement
	skipReport bool
}

// MaxReach is the length of the text that one attempt to match may read, in bytes.
const MaxReach = 8 << 10

// form is how a rule finds its secret.
type form uint8

const (
	// token: the secret is known by its own form, from its first byte on.
	token form = iota
	// assigned: the keyword is in the name to which the value is given.
	assigned
	// window: the expression is searched for around the keyword.
	window
	// whole: the expression is searched for everywhere. Only expressions without
	// any keyword need that.
	whole
	// pathOnly: the path alone is the finding.
	pathOnly
	// special: find reads it.
	special
	// commandLine: the line with the keyword is parsed as a shell's.
	commandLine
	// ownFile: the name of the file decides how it is read.
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
	// Note is a sentence about this value that does not narrow it.
	Note string
	// Name is what the value is given to, for a rule that goes by names.
	Name string
	// Head is how the value begins as everybody's of its kind does.
	Head string
	// read is how far a [findFunc] has read the text, so that no keyword before it says
	// anything new; 0 if it did not read far.
	read int
}

// describe writes what makes up the rule, for a digest.
func (r *Rule) describe(w io.Writer) {
	path := ""
	if r.path != nil {
		path = r.path.String()
	}
	fmt.Fprintf(w, "%q %q %d %d %q %t %q %d %v %q %v", r.ID, r.Name, r.Severity, r.form, r.keywords, r.exact, r.expr.String(), r.group, r.entropy, path, r.required)
	for _, a := range r.allow {
		a.describe(w)
	}
}

// OwnFile reports whether the secret is in a file that is made for it.
func (r *Rule) OwnFile() bool { return r.form == ownFile }

// Contextual reports whether only what stands around a value makes it a secret.
func (r *Rule) Contextual() bool {
	switch r.form {
	case special:
		return !r.PrivateKey
	case assigned, commandLine:
		return true
	case ownFile:
		return !r.store
	}
	return false
}

// IsSelfEvident reports whether a secret of the rule is one wherever it stands, whatever
// is around it.
func (r *Rule) IsSelfEvident() bool { return r.evident || !r.Contextual() }

// Head is how all values of the rule begin: it is public, and says nothing about a
// value.
func (r *Rule) Head() string {
	if r.form != token || r.expr == nil {
		return ""
	}
	prefix, _ := r.expr.compiled().LiteralPrefix()
	return prefix
}

// findFunc reads the secret at a keyword that stands from at to end, and gives where
// it is. Rules of form special have one instead of an expression.
type findFunc func(text []byte, at, end int, origin *Origin) (start, stop int, o Assessment)
