package credential

import (
	"regexp"
	"sync"
)

// lazyExpression is a regular expression that is compiled when it is first used: in most
// scans most are not.
type lazyExpression struct {
	source   string
	compiled func() *regexp.Regexp
}

// newLazyExpression makes an expression of what must be known to compile.
func newLazyExpression(source string) *lazyExpression {
	return &lazyExpression{source: source, compiled: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })}
}

// String implements [fmt.Stringer].
func (e *lazyExpression) String() string {
	if e == nil {
		return ""
	}
	return e.source
}
