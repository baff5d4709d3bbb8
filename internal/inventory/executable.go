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
	// minExecutable is the size in bytes below which no linker of Go or of Rust
	// gets, even without symbols.
	minExecutable = 256 << 10
	maxExecutable = 1 << 30
)

// executables reads programs. It holds the software that is known by its text.
type executables struct{ software []software }

// match is true for what may be a program by its header alone. What a
// program loads, such as a shared library, counts only if its own text may tell
// its version. Scripts and data are often marked executable with all around
// them, so that their extensions are passed over.
func (x *executables) match(h *seaworthy.Header) bool {
	if h.Size < minExecutable {
		return false
	}
	base := h.Path[strings.LastIndexByte(h.Path, '/')+1:]
	if x.knows(base) && !strings.HasSuffix(base, ".a") {
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

// knows is true if the base name is that of known software.
func (x *executables) knows(base string) bool {
	for i := range x.software {
		if x.software[i].hasBase(base) {
			return true
		}
	}
	return false
}

// parse gives what a program says of itself: the modules that Go
// linked into it, the crates that cargo-auditable listed, and for well-known
// programs the version in their text.
func (x *executables) parse(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	var missing errorList
	take := func(p []Package, err error) {
		packages = append(packages, p...)
		if err != nil {
			missing = append(missing, err)
		}
	}
	switch {
	case bytes.HasPrefix(f.Head, []byte(elf.ELFMAG)):
		r := &limitedReaderAt{r: f.ReaderAt(), left: maxExecutableRead}
		program, err := elf.NewFile(r)
		if err != nil {
			break // for the kernel too
		}
		if s := program.Section(".dep-v0"); s != nil {
			take(parseCargoAuditable(s.Open()))
		}
		if linkedByGo(program) {
			modules, renamed, err := parseGoBinary(f.ReaderAt())
			if len(modules) > 0 && modules[0].Name == "stdlib" {
				modules[0].Functions = goFunctions(program, renamed)
			}
			take(modules, err)
		}
	case isOtherExecutable(f.Head):
		// Programs of other systems are in images to be copied elsewhere. What is
		// no Go program there is no error.
		p, _, err := parseGoBinary(f.ReaderAt())
		if !errors.Is(err, errNoBuildInfo) {
			take(p, err)
		}
	default:
		return nil, nil
	}
	if !hasType(packages, typeGo) {
		take(x.find(ctx, f))
	}
	if len(missing) > 0 {
		return packages, missing
	}
	return packages, nil
}

// find searches the text of known software for its version.
func (x *executables) find(ctx context.Context, f *seaworthy.File) (packages []Package, err error) {
	base := path.Base(f.Path)
	for i := range x.software {
		s := &x.software[i]
		if !s.hasBase(base) {
			continue
		}
		if packages, err = s.find(ctx, f); err != nil || len(packages) > 0 {
			return packages, err
		}
	}
	return nil, nil
}

func hasType(packages []Package, t string) bool {
	for i := range packages {
		if packages[i].Type == t {
			return true
		}
	}
	return false
}

// isOtherExecutable is true for PE and Mach-O files.
func isOtherExecutable(head []byte) bool {
	for _, magic := range []string{"MZ", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// linkedByGo is true for an ELF file with a section that only Go makes, and for
// one whose sections were removed so that nobody can tell.
func linkedByGo(x *elf.File) bool {
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
