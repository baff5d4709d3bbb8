package inventory

import (
	"context"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory/installed"
	"seaworthy.dev/seaworthy/internal/packagelist"
)

// The formats of manifests of other languages and tools, and of lock files.
const (
	formatBitnami       = "Bitnami SPDX"
	formatComposerPHP   = "composer's PHP list"
	formatConda         = "conda package"
	formatErlang        = "Erlang application"
	formatHomebrew      = "Homebrew receipt"
	formatR             = "R package"
	formatApplication   = "web application"
	formatLockFile      = "lock file"
	formatPythonArchive = "zipped Python package"
)

// The maximum sizes of files, in bytes. Those of large projects have a third of that.
const (
	maxSource = 1 << 20  // a source file that has the version of its software
	maxList   = 6 << 20  // a list of packages
	maxPnP    = 24 << 20 // a list of packages of yarn, with the paths of each
)

// softwareFormats returns the formats of manifests that package packagelist reads, and others
// that are rare in images.
func softwareFormats() []format {
	bitnami := isIn("/opt/bitnami/", "/bitnami/")
	formats := []format{
		{name: formatBitnami, extensions: []string{".spdx"}, match: bitnami, want: seaworthy.Body, max: maxList, parse: parseBitnamiSPDX},
		{name: "Bitnami components", bases: []string{".bitnami_components.json"}, want: seaworthy.Body, max: maxManifest, parse: parseBitnamiComponents},
		{name: formatPythonArchive, extensions: []string{".egg", ".pex", ".pyz", ".shiv"}, want: seaworthy.Body, max: maxArchive, parse: parsePythonArchive},
		{name: formatNPM, bases: []string{"package.json"}, match: isInDenoCache, want: seaworthy.Body, max: maxManifest, parse: parseNPMPackage},
		{name: "yarn cache", extensions: []string{".zip"}, match: isIn("/.yarn/cache/"), want: seaworthy.Body, max: maxArchive, parse: parseYarnCache},
	}
	for _, m := range manifests() {
		f := m.format
		f.want = max(f.want, seaworthy.Head)
		f.parse = parseManifest(m.parser)
		if f.want == seaworthy.Head {
			f.parse = parseHead(m.parser)
		}
		formats = append(formats, f)
	}
	return formats
}

// manifestFormat is a format that package packagelist reads.
type manifestFormat struct {
	format
	parser packagelist.Parser
}

// manifests returns the formats that package packagelist reads.
func manifests() []manifestFormat {
	one := func(name string, parser packagelist.Parser, f format) manifestFormat {
		f.name, f.want = name, seaworthy.Body
		f.max = max(f.max, maxManifest)
		return manifestFormat{f, parser}
	}
	lock := func(parser packagelist.Parser, bases ...string) manifestFormat {
		return manifestFormat{format{name: formatLockFile, bases: bases, match: isProjectLock, want: seaworthy.Body, max: maxList, role: Lock}, parser}
	}
	isApplication := packagelist.IsApplicationFile()
	return []manifestFormat{
		one(formatConda, packagelist.Conda, format{extensions: []string{".json"}, match: isIn("/conda-meta/")}),
		one(formatR, packagelist.R, format{bases: []string{"DESCRIPTION"}, match: isRPackage}),
		one(formatErlang, packagelist.Erlang, format{extensions: []string{".app"}, match: isIn("/ebin/")}),
		one("LuaRocks package", packagelist.LuaRocks, format{extensions: []string{".rockspec"}, match: isInstalledRock}),
		one(formatHomebrew, packagelist.Homebrew, format{bases: []string{"INSTALL_RECEIPT.json"}}),
		one("Julia package", packagelist.JuliaProject, format{bases: []string{"Project.toml", "JuliaProject.toml"}, match: isJuliaPackage}),
		one("Perl distribution", packagelist.Perl, format{bases: []string{"MYMETA.json", "install.json"}, match: isIn("/.meta/")}),
		one("GHC package", packagelist.Haskell, format{extensions: []string{".conf"}, match: isIn("/package.conf.d/", "/package.db/")}),
		one("Conan package", packagelist.ConanInfo, format{bases: []string{"conaninfo.txt"}}),
		one("PEAR registry", packagelist.PEAR, format{extensions: []string{".reg"}, match: isIn("/.registry/")}),
		one(formatComposerPHP, packagelist.ComposerInstalled, format{bases: []string{"installed.php"}, match: isIn("/composer/"), max: maxList}),
		one("yarn Plug'n'Play", packagelist.YarnPnP, format{bases: []string{".pnp.cjs", ".pnp.js", ".pnp.data.json"}, max: maxPnP}),
		{format{name: "WordPress plugin", extensions: []string{".php"}, match: isWordPressPlugin, max: maxLockFile}, packagelist.WordPressPlugin},
		{format{name: "WordPress theme", bases: []string{"style.css"}, match: isWordPressTheme, max: maxLockFile}, packagelist.WordPressTheme},
		{format{name: formatApplication, bases: packagelist.ApplicationFiles(), match: func(h *seaworthy.Header) bool { return isApplication(h.Path) }, want: seaworthy.Body, max: maxSource}, packagelist.Application},
		lock(packagelist.TOMLLock, "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Cargo.lock"),
		lock(packagelist.Pipfile, "Pipfile.lock"),
		lock(packagelist.Gemfile, "Gemfile.lock", "gems.locked"),
		lock(packagelist.ComposerLock, "composer.lock"),
		lock(packagelist.NuGetLock, "packages.lock.json"),
		lock(packagelist.BunLock, "bun.lock"),
		lock(packagelist.DenoLock, "deno.lock"),
		lock(packagelist.PubLock, "pubspec.lock"),
		lock(packagelist.HexLock, "mix.lock", "rebar.lock"),
		lock(packagelist.GradleLock, "gradle.lockfile"),
		lock(packagelist.ConanLock, "conan.lock"),
		lock(packagelist.JuliaManifest, "Manifest.toml", "JuliaManifest.toml"),
		lock(packagelist.SwiftLock, "Package.resolved"),
		lock(packagelist.RenvLock, "renv.lock"),
	}
}

