// Package filekind knows files that exist to hold credentials by their names: id_rsa,
// .netrc, terraform.tfstate.
package filekind

import (
	"iter"
	"path"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
)

// Kind is a kind of file that exists to hold credentials.
type Kind struct {
	Title    string // "a private key"
	Severity seaworthy.Severity
	// Bases are names of files wherever they are. Tails are ends of paths, for names
	// that mean something in one directory only; Suffixes are extensions. Under are the
	// directories below which alone the kind is; none for everywhere.
	Bases    []string
	Tails    []string
	Suffixes []string
	Under    []string
	// clearText is true if the file holds them in clear, with names or in lines that rules
	// read.
	clearText bool
}

// All yields all kinds of files that exist to hold credentials.
func All() iter.Seq[*Kind] {
	return func(yield func(*Kind) bool) {
		for i := range fileKinds {
			if !yield(&fileKinds[i]) {
				return
			}
		}
	}
}

// Of gives the kind of a file with a path without leading slash; nil if its
// name is not that of a file for credentials.
func Of(p string) *Kind {
	base := path.Base(p)
	ext := path.Ext(base)
	if kinds := fileKindsByName(); len(kinds[base]) == 0 && len(kinds[ext]) == 0 {
		return nil
	}
	for i := range fileKinds {
		if k := &fileKinds[i]; k.has(p, base, ext) {
			return k
		}
	}
	return nil
}

func (k *Kind) has(p, base, ext string) bool {
	if len(k.Under) > 0 && !slices.ContainsFunc(k.Under, func(dir string) bool { return strings.HasPrefix(p, dir+"/") }) {
		return false
	}
	return slices.Contains(k.Bases, base) ||
		slices.ContainsFunc(k.Tails, func(tail string) bool {
			rest, ok := strings.CutSuffix(p, tail)
			return ok && (rest == "" || rest[len(rest)-1] == '/')
		}) ||
		base != ext && slices.Contains(k.Suffixes, ext)
}

// fileKindsByName gives the kinds that a last element of a path or an extension may be
// of.
var fileKindsByName = sync.OnceValue(func() map[string][]*Kind {
	byName := map[string][]*Kind{}
	for k := range All() {
		for _, name := range slices.Concat(k.Bases, k.Tails, k.Suffixes) {
			byName[path.Base(name)] = append(byName[path.Base(name)], k)
		}
	}
	return byName
})

// HoldsClearText reports whether a file is there to hold credentials in clear: .env, .netrc.
// The path is in lower case.
func HoldsClearText(p, base string) bool {
	if k := Of(p); k != nil && k.clearText {
		return true
	}
	example := func(word string) bool {
		return strings.HasPrefix(word, "example") || strings.HasPrefix(word, "sample") || strings.HasPrefix(word, "template") || word == "dist"
	}
	return (base == ".env" || strings.HasPrefix(base, ".env.")) && !slices.ContainsFunc(strings.FieldsFunc(base, func(r rune) bool { return r < 'a' || r > 'z' }), example) ||
		base == "wp-config.php" || strings.HasSuffix(base, ".tfstate") || strings.HasSuffix(base, "_history")
}
