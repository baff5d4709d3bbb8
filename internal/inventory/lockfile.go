package inventory

import (
	"context"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory/installed"
)

// maxLockedPackages is the maximum number of packages of a lock file.
const maxLockedPackages = 100_000

// isNPMLock reports whether a lock file belongs to an application.
func isNPMLock(h *seaworthy.Header) bool { return installed.ApplicationLock(h.Path) }

// npmDependency is a package in package-lock.json.
type npmDependency struct {
	Name         lenientString            `json:"name"`
	Version      lenientString            `json:"version"`
	Dev          bool                     `json:"dev"`
	Link         bool                     `json:"link"`
	License      npmLicense               `json:"license"`
	Dependencies map[string]npmDependency `json:"dependencies"`
}

// parsePackageLock reads package-lock.json and npm-shrinkwrap.json, lockfileVersion 1 to 3.
// It skips packages that are needed only for development.
func parsePackageLock(_ context.Context, f *seaworthy.File) ([]Package, error) {
	var lock struct {
		Packages map[string]struct {
			npmDependency
			Dependencies any `json:"dependencies"` // version ranges, unlike the field below
		} `json:"packages"`
		Dependencies map[string]npmDependency `json:"dependencies"`
	}
	if err := decodeJSON(f, &lock); err != nil {
		return nil, err
	}
	found := newPackageSet(typeNPM)
	for at, d := range lock.Packages {
		i := strings.LastIndex(at, nodeModules)
		if i < 0 || d.Dev || d.Link {
			continue // the application itself, or a part of it
		}
		name := at[i+len(nodeModules):]
		if d.Name != "" {
			name = string(d.Name) // the path has an alias
		}
		found.add(name, string(d.Version), d.License...)
	}
	if len(lock.Packages) == 0 {
		found.addNPM(lock.Dependencies)
	}
	return found.packages()
}

// addNPM adds the dependencies of lockfileVersion 1, and recursively theirs.
func (s *packageSet) addNPM(list map[string]npmDependency) {
	for name, d := range list {
		version := string(d.Version)
		if alias, ok := strings.CutPrefix(version, "npm:"); ok {
			if at := strings.LastIndexByte(alias, '@'); at > 0 {
				name, version = alias[:at], alias[at+1:]
			}
		}
		if !d.Dev && !strings.ContainsAny(version, ":/") {
			s.add(name, version)
		}
		s.addNPM(d.Dependencies)
	}
}

// parseYarnLock reads yarn.lock of yarn 1 and later. The file does not say which packages
// are needed only for development.
func parseYarnLock(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	found := newPackageSet(typeNPM)
	name := ""
	err := lines(ctx, f, func(line []byte) error {
		s := string(line)
		switch {
		case s == "" || s[0] == '#':
		case s[0] != ' ':
			name = yarnName(s)
		case strings.HasPrefix(s, "  version"):
			version := strings.Trim(strings.TrimLeft(s[len("  version"):], ": "), `"`)
			if name != "" && version != "0.0.0-use.local" {
				found.add(name, version)
			}
			name = ""
		}
		return nil
	})
	packages, over := found.packages()
	if err == nil {
		err = over
	}
	return packages, err
}

// yarnName returns the package of an entry. The heading of the entry lists dependencies:
// "@babel/core@^7.0.0", or "a@npm:b@^1.0.0" where a is an alias of b. It returns "" for a
// package that is not from a registry.
func yarnName(heading string) string {
	first, _, _ := strings.Cut(strings.Trim(strings.TrimSuffix(heading, ":"), `"`), ",")
	first = strings.Trim(first, `"`)
	name, spec, ok := cutName(first)
	if !ok {
		return ""
	}
	if alias, ok := strings.CutPrefix(spec, "npm:"); ok {
		if actual, _, ok := cutName(alias); ok {
			return actual
		}
		return name
	}
	if strings.Contains(spec, ":") {
		return "" // workspace:, patch:, link:, file:, git+ssh:
	}
	return name
}

// cutName splits "@scope/name@rest".
func cutName(s string) (name, rest string, ok bool) {
	if s == "" {
		return "", "", false
	}
	i := strings.IndexByte(s[1:], '@')
	if i < 0 {
		return "", "", false
	}
	return s[:i+1], s[i+2:], true
}

