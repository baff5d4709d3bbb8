// Package installed says which manifests of packages belong to installed packages.
//
// In goes the path of a manifest, out comes whether the package manager of its language
// would list the package. It does not list what lies in the tests of an installed package,
// what an interrupted installation left behind, and what is in its cache.
package installed

import "strings"

const nodeModules = "node_modules/"

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// hasTestDirectory reports whether one of the elements of a path below an installed package
// is a directory of tests, examples or documents.
func hasTestDirectory(path string) bool {
	for element := range strings.SplitSeq(path, "/") {
		if isTestDirectory(element) {
			return true
		}
	}
	return false
}

func isTestDirectory(name string) bool {
	switch name {
	case "test", "tests", "testing", "testdata", "test-data", "test_data", "__tests__", "spec", "specs",
		"fixture", "fixtures", "__fixtures__", "mock", "mocks", "__mocks__",
		"doc", "docs", "example", "examples", "demo", "demos", "sample", "samples", "benchmark", "benchmarks":
		return true
	}
	return false
}

// NodeModule reports whether a directory is NAME or @SCOPE/NAME in a directory
// node_modules that Node.js searches for packages.
func NodeModule(dir string) bool {
	_, rest, ok := CutDirectory(dir, nodeModules)
	if !ok || isCached(dir) {
		return false
	}
	for {
		name, below, _ := strings.Cut(rest, "/")
		scoped := strings.HasPrefix(name, "@")
		if scoped {
			name, below, _ = strings.Cut(below, "/")
		}
		inner, next, nested := CutDirectory(below, nodeModules)
		switch {
		case !nested:
			return name != "" && name[0] != '.' && below == ""
		case strings.HasPrefix(name, "."):
			if scoped || !isNodeStore(name, inner) {
				return false
			}
		case hasTestDirectory(inner):
			return false
		}
		rest = next
	}
}

// isNodeStore reports whether a directory of node_modules whose name starts with a dot has
// installed packages: .pnpm/NAME@VERSION/node_modules. In others are the leftovers of an
// interrupted npm, .NAME-RANDOM, and caches of build tools.
func isNodeStore(name, inner string) bool {
	if inner == "" || strings.Trim(inner, "/") == "" {
		return name == ".pnpm" || name == ".bun" || name == ".store" || name == ".deno"
	}
	switch name {
	case ".cache", ".ignored", ".staging", ".tmp", ".vite":
		return false
	}
	return true
}

// isCached reports whether a directory is in the cache of yarn 1
// (.cache/yarn/v6/npm-NAME-VERSION-HASH/node_modules/NAME) or of npx.
func isCached(dir string) bool {
	if _, _, ok := CutDirectory(dir, ".npm/_npx/"); ok {
		return true
	}
	for rest := dir; ; {
		_, after, ok := CutDirectory(rest, "yarn/")
		if !ok {
			return false
		}
		version, entry, _ := strings.Cut(after, "/")
		if len(version) > 1 && version[0] == 'v' && isDigit(version[1]) && strings.HasPrefix(entry, "npm-") {
			return true
		}
		rest = after
	}
}

// CutDirectory splits a path at the first occurrence of directories, which end with a
// slash, as whole elements.
func CutDirectory(path, directories string) (before, after string, ok bool) {
	for from := 0; ; {
		i := strings.Index(path[from:], directories)
		if i < 0 {
			return path, "", false
		}
		if i += from; i == 0 || path[i-1] == '/' {
			return path[:i], path[i+len(directories):], true
		}
		from = i + 1
	}
}

// Python reports whether the metadata of a Python distribution is that of an
// installed one. The base name of a directory that pip renamed when it started to remove it
// does not start with a letter or a digit: pip calls it an invalid distribution.
func Python(path string) bool {
	for _, suffix := range []string{"/METADATA", "/PKG-INFO", "/EGG-INFO"} {
		path = strings.TrimSuffix(path, suffix)
	}
	dir, base := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		dir, base = path[:i], path[i+1:]
	}
	if base == "" || !isDigit(base[0]) && (base[0]|0x20 < 'a' || base[0]|0x20 > 'z') && base[0] < 0x80 {
		return false
	}
	return !hasTestDirectory(belowPython(dir))
}

// belowPython returns the part of a path that is below the directory of modules of a Python
// installation: site-packages, dist-packages or lib/python3.12. It returns "" for a path
// without one.
func belowPython(path string) string {
	for _, directory := range []string{"site-packages/", "dist-packages/"} {
		if _, rest, ok := CutDirectory(path, directory); ok {
			return rest
		}
	}
	const lib = "lib/"
	for rest := path; ; {
		_, after, ok := CutDirectory(rest, lib)
		if !ok {
			return ""
		}
		name, below, _ := strings.Cut(after, "/")
		if version, ok := strings.CutPrefix(name, "python"); ok && version != "" && isDigit(version[0]) {
			return below
		}
		rest = after
	}
}

// Gem reports whether the specification of a gem is that of an installed one, and not a file
// of the tests of another gem.
func Gem(path string) bool { return !hasTestDirectory(belowGem(path)) }

// Composer reports whether a list of packages of Composer is that of an application, and not
// a file of the tests of a package, vendor/VENDOR/NAME.
func Composer(path string) bool {
	_, rest, ok := CutDirectory(path, "vendor/")
	return !ok || !hasTestDirectory(rest)
}

// belowGem returns the part of a path that is below the directory of an installed gem,
// gems/NAME-VERSION. It returns "" for a path without one.
func belowGem(path string) string {
	for rest := path; ; {
		_, after, ok := CutDirectory(rest, "gems/")
		if !ok {
			return ""
		}
		name, below, _ := strings.Cut(after, "/")
		if i := strings.LastIndexByte(name, '-'); i > 0 && i+1 < len(name) && isDigit(name[i+1]) {
			return below
		}
		rest = after
	}
}

// ApplicationLock reports whether a lock file may be that of an application: it is not
// part of an installed package, whose lock file its authors used.
func ApplicationLock(path string) bool {
	for _, directory := range []string{nodeModules, "site-packages/", "dist-packages/"} {
		if _, _, ok := CutDirectory(path, directory); ok {
			return false
		}
	}
	return belowGem(path) == ""
}
