// Package sshdconfig parses sshd_config(5), the configuration of the OpenSSH server.
//
// The input is the path of the main file, and a [FileSystem] with it and its includes. The
// output is a [Config]: the options in the order in which sshd reads them, each with the
// condition of its Match block, and a [Problem] for each part that was not read. A problem
// does not end the parsing. The package does not know the keywords and their meanings.
//
// The files may come from an attacker. [MaxFiles], [MaxDepth], [MaxBytes] and [MaxOptions]
// limit them. A part that exceeds a limit is a Problem, and so is an include with a pattern
// in the name of a directory.
package sshdconfig

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Limits for a configuration with its includes.
const (
	MaxFiles   = 64
	MaxDepth   = 16      // levels of includes, the limit of sshd
	MaxBytes   = 4 << 20 // bytes of all files
	MaxOptions = 5000
)

// FileSystem has the files. Paths are relative to the root: "etc/ssh/sshd_config".
type FileSystem interface {
	// ReadFile returns the text of a file, and follows links. It returns false for a file
	// that does not exist, which is ignored.
	ReadFile(path string) (text string, ok bool)
	// ReadDir returns the names of the files in a directory, sorted.
	ReadDir(path string) []string
}

// Config is the content of all files.
type Config struct {
	Options  []Option
	Problems []Problem
}

// Option is a line with a keyword.
type Option struct {
	File    string
	Line    int
	Keyword string // in lower case
	Args    []string
	// Match is the condition of the Match block with the line. It is "" if the line applies
	// to every connection.
	Match string
}

// Problem is a part of the files that was not read.
type Problem struct {
	File string
	Line int // from 1; 0 for the whole file
	Err  error
}

// The errors of a Problem.
var (
	ErrTooManyFiles     = fmt.Errorf("not read: more than %d files or %d levels of includes", MaxFiles, MaxDepth)
	ErrTooLarge         = fmt.Errorf("not read: the files are more than %d bytes", MaxBytes)
	ErrTooManyOptions   = fmt.Errorf("the rest is not read: more than %d options", MaxOptions)
	ErrUnclosedQuote    = errors.New("malformed: a quote is not closed")
	ErrNoValue          = errors.New("without a value")
	ErrDirectoryPattern = errors.New("not followed: a pattern for directories")
)

// Read parses a file and its includes.
func Read(fsys FileSystem, file string) *Config {
	r := reader{fsys: fsys, out: &Config{}}
	r.file(file, "", 0)
	return r.out
}

// reader is one call of Read.
type reader struct {
	fsys  FileSystem
	out   *Config
	files int
	bytes int
}

// file parses a file. A file that is included in a Match block is part of the block.
func (r *reader) file(name, match string, depth int) {
	if depth > MaxDepth || r.files >= MaxFiles {
		r.problem(name, 0, ErrTooManyFiles)
		return
	}
	text, ok := r.fsys.ReadFile(name)
	if !ok {
		return
	}
	if r.bytes += len(text); r.bytes > MaxBytes {
		r.problem(name, 0, ErrTooLarge)
		return
	}
	r.files++
	number := 0
	for line := range strings.Lines(text) {
		number++
		keyword, args, err := split(strings.TrimSpace(line))
		switch {
		case err != nil:
			r.problem(name, number, err)
		case keyword == "":
		case len(args) == 0:
			r.problem(name, number, fmt.Errorf("keyword %.40q %w", keyword, ErrNoValue))
		case keyword == "match":
			if match = strings.Join(args, " "); strings.EqualFold(match, "all") {
				match = ""
			}
		case keyword == "include":
			for _, pattern := range args {
				r.include(name, number, pattern, match, depth)
			}
		case len(r.out.Options) >= MaxOptions:
			r.problem(name, number, ErrTooManyOptions)
			return
		default:
			r.out.Options = append(r.out.Options, Option{name, number, keyword, args, match})
		}
	}
}

// include parses the files that match a pattern.
func (r *reader) include(from string, line int, pattern, match string, depth int) {
	if !strings.HasPrefix(pattern, "/") {
		pattern = "/etc/ssh/" + pattern
	}
	dir, base := path.Split(path.Clean(pattern))
	dir = strings.Trim(dir, "/")
	if strings.ContainsAny(dir, `*?[\`) {
		r.problem(from, line, fmt.Errorf("%w in %.80q", ErrDirectoryPattern, pattern))
		return
	}
	if !strings.ContainsAny(base, `*?[\`) {
		r.file(path.Join(dir, base), match, depth+1)
		return
	}
	for _, name := range r.fsys.ReadDir(dir) {
		if ok, err := path.Match(base, name); err == nil && ok && (name[0] != '.' || base[0] == '.') {
			r.file(path.Join(dir, name), match, depth+1)
		}
	}
}

// problem adds a Problem, up to MaxFiles.
func (r *reader) problem(file string, line int, err error) {
	if len(r.out.Problems) < MaxFiles {
		r.out.Problems = append(r.out.Problems, Problem{file, line, err})
	}
}

// split splits a line into keyword and arguments, and removes quotes and comments.
func split(line string) (keyword string, args []string, err error) {
	if line == "" || line[0] == '#' {
		return "", nil, nil
	}
	end := strings.IndexAny(line, " \t=\"")
	if end < 0 {
		return strings.ToLower(line), nil, nil
	}
	keyword = strings.ToLower(line[:end])
	rest := strings.TrimLeft(line[end:], " \t")
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "="), " \t")
	for rest != "" && rest[0] != '#' {
		var arg strings.Builder
		quote := byte(0)
		i := 0
		for ; i < len(rest); i++ {
			b := rest[i]
			switch {
			case b == '\\' && i+1 < len(rest) && strings.IndexByte(`'"\`, rest[i+1]) >= 0:
				i++
				arg.WriteByte(rest[i])
				continue
			case quote != 0 && b == quote:
				quote = 0
				continue
			case quote == 0 && (b == '"' || b == '\''):
				quote = b
				continue
			}
			if quote == 0 && (b == ' ' || b == '\t') {
				break
			}
			arg.WriteByte(b)
		}
		if quote != 0 {
			return keyword, args, ErrUnclosedQuote
		}
		args = append(args, arg.String())
		rest = strings.TrimLeft(rest[i:], " \t")
	}
	return keyword, args, nil
}

// Effective returns the options that sshd uses for a keyword: the first one that applies to
// every connection, and the first one of each Match condition.
func (c *Config) Effective(keyword string) []Option {
	var list []Option
	for _, o := range c.Options {
		if o.Keyword == keyword && !slices.ContainsFunc(list, func(p Option) bool { return p.Match == o.Match }) {
			list = append(list, o)
		}
	}
	return list
}
