package misconfig

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// The bounds on what one sshd_config with its includes may hold.
const (
	maxSSHDFiles   = 64
	maxSSHDDepth   = 16 // as sshd has it
	maxSSHDOptions = 5000
)

// sshdConfig is the options of sshd_config(5) with includes followed, in the
// order in which sshd reads them.
type sshdConfig struct {
	options  []sshdOption
	files    int
	bytes    int
	problems []textProblem
}

// sshdOption is one line.
type sshdOption struct {
	file    string
	line    int
	keyword string // in lower case
	args    []string
	// match is the condition of the Match block that the line stands in; empty
	// for what holds for every connection.
	match string
}

// readSSHD reads the file and all that it includes.
func readSSHD(fsys textFiles, file string) *sshdConfig {
	c := &sshdConfig{}
	c.file(fsys, file, "", 0)
	return c
}

// file reads one file and gives the Match condition that holds at its end. What
// a Match block includes is part of the block.
func (c *sshdConfig) file(fsys textFiles, name, match string, depth int) {
	if depth > maxSSHDDepth || c.files >= maxSSHDFiles {
		c.problem(name, 0, fmt.Errorf("not read: more than %d files or %d includes within includes", maxSSHDFiles, maxSSHDDepth))
		return
	}
	text, ok := fsys.read(name)
	if !ok {
		return
	}
	if c.bytes += len(text); c.bytes > maxTextFiles {
		c.problem(name, 0, fmt.Errorf("not read: the files are more than %d bytes", maxTextFiles))
		return
	}
	c.files++
	number := 0
	for line := range strings.Lines(text) {
		number++
		keyword, args, err := splitSSHD(strings.TrimSpace(line))
		switch {
		case err != nil:
			c.problem(name, number, err)
		case keyword == "":
		case len(args) == 0:
			c.problem(name, number, fmt.Errorf("keyword %.40q without a value", keyword))
		case keyword == "match":
			if match = strings.Join(args, " "); strings.EqualFold(match, "all") {
				match = ""
			}
		case keyword == "include":
			for _, pattern := range args {
				c.include(fsys, name, number, pattern, match, depth)
			}
		case len(c.options) >= maxSSHDOptions:
			c.problem(name, number, fmt.Errorf("the rest is not judged: more than %d options", maxSSHDOptions))
			return
		default:
			c.options = append(c.options, sshdOption{name, number, keyword, args, match})
		}
	}
}

func (c *sshdConfig) include(fsys textFiles, from string, line int, pattern, match string, depth int) {
	if !strings.HasPrefix(pattern, "/") {
		pattern = "/etc/ssh/" + pattern
	}
	dir, base := path.Split(path.Clean(pattern))
	dir = strings.Trim(dir, "/")
	if strings.ContainsAny(dir, `*?[\`) {
		c.problem(from, line, fmt.Errorf("not followed: a pattern for directories in %.80q", pattern))
		return
	}
	if !strings.ContainsAny(base, `*?[\`) {
		c.file(fsys, path.Join(dir, base), match, depth+1)
		return
	}
	for _, name := range fsys.list(dir) {
		if ok, err := path.Match(base, name); err == nil && ok && (name[0] != '.' || base[0] == '.') {
			c.file(fsys, path.Join(dir, name), match, depth+1)
		}
	}
}

func (c *sshdConfig) problem(file string, line int, err error) {
	if len(c.problems) < maxSSHDFiles {
		c.problems = append(c.problems, textProblem{file, line, err})
	}
}

// splitSSHD splits a line into its keyword and arguments, which may be quoted.
func splitSSHD(line string) (keyword string, args []string, err error) {
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
			return keyword, args, errors.New("malformed: a quote is not closed")
		}
		args = append(args, arg.String())
		rest = strings.TrimLeft(rest[i:], " \t")
	}
	return keyword, args, nil
}

// inForce lists the options that sshd heeds for a keyword: the first that holds
// for every connection, and the first of each Match condition.
func (c *sshdConfig) inForce(keyword string) []sshdOption {
	var list []sshdOption
	for _, o := range c.options {
		if o.keyword == keyword && !slices.ContainsFunc(list, func(p sshdOption) bool { return p.match == o.match }) {
			list = append(list, o)
		}
	}
	return list
}
