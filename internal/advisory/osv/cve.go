package osv

import (
	"strconv"
	"strings"
)

// CVE is the number of a CVE: the year and the serial, in numeric order. The zero CVE
// is none.
type CVE uint64

const serialBits = 40

// ParseCVE parses a name such as CVE-2024-12345.
func ParseCVE(name string) (CVE, bool) {
	rest, ok := strings.CutPrefix(name, "CVE-")
	year, serial, dash := strings.Cut(rest, "-")
	if !ok || !dash || len(year) != 4 || len(serial) < 4 || len(serial) > 12 {
		return 0, false
	}
	y, err := strconv.ParseUint(year, 10, 16)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(serial, 10, serialBits)
	if err != nil {
		return 0, false
	}
	return CVE(y<<serialBits | n), true
}

// IsCVE reports whether a name is that of a CVE.
func IsCVE(name string) bool {
	_, ok := ParseCVE(name)
	return ok
}