// parseManifest returns the parser of a format that package packagelist reads.
func parseManifest(parser packagelist.Parser) func(context.Context, *seaworthy.File) ([]Package, error) {
	return func(_ context.Context, f *seaworthy.File) ([]Package, error) {
		body, ok := f.Bytes()
		if !ok {
			return nil, errTooLargeForMemory
		}
		return fromManifest(parser(f.Path, body))
	}
}

// parseHead is parseManifest for a format that is in the first bytes of a file.
func parseHead(parser packagelist.Parser) func(context.Context, *seaworthy.File) ([]Package, error) {
	return func(_ context.Context, f *seaworthy.File) ([]Package, error) {
		return fromManifest(parser(f.Path, f.Head))
	}
}

// fromManifest converts packages and applies the limit on their number.
func fromManifest(list []packagelist.Package, err error) ([]Package, error) {
	sets := make(map[string]*packageSet)
	var packages []Package
	for _, p := range list {
		set := sets[p.Type]
		if set == nil {
			set = newPackageSet(p.Type)
			sets[p.Type] = set
		}
		set.add(p.Name, p.Version, p.Licenses...)
	}
	for _, set := range sets {
		of, over := set.packages()
		if packages = append(packages, of...); err == nil {
			err = over
		}
	}
	return packages, err
}

// isProjectLock reports whether a lock file belongs to an application, not to an installed
// package or to a cache of sources.
func isProjectLock(h *seaworthy.Header) bool {
	return installed.ApplicationLock(h.Path) && !isIn("/vendor/", "/.cargo/registry/", "/cargo/registry/", "/.julia/packages/", "/deps/", "/rustlib/", "/testdata/", "/.cache/")(h)
}

// isInDenoCache reports whether a file describes a package of npm in the cache of deno, from
// which deno runs it: npm/REGISTRY/NAME/VERSION, where REGISTRY is the host of one.
func isInDenoCache(h *seaworthy.Header) bool {
	_, rest, _ := installed.CutDirectory(h.Path, "npm/")
	registry, rest, ok := strings.Cut(rest, "/")
	elements := strings.Count(rest, "/")
	return ok && strings.Contains(registry, ".") && (elements == 2 || elements == 3 && rest[0] == '@')
}

// isRPackage reports whether a file describes a package in a library of R.
func isRPackage(h *seaworthy.Header) bool {
	return isChildOfChild(h.Path, "library/") || isChildOfChild(h.Path, "site-library/")
}

// isInstalledRock reports whether a file is in a tree of LuaRocks: rocks-5.1/NAME/VERSION.
func isInstalledRock(h *seaworthy.Header) bool {
	return strings.Contains(h.Path, "/rocks-") || strings.Contains(h.Path, "/luarocks/rocks/")
}

// isJuliaPackage reports whether a file is in packages/NAME/SLUG of a depot.
func isJuliaPackage(h *seaworthy.Header) bool {
	dir := h.Path[:max(strings.LastIndexByte(h.Path, '/'), 0)]
	return isChildOfChild(dir, "packages/")
}

// isWordPressPlugin reports whether a file is at the top of the directory of a plugin, or of
// that of all plugins.
func isWordPressPlugin(h *seaworthy.Header) bool {
	const plugins = "wp-content/plugins/"
	return isChildOfChild(h.Path, plugins) || strings.HasSuffix(h.Path[:strings.LastIndexByte(h.Path, '/')+1], plugins)
}

// isWordPressTheme reports whether a file is at the top of the directory of a theme.
func isWordPressTheme(h *seaworthy.Header) bool { return isChildOfChild(h.Path, "wp-content/themes/") }

// isChildOfChild reports whether a path is DIRECTORY/X/Y, below any other directory. The
// directory ends with a slash.
func isChildOfChild(path, directory string) bool {
	i := strings.LastIndex(path, directory)
	if i < 0 || i > 0 && path[i-1] != '/' {
		return false
	}
	rest := path[i+len(directory):]
	slash := strings.IndexByte(rest, '/')
	return slash > 0 && slash+1 < len(rest) && strings.IndexByte(rest[slash+1:], '/') < 0
}
