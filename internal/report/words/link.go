package words

import (
	"fmt"
	"strings"
)

// Homepage is the address of Seaworthy.
const Homepage = "https://seaworthy.dev"

// URIPath is the path as a relative reference of RFC 3986, byte by byte.
func URIPath(p string) string {
	var b strings.Builder
	for i := range len(p) {
		c := p[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// IsWeb is true for a reference that may become a link.
func IsWeb(ref string) bool {
	return (strings.HasPrefix(ref, "https://") || strings.HasPrefix(ref, "http://")) && !strings.ContainsFunc(ref, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
	})
}
