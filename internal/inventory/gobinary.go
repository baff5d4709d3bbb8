package inventory

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"strings"

	"seaworthy.dev/seaworthy/internal/program"
)

// typeGo is the purl type of Go modules. Their OSV ecosystem is "Go", in which the standard
// library and the toolchain are the module "stdlib".
const typeGo = "golang"

const (
	// maxExecutableRead is the maximum number of bytes that are read of an executable: its
	// headers and its data segment.
	maxExecutableRead = 128 << 20
	// maxBuildInfo is the maximum length of the build information of an ELF file, in bytes.
	// That of Kubernetes has 30 KB. Other programs are read with their symbols in one piece.
	maxBuildInfo, maxOtherBuildInfo = 2 << 20, 16 << 20
	// maxModules is the maximum number of modules of a Go binary. Kubernetes has 250.
	maxModules = 10_000
	// develVersion is the version of a module that was built from a directory, not from a
	// download.
	develVersion = "(devel)"
)

var errNoBuildInfo = errors.New("it is a Go binary without readable build information, so its modules are not known")

// parseGoBinary reads the build information that the Go linker writes into ELF, PE and
// Mach-O files; see [debug/buildinfo]. It returns the toolchain as "stdlib", the main
// module and its dependencies, after replacements. Versions are as Go prints them, with
// "v" and any part after "+". The version of stdlib has no "go". It also returns the import
// paths that differ between the linker and advisories.
//
// No piece of the file that is longer than longest is read, as each byte of the build
// information may take 12 bytes of memory.
func parseGoBinary(r io.ReaderAt, longest int) ([]Package, []renaming, error) {
	limited := &limitedReaderAt{r: r, left: maxExecutableRead, longest: longest}
	info, err := buildinfo.Read(limited)
	if limited.left < 0 {
		return nil, nil, limitErrorf("its build information is not within the %d bytes that are read, or longer than %d bytes", maxExecutableRead, longest)
	}
	if err != nil {
		return nil, nil, errNoBuildInfo
	}
	return goPackages(info)
}

// parseGoProgram is parseGoBinary for an ELF program, also for one whose section headers are
// damaged or lead elsewhere.
func parseGoProgram(p *program.Program) (packages []Package, renamed []renaming, err error) {
	err = errNoBuildInfo
	for view := range p.DataViews {
		if packages, renamed, err = parseGoBinary(view, maxBuildInfo); !errors.Is(err, errNoBuildInfo) {
			break
		}
	}
	return packages, renamed, err
}

// goPackages returns the packages in build information.
func goPackages(info *debug.BuildInfo) ([]Package, []renaming, error) {
	var packages []Package
	if v := goVersion(info.GoVersion); v != "" {
		packages = append(packages, Package{Type: typeGo, Name: "stdlib", Version: v})
	}
	if info.Main.Path != "" {
		packages = append(packages, goMain(info))
	}
	for i, m := range info.Deps {
		if i == maxModules {
			return packages, renamings(info), limitErrorf("it names %d modules; only the first %d were read", len(info.Deps), maxModules)
		}
		if m != nil && m.Path != "" {
			packages = append(packages, goModule(m))
		}
	}
	return packages, renamings(info), nil
}

// renaming maps an import path of the linker to the one that advisories use.
type renaming struct{ from, to string }

// renamings returns a renaming for the main package, which the linker calls "main", and
// for each module that replaces another: the linker uses the path of the replaced one.
func renamings(info *debug.BuildInfo) []renaming {
	var all []renaming
	if info.Main.Path != "" && info.Path != "" {
		all = append(all, renaming{"main", info.Path})
	}
	for i, m := range info.Deps {
		if i < maxModules && m != nil && m.Path != "" && m.Replace != nil {
			if p := goModule(m); p.Name != m.Path {
				all = append(all, renaming{m.Path, p.Name})
			}
		}
	}
	return all
}

// goModule returns the package of a module. If a directory replaces the module, the name
// stays, and the version is develVersion.
func goModule(m *debug.Module) Package {
	p := Package{Type: typeGo, Name: m.Path, Version: m.Version}
	switch r := m.Replace; {
	case r == nil:
	case r.Version == "" || isLocalPath(r.Path):
		p.Version = develVersion
	default:
		p.Name, p.Version = r.Path, r.Version
	}
	if p.Version == "" {
		p.Version = develVersion
	}
	return p
}

func isLocalPath(p string) bool { return strings.HasPrefix(p, ".") || strings.HasPrefix(p, "/") }

