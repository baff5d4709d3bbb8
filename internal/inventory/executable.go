package inventory

import (
	"context"
	"errors"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/limit"
	"seaworthy.dev/seaworthy/internal/program"
)

// typeGeneric is the purl type of software without a package manager. Names are those of
// the OSV ecosystem Bitnami, if it has the software.
const typeGeneric = "generic"

const (
	// minForeign is the minimum size of a program of another operating system in bytes. No
	// Go program is smaller.
	minForeign = 256 << 10
	// maxLibrary is the maximum size of a shared library in bytes whose name is not known.
	// Larger ones would need a temporary file.
	maxLibrary = 32 << 20
	// maxExecutable is the maximum size of a program in bytes.
	maxExecutable = 1 << 30
)

// executableParser parses programs of Go, Rust and .NET, and known programs of other
// languages.
type executableParser struct{ programs *program.Known }

// peek says how much of a file the parser needs, by its first bytes. Names and permissions
// do not matter: the kernel runs a program of any name, and a later layer may make it
// executable.
func (x *executableParser) peek(h *seaworthy.Header, head []byte) seaworthy.Want {
	base := h.Path[strings.LastIndexByte(h.Path, '/')+1:]
	switch program.FormOf(base, head) {
	case program.ELFProgram:
		return seaworthy.Parts
	case program.ELFLibrary:
		if x.programs.Has(base) || h.Size >= minForeign && h.Size <= maxLibrary {
			return seaworthy.Parts
		}
	case program.Foreign:
		if h.Size >= minForeign {
			return seaworthy.Parts
		}
	}
	return seaworthy.Skip
}

// parse returns the packages in a program: the modules of a Go program, the crates that
// cargo-auditable recorded, the packages of a .NET program that is a single file, or a known
// program with the version in its text. For a program that says nothing about itself, the
// error is an [unidentified].
func (x *executableParser) parse(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	base := path.Base(f.Path)
	form := program.FormOf(base, f.Head)
	var packages []Package
	var errs errorList
	add := func(p []Package, err error) {
		packages = append(packages, p...)
		if err != nil {
			errs = append(errs, err)
		}
	}
	damaged, builder := false, ""
	switch form {
	case program.ELFProgram, program.ELFLibrary:
		most := min(maxExecutableRead, 4*f.Size+1<<20) // segments may overlap
		r := &limitedReaderAt{r: f.ReaderAt(), left: most}
		elf, err := program.Open(r, f.Size)
		if err != nil {
			damaged = true
			break
		}
		add(parseELF(ctx, elf, r, most))
		if r.left = most; len(packages) == 0 && isRunnable(f.Header) {
			builder = elf.Builder()
		}
	case program.Foreign:
		// Images contain programs of other operating systems to be copied to these. Those
		// that are not Go programs are no error.
		memory := limit.NewLease(ctx)
		defer memory.Close()
		if err := memory.Acquire(ctx, 4*maxOtherBuildInfo); err != nil {
			return nil, err
		}
		p, _, err := parseGoBinary(f.ReaderAt(), maxOtherBuildInfo)
		if !errors.Is(err, errNoBuildInfo) {
			add(p, err)
		}
	}
	if !hasType(packages, typeGo) && x.programs.Has(base) {
		name, version, err := x.programs.Find(ctx, base, f.ReaderAt(), f.Size)
		if version != "" {
			packages = append(packages, Package{Type: typeGeneric, Name: name, Version: version, ByText: true})
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	switch {
	case len(errs) > 0:
		return packages, errs
	case len(packages) > 0 || form != program.ELFProgram || !isRunnable(f.Header):
		return packages, nil
	case damaged:
		return nil, unidentified{damagedProgram}
	default:
		return nil, unidentified{strings.TrimSuffix(unknownProgram+" "+builder, " ")}
	}
}

// isRunnable reports whether any user may execute a file.
func isRunnable(h *seaworthy.Header) bool { return h.Mode&0o111 != 0 }

// parseELF returns the packages of a Go, Rust or .NET program. Each attempt reads at most the
// given number of bytes from r.
func parseELF(ctx context.Context, p *program.Program, r *limitedReaderAt, most int64) ([]Package, error) {
	r.left = most
	memory := limit.NewLease(ctx)
	defer memory.Close()
	if isLinkedByGo(p) {
		if err := memory.Acquire(ctx, 4*maxBuildInfo); err != nil {
			return nil, err
		}
		modules, renamed, err := parseGoProgram(p)
		if r.left = most; len(modules) > 0 && modules[0].Name == "stdlib" {
			var ended error
			if modules[0].Functions, ended = goFunctions(ctx, memory, p.File, renamed); ended != nil {
				return nil, ended
			}
		}
		return modules, err
	}
	r.left = most
	if list := p.CrateList(); list != nil {
		return parseCargoAuditable(list)
	}
	r.left = most
	deps, err := p.BundledDeps()
	if err != nil || deps == nil {
		return nil, err
	}
	return parseDotNetDeps(deps)
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

// isLinkedByGo reports whether an ELF file has the build information of the Go linker, or a
// section that only it creates.
func isLinkedByGo(x *program.Program) bool {
	for _, s := range x.Sections {
		switch s.Name {
		case ".go.buildinfo", ".note.go.buildid", ".gopclntab", ".data.rel.ro.gopclntab":
			return true
		}
	}
	return x.HasGoBuildInfo()
}
