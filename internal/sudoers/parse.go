package sudoers

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// logicalLine is a line of a sudoers file with its continuations and without its comment.
type logicalLine struct {
	number int // of its first physical line, from 1
	text   string
}

// logicalLines joins continued lines, removes comments and skips empty lines. "#include" and
// "#includedir" are not comments.
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

// cutComment removes a comment, and reports whether there was one. A comment starts with a
// "#" that is not quoted and not the start of a numeric id.
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

// parser parses a logical line. The next byte is s[i].
type parser struct {
	s string
	i int
}

// peek returns the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// skipSpace skips spaces and tabs.
func (p *parser) skipSpace() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

// accept skips spaces, and then the byte c if it is next. It reports whether it was.
func (p *parser) accept(c byte) bool {
	p.skipSpace()
	if p.peek() != c || c == 0 {
		return false
	}
	p.i++
	return true
}

// checkEnd returns an error unless the rest of the line is empty.
func (p *parser) checkEnd() error {
	p.skipSpace()
	if p.i < len(p.s) {
		return &SyntaxError{p.i + 1, fmt.Sprintf("%.20q", p.s[p.i:])}
	}
	return nil
}

// nextWord reads up to one of the stop bytes. It removes backslashes and double quotes, in
// which stop bytes have no meaning.
func (p *parser) nextWord(stop string) string {
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

// peekName returns the next identifier, which consists of letters, digits and "_".
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

// aliases parses "NAME = list : NAME = list". It calls list after each "=".
func (p *parser) aliases(list func(name string) error) error {
	for {
		p.skipSpace()
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
			return p.checkEnd()
		}
	}
}

// maxIPv6 is longer than any IPv6 address with its mask.
const maxIPv6 = 64

// memberList parses a list of users and groups, or of hosts.
func (p *parser) memberList(hosts bool) ([]Member, error) {
	var list []Member
	for {
		var n Member
		for p.accept('!') {
			n.Negated = !n.Negated
		}
		p.skipSpace()
		n.Name = p.nextWord(" \t,:=()!")
		for hosts && len(n.Name) < maxIPv6 && p.isIPv6(n.Name) {
			p.i++
			n.Name += ":" + p.nextWord(" \t,:=()!")
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

// isIPv6 reports whether the next byte is a colon of an IPv6 address that starts with s.
func (p *parser) isIPv6(s string) bool {
	if p.peek() != ':' || p.i+1 >= len(p.s) || strings.IndexByte(" \t", p.s[p.i+1]) >= 0 {
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF:", c) })
}

// commands parses a list of commands. A Runas_Spec and a tag apply to all following commands
// of the list.
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

// runas parses "(users:groups)". Both parts are optional.
func (p *parser) runas(s *commandSpec) error {
	if !p.accept('(') {
		return nil
	}
	s.runAs, s.groupOnly = nil, false
	if p.skipSpace(); p.peek() != ':' && p.peek() != ')' {
		var err error
		if s.runAs, err = p.memberList(false); err != nil {
			return err
		}
	}
	if p.accept(':') {
		s.groupOnly = len(s.runAs) == 0
		if p.skipSpace(); p.peek() != ')' {
			if _, err := p.memberList(false); err != nil {
				return err
			}
		}
	}
	if !p.accept(')') {
		return syntaxError(`no ")" after the users to run as`)
	}
	return nil
}

// options parses tags such as NOPASSWD: and options such as CWD=/tmp.
func (p *parser) options(s *commandSpec) {
	for {
		p.skipSpace()
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
			p.skipSpace()
			p.nextWord(" \t,")
		default:
			return
		}
	}
}

// set sets a tag. It returns false if there is no such tag.
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

// isOption reports whether sudoers has an option with the name.
func isOption(name string) bool {
	return slices.Contains([]string{
		"ROLE", "TYPE", "PRIVS", "LIMITPRIVS", "NOTBEFORE", "NOTAFTER", "TIMEOUT", "CWD", "CHROOT", "APPARMOR_PROFILE",
	}, name)
}

// command parses a command with its arguments.
func (p *parser) command() (Command, error) {
	var c Command
	p.skipSpace()
	for p.skipDigest() {
		p.accept(',')
		p.skipSpace()
	}
	for p.accept('!') {
		c.Negated = !c.Negated
	}
	p.skipSpace()
	if p.peek() == '^' {
		c.Path = p.regularExpression()
	} else {
		c.Path = p.nextWord(" \t,:=")
	}
	if c.Path == "" {
		return c, syntaxError("a command is missing")
	}
	if p.skipSpace(); strings.HasPrefix(p.s[p.i:], `""`) {
		p.i += 2
		c.NoArgs = true
		return c, nil
	}
	if p.peek() == '^' {
		c.Args = p.regularExpression()
	} else {
		c.Args = strings.TrimSpace(p.nextWord(",:"))
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

// skipDigest skips a digest such as "sha256:...". It reports whether there was one.
func (p *parser) skipDigest() bool {
	rest := p.s[p.i:]
	for _, name := range []string{"sha224", "sha256", "sha384", "sha512"} {
		after, ok := strings.CutPrefix(rest, name)
		if !ok || !strings.HasPrefix(strings.TrimLeft(after, " \t"), ":") {
			continue
		}
		p.i = len(p.s) - len(strings.TrimLeft(after, " \t")) + 1
		p.skipSpace()
		for p.i < len(p.s) && strings.IndexByte(" \t,", p.s[p.i]) < 0 {
			p.i++
		}
		return true
	}
	return false
}

// regularExpression reads a regular expression, from "^" to the "$" at the end of a word.
func (p *parser) regularExpression() string {
	start := p.i
	for ; p.i < len(p.s); p.i++ {
		if p.s[p.i] == '$' && (p.i+1 == len(p.s) || strings.IndexByte(" \t,:", p.s[p.i+1]) >= 0) {
			p.i++
			break
		}
	}
	return p.s[start:p.i]
}

// isAliasName reports whether s is a valid name of an alias.
func isAliasName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= 'A' && c <= 'Z' || i > 0 && (c == '_' || c >= '0' && c <= '9')) {
			return false
		}
	}
	return s != ""
}
