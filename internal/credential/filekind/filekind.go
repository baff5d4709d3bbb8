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
	Title    string // as in "id_rsa is named like a private key": "a private key"
	Severity seaworthy.Severity
	// A file is of the kind if its name is in Bases, if its path ends with one of Tails, or
	// if its extension is in Suffixes.
	Bases    []string // "id_rsa"
	Tails    []string // ".aws/credentials"
	Suffixes []string // ".p12"
	// Under are the directories that the file must be in; none means any directory.
	Under []string
	// clearText is true if the rules for names and values can read the file.
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

// Of returns the kind of the file at a path without leading slash, and nil if its name is
// not the name of a file for credentials.
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

// fileKindsByName returns the kinds by name or extension of a file, to exclude most paths.
var fileKindsByName = sync.OnceValue(func() map[string][]*Kind {
	byName := map[string][]*Kind{}
	for k := range All() {
		for _, name := range slices.Concat(k.Bases, k.Tails, k.Suffixes) {
			byName[path.Base(name)] = append(byName[path.Base(name)], k)
		}
	}
	return byName
})

// HoldsClearText reports whether a file exists to hold credentials in clear text, such as
// .env and .netrc. The path and its last element, base, are in lower case.
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
