package sudoers

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// logicalLine is a logical line of a sudoers file without its comment.
type logicalLine struct {
	number int // of its first physical line, from 1
	text   string
}

// logicalLines joins continued lines, cuts comments and skips empty lines.
// "#include" and "#includedir" are no comments.
func logicalLines(text string) iter.Seq[logicalLine] {
	return func(yield func(logicalLine) bool) {
		var joined strings.Builder
		start, number := 0, 0
		for line := range strings.Lines(text) {
			number++
			line = strings.TrimRight(line, "\r\n")
			if joined.Len() == 0 {
				start = number
				line = strings.TrimLeft(line, " \t")
			}
			cut, comment := cutComment(line, joined.Len() == 0)
			if s, ok := strings.CutSuffix(cut, `\`); ok && !comment {
				joined.WriteString(s)
				joined.WriteByte(' ')
				continue
			}
			joined.WriteString(cut)
			l := logicalLine{start, strings.TrimSpace(joined.String())}
			joined.Reset()
			if l.text != "" && !yield(l) {
				return
			}
		}
		if s := strings.TrimSpace(joined.String()); s != "" {
			yield(logicalLine{start, s})
		}
	}
}

// cutComment cuts the line at a "#" that is not quoted and not the start
// of a numeric id.
func cutComment(line string, first bool) (string, bool) {
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

// parser walks along one logical line.
type parser struct {
	s string
	i int
}

func (p *parser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *parser) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

// accept skips the byte if it comes next after blanks. It reports whether it did.
func (p *parser) accept(c byte) bool {
	p.space()
	if p.peek() != c || c == 0 {
		return false
	}
	p.i++
	return true
}

func (p *parser) end() error {
	p.space()
	if p.i < len(p.s) {
		return &SyntaxError{p.i + 1, fmt.Sprintf("%.20q", p.s[p.i:])}
	}
	return nil
}

// word reads up to one of the stop bytes, which a backslash or double quotes
// protect; these are removed.
func (p *parser) word(stop string) string {
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

// peekName returns the identifier that comes next, of letters, digits and "_".
func (p *parser) peekName() string {
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
func (p *parser) aliases(list func(name string) error) error {
	for {
		p.space()
		name := p.peekName()
		p.i += len(name)
		if name == "" || name[0] < 'A' || name[0] > 'Z' {
			return syntaxError("an alias without a name")
		}
		if !p.accept('=') {
			return syntaxError(`no "=" after alias %.40q`, name)
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
func (p *parser) names(hosts bool) ([]Member, error) {
	var list []Member
	for {
		var n Member
		for p.accept('!') {
			n.Negated = !n.Negated
		}
		p.space()
		n.Name = p.word(" \t,:=()!")
		for hosts && len(n.Name) < maxIPv6 && p.isIPv6(n.Name) {
			p.i++
			n.Name += ":" + p.word(" \t,:=()!")
		}
		if n.Name == "" {
			return list, syntaxError("a name is missing in a list")
		}
		list = append(list, n)
		if !p.accept(',') {
			return list, nil
		}
	}
}

// isIPv6 reports whether the colon that comes next belongs to an address of which s
// is the start.
func (p *parser) isIPv6(s string) bool {
	if p.peek() != ':' || p.i+1 >= len(p.s) || strings.IndexByte(" \t", p.s[p.i+1]) >= 0 {
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF:", c) })
}

// commands reads a list of commands. Who to run as and the tags hold from where
// they stand to the end of the list.
func (p *parser) commands() ([]commandSpec, error) {
	var list []commandSpec
	var s commandSpec
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
func (p *parser) runas(s *commandSpec) error {
	if !p.accept('(') {
		return nil
	}
	s.runAs, s.groupOnly = nil, false
	if p.space(); p.peek() != ':' && p.peek() != ')' {
		var err error
		if s.runAs, err = p.names(false); err != nil {
			return err
		}
	}
	if p.accept(':') {
		s.groupOnly = len(s.runAs) == 0
		if p.space(); p.peek() != ')' {
			if _, err := p.names(false); err != nil {
				return err
			}
		}
	}
	if !p.accept(')') {
		return syntaxError(`no ")" after the users to run as`)
	}
	return nil
}

// options reads tags such as NOPASSWD: and options such as CWD=/tmp.
func (p *parser) options(s *commandSpec) {
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
		case c == ':' && s.tags.set(name):
			p.i = after + 1
		case c == '=' && isOption(name):
			p.i = after + 1
			p.space()
			p.word(" \t,")
		default:
			return
		}
	}
}

// set sets a tag. It reports whether there is such a tag.
func (t *Tags) set(name string) bool {
	switch name {
	case "NOPASSWD":
		t.NoPasswd, t.Passwd = true, false
	case "PASSWD":
		t.NoPasswd, t.Passwd = false, true
	case "SETENV":
		t.SetEnv = true
	case "NOSETENV":
		t.SetEnv = false
	case "NOEXEC":
		t.NoExec = true
	case "EXEC":
		t.NoExec = false
	case "FOLLOW", "NOFOLLOW", "LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT", "NOLOG_OUTPUT",
		"MAIL", "NOMAIL", "INTERCEPT", "NOINTERCEPT":
	default:
		return false
	}
	return true
}

func isOption(name string) bool {
	return slices.Contains([]string{
		"ROLE", "TYPE", "PRIVS", "LIMITPRIVS", "NOTBEFORE", "NOTAFTER", "TIMEOUT", "CWD", "CHROOT", "APPARMOR_PROFILE",
	}, name)
}

func (p *parser) command() (Command, error) {
	var c Command
	p.space()
	for p.digest() {
		p.accept(',')
		p.space()
	}
	for p.accept('!') {
		c.Negated = !c.Negated
	}
	p.space()
	if p.peek() == '^' {
		c.Path = p.pattern()
	} else {
		c.Path = p.word(" \t,:=")
	}
	if c.Path == "" {
		return c, syntaxError("a command is missing")
	}
	if p.space(); strings.HasPrefix(p.s[p.i:], `""`) {
		p.i += 2
		c.NoArgs = true
		return c, nil
	}
	if p.peek() == '^' {
		c.Args = p.pattern()
	} else {
		c.Args = strings.TrimSpace(p.word(",:"))
	}
	if strings.HasPrefix(c.Args, "=") {
		return c, syntaxError(`"=" after a command`)
	}
	c.AnyArgs = c.Args == ""
	if c.Path == "list" || c.Path == "sudoedit" || c.Path == "ALL" || strings.IndexByte("/^", c.Path[0]) >= 0 || isAliasName(c.Path) {
		return c, nil
	}
	return c, syntaxError("command %.40q is neither a full path nor an alias", c.Path)
}

// digest skips "sha256:..." with its value.
func (p *parser) digest() bool {
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
func (p *parser) pattern() string {
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
