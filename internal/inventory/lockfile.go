package inventory

import (
	"context"
	"strings"

	"seaworthy.dev/seaworthy"
)

// maxLocked bounds the packages of one lock file.
const maxLocked = 100_000

// isNPMLock is true for a lock file of an application. Packages carry their own
// along, which say nothing of what is installed.
func isNPMLock(h *seaworthy.Header) bool { return !strings.Contains(h.Path, nodeModules) }

// npmDependency is a package in package-lock.json.
type npmDependency struct {
	Name         loose                    `json:"name"`
	Version      loose                    `json:"version"`
	Dev          bool                     `json:"dev"`
	Link         bool                     `json:"link"`
	License      npmLicense               `json:"license"`
	Dependencies map[string]npmDependency `json:"dependencies"`
}

// parsePackageLock reads package-lock.json and npm-shrinkwrap.json, versions 1
// to 3. What only development needs is left out.
func parsePackageLock(_ context.Context, f *seaworthy.File) ([]Package, error) {
	var lock struct {
		Packages map[string]struct {
			npmDependency
			Dependencies any `json:"dependencies"` // ranges, here
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
			name = string(d.Name) // at is an alias
		}
		found.add(name, string(d.Version), d.License...)
	}
	if len(lock.Packages) == 0 {
		found.addNPM(lock.Dependencies)
	}
	return found.packages()
}

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

// parseYarnLock reads yarn.lock as versions 1 and later of yarn write it. It does
// not tell what only development needs.
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

// yarnName gives the package of an entry's heading, which lists what was asked
// for: "@babel/core@^7.0.0", "a@npm:b@^1.0.0" where a is but an alias of b. It is
// empty for what is no package of the registry.
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

// parsePnpmLock reads the packages of pnpm-lock.yaml, of which the formats 5 to 9
// name each by a key. What only development needs is left out where the file
// tells, as it does up to format 6.
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

// pnpmKey splits "/@babel/core/7.0.0_peer", "/a@1.0.0(peer@2.0.0)", "a@1.0.0".
// Both are empty for what is no package of the registry.
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
	if len(s.list) == maxLocked {
		s.over++
		return
	}
	s.seen[key] = true
	s.list = append(s.list, Package{Type: s.kind, Name: name, Version: version, Licenses: licenses})
}

// packages gives what was collected, with an error if there was more.
func (s *packageSet) packages() ([]Package, error) {
	if s.over > 0 {
		return s.list, limitErrorf("it names %d packages, of which %d are read", len(s.list)+s.over, len(s.list))
	}
	return s.list, nil
}

// Superseded is true for a lock file at a path beside which the merged image has
// the packages that were installed by it: then those count, and not what the lock
// file asks for.
func (f *Found) Superseded(m seaworthy.Merged, path string) bool {
	switch f.Format {
	case formatNPMLock, formatYarnLock, formatPnpmLock:
		dir := path[:strings.LastIndexByte(path, '/')+1]
		return len(m.List(dir+strings.TrimSuffix(nodeModules, "/"))) > 0
	}
	return false
}
