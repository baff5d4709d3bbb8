package instruction

import (
	"path"
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

// Transfer is what an ADD or COPY brings into the image.
type Transfer struct {
	Sources []Source
	// Dest is the destination as it was written.
	Dest string
}

// Source is one source of a [Transfer].
type Source struct {
	Kind SourceKind
	// Text is the source as it was recorded: a path, a URL or a digest.
	Text string
}

// SourceKind is where a source comes from.
type SourceKind int

// The kinds of sources.
const (
	// Path is a path in the build context, or in the stage or image of --from.
	Path SourceKind = iota
	// Hashed stands for one or several sources of the build context of which the
	// classic builder recorded only a digest: file:…, dir:… or multi:….
	Hashed
	// Remote is a file fetched by HTTP or HTTPS. From the classic builder only
	// its digest is known.
	Remote
	// Git is a Git repository.
	Git
	// Inline is a here-document in the Dockerfile itself.
	Inline
)

// Transfer reads the sources and the destination of an ADD or COPY; ok is false
// for any other instruction and for one without destination.
func (in Instruction) Transfer() (t Transfer, ok bool) {
	if in.Keyword != "ADD" && in.Keyword != "COPY" {
		return Transfer{}, false
	}
	if hash, dest, ok := strings.Cut(in.Args, " in "); ok && isHash(hash) {
		s := Source{Kind: Remote, Text: hash}
		if strings.Contains(hash, ":") {
			s.Kind = Hashed
		}
		return Transfer{Sources: []Source{s}, Dest: strings.Trim(dest, shell.Blanks)}, true
	}
	words, exec := ParseExecForm(in.Args)
	if !exec {
		line := in.Args
		if strings.Contains(line, "<<") {
			line, _, _ = strings.Cut(line, "\n")
		}
		words = strings.Fields(line)
	}
	if len(words) < 2 {
		return Transfer{}, false
	}
	n := len(words) - 1
	t.Dest = words[n]
	for _, w := range words[:n] {
		t.Sources = append(t.Sources, Source{sourceKind(w), w})
	}
	return t, true
}

// isHash reports whether a source is a digest, which the classic builder records instead
// of the sources.
func isHash(s string) bool {
	kind, hash, ok := strings.Cut(s, ":")
	if !ok {
		hash = kind
	} else if kind != "file" && kind != "dir" && kind != "multi" {
		return false
	}
	return len(hash) >= 32 && strings.Trim(hash, "0123456789abcdef") == ""
}

func sourceKind(s string) SourceKind {
	switch {
	case strings.HasPrefix(s, "<<"):
		return Inline
	case strings.HasPrefix(s, "git@"), strings.HasPrefix(s, "git://"), strings.HasPrefix(s, "ssh://"):
		return Git
	case strings.HasPrefix(s, "http://"), strings.HasPrefix(s, "https://"):
		location, _, _ := strings.Cut(s, "#")
		location, _, _ = strings.Cut(location, "?")
		if strings.HasSuffix(location, ".git") {
			return Git
		}
		return Remote
	}
	return Path
}

// archiveSuffixes are the suffixes of the archives that ADD unpacks.
var archiveSuffixes = [...]string{
	".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst", ".tzst",
}

// Archive reports whether the source is a local file with the name of a tar archive,
// which ADD unpacks and COPY does not. ADD goes by the content and not by the name;
// the answer for a Hashed source is false, since its name is unknown.
func (s Source) Archive() bool {
	if s.Kind != Path {
		return false
	}
	name := strings.ToLower(path.Base(s.Text))
	for _, suffix := range archiveSuffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
