package credential

import (
	"iter"
	"path"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
)

// FileKind is a kind of file that exists to hold credentials.
type FileKind struct {
	Title    string // "a private key"
	Severity seaworthy.Severity
	// Bases are names of files wherever they are. Tails are ends of paths, for names
	// that mean something in one directory only; Suffixes are extensions. Under are the
	// directories below which alone the kind is; none for everywhere.
	Bases    []string
	Tails    []string
	Suffixes []string
	Under    []string
	// keeper is true if the file holds them in clear, with names or in lines that rules
	// read.
	keeper bool
}

// FileKinds yields all kinds of files that exist to hold credentials.
func FileKinds() iter.Seq[*FileKind] {
	return func(yield func(*FileKind) bool) {
		for i := range fileKinds {
			if !yield(&fileKinds[i]) {
				return
			}
		}
	}
}

// FileKindOf gives the kind of a file with a path without leading slash; nil if its
// name is not that of a file for credentials.
func FileKindOf(p string) *FileKind {
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

func (k *FileKind) has(p, base, ext string) bool {
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
var fileKindsByName = sync.OnceValue(func() map[string][]*FileKind {
	byName := map[string][]*FileKind{}
	for k := range FileKinds() {
		for _, name := range slices.Concat(k.Bases, k.Tails, k.Suffixes) {
			byName[path.Base(name)] = append(byName[path.Base(name)], k)
		}
	}
	return byName
})

// isKeeper reports whether a file is there to hold credentials in clear: .env, .netrc.
// The path is in lower case.
func isKeeper(p, base string) bool {
	if k := FileKindOf(p); k != nil && k.keeper {
		return true
	}
	return (base == ".env" || strings.HasPrefix(base, ".env.")) && !strings.Contains(base, "example") && !strings.Contains(base, "sample") && !strings.Contains(base, "template") && !strings.Contains(base, "dist") ||
		base == "wp-config.php" || strings.HasSuffix(base, ".tfstate") || strings.HasSuffix(base, "_history")
}