// parsePnpmLock reads pnpm-lock.yaml, lockfileVersion 5 to 9. Up to version 6 the file
// marks packages that are needed only for development; they are skipped.
func parsePnpmLock(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	found := newPackageSet(typeNPM)
	var name, version string
	inPackages, dev := false, false
	end := func() {
		if name != "" && !dev {
			found.add(name, version)
		}
		name, version, dev = "", "", false
	}
	err := lines(ctx, f, func(line []byte) error {
		s := strings.TrimRight(string(line), " \r")
		switch {
		case s == "" || s[0] == '#':
		case s[0] != ' ':
			end()
			inPackages = s == "packages:"
		case !inPackages:
		case strings.HasPrefix(s, "  ") && s[2] != ' ':
			end()
			key, ok := strings.CutSuffix(strings.TrimSuffix(s[2:], " {}"), ":")
			if ok {
				name, version = pnpmKey(strings.Trim(key, `'"`))
			}
		case s == "    dev: true":
			dev = true
		}
		return nil
	})
	end()
	packages, over := found.packages()
	if err == nil {
		err = over
	}
	return packages, err
}

// pnpmKey returns the name and version in a key of the file: "/@babel/core/7.0.0_peer",
// "/a@1.0.0(peer@2.0.0)", "a@1.0.0". Both are "" for a package that is not from a registry.
func pnpmKey(key string) (name, version string) {
	key, slash := strings.CutPrefix(key, "/")
	key, _, _ = strings.Cut(key, "(")
	name, version, ok := cutName(key)
	if last := strings.LastIndexByte(key, '/'); slash && last > 0 && (!ok || strings.IndexByte(key[1:], '@') > last) {
		name, version = key[:last], key[last+1:]
		ok = true
	}
	version, _, _ = strings.Cut(version, "_")
	if !ok || version == "" || !isDigit(version[0]) {
		return "", ""
	}
	return name, version
}

// packageSet collects packages of one type, each once.
type packageSet struct {
	kind string
	seen map[[2]string]bool
	list []Package
	over int
}

func newPackageSet(kind string) *packageSet {
	return &packageSet{kind: kind, seen: map[[2]string]bool{}}
}

func (s *packageSet) add(name, version string, licenses ...string) {
	key := [2]string{name, version}
	if name == "" || version == "" || s.seen[key] {
		return
	}
	if len(s.list) == maxLockedPackages {
		s.over++
		return
	}
	s.seen[key] = true
	s.list = append(s.list, Package{Type: s.kind, Name: name, Version: version, Licenses: licenses})
}

// packages returns the packages, and an error if there were more than the limit.
func (s *packageSet) packages() ([]Package, error) {
	if s.over > 0 {
		return s.list, limitErrorf("it names %d packages; only the first %d were read", len(s.list)+s.over, len(s.list))
	}
	return s.list, nil
}

// Trees has the directories of an image in which a package manager of a language installed
// the dependencies of an application.
type Trees struct{ directories map[tree]bool }

// tree is a directory of an application and the formats of its lock files.
type tree struct {
	directory string
	locks     string
}

// Add adds the tree that a live file with packages belongs to.
func (t *Trees) Add(path string, f *PackageFile) {
	var at tree
	switch {
	case len(f.Packages) == 0:
		return
	case f.Format == formatNPM:
		directory, _, _ := installed.CutDirectory(path, nodeModules)
		at = tree{directory, nodeModules}
	case f.Format == formatComposer:
		directory, ok := strings.CutSuffix(path, composerList)
		if !ok {
			return
		}
		at = tree{directory, composerList}
	default:
		return
	}
	if t.directories == nil {
		t.directories = make(map[tree]bool)
	}
	t.directories[at] = true
}

// Superseded reports whether a lock file does not count, because the image has the installed
// dependencies next to it: these are what is installed. Lock files also list versions that
// were replaced since, and packages for development and for other platforms. It is also true
// for the lock file of a package that Composer installed.
func (t *Trees) Superseded(path string, f *PackageFile) bool {
	var locks string
	switch f.Format {
	case formatNPMLock, formatYarnLock, formatPnpmLock:
		locks = nodeModules
	default:
		return false
	}
	directory := path[:strings.LastIndexByte(path, '/')+1]
	if t.directories[tree{directory, locks}] {
		return true
	}
	application, _, ok := installed.CutDirectory(directory, "vendor/")
	return ok && t.directories[tree{application, composerList}]
}