// linkedVersion matches linker flags that set a variable to the version of the program:
// -X main.version=v1.2.3, -X 'example.com/m/version.Version=1.2.3'. The groups are the
// package, the variable and the version.
var linkedVersion = regexp.MustCompile(`-X[= ]['"]?([\w./~-]+)\.(\w+)=['"]?v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?:\+[0-9A-Za-z.-]+)?['"]?(?:\s|$)`)

// isVersionVariable reports whether a variable has the version of the program, by its name
// in lower case. Others have that of an interface, a chart or the toolchain.
func isVersionVariable(name string) bool {
	switch name {
	case "version", "appversion", "binaryversion", "buildversion", "cliversion", "currentversion", "fullversion", "gitversion",
		"productversion", "programversion", "releaseversion", "semver", "serviceversion", "shortversion", "versionnumber", "versionstring":
		return true
	}
	return false
}

// isVersionPackage reports whether a package of another module is one in which programs
// keep their own version.
func isVersionPackage(importPath string) bool {
	switch importPath {
	case "github.com/prometheus/common/version", "k8s.io/client-go/pkg/version", "k8s.io/component-base/version":
		return true
	}
	return false
}

// untagged matches the pseudo-version that Go makes up for a commit without any tag of a
// release before it (https://go.dev/ref/mod#pseudo-versions), which is what a shallow
// checkout has: v0.0.0-20250930000000-f6816f11c9fd. It says nothing of the release. The
// form v1.2.4-0.20250930000000-f6816f11c9fd says that the release is 1.2.3 or later.
var untagged = regexp.MustCompile(`^v\d+\.0\.0-\d{14}-[0-9a-f]{12}(?:\+[\w.]+)?$`)

// goMain returns the package of the main module. If it was built from a directory, or from
// a commit without a release, it has no version that can be compared; then linker flags may
// have one.
func goMain(info *debug.BuildInfo) Package {
	p := goModule(&info.Main)
	p.Untagged = untagged.MatchString(p.Version)
	if p.Version != develVersion && !p.Untagged {
		return p
	}
	if v := findLinkedVersion(info); v != "" {
		p.Version, p.ByText, p.Untagged = v, true, false
	}
	return p
}

// describedCommit matches what git-describe(1) adds to the last tag for later commits.
var describedCommit = regexp.MustCompile(`(?:-\d+-g[0-9a-f]{7,40})?(?:-dirty)?$`)

// findLinkedVersion returns the version in linker flags, or "". Variables of the main
// module come before those of other modules.
func findLinkedVersion(info *debug.BuildInfo) string {
	other := ""
	for _, s := range info.Settings {
		if s.Key != "-ldflags" {
			continue
		}
		for _, m := range linkedVersion.FindAllStringSubmatch(s.Value, maxModules) {
			version := "v" + describedCommit.ReplaceAllString(m[3], "")
			if !isVersionVariable(strings.ToLower(m[2])) || strings.HasPrefix(version, "v0.0.0") {
				continue
			}
			if m[1] == "main" || m[1] == info.Main.Path || strings.HasPrefix(m[1], info.Main.Path+"/") {
				return version
			}
			if other == "" && isVersionPackage(m[1]) {
				other = version
			}
		}
	}
	return other
}

var goRelease = regexp.MustCompile(`^(\d+\.\d+)(?:\.(\d+))?(?:(beta|rc)(\d+))?$`)

// goVersion converts a version of runtime.Version, such as "go1.22.1", "go1.21rc2
// X:boringcrypto" or "devel go1.23-0123abc", to the form of the Go vulnerability database,
// in which "go1.21rc2" is "1.21.0-rc.2". It returns "" if it cannot.
func goVersion(s string) string {
	s = strings.TrimPrefix(s, "devel ")
	s, _, _ = strings.Cut(s, " ")
	s = strings.TrimPrefix(s, "go")
	s, _, _ = strings.Cut(s, "-")
	m := goRelease.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	if m[3] == "" {
		return s
	}
	patch := m[2]
	if patch == "" {
		patch = "0"
	}
	return fmt.Sprintf("%s.%s-%s.%s", m[1], patch, m[3], m[4])
}

// limitedReaderAt is an [io.ReaderAt] that fails after it read left bytes, or if it is to
// read more than longest bytes at once. The latter is not limited if it is 0.
type limitedReaderAt struct {
	r       io.ReaderAt
	left    int64
	longest int
}

const errReadLimit = limitError("it exceeds the limit on the bytes read of one file")

// ReadAt implements [io.ReaderAt].
func (l *limitedReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if l.left -= int64(len(p)); l.left < 0 || l.longest > 0 && len(p) > l.longest {
		l.left = -1
		return 0, errReadLimit
	}
	return l.r.ReadAt(p, off)
}
