// Package nearest finds the name that the user may have meant: of a package in an image,
// or of anything else that has names. It guesses only where the names are much alike.
package nearest

import (
	"cmp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

const (
	// maxNames limits the names that are compared letter by letter.
	maxNames = 20_000
	// maxLength limits the length of a name that is compared, in bytes.
	maxLength = 200
)

// Packages is the packages of an image. The zero value is empty.
type Packages struct {
	names map[string]string // the source package of each, "" if it has none of another name
}

// Add adds a package.
func (p *Packages) Add(pkg *seaworthy.Package) {
	if p.names == nil {
		p.names = make(map[string]string)
	}
	source := ""
	if pkg.Source != nil && pkg.Source.Name != pkg.Name {
		source = pkg.Source.Name
	}
	if _, ok := p.names[pkg.Name]; !ok || source != "" {
		p.names[pkg.Name] = source
	}
}

// Has reports whether the image has a package of the name.
func (p *Packages) Has(name string) bool {
	_, ok := p.names[name]
	return ok
}

// To returns the package that is nearest to a name that no package has, with its source
// package: "libexpat1, of source expat" for expat. It returns "" if none is near, or if a
// package has the name.
func (p *Packages) To(name string) string {
	if name == "" || p.Has(name) {
		return ""
	}
	best, least := "", far
	for candidate, source := range p.names {
		d := distance(name, candidate)
		if source != "" && strings.EqualFold(source, name) {
			d = same
		}
		if d < least || d == least && d < far && candidate < best {
			best, least = candidate, d
		}
	}
	if source := p.names[best]; best != "" && source != "" {
		return best + ", of source " + source
	}
	return best
}

// Word returns the one of the words that is nearest to a word that is none of them, or "".
func Word(word string, words []string) string {
	if slices.Contains(words, word) || len(words) > maxNames {
		return ""
	}
	most := limit(word)
	if strings.HasPrefix(word, "CVE-") {
		most = 1 // their numbers are alike without a reason
	}
	best, least := "", far
	for _, w := range words {
		if d := edits(strings.ToLower(word), strings.ToLower(w), most); d < least || d == least && d < far && w < best {
			best, least = w, d
		}
	}
	return best
}

// How near two names are: the number of edits between them, or one of these.
const (
	same = -3        // the source package has the name
	stem = -2        // the same without what packagers add: lib, versions, punctuation
	last = -1        // the same behind a namespace
	far  = 1_000_000 // not near
)

func distance(name, candidate string) int {
	if len(name) > maxLength || len(candidate) > maxLength {
		return far
	}
	a, b := strings.ToLower(name), strings.ToLower(candidate)
	switch {
	case stemOf(a) == stemOf(b):
		return stem
	case lastElement(a) == lastElement(b):
		return last
	}
	return edits(a, b, limit(a))
}

// stemOf removes lib, a version at the end and punctuation: libexpat1 and expat are alike.
func stemOf(name string) string {
	s := strings.TrimRight(strings.TrimPrefix(name, "lib"), "0123456789.-_+~")
	return strings.NewReplacer("-", "", "_", "", ".", "").Replace(cmp.Or(s, name))
}

// lastElement returns the name without a namespace: of org.example:tool, @scope/tool and
// example.org/x/tool it is tool.
func lastElement(name string) string { return name[strings.LastIndexAny(name, "/:")+1:] }

// limit returns how many edits two words may be apart.
func limit(word string) int {
	switch {
	case len(word) < 4:
		return 0
	case len(word) < 8:
		return 1
	}
	return 2
}

// edits returns the number of letters to insert, remove, replace or swap to make b of a; far
// if it is more than most.
func edits(a, b string, most int) int {
	if max(len(a)-len(b), len(b)-len(a)) > most {
		return far
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	var twoBefore []int
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		twoBefore, before, row = before, row, make([]int, len(b)+1)
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(before[j]+1, row[j-1]+1, before[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], twoBefore[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return far
		}
	}
	if row[len(b)] > most {
		return far
	}
	return row[len(b)]
}
