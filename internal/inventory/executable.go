package inventory

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
)

const (
	// minExecutable is the minimum size of a program in bytes. No Go or Rust program is
	// smaller, even without symbols.
	minExecutable = 256 << 10
	// maxExecutable is the maximum size of a program in bytes.
	maxExecutable = 1 << 30
)

// executableParser parses programs of Go and Rust, and known programs of other languages.
type executableParser struct{ programs []knownProgram }

// match reports whether a file may be a program, according to its header. A shared library
// matches only if its text may contain its version. In many images all files of a
// directory are executable, so match excludes the extensions of scripts and data.
func (x *executableParser) match(h *seaworthy.Header) bool {
	if h.Size < minExecutable {
		return false
	}
	base := h.Path[strings.LastIndexByte(h.Path, '/')+1:]
	if x.isKnown(base) && !strings.HasSuffix(base, ".a") {
		return true
	}
	if h.Mode&0o111 == 0 || strings.Contains(base, ".so.") {
		return false
	}
	switch path.Ext(base) {
	case ".so", ".a", ".o", ".ko", ".node", ".dylib", ".dll", ".js", ".mjs", ".cjs", ".map", ".json", ".css", ".html", ".md", ".txt",
		".py", ".pyc", ".pyx", ".rb", ".pl", ".pm", ".sh", ".php", ".java", ".class", ".jar", ".war", ".ear", ".xml", ".yaml", ".yml",
		".c", ".h", ".cpp", ".hpp", ".go", ".rs", ".ts", ".sql", ".csv", ".gz", ".xz", ".bz2", ".zip", ".tar", ".tgz", ".whl", ".db",
		".png", ".jpg", ".gif", ".svg", ".ttf", ".woff", ".woff2", ".pdf", ".mo", ".po", ".dat", ".bin", ".pak", ".npy":
		return false
	}
	return true
}

// isKnown reports whether a known program has the base name.
func (x *executableParser) isKnown(base string) bool {
	for i := range x.programs {
		if x.programs[i].hasBase(base) {
			return true
		}
	}
	return false
}

// parse returns the packages in a program: the modules of a Go program, the crates that
// cargo-auditable recorded, or a known program with the version in its text.
func (x *executableParser) parse(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	var errs errorList
	add := func(p []Package, err error) {
		packages = append(packages, p...)
		if err != nil {
			errs = append(errs, err)
		}
	}
	switch {
	case bytes.HasPrefix(f.Head, []byte(elf.ELFMAG)):
		r := &limitedReaderAt{r: f.ReaderAt(), left: maxExecutableRead}
		program, err := elf.NewFile(r)
		if err != nil {
			break // the kernel cannot run it either
		}
		if s := program.Section(".dep-v0"); s != nil {
			add(parseCargoAuditable(s.Open()))
		}
		if isLinkedByGo(program) {
			modules, renamed, err := parseGoBinary(f.ReaderAt())
			if len(modules) > 0 && modules[0].Name == "stdlib" {
				modules[0].Functions = goFunctions(program, renamed)
			}
			add(modules, err)
		}
	case isOtherExecutable(f.Head):
		// Images contain programs of other operating systems to be copied to these. Those
		// that are not Go programs are no error.
		p, _, err := parseGoBinary(f.ReaderAt())
		if !errors.Is(err, errNoBuildInfo) {
			add(p, err)
		}
	default:
		return nil, nil
	}
	if !hasType(packages, typeGo) {
		add(x.find(ctx, f))
	}
	if len(errs) > 0 {
		return packages, errs
	}
	return packages, nil
}

// find searches the text of a known program for its version.
func (x *executableParser) find(ctx context.Context, f *seaworthy.File) (packages []Package, err error) {
	base := path.Base(f.Path)
	for i := range x.programs {
		s := &x.programs[i]
		if !s.hasBase(base) {
			continue
		}
		if packages, err = s.find(ctx, f); err != nil || len(packages) > 0 {
			return packages, err
		}
	}
	return nil, nil
}

// hasType reports whether a package of the given type is in the list.
func hasType(packages []Package, t string) bool {
	for i := range packages {
		if packages[i].Type == t {
			return true
		}
	}
	return false
}

// isOtherExecutable reports whether a file is in the PE or Mach-O format.
func isOtherExecutable(head []byte) bool {
	for _, magic := range []string{"MZ", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// isLinkedByGo reports whether an ELF file has a section that only the Go linker creates.
// It is also true for a file without section headers, where that is not known.
func isLinkedByGo(x *elf.File) bool {
	if len(x.Sections) == 0 {
		return true
	}
	for _, s := range x.Sections {
		switch s.Name {
		case ".go.buildinfo", ".note.go.buildid", ".gopclntab", ".data.rel.ro.gopclntab":
			return true
		}
	}
	return false
}
