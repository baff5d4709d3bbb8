package crosscheck_test

import (
	"cmp"
	"strconv"
	"strings"
	"testing"
)

// semver orders versions by Semantic Versioning 2.0.0, clause 11. A leading v, what
// follows "+", and missing numbers do not count.
func semver(a, b string) int {
	x, pre := splitSemver(a)
	y, other := splitSemver(b)
	for i := range max(len(x), len(y)) {
		if c := cmp.Compare(numberAt(x, i), numberAt(y, i)); c != 0 {
			return c
		}
	}
	if pre == "" || other == "" {
		return strings.Compare(other, pre) // without is later: "" is less than any text
	}
	p, q := strings.Split(pre, "."), strings.Split(other, ".")
	for i := range min(len(p), len(q)) {
		m, errM := strconv.Atoi(p[i])
		n, errN := strconv.Atoi(q[i])
		c := 0
		switch {
		case errM == nil && errN == nil:
			c = cmp.Compare(m, n)
		case errM == nil:
			c = -1
		case errN == nil:
			c = 1
		default:
			c = strings.Compare(p[i], q[i])
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(p), len(q))
}

func splitSemver(v string) (numbers []string, pre string) {
	v, _, _ = strings.Cut(strings.TrimPrefix(v, "v"), "+")
	v, pre, _ = strings.Cut(v, "-")
	return strings.Split(v, "."), pre
}

func numberAt(list []string, i int) int {
	if i >= len(list) {
		return 0
	}
	n, _ := strconv.Atoi(list[i])
	return n
}

// ascend holds an order to versions that are written in ascending order.
func ascend(t *testing.T, compare order, ascending string) {
	t.Helper()
	all := strings.Fields(ascending)
	for i := range all {
		for j := range all {
			if c := compare(all[i], all[j]); c != cmp.Compare(i, j) {
				t.Errorf("%s and %s: %d", all[i], all[j], c)
			}
		}
	}
}

func TestSemver(t *testing.T) {
	ascend(t, semver, `0.0.0-20190308221718-c2843e01d9a2 0.0.1 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta
		1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1-0.20260101000000-0123456789ab 1.0.1 1.10.0 2.0.0`)
	if semver("v1.0", "1.0.0+incompatible") != 0 {
		t.Error("build metadata is compared")
	}
}
