package filecheck

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// packageCache is where a package manager leaves what it downloaded.
type packageCache struct {
	manager string
	// dirs are directories, root's home among them; homes are directories in
	// the home of any other user.
	dirs  []string
	homes []string
	// keep is true for a file that is part of the cache; nil for all.
	keep  func(base string) bool
	clean string // the command that removes it
	alias string
}

// packageCaches are all package caches. If several match a file, the first one counts.
var packageCaches = [...]packageCache{
	{"apt's lists of packages", []string{"var/lib/apt/lists"}, nil,
		func(base string) bool { return base != "lock" && base != "auxfiles" }, "rm -rf /var/lib/apt/lists/*", "DKL-DI-0005"},
	{"apt's downloaded packages", []string{"var/cache/apt/archives"}, nil, endsIn(".deb"), "apt-get clean", "DKL-DI-0005"},
	{"apt's index of packages", []string{"var/cache/apt"}, nil, endsIn("pkgcache.bin"), "apt-get clean", "DKL-DI-0005"},
	{"apk's cache", []string{"var/cache/apk", "etc/apk/cache"}, nil, endsIn(".tar.gz", ".apk"), "apk add --no-cache", "DKL-DI-0004"},
	{"dnf's and yum's cache", []string{"var/cache/dnf", "var/cache/yum", "var/cache/libdnf5"}, nil, nil, "dnf clean all", ""},
	{"zypper's cache", []string{"var/cache/zypp"}, nil, nil, "zypper clean --all", ""},
	{"pacman's downloaded packages", []string{"var/cache/pacman/pkg"}, nil, nil, "pacman -Scc --noconfirm", ""},
	{"pip's cache", []string{"root/.cache/pip"}, []string{".cache/pip"}, nil, "pip install --no-cache-dir", ""},
	{"uv's cache", []string{"root/.cache/uv"}, []string{".cache/uv"}, nil, "uv pip install --no-cache", ""},
	{"poetry's cache", []string{"root/.cache/pypoetry/cache"}, []string{".cache/pypoetry/cache"}, nil, "poetry cache clear --all", ""},
	{"npm's cache", []string{"root/.npm/_cacache"}, []string{".npm/_cacache"}, nil, "npm cache clean --force", ""},
	{"yarn's cache", []string{"usr/local/share/.cache/yarn", "root/.cache/yarn", "root/.yarn/berry/cache"}, []string{".cache/yarn"}, nil, "yarn cache clean", ""},
	{"composer's cache", []string{"root/.composer/cache", "root/.cache/composer"}, []string{".composer/cache", ".cache/composer"}, nil, "composer clear-cache", ""},
	{"cargo's registry", []string{"root/.cargo/registry", "usr/local/cargo/registry"}, []string{".cargo/registry"}, nil, "rm -rf ~/.cargo/registry", ""},
	{"Go's build and module downloads", []string{"root/.cache/go-build", "root/go/pkg/mod/cache/download", "go/pkg/mod/cache/download"},
		[]string{".cache/go-build", "go/pkg/mod/cache/download"}, nil, "go clean -cache -modcache", ""},
	{"Maven's repository", []string{"root/.m2/repository"}, []string{".m2/repository"}, endsIn(".jar", ".pom"), "rm -rf ~/.m2/repository", ""},
	{"Gradle's cache", []string{"root/.gradle/caches"}, []string{".gradle/caches"}, nil, "rm -rf ~/.gradle/caches", ""},
	{"gem's downloaded gems", []string{"root/.gem", "usr/local/bundle/cache"}, []string{".gem"}, endsIn(".gem"), "rm -rf cache/*.gem", ""},
	{"conda's downloaded packages", []string{"opt/conda/pkgs"}, nil, endsIn(".conda", ".tar.bz2"), "conda clean --all --yes", ""},
}

// endsIn returns a packageCache.keep for file names with one of the suffixes.
func endsIn(suffixes ...string) func(base string) bool {
	return func(base string) bool {
		return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(base, s) })
	}
}

