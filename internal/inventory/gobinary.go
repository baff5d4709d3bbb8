package inventory

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"strings"
)

// typeGo is the purl type of Go modules. The ecosystem of OSV is "Go", where the
// standard library and toolchain are the module "stdlib".
const typeGo = "golang"

const (
	// maxExecutableRead bounds the bytes read of one executable to find what it
	// says of itself: its headers and its data segment.
	maxExecutableRead = 128 << 20
	// maxModules bounds the modules of a Go binary; Kubernetes has 250.
	maxModules = 10_000
	// develVersion is the version of a module that was built from a directory and
	// not from a download.
	develVersion = "(devel)"
)

var errNoBuildInfo = errors.New("it is a Go binary without readable build information, so that its modules are unknown")

// parseGoBinary reads the build information that the Go linker puts in ELF, PE
// and Mach-O files, stripped or not: the toolchain as "stdlib", the main module
// and those it was built with, each as replaced. Versions keep the "v" and what
// follows "+", as Go prints them; that of stdlib has no "go". It also returns
// the import paths that differ between the linker and advisories.
func parseGoBinary(r io.ReaderAt) ([]Package, []renaming, error) {
	limited := &limitedReaderAt{r: r, left: maxExecutableRead}
	info, err := buildinfo.Read(limited)
	if limited.left < 0 {
		return nil, nil, limitErrorf("its build information is not within the %d bytes that are read", maxExecutableRead)
	}
	if err != nil {
		return nil, nil, errNoBuildInfo
	}
	var packages []Package
	if v := goVersion(info.GoVersion); v != "" {
		packages = append(packages, Package{Type: typeGo, Name: "stdlib", Version: v})
	}
	if info.Main.Path != "" {
		packages = append(packages, goMain(info))
	}
	for i, m := range info.Deps {
		if i == maxModules {
			return packages, renamings(info), limitErrorf("it names %d modules, of which the first %d are read", len(info.Deps), maxModules)
		}
		if m != nil && m.Path != "" {
			packages = append(packages, goModule(m))
		}
	}
	return packages, renamings(info), nil
}

// renaming is an import path of the linker, and the one that advisories use for it.
type renaming struct{ from, to string }

// renamings returns the renaming of the main package, which is "main" to the linker,
// and of the modules that replace others: the linker has the path of the replaced one.
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

// goModule makes a package of a module. One that a directory replaced is the
// module that was asked for, at no known version.
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

// linkedVersion finds the version that a release build gives to a variable of
// its own: -X main.version=v1.2.3, -X 'example.com/m/version.Version=1.2.3'.
var linkedVersion = regexp.MustCompile(`-X[= ]['"]?([\w./~-]+)\.(?i:[a-z]*version)=v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)['"]?(?:\s|$)`)

// goMain is the main module. Built from a directory it has no version, or a
// pseudo-version made up from the repository; then the linker's flags may have
// a better one.
func goMain(info *debug.BuildInfo) Package {
	p := goModule(&info.Main)
	if p.Version != develVersion {
		return p
	}
	for _, s := range info.Settings {
		if s.Key != "-ldflags" {
			continue
		}
		for _, m := range linkedVersion.FindAllStringSubmatch(s.Value, maxModules) {
			if m[1] == "main" || m[1] == p.Name || strings.HasPrefix(m[1], p.Name+"/") {
				p.Version, p.Text = "v"+m[2], true
				return p
			}
		}
	}
	return p
}

var goRelease = regexp.MustCompile(`^(\d+\.\d+)(?:\.(\d+))?(?:(beta|rc)(\d+))?$`)

// goVersion makes a version of what runtime.Version gives: "go1.22.1",
// "go1.21rc2 X:boringcrypto", "devel go1.23-0123abc". Before semantic versions,
// what comes before a release is named as the Go vulnerability database does:
// "1.21.0-rc.2".
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

// limitedReaderAt fails once more than left bytes were read through it.
type limitedReaderAt struct {
	r    io.ReaderAt
	left int64
}

const errReadLimit = limitError("more bytes than are read of one file")

func (l *limitedReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if l.left -= int64(len(p)); l.left < 0 {
		return 0, errReadLimit
	}
	return l.r.ReadAt(p, off)
}
