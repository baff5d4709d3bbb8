package credential

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/credential/filekind"
)

// Origin is what is known of a text from the path and the head of its file.
type Origin struct {
	Path string
	// vague is true until learn fills in what follows binary.
	vague bool
	// Binary files hold strings between other bytes.
	Binary bool
	// Keeper files are there to hold credentials: .env, .netrc.
	Keeper bool
	// Setting files give values without quotes: .properties, .yml.
	Setting bool
	// Silent files have too many values that look like secrets and are none for
	// names and values to mean anything: manuals, translations, lock files, maps.
	Silent bool
	// minified files are silent but for a value that cannot be anything else: programs
	// for browsers without their blanks.
	minified bool
	// prose files describe and list: no name means anything but an issuer's.
	prose bool
	// table files have columns with commas between them.
	table bool
	// log files have a name=value among other words.
	log bool
	// Fixture files are there to be tested with, to be read, or as examples.
	Fixture bool
	// Installed files came with a package.
	Installed bool
}

// Settings returns the origin of a text that is all names and values, such as the
// configuration of an image.
func Settings() *Origin { return &Origin{Setting: true, Keeper: true} }

// OriginOf returns the origin of a file. What needs more than its head is found out
// only when it is asked for: most files hold no keyword.
func OriginOf(p string, head []byte) Origin {
	return Origin{Path: p, vague: true, Binary: binaryFile(head)}
}

// binaryFile reports whether a file that starts so holds more than text: it has NUL
// bytes, and other control characters with them. A stray one makes no text binary.
func binaryFile(head []byte) bool {
	if bytes.IndexByte(head, 0) < 0 {
		return false
	}
	control := 0
	for _, c := range head {
		if c < ' ' && (c < '\t' || c > '\r') && c != 0x1b {
			if control++; control*16 > len(head) {
				return true
			}
		}
	}
	return false
}

// Learn makes the most of the path.
func (origin *Origin) Learn() {
	if !origin.vague {
		return
	}
	origin.vague = false
	rooted := "/" + strings.ToLower(origin.Path)
	low, base := rooted[1:], path.Base(rooted)
	ext := path.Ext(base)
	origin.Keeper = filekind.HoldsClearText(low, base)
	origin.Setting = origin.Keeper || settingFile(base, ext)
	origin.Silent = !origin.Keeper && (origin.Binary || silent(low, base, ext))
	origin.minified = origin.Silent && !origin.Binary && strings.Contains(base, ".min.") && (ext == ".js" || ext == ".mjs" || ext == ".cjs")
	origin.table = ext == ".csv" || ext == ".tsv"
	origin.log = ext == ".log" || ext == ".out" || ext == ".err" || strings.Contains(base, ".log.")
	origin.prose = !origin.Silent && !origin.Keeper && prose(low, base, ext)
	origin.Fixture = fixture(low, base) || document(base, ext)
	origin.Installed = installed(rooted)
}

// PackageCode reports whether the file is source code below a directory in which only
// the package manager of a programming language installs.
func (origin *Origin) PackageCode() bool {
	switch path.Ext(origin.Path) {
	case ".js", ".mjs", ".cjs", ".ts", ".jsx", ".py", ".rb", ".go", ".rs":
		return containsAny([]byte("/"+origin.Path), "/node_modules/", "/site-packages/", "/dist-packages/", "/gems/", "/go/pkg/mod/", "/.cargo/registry/")
	}
	return false
}

// wordless reports whether the names in a file say nothing of their values.
func (origin *Origin) wordless() bool { return origin.Silent && !origin.minified && !origin.Binary }

func settingFile(base, ext string) bool {
	if ext == base { // .fetchmailrc
		return true
	}
	switch ext {
	case ".env", ".ini", ".conf", ".cnf", ".cfg", ".properties", ".yml", ".yaml", ".toml", ".tfvars", ".sh", ".bash", ".zsh", ".service", ".config", ".xml", ".secret", ".credentials", ".ps1", ".bat", ".cmd", "",
		".mk", ".plist", ".nmconnection", ".repo", ".cf", ".rc", ".cred", ".creds", ".ldif", ".local", ".csh", ".fish", ".tcl", ".vars", ".auth", ".passwd":
		return true
	}
	return strings.HasPrefix(base, ".env") || strings.HasPrefix(base, "dockerfile") || strings.HasPrefix(base, "containerfile") || ext == ".dockerfile"
}

func silent(low, base, ext string) bool {
	switch ext {
	case ".map", ".lock", ".svg", ".po", ".pot", ".css", ".pem", ".crt", ".cer", ".sum", ".md5sums", ".sha256", ".list":
		return true
	}
	switch base {
	case "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "composer.lock", "gemfile.lock", "cargo.lock", "poetry.lock", "go.sum", "changelog", "changes", "readme", "license", "record", "metadata":
		return true
	}
	for _, dir := range [...]string{"usr/share/doc/", "usr/share/man/", "usr/share/info/", "usr/share/locale/", "usr/share/zoneinfo/", "usr/share/vim/", "var/lib/dpkg/", "var/lib/apt/lists/", "usr/share/perl/", "usr/share/bash-completion/", "usr/share/zsh/"} {
		if strings.HasPrefix(low, dir) {
			return true
		}
	}
	return strings.Contains(base, ".min.") || strings.Contains(base, ".d.ts") || strings.Contains(low, "/locales/") || strings.Contains(low, "/i18n/")
}

func prose(low, base, ext string) bool {
	switch ext {
	case ".md", ".rst", ".html", ".htm", ".adoc", ".1", ".3", ".5", ".7", ".8", ".pod", ".tex", ".csv", ".tsv", ".patch", ".diff":
		return true
	}
	return strings.HasPrefix(base, "readme")
}

func fixture(low, base string) bool {
	for d := range strings.SplitSeq(path.Dir(low), "/") {
		switch d {
		case "test", "tests", "testing", "testdata", "__tests__", "spec", "specs", "fixtures", "fixture", "example", "examples", "samples", "sample", "mocks", "__mocks__", "doc", "docs", "idle_test", "demo", "demos", "test-data", "unit_tests":
			return true
		}
	}
	return strings.HasPrefix(base, "test_") || strings.Contains(base, "_test.") || strings.Contains(base, ".test.") || strings.Contains(base, ".spec.") || hasWord(base, "example", "examples", "sample", "samples")
}

// hasWord reports whether one of some words, and not a longer one, is in a name.
func hasWord(name string, words ...string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }), func(w string) bool { return slices.Contains(words, w) })
}

// longLine reports whether the line around a place is so long that a program wrote
// it: minified code.
func longLine(text []byte, at int) bool {
	const long = 2000
	lo, hi := max(0, at-long/2), min(len(text), at+long/2)
	return hi-lo == long && bytes.IndexByte(text[lo:hi], '\n') < 0
}

// document reports whether people read the file to learn how to use something.
func document(base, ext string) bool {
	switch ext {
	case ".md", ".markdown", ".rst", ".adoc", ".html", ".htm", ".pod", ".1", ".3", ".5", ".7", ".8":
		return true
	}
	return strings.HasPrefix(base, "readme") || strings.HasPrefix(base, "changelog")
}

func installed(rooted string) bool {
	for _, dir := range [...]string{"/node_modules/", "/site-packages/", "/dist-packages/", "/gems/", "/go/pkg/mod/", "/.cargo/registry/", "/usr/share/", "/usr/lib/", "/usr/local/lib/", "/vendor/"} {
		if strings.Contains(rooted, dir) {
			return true
		}
	}
	return false
}