// packageCacheInterests returns the files of package caches.
func packageCacheInterests() []check.Interest {
	in := check.Interest{Name: "package-cache", Only: func(h *seaworthy.Header) bool {
		return h.Type == seaworthy.Regular && h.Size > 0
	}}
	for _, c := range packageCaches {
		in.Under = append(in.Under, c.dirs...)
	}
	in.Header = func(h *seaworthy.Header) bool {
		if !strings.HasPrefix(h.Path, "home/") {
			return false
		}
		_, rest, ok := strings.Cut(h.Path[len("home/"):], "/")
		return ok && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "go/pkg/mod/cache/")) && cachedIn(h.Path) >= 0
	}
	return []check.Interest{in}
}

// cachedIn returns the index of the cache that a file is part of, or -1.
func cachedIn(p string) int {
	i, _ := cacheDirectory(p)
	return i
}

func cacheDirectory(p string) (int, string) {
	home := ""
	if rest, ok := strings.CutPrefix(p, "home/"); ok {
		user, _, _ := strings.Cut(rest, "/")
		home = "home/" + user + "/"
	}
	for i, c := range packageCaches {
		if c.keep != nil && !c.keep(path.Base(p)) {
			continue
		}
		for _, dir := range c.dirs {
			if strings.HasPrefix(p, dir) && len(p) > len(dir) && p[len(dir)] == '/' {
				return i, dir
			}
		}
		for _, dir := range c.homes {
			if home != "" && strings.HasPrefix(p[len(home):], dir+"/") {
				return i, home + dir
			}
		}
	}
	return -1, ""
}

// packageCacheChecks returns the checks of files that package managers left in the
// layers.
func packageCacheChecks() []check.Check {
	return []check.Check{{
		ID: "package-cache", Title: "Package manager cache left in a layer",
		Severity: seaworthy.Low,
		CIS:      []string{"4.3"},
		Dockle:   []string{"DKL-DI-0004", "DKL-DI-0005"},
		Detail:   "Containers do not need it, and it is pulled with the image even if a later layer removes it.",
		Remedy:   check.Remedy("Clean up in the same RUN instruction that installs, or keep the cache out of the image with RUN --mount=type=cache."),
		Find:     findPackageCaches,
	}}
}

// smallCache is the size in bytes up to which a cache is not reported.
const smallCache = 256 << 10

func findPackageCaches(s *check.Image) []check.Violation {
	type place struct {
		cache, layer int
		dir          string
	}
	type heap struct {
		files, live int
		bytes       int64
		removedIn   *int
	}
	heaps := map[place]*heap{}
	var order []place
	for _, e := range s.Entries("package-cache") {
		i, dir := cacheDirectory(e.Path)
		if i < 0 {
			continue
		}
		p := place{i, e.Layer, dir}
		h := heaps[p]
		if h == nil {
			h = &heap{}
			heaps[p] = h
			order = append(order, p)
		}
		h.files++
		h.bytes += e.Size
		if e.Live() {
			h.live++
		} else {
			h.removedIn = e.RemovedIn
		}
	}
	var list []check.Violation
	for i, c := range packageCaches {
		v := check.Violation{Title: upperFirst(c.manager) + " left in a layer", Steps: []seaworthy.RemedyStep{seaworthy.Command(c.clean)}}
		var evidence []string
		var sum int64
		for _, p := range order {
			if p.cache != i {
				continue
			}
			h := heaps[p]
			sum += h.bytes
			l := seaworthy.Location{Path: p.dir, Layer: &p.layer, Instruction: s.Image().Layers[p.layer].Instruction}
			note := ""
			if h.live == 0 {
				l.RemovedIn = h.removedIn
				note = fmt.Sprintf(", removed in layer %d but still pulled", *h.removedIn)
			}
			evidence = append(evidence, fmt.Sprintf("/%s: %d files of %s in layer %d%s", check.Shown(p.dir), h.files, byteSize(h.bytes), p.layer, note))
			v.Locations = append(v.Locations, l)
		}
		if len(v.Locations) == 0 {
			continue
		}
		if sum < smallCache {
			v.Severity = seaworthy.Negligible
		}
		v.Evidence = strings.Join(evidence[:min(len(evidence), maxKeysShown)], "; ")
		list = append(list, v)
	}
	return list
}

// byteSize formats a number of bytes: "1.2 MB".
func byteSize(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
