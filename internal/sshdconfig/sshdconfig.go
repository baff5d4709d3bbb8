// Package sshdconfig reads sshd_config(5), the configuration of OpenSSH's server.
//
// In goes the path of the main file and a [FileSystem] to read it and its includes
// from. Out comes a [Config]: the options in the order in which sshd reads them, each
// with the condition of the Match block that it stands in, and a [Problem] for each
// part that was not read. Nothing else ends the reading. What keywords mean, and
// whether there is such a keyword, is not known here.
//
// The files may be an attacker's. What is read of them is limited by [MaxFiles],
// [MaxDepth], [MaxBytes] and [MaxOptions]; whatever is over a limit is a Problem. So is
// an include with a pattern for directories, which is not followed.
package sshdconfig

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// The limits on a configuration, its includes counted in.
const (
	MaxFiles   = 64
	MaxDepth   = 16 // includes within includes, as sshd has it
	MaxBytes   = 4 << 20
	MaxOptions = 5000
)

// FileSystem is where the files are. Paths are relative to the root:
// "etc/ssh/sshd_config".
type FileSystem interface {
	// ReadFile returns the text of a file, at the end of any links. ok is false if
	// there is no such file; then the configuration is read as if nothing named it.
	ReadFile(path string) (text string, ok bool)
	// ReadDir returns the names of the files in a directory, sorted.
	ReadDir(path string) []string
}

// Config is what the files say together.
type Config struct {
	Options  []Option
	Problems []Problem
}

// Option is one line.
type Option struct {
	File    string
	Line    int
	Keyword string // in lower case
	Args    []string
	// Match is the condition of the Match block that the line stands in; empty for what
	// holds for every connection.
	Match string
}

// Problem is a part of the files that was not read.
type Problem struct {
	File string
	Line int // from 1; 0 for the file as a whole
	Err  error
}

// The errors of what is not read.
var (
	ErrTooManyFiles     = fmt.Errorf("not read: more than %d files or %d includes within includes", MaxFiles, MaxDepth)
	ErrTooLarge         = fmt.Errorf("not read: the files are more than %d bytes", MaxBytes)
	ErrTooManyOptions   = fmt.Errorf("the rest is not read: more than %d options", MaxOptions)
	ErrUnclosedQuote    = errors.New("malformed: a quote is not closed")
	ErrNoValue          = errors.New("without a value")
	ErrDirectoryPattern = errors.New("not followed: a pattern for directories")
)

// Read reads a file and all that it includes.
func Read(fsys FileSystem, file string) *Config {
	r := reader{fsys: fsys, out: &Config{}}
	r.file(file, "", 0)
	return r.out
}

type reader struct {
	fsys  FileSystem
	out   *Config
	files int
	bytes int
}

// file reads one file. What a Match block includes is part of the block.
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

func (r *reader) problem(file string, line int, err error) {
	if len(r.out.Problems) < MaxFiles {
		r.out.Problems = append(r.out.Problems, Problem{file, line, err})
	}
}

// split splits a line into its keyword and arguments, which may be quoted.
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

// InForce lists the options that sshd heeds for a keyword: the first that holds
// for every connection, and the first of each Match condition.
func (c *Config) InForce(keyword string) []Option {
	var list []Option
	for _, o := range c.Options {
		if o.Keyword == keyword && !slices.ContainsFunc(list, func(p Option) bool { return p.Match == o.Match }) {
			list = append(list, o)
		}
	}
	return list
}
