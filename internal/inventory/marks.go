package inventory

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/program"
)

// Mark is a file that shows that there is software in the image, and whose packages are not
// known.
type Mark struct {
	// Ordinal is the ordinal of the entry in the layer.
	Ordinal int
	// Kind is the name of a row of the table of markers, or one of the kinds of programs.
	Kind string
}

// The kinds of programs. A phrase that says how the program was built may follow the first:
// "program packed by UPX".
const (
	unknownProgram = "program"
	damagedProgram = "damaged program"
)

// IsProgram reports whether the mark is of a program that does not say what it consists of.
func (m Mark) IsProgram() bool {
	return m.Kind == damagedProgram || m.Kind == unknownProgram || strings.HasPrefix(m.Kind, unknownProgram+" ")
}

// unidentified is the error for a program that does not say what it consists of.
type unidentified struct{ kind string }

// Error implements error.
func (u unidentified) Error() string { return "it does not say what it consists of: " + u.kind }

// InPackageDirectory reports whether a path is in a directory into which a package manager
// of a language puts programs, such as compiled extensions. The manifest of the package
// is there too.
func InPackageDirectory(path string) bool {
	for _, d := range []string{"node_modules/", "site-packages/", "dist-packages/", "/gems/", "/vendor/bundle/"} {
		if strings.Contains(path, d) {
			return true
		}
	}
	return false
}

// Root returns the directory of the software that the file describes as a whole, including
// its programs. It returns false for a file that describes other software, or that of
// several directories.
func (f *PackageFile) Root(path string) (directory string, ok bool) {
	if len(f.Packages) == 0 {
		return "", false
	}
	levels := 0
	switch first := &f.Packages[0]; f.Format {
	case formatDotNet:
		if runtime, _, ok := strings.Cut(path, "/shared/Microsoft."); ok {
			return runtime, true
		}
		levels = 1
	case formatJavaRuntime, formatBitnami:
		levels = 1
	case formatConda, formatHomebrew:
		levels = 2
	case formatR: // R itself: library/base/DESCRIPTION
		if first.Type == typeGeneric {
			levels = 3
		}
	case formatErlang: // the runtime: lib/kernel-VERSION/ebin/kernel.app
		if first.Name == "kernel" {
			levels = 4
		}
	}
	if levels == 0 {
		return "", false
	}
	for range levels {
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
	return path, path != ""
}

// KnownPrograms finds programs whose version is in a library of theirs: that of python3 is in
// libpython3.
type KnownPrograms struct {
	known *program.Known
	found map[string]bool
}

// NewKnownPrograms returns the known programs of an image whose names Add has still to add.
func NewKnownPrograms() *KnownPrograms {
	return &KnownPrograms{program.NewKnown(), make(map[string]bool)}
}

// Add adds the programs and libraries of a file.
func (k *KnownPrograms) Add(f *PackageFile) {
	if f.Format != formatExecutable {
		return
	}
	for i := range f.Packages {
		if p := &f.Packages[i]; p.Type == typeGeneric {
			k.found[p.Name] = true
		}
	}
}

// Has reports whether the program at a path is one of those that were added.
func (k *KnownPrograms) Has(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return k.known.Has(base) && slices.ContainsFunc(k.known.Names(base), func(name string) bool { return k.found[name] })
}

// IsSystemPath reports whether a path is in a directory into which a distribution installs.
func IsSystemPath(path string) bool {
	for _, d := range []string{"bin/", "sbin/", "lib/", "lib64/", "usr/"} {
		if strings.HasPrefix(path, d) {
			return !strings.HasPrefix(path, "usr/local/")
		}
	}
	return false
}

// SoftwareGaps returns the gaps for marked software. Seen has the paths of live files by
// kind of mark, without those that belong to a package.
func SoftwareGaps(seen map[string][]string) []Gap {
	var gaps []Gap
	var programs, damaged []string
	for kind, paths := range seen {
		switch builder, ok := strings.CutPrefix(kind, unknownProgram); {
		case kind == damagedProgram:
			damaged = append(damaged, paths...)
		case ok:
			for _, p := range paths {
				if builder != "" {
					p += " (" + builder[1:] + ")"
				}
				programs = append(programs, p)
			}
		default:
			slices.Sort(paths)
			gaps = append(gaps, Gap{
				Subject: kind, State: seaworthy.NotChecked, Code: seaworthy.CodeUnsupportedFormat,
				Reason: fmt.Sprintf("The image has software of %s, which is not supported, so its packages are not known: %s.", kind, listFirst(paths)),
			})
		}
	}
	add := func(paths []string, subject string, code seaworthy.CoverageCode, reason string) {
		if len(paths) == 0 {
			return
		}
		if len(paths) > 1 {
			subject += "s"
		}
		slices.Sort(paths)
		gaps = append(gaps, Gap{
			Subject: fmt.Sprintf("%d %s", len(paths), subject), State: seaworthy.NotChecked, Code: code,
			Reason: reason + ": " + listFirst(paths) + ".",
		})
	}
	add(programs, "program", seaworthy.CodeNoPackageData, "No package owns these programs, and they do not say which software they consist of")
	add(damaged, "damaged program", seaworthy.CodeUnreadable, "These files are executable, but their ELF headers are damaged")
	return gaps
}

// listFirst lists the first of sorted texts, and the number of the others.
func listFirst(sorted []string) string {
	const few = 10
	if more := len(sorted) - few; more > 0 {
		return strings.Join(sorted[:few], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(sorted, ", ")
}
