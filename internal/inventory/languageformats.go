package inventory

import (
	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/program"
)

// The formats of languages.
const (
	formatExecutable  = "executable"
	formatJava        = "Java archive"
	formatJavaRuntime = "Java runtime"
	formatNPM         = "npm package"
	formatNPMLock     = "npm lock file"
	formatYarnLock    = "yarn lock file"
	formatPnpmLock    = "pnpm lock file"
	formatPython      = "Python distribution"
	formatGem         = "Ruby gem"
	formatComposer    = "composer"
	formatDotNet      = ".NET dependencies"
)

// The maximum sizes of files, in bytes.
const (
	maxArchive  = 4 << 30
	maxManifest = 4 << 20  // a file about one package
	maxLockFile = 32 << 20 // a file about many packages; it is read into memory
)

// languageFormats returns the formats of manifests of languages, and of binaries that
// contain package names.
func languageFormats() []format {
	programs := &executableParser{program.NewKnown()}
	return []format{
		{name: formatExecutable, peek: programs.peek, max: maxExecutable, parse: programs.parse},
		{name: formatJava, extensions: javaExtensions(), want: seaworthy.Body, max: maxArchive, parse: parseJavaArchive},
		{name: formatJava, peek: peekJavaArchive, max: maxArchive, parse: parseUnnamedJavaArchive},
		{name: formatJavaRuntime, bases: []string{"release"}, want: seaworthy.Head, max: maxManifest, parse: parseJavaRuntime},
		{name: formatNPM, bases: []string{"package.json"}, match: isNPMPackage, want: seaworthy.Body, max: maxManifest, parse: parseNPMPackage},
		{
			name: formatNPMLock, bases: []string{"package-lock.json", "npm-shrinkwrap.json"}, match: isNPMLock,
			want: seaworthy.Body, max: maxLockFile, parse: parsePackageLock,
		},
		{name: formatYarnLock, bases: []string{"yarn.lock"}, match: isNPMLock, want: seaworthy.Body, max: maxLockFile, parse: parseYarnLock},
		{name: formatPnpmLock, bases: []string{"pnpm-lock.yaml"}, match: isNPMLock, want: seaworthy.Body, max: maxLockFile, parse: parsePnpmLock},
		{
			name: formatPython, bases: []string{"METADATA", "PKG-INFO"}, extensions: []string{".egg-info"}, match: isPython,
			want: seaworthy.Body, max: maxManifest, parse: parsePython,
		},
		{name: formatGem, extensions: []string{".gemspec"}, match: isGem, want: seaworthy.Body, max: maxManifest, parse: parseGem},
		{name: formatComposer, bases: []string{"installed.json"}, match: isComposer, want: seaworthy.Body, max: maxLockFile, parse: parseComposer},
		{name: formatDotNet, extensions: []string{".json"}, match: isDotNet, want: seaworthy.Body, max: maxLockFile, parse: parseDotNet},
	}
}
