package program

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Known are programs and libraries that are often built from source, or copied into an
// image without a package, and that contain their version as text.
type Known struct {
	programs []knownProgram
	// starts are the first bytes of base names, as a filter in front of the table.
	starts [256]bool
}

// NewKnown returns the known programs.
func NewKnown() *Known {
	k := &Known{programs: knownPrograms()}
	for i := range k.programs {
		for _, b := range k.programs[i].bases {
			k.starts[b[0]] = true
		}
	}
	return k
}

// Has reports whether a known program has the base name.
func (k *Known) Has(base string) bool {
	if base == "" || !k.starts[base[0]] {
		return false
	}
	for i := range k.programs {
		if k.programs[i].hasBase(base) {
			return true
		}
	}
	return false
}

// Names returns the names of the programs that have the base name, the likeliest first.
func (k *Known) Names(base string) []string {
	var names []string
	for i := range k.programs {
		if p := &k.programs[i]; p.hasBase(base) && !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// Find returns the name and the version of a program of size bytes with a base name. Names
// are those of the OSV ecosystem Bitnami, if it has the software. It returns "" and no error
// if the program is not known or has no version in its text: another program may have the
// same base name.
func (k *Known) Find(ctx context.Context, base string, r io.ReaderAt, size int64) (name, version string, err error) {
	for i := range k.programs {
		p := &k.programs[i]
		if !p.hasBase(base) {
			continue
		}
		if version, err = p.find(ctx, base, r, size); err != nil || version != "" {
			return p.name, version, err
		}
	}
	return "", "", nil
}

// knownProgram is a row of the table of known programs.
type knownProgram struct {
	name string
	// bases are base names. One that ends in "*" is a prefix.
	bases []string
	// before and after are the text around the version. The version starts with major.
	before, major, after string
	// near is text that follows the version within 64 bytes, on the same line.
	near string
	// named reports that the version starts with the numbers in the base name, such as
	// "3.12." in libpython3.12.so.1.0. Then no text before the version is needed: linkers
	// merge a short text with the end of a longer one, so it is not known.
	named bool
	// highest selects the highest version of three numbers instead of the first one, for
	// programs that also contain older versions.
	highest bool
}

// hasBase reports whether the base name is one of the program's.
func (s *knownProgram) hasBase(base string) bool {
	for _, b := range s.bases {
		if prefix, ok := strings.CutSuffix(b, "*"); base == b || ok && strings.HasPrefix(base, prefix) {
			return true
		}
	}
	return false
}

const (
	searchChunk   = 1 << 20 // bytes searched at a time
	searchOverlap = 256     // bytes that two chunks share; longer than any version with the text around it
	nearSize      = 64      // bytes in which near is searched
)

// find searches a program for its version.
func (s *knownProgram) find(ctx context.Context, base string, r io.ReaderAt, size int64) (string, error) {
	mark := s.before + s.major
	if s.named {
		if mark = namedVersion(base); mark == "" {
			return "", nil
		}
	}
	best := ""
	buf := make([]byte, min(searchChunk, size))
	for off := int64(0); off < size; off += searchChunk - searchOverlap {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		n, err := r.ReadAt(buf, off)
		if err != nil && err != io.EOF {
			return "", fmt.Errorf("cannot search it for the version of %s: %w", s.name, err)
		}
		end := n // a version after end may be cut off here, and is complete in the next chunk
		if err == nil && off+int64(n) < size {
			end -= searchOverlap
		}
		best = s.search(buf[:n], []byte(mark), end, best)
		if best != "" && !s.highest || err == io.EOF {
			break
		}
	}
	return best, nil
}

// search returns the version that starts in text before end, or best, the one of earlier
// chunks, if there is none. Mark is the text before the version and its first part.
func (s *knownProgram) search(text, mark []byte, end int, best string) string {
	for from := 0; ; {
		i := bytes.Index(text[from:], mark)
		if i < 0 || from+i >= end {
			return best
		}
		i += from
		from = i + 1
		version := text[i+len(s.before):]
		n := versionLength(version)
		if n == 0 || !bytes.HasPrefix(version[n:], []byte(s.after)) {
			continue
		}
		if s.near != "" && !hasNear(version[n:], s.near) {
			continue
		}
		if s.named && i > 0 && (isDigit(text[i-1]) || text[i-1] == '.') {
			continue // the end of another version
		}
		if v := string(version[:n]); !s.highest {
			return v
		} else if strings.Count(v, ".") == 2 && isHigherVersion(v, best) {
			best = v
		}
	}
}

// hasNear reports whether a word is in the first bytes of a text, before its first NUL.
func hasNear(text []byte, word string) bool {
	text = text[:min(len(text), nearSize)]
	if end := bytes.IndexByte(text, 0); end >= 0 {
		text = text[:end]
	}
	return bytes.Contains(text, []byte(word))
}

// namedVersion returns the version in a base name, followed by a dot: "3.12.".
func namedVersion(base string) string {
	i := strings.IndexFunc(base, func(r rune) bool { return r >= '0' && r <= '9' })
	if i < 0 {
		return ""
	}
	major, rest, _ := strings.Cut(base[i:], ".")
	minor := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if minor == 0 || strings.Trim(major, "0123456789") != "" {
		return ""
	}
	return major + "." + rest[:minor] + "."
}

const (
	// maxVersion is the maximum length of a version, in bytes.
	maxVersion = 32
	// maxDigits is the maximum length of a number in a version. Redis has an identifier of
	// the build after its version.
	maxDigits = 9
)

// versionLength returns the length of the version at the start of text, or 0 if there is
// none. A version has two to four numbers, and may have a suffix as in OpenSSL ("1.1.1w")
// or in a release candidate ("8.4.0RC2", "3.13.0b1").
func versionLength(text []byte) int {
	text = text[:min(len(text), maxVersion+1)]
	numbers, i := 0, 0
	for numbers < 4 {
		digits := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		if i == digits || i-digits > maxDigits {
			return 0
		}
		if numbers++; i+1 >= len(text) || text[i] != '.' || !isDigit(text[i+1]) {
			break
		}
		i++
	}
	if numbers < 2 {
		return 0
	}
	suffix := i
	for i < len(text) && isLetter(text[i]) {
		i++
	}
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	switch word := string(bytes.ToLower(bytes.TrimRight(text[suffix:i], "0123456789"))); {
	case word == "a", word == "b", word == "rc", word == "alpha", word == "beta", i == suffix+1:
	default:
		i = suffix
	}
	if i > maxVersion {
		return 0
	}
	return i
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isHigherVersion reports whether a is higher than b. It compares the numbers.
func isHigherVersion(a, b string) bool {
	for b != "" && a != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		if m != n {
			return m > n
		}
	}
	return a != ""
}
