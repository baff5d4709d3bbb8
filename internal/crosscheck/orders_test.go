package crosscheck_test

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var pep440Form = regexp.MustCompile(`^v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?` +
	`(?:-([0-9]+)|([-_.]?(?:post|rev|r)[-_.]?)([0-9]*))?(?:([-_.]?dev[-_.]?)([0-9]*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$`)

// pep440 compares versions of Python packages by PEP 440. It panics for an invalid version.
func pep440(a, b string) int { return slices.Compare(pep440Key(a), pep440Key(b)) }

// pep440Key returns numbers that sort like the version: the epoch, eight numbers of the
// release, and pre-, post- and development releases.
func pep440Key(v string) []int {
	m := pep440Form.FindStringSubmatch(strings.ToLower(strings.TrimSpace(v)))
	if m == nil {
		panic("not a version by PEP 440: " + v)
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	key := []int{number(m[1])}
	release := strings.Split(m[2], ".")
	for i := range 8 {
		key = append(key, numberAt(release, i))
	}
	const last = 1 << 40
	pre, preNumber := last, 0 // a release of its own
	post, dev := -1, last
	switch m[3] {
	case "a", "alpha":
		pre = 1
	case "b", "beta":
		pre = 2
	case "rc", "c", "pre", "preview":
		pre = 3
	}
	if m[3] != "" {
		preNumber = number(m[4])
	}
	if m[5] != "" {
		post = number(m[5])
	} else if m[6] != "" {
		post = number(m[7])
	}
	if m[8] != "" {
		dev = number(m[9])
		if m[3] == "" && post < 0 {
			pre = 0
		}
	}
	return append(key, pre, preNumber, post, dev, len(m[10]))
}

func TestPEP440(t *testing.T) {
	ascend(t, pep440, `0.9 1.0.dev1 1.0a1.dev2 1.0a1 1.0a2 1.0b1.post3.dev1 1.0b1.post3 1.0b2 1.0rc1 1.0 1.0.post1.dev2 1.0.post1 1.1.dev0 1.1 1.10 2012.4 1!0.1`)
	for _, same := range [][2]string{{"1.0", "1"}, {"1.0alpha1", "1.0-a.1"}, {"1.0-1", "1.0.post1"}, {"1.0c1", "1.0RC1"}, {"v1.2.0", "1.2"}} {
		if pep440(same[0], same[1]) != 0 {
			t.Errorf("%v are not equal", same)
		}
	}
}

var gemSegment = regexp.MustCompile(`[0-9]+|[A-Za-z]+`)

// gemOrder compares versions of gems as Gem::Version documents: numbers come after words,
// and trailing zeros do not count.
func gemOrder(a, b string) int {
	x, y := gemSegments(a), gemSegments(b)
	for i := range max(len(x), len(y)) {
		p, q := "0", "0"
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		m, errM := strconv.Atoi(p)
		n, errN := strconv.Atoi(q)
		c := 0
		switch {
		case errM == nil && errN == nil:
			c = cmp.Compare(m, n)
		case errM == nil:
			c = 1
		case errN == nil:
			c = -1
		default:
			c = strings.Compare(p, q)
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func gemSegments(v string) []string {
	all := gemSegment.FindAllString(strings.ReplaceAll(v, "-", ".pre."), -1)
	word := slices.IndexFunc(all, func(s string) bool { return s[0] > '9' })
	if word < 0 {
		word = len(all)
	}
	trim := func(s []string) []string {
		for len(s) > 0 && strings.Trim(s[len(s)-1], "0") == "" {
			s = s[:len(s)-1]
		}
		return s
	}
	return slices.Concat(trim(all[:word]), trim(all[word:]))
}

func TestGemOrder(t *testing.T) {
	ascend(t, gemOrder, `0.a 0.0.1 1.0.a 1.0.a.2 1.0.b1 1.0.beta 1.0.pre 1.0.rc1 1.0 1.0.1.pre 1.0.1 1.9 1.10 2.0.0.rc1 2`)
	for _, same := range [][2]string{{"1.0", "1"}, {"1.0.0-1", "1.pre.1"}} {
		if gemOrder(same[0], same[1]) != 0 {
			t.Errorf("%v are not equal", same)
		}
	}
}

var apkForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)*)([a-z]?)((?:_[a-z]+[0-9]*)*)(?:-r([0-9]+))?$`)

// apkOrder compares versions by the rules of apk: numbers (except the first they are
// fractions if they begin with 0), a letter, suffixes (some come before the release), and
// the revision.
func apkOrder(a, b string) int {
	m, n := apkForm.FindStringSubmatch(a), apkForm.FindStringSubmatch(b)
	if m == nil || n == nil {
		panic("not a version of apk: " + a + " or " + b)
	}
	x, y := strings.Split(m[1], "."), strings.Split(n[1], ".")
	for i := range min(len(x), len(y)) {
		c := 0
		if i > 0 && (x[i][0] == '0' || y[i][0] == '0') {
			c = strings.Compare(x[i], y[i])
		} else {
			p, _ := strconv.ParseUint(x[i], 10, 64)
			q, _ := strconv.ParseUint(y[i], 10, 64)
			c = cmp.Compare(p, q)
		}
		if c != 0 {
			return c
		}
	}
	if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(m[2], n[2]), compareSuffixes(m[3], n[3])); c != 0 {
		return c
	}
	p, _ := strconv.Atoi(m[4])
	q, _ := strconv.Atoi(n[4])
	return cmp.Compare(p, q)
}

func compareSuffixes(a, b string) int {
	rank := func(s string) (int, int) {
		word := strings.TrimRight(s, "0123456789")
		n, _ := strconv.Atoi(s[len(word):])
		return slices.Index([]string{"alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"}, word), n
	}
	x, y := strings.Split(a, "_"), strings.Split(b, "_")
	for i := 1; i < max(len(x), len(y)); i++ {
		p, q := "", ""
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		pr, pn := rank(p)
		qr, qn := rank(q)
		if c := cmp.Or(cmp.Compare(pr, qr), cmp.Compare(pn, qn)); c != 0 {
			return c
		}
	}
	return 0
}

// TestApkOrder checks apkOrder against test vectors of apk.
func TestApkOrder(t *testing.T) {
	ascend(t, apkOrder, `0.12.1 0.12.2 1.0_alpha 1.0_alpha1 1.0_beta3 1.0_pre2 1.0_rc1 1.0 1.0-r1 1.0-r12 1.0_p1 1.0_p10 1.0a 1.0b 1.0.1 1.01 1.06 1.1 1.2.3 1.10 2.34 20120111`)
	for _, v := range []string{"2.34 > 0.1.0_alpha", "0.1.0_alpha < 0.1.3_alpha", "0.1.0_alpha2 > 0.1.0_alpha", "0.1.0_alpha < 2.2.39-r1", "2.2.39-r1 > 1.0.4-r3",
		"1.0.4-r3 < 1.0.4-r4", "0.4-r3 < 1.6", "2.3.0b-r3 > 0.6.2_p1-r2", "0.9.9_rc6-r2 > 0.9.8", "1.0_pre2 > 1.0_pre1", "6.0_pre1 > 6.0_beta3", "3.0-r1 > 3.0"} {
		f := strings.Fields(v)
		if c := apkOrder(f[0], f[2]); map[string]int{"<": -1, "=": 0, ">": 1}[f[1]] != c {
			t.Errorf("%s: %d", v, c)
		}
	}
}
