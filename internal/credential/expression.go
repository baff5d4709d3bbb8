package credential

import (
	"regexp"
	"sync"
)

// expression is a regular expression that is compiled when it is first used: in most
// scans most are not.
type expression struct {
	source   string
	compiled func() *regexp.Regexp
}

// newExpression makes an expression of what must be known to compile.
func newExpression(source string) *expression {
	return &expression{source: source, compiled: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })}
}

// String implements [fmt.Stringer].
func (e *expression) String() string {
	if e == nil {
		return ""
	}
	return e.source
}
