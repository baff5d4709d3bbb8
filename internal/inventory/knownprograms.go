package inventory

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
)

// typeGeneric is the purl type of software without a package manager. Names are those of
// the OSV ecosystem Bitnami, if it has the software.
const typeGeneric = "generic"

// knownProgram is a program that is often built from source, or copied into an image
// without a package, and that contains its version as text.
type knownProgram struct {
	name string
	// bases are base names. One that ends in "*" is a prefix.
	bases []string
	// before and after are the text around the version. The version starts with major.
	before, major, after string
	// named reports that the version starts with the numbers in the base name, such as
	// "3.12." in libpython3.12.so.1.0. Then no text before the version is needed: linkers
	// merge a short text with the end of a longer one, so it is not known.
	named bool
	// highest selects the highest version of three numbers instead of the first one, for
	// programs that also contain older versions.
	highest bool
}

// knownPrograms returns the known programs. A row needs text that the program has had for
// years, and that no other program has. The first row of a name that finds a version
// counts.
func knownPrograms() []knownProgram {
	redis, valkey := []string{"redis-server", "redis-check-*", "redis-sentinel"}, []string{"valkey-server", "valkey-check-*", "valkey-sentinel"}
	mysql, php := []string{"mariadbd", "mysqld"}, []string{"php", "php5*", "php7*", "php8*", "php-cgi*", "php-fpm*", "libphp*"}
	return []knownProgram{
		{name: "node", bases: []string{"node", "nodejs"}, before: "/download/release/v"},
		{name: "node", bases: []string{"node", "nodejs"}, before: "node.js/v"},
		{name: "python", bases: []string{"python2*", "python3*", "libpython2*", "libpython3*"}, named: true, after: "\x00"},
		{name: "python", bases: []string{"python2*", "python3*", "libpython2*", "libpython3*"}, before: "\x00", major: "3.", after: "\x00"},
		{name: "python", bases: []string{"python2*", "libpython2*"}, before: "\x00", major: "2.", after: "\x00"},
		{name: "php", bases: php, before: "X-Powered-By: PHP/"},
		{name: "openresty", bases: []string{"nginx"}, before: "nginx version: openresty/"},
		{name: "nginx", bases: []string{"nginx"}, before: "nginx version: nginx/"},
		{name: "redis", bases: redis, before: "\x00", after: "\x00", highest: true},
		{name: "valkey", bases: valkey, before: "\x00", after: "\x00", highest: true},
		{name: "openssl", bases: []string{"openssl", "libcrypto.so*", "libssl.so*"}, before: "OpenSSL ", after: " "},
		{name: "openssl", bases: []string{"openssl", "libcrypto.so*", "libssl.so*"}, before: "OpenSSL ", after: "-fips "},
		{name: "busybox", bases: []string{"busybox*"}, before: "BusyBox v"},
		{name: "bash", bases: []string{"bash"}, before: "@(#)Bash version "},
		{name: "apache", bases: []string{"httpd", "apache2"}, before: "Apache/"},
		{name: "postgresql", bases: []string{"postgres"}, before: "postgres (PostgreSQL) "},
		{name: "mariadb", bases: mysql, before: "\x00", major: "1", after: "-MariaDB"}, // 10 and later
		{name: "mariadb", bases: mysql, before: "\x005.5.5-", after: "-MariaDB"},
		{name: "mariadb", bases: mysql, before: "\x00", major: "5.", after: "-MariaDB"},
		{name: "ruby", bases: []string{"ruby*", "libruby*"}, before: "\x00ruby ", after: "p"},
	}
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
	searchOverlap = 128     // bytes that two chunks share; longer than any version with the text around it
)

// find searches a program for its version. It returns no package and no error if there is
// none: another program may have the same base name.
func (s *knownProgram) find(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	mark := s.before + s.major
	if s.named {
		if mark = namedVersion(path.Base(f.Path)); mark == "" {
			return nil, nil
		}
	}
	best := ""
	buf := make([]byte, min(searchChunk, f.Size))
	r := f.ReaderAt()
	for off := int64(0); off < f.Size; off += searchChunk - searchOverlap {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		n, err := r.ReadAt(buf, off)
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("cannot search it for the version of %s: %w", s.name, err)
		}
		end := n // a version after end may be cut off here, and is complete in the next chunk
		if err == nil && off+int64(n) < f.Size {
			end -= searchOverlap
		}
		best = s.search(buf[:n], []byte(mark), end, best)
		if best != "" && !s.highest || err == io.EOF {
			break
		}
	}
	if best == "" {
		return nil, nil
	}
	return []Package{{Type: typeGeneric, Name: s.name, Version: best, ByText: true}}, nil
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

// maxVersion is the maximum length of a version, in bytes.
const maxVersion = 32

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
		if i == digits {
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
