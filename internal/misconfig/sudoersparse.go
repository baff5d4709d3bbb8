package misconfig

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// sudoersLine is a logical line of a sudoers file without its comment.
type sudoersLine struct {
	number int // of its first physical line, from 1
	text   string
}

// sudoersLines joins continued lines, cuts comments and passes over what is
// empty. "#include" and "#includedir" are no comments.
func sudoersLines(text string) iter.Seq[sudoersLine] {
	return func(yield func(sudoersLine) bool) {
		var joined strings.Builder
		start, number := 0, 0
		for line := range strings.Lines(text) {
			number++
			line = strings.TrimRight(line, "\r\n")
			if joined.Len() == 0 {
				start = number
				line = strings.TrimLeft(line, " \t")
			}
			cut, comment := cutSudoersComment(line, joined.Len() == 0)
			if s, ok := strings.CutSuffix(cut, `\`); ok && !comment {
				joined.WriteString(s)
				joined.WriteByte(' ')
				continue
			}
			joined.WriteString(cut)
			l := sudoersLine{start, strings.TrimSpace(joined.String())}
			joined.Reset()
			if l.text != "" && !yield(l) {
				return
			}
		}
		if s := strings.TrimSpace(joined.String()); s != "" {
			yield(sudoersLine{start, s})
		}
	}
}

// cutSudoersComment cuts the line at a "#" that is not quoted and not the start
// of a numeric id.
func cutSudoersComment(line string, first bool) (string, bool) {
	if first {
		if _, _, ok := includeOf(line); ok {
			return line, false
		}
	}
	quoted := false
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case '#':
			rest := strings.TrimPrefix(line[i+1:], "-")
			if quoted || rest != "" && rest[0] >= '0' && rest[0] <= '9' {
				continue
			}
			return line[:i], true
		}
	}
	return line, false
}

// sudoersParser walks along one logical line.
type sudoersParser struct {
	s string
	i int
}

func (p *sudoersParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *sudoersParser) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

// accept passes over the byte if it comes next after blanks.
func (p *sudoersParser) accept(c byte) bool {
	p.space()
	if p.peek() != c || c == 0 {
		return false
	}
	p.i++
	return true
}

func (p *sudoersParser) end() error {
	p.space()
	if p.i < len(p.s) {
		return fmt.Errorf("malformed at byte %d: %.20q", p.i+1, p.s[p.i:])
	}
	return nil
}

// word reads up to one of the stop bytes, which a backslash or double quotes
// protect; these are removed.
func (p *sudoersParser) word(stop string) string {
	var b strings.Builder
	quoted := false
	for ; p.i < len(p.s); p.i++ {
		c := p.s[p.i]
		switch {
		case c == '\\' && p.i+1 < len(p.s):
			p.i++
			b.WriteByte(p.s[p.i])
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(stop, c) >= 0:
			return b.String()
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// peekName gives the identifier that comes next, of letters, digits and "_".
func (p *sudoersParser) peekName() string {
	end := p.i
	for end < len(p.s) && isNameByte(p.s[end]) {
		end++
	}
	return p.s[p.i:end]
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// aliases reads "NAME = list : NAME = list"; list reads what follows each "=".
func (p *sudoersParser) aliases(list func(name string) error) error {
	for {
		p.space()
		name := p.peekName()
		p.i += len(name)
		if name == "" || name[0] < 'A' || name[0] > 'Z' {
			return errors.New("malformed: an alias without a name")
		}
		if !p.accept('=') {
			return fmt.Errorf(`malformed: no "=" after alias %.40q`, name)
		}
		if err := list(name); err != nil {
			return err
		}
		if !p.accept(':') {
			return p.end()
		}
	}
}

// maxIPv6 is more than the length of any IPv6 address with its mask.
const maxIPv6 = 64

// names reads a list of users, groups or, with hosts, of hosts.
func (p *sudoersParser) names(hosts bool) ([]sudoName, error) {
	var list []sudoName
	for {
		var n sudoName
		for p.accept('!') {
			n.negated = !n.negated
		}
		p.space()
		n.name = p.word(" \t,:=()!")
		for hosts && len(n.name) < maxIPv6 && p.isIPv6(n.name) {
			p.i++
			n.name += ":" + p.word(" \t,:=()!")
		}
		if n.name == "" {
			return list, errors.New("malformed: a name is missing in a list")
		}
		list = append(list, n)
		if !p.accept(',') {
			return list, nil
		}
	}
}

// isIPv6 is true if the colon that comes next belongs to an address of which s
// is the start.
func (p *sudoersParser) isIPv6(s string) bool {
	if p.peek() != ':' || p.i+1 >= len(p.s) || strings.IndexByte(" \t", p.s[p.i+1]) >= 0 {
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF:", c) })
}

// commands reads a list of commands. Who to run as and the tags hold from where
// they stand to the end of the list.
func (p *sudoersParser) commands() ([]sudoSpec, error) {
	var list []sudoSpec
	var s sudoSpec
	for {
		if err := p.runas(&s); err != nil {
			return list, err
		}
		p.options(&s)
		var err error
		if s.command, err = p.command(); err != nil {
			return list, err
		}
		list = append(list, s)
		if !p.accept(',') {
			return list, nil
		}
	}
}

// runas reads "(users:groups)", either part of which may be missing.
func (p *sudoersParser) runas(s *sudoSpec) error {
	if !p.accept('(') {
		return nil
	}
	s.runas, s.asGroup = nil, false
	if p.space(); p.peek() != ':' && p.peek() != ')' {
		var err error
		if s.runas, err = p.names(false); err != nil {
			return err
		}
	}
	if p.accept(':') {
		s.asGroup = len(s.runas) == 0
		if p.space(); p.peek() != ')' {
			if _, err := p.names(false); err != nil {
				return err
			}
		}
	}
	if !p.accept(')') {
		return errors.New(`malformed: no ")" after the users to run as`)
	}
	return nil
}

// options reads tags such as NOPASSWD: and options such as CWD=/tmp.
func (p *sudoersParser) options(s *sudoSpec) {
	for {
		p.space()
		name := p.peekName()
		after := p.i + len(name)
		for after < len(p.s) && p.s[after] == ' ' {
			after++
		}
		if name == "" || after >= len(p.s) {
			return
		}
		switch c := p.s[after]; {
		case c == ':' && s.tag(name):
			p.i = after + 1
		case c == '=' && isSudoOption(name):
			p.i = after + 1
			p.space()
			p.word(" \t,")
		default:
			return
		}
	}
}

// tag applies a tag; false if there is no such tag.
func (s *sudoSpec) tag(name string) bool {
	switch name {
	case "NOPASSWD":
		s.noPasswd, s.passwd = true, false
	case "PASSWD":
		s.noPasswd, s.passwd = false, true
	case "SETENV":
		s.setenv = true
	case "NOSETENV":
		s.setenv = false
	case "NOEXEC":
		s.noexec = true
	case "EXEC":
		s.noexec = false
	case "FOLLOW", "NOFOLLOW", "LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT", "NOLOG_OUTPUT",
		"MAIL", "NOMAIL", "INTERCEPT", "NOINTERCEPT":
	default:
		return false
	}
	return true
}

func isSudoOption(name string) bool {
	return slices.Contains([]string{
		"ROLE", "TYPE", "PRIVS", "LIMITPRIVS", "NOTBEFORE", "NOTAFTER", "TIMEOUT", "CWD", "CHROOT", "APPARMOR_PROFILE",
	}, name)
}

func (p *sudoersParser) command() (sudoCommand, error) {
	var c sudoCommand
	p.space()
	for p.digest() {
		c.digest = true
		p.accept(',')
		p.space()
	}
	for p.accept('!') {
		c.negated = !c.negated
	}
	p.space()
	if p.peek() == '^' {
		c.path = p.pattern()
	} else {
		c.path = p.word(" \t,:=")
	}
	if c.path == "" {
		return c, errors.New("malformed: a command is missing")
	}
	if p.space(); strings.HasPrefix(p.s[p.i:], `""`) {
		p.i += 2
		c.noArgs = true
		return c, nil
	}
	if p.peek() == '^' {
		c.args = p.pattern()
	} else {
		c.args = strings.TrimSpace(p.word(",:"))
	}
	if strings.HasPrefix(c.args, "=") {
		return c, errors.New(`malformed: "=" after a command`)
	}
	c.anyArgs = c.args == ""
	if c.path == "list" || c.path == "sudoedit" || c.path == "ALL" || strings.IndexByte("/^", c.path[0]) >= 0 || isAliasName(c.path) {
		return c, nil
	}
	return c, fmt.Errorf("malformed: command %.40q is neither a full path nor an alias", c.path)
}

// digest passes over "sha256:..." with its value.
func (p *sudoersParser) digest() bool {
	rest := p.s[p.i:]
	for _, name := range []string{"sha224", "sha256", "sha384", "sha512"} {
		after, ok := strings.CutPrefix(rest, name)
		if !ok || !strings.HasPrefix(strings.TrimLeft(after, " \t"), ":") {
			continue
		}
		p.i = len(p.s) - len(strings.TrimLeft(after, " \t")) + 1
		p.space()
		for p.i < len(p.s) && strings.IndexByte(" \t,", p.s[p.i]) < 0 {
			p.i++
		}
		return true
	}
	return false
}

// pattern reads a regular expression, which goes from "^" to a "$" that ends a
// word.
func (p *sudoersParser) pattern() string {
	start := p.i
	for ; p.i < len(p.s); p.i++ {
		if p.s[p.i] == '$' && (p.i+1 == len(p.s) || strings.IndexByte(" \t,:", p.s[p.i+1]) >= 0) {
			p.i++
			break
		}
	}
	return p.s[start:p.i]
}

func isAliasName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= 'A' && c <= 'Z' || i > 0 && (c == '_' || c >= '0' && c <= '9')) {
			return false
		}
	}
	return s != ""
}
