package misconfig

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Bounds on what one set of sudoers files may hold. The image writes them.
const (
	maxSudoersFiles    = 256     // files read, by include or from a directory
	maxSudoersDepth    = 32      // includes within includes
	maxSudoersDefaults = 1000    // parameters of Defaults lines
	maxSudoersGrants   = 2000    // grants after aliases are expanded
	maxSudoersAlias    = 16      // aliases within aliases
	maxSudoersSteps    = 500_000 // names and commands met while expanding and comparing
)

// sudoers is what sudoers(5) files say once they are read together: includes
// followed, aliases expanded, tags carried along each list of commands.
type sudoers struct {
	// files are the paths read, in order.
	files    []string
	grants   []sudoGrant
	defaults []sudoDefault
	problems []textProblem
}

// sudoGrant lets users run one command.
type sudoGrant struct {
	file  string
	line  int
	users []sudoName
	runas []sudoName // users to run as; empty for root
	// asGroup is true if the grant is for running with another group only.
	asGroup bool
	command sudoCommand
	// except is true if the same list of commands also excludes commands.
	except bool

	noPasswd, passwd bool // an explicit NOPASSWD or PASSWD
	setenv, noexec   bool

	// withoutPassword is true if sudo asks for no password, by the grant's tag or
	// by a Defaults line for all users or for one that the grant is for.
	withoutPassword bool
	// asksOther is true if the password that sudo asks for is not the caller's own
	// but that of root or of the user to run as.
	asksOther bool
	// overridden is true if a later grant takes this one's place, because the last
	// match wins: one for ALL commands, for the same users.
	overridden bool
}

// sudoName is a member of a list of users, groups or hosts: "bob", "#1000",
// "%wheel", "%#10", "+netgroup" or "ALL".
type sudoName struct {
	name    string
	negated bool
}

// sudoCommand is a command that a grant names.
type sudoCommand struct {
	path string // "ALL", "sudoedit", "list" or a path, which may hold wildcards or end in "/"
	args string // the arguments, as written with quoting removed
	// anyArgs is true if no arguments are written, which allows any; noArgs if
	// they are written as "", which allows none.
	anyArgs, noArgs bool
	negated         bool
	digest          bool // held to a digest of its content
}

// sudoDefault is one parameter of a Defaults line.
type sudoDefault struct {
	file string
	line int
	// scope is what follows "Defaults": 0 for all, '@' hosts, ':' users,
	// '!' commands, '>' users run as.
	scope   byte
	members []sudoName
	name    string
	op      string // "", "=", "+=" or "-="
	value   string
	negated bool
}

// readSudoers reads the file and all that it includes.
func readSudoers(fsys textFiles, file string) *sudoers {
	r := sudoersReader{fsys: fsys, out: &sudoers{}, aliases: map[string][]sudoName{}, cmnds: map[string][]sudoSpec{}}
	r.file(file, 0)
	r.expand()
	return r.out
}

type sudoersReader struct {
	fsys    textFiles
	out     *sudoers
	specs   []sudoUserSpec
	aliases map[string][]sudoName // by kind and name, as "User_Alias NAME"
	cmnds   map[string][]sudoSpec
	steps   int // up to maxSudoersSteps
	bytes   int // up to maxTextFiles
}

// sudoUserSpec is a user specification before aliases are expanded.
type sudoUserSpec struct {
	file  string
	line  int
	users []sudoName
	specs []sudoSpec
}

// sudoSpec is one command of a user specification or command alias.
type sudoSpec struct {
	runas            []sudoName
	asGroup          bool
	noPasswd, passwd bool
	setenv, noexec   bool
	command          sudoCommand
}

func (r *sudoersReader) problem(file string, line int, err error) {
	if len(r.out.problems) < maxSudoersFiles {
		r.out.problems = append(r.out.problems, textProblem{file, line, err})
	}
}

// file reads one file. A file that is not there is passed over by the caller.
func (r *sudoersReader) file(name string, depth int) {
	if depth > maxSudoersDepth || len(r.out.files) >= maxSudoersFiles {
		r.problem(name, 0, fmt.Errorf("not read: more than %d files or %d includes within includes", maxSudoersFiles, maxSudoersDepth))
		return
	}
	text, ok := r.fsys.read(name)
	if !ok {
		return
	}
	if r.bytes += len(text); r.bytes > maxTextFiles {
		r.problem(name, 0, fmt.Errorf("not read: the files are more than %d bytes", maxTextFiles))
		return
	}
	r.out.files = append(r.out.files, name)
	for l := range sudoersLines(text) {
		if dir, arg, ok := includeOf(l.text); ok {
			r.include(name, l.number, dir, arg, depth)
			continue
		}
		p := &sudoersParser{s: l.text}
		if err := r.statement(p, name, l.number); err != nil {
			r.problem(name, l.number, err)
		}
	}
}

// includeOf recognises @include, #include, @includedir and #includedir.
func includeOf(line string) (dir bool, arg string, ok bool) {
	rest, ok := strings.CutPrefix(line, "@include")
	if !ok {
		rest, ok = strings.CutPrefix(line, "#include")
	}
	if !ok {
		return false, "", false
	}
	rest, dir = strings.CutPrefix(rest, "dir")
	if rest == "" || rest[0] != ' ' && rest[0] != '\t' {
		return false, "", false
	}
	p := &sudoersParser{s: strings.TrimSpace(rest)}
	return dir, p.word(" \t"), true
}

func (r *sudoersReader) include(from string, line int, dir bool, arg string, depth int) {
	if strings.Contains(arg, "%h") {
		r.problem(from, line, errors.New("not followed: the included name depends on the host name"))
		return
	}
	name := path.Clean("/" + arg)
	if !strings.HasPrefix(arg, "/") {
		name = path.Join("/", path.Dir(from), arg)
	}
	name = strings.TrimPrefix(name, "/")
	if !dir {
		r.file(name, depth+1)
		return
	}
	for _, base := range r.fsys.list(name) {
		if strings.Contains(base, ".") || strings.HasSuffix(base, "~") {
			continue // sudo passes over what package managers and editors leave
		}
		r.file(path.Join(name, base), depth+1)
	}
}

func (r *sudoersReader) statement(p *sudoersParser, file string, line int) error {
	word := p.peekName()
	switch {
	case word == "User_Alias", word == "Runas_Alias", word == "Host_Alias":
		p.i += len(word)
		return p.aliases(func(name string) error {
			list, err := p.names(word == "Host_Alias")
			r.aliases[word+" "+name] = list
			return err
		})
	case word == "Cmnd_Alias", word == "Cmd_Alias":
		p.i += len(word)
		return p.aliases(func(name string) error {
			specs, err := p.commands()
			r.cmnds[name] = specs
			return err
		})
	case strings.HasPrefix(p.s, "Defaults"):
		return r.defaults(p, file, line)
	}
	users, err := p.names(false)
	if err != nil {
		return err
	}
	for {
		if _, err := p.names(true); err != nil {
			return err
		}
		if !p.accept('=') {
			return errors.New(`malformed: no "=" between hosts and commands`)
		}
		specs, err := p.commands()
		if err != nil {
			return err
		}
		r.specs = append(r.specs, sudoUserSpec{file, line, users, specs})
		if !p.accept(':') {
			return p.end()
		}
	}
}

func (r *sudoersReader) defaults(p *sudoersParser, file string, line int) error {
	p.i = len("Defaults")
	d := sudoDefault{file: file, line: line}
	if c := p.peek(); c == '@' || c == ':' || c == '!' || c == '>' {
		d.scope = c
		p.i++
		var err error
		if c == '!' {
			var specs []sudoSpec
			specs, err = p.commands()
			for _, s := range specs {
				d.members = append(d.members, sudoName{s.command.path, s.command.negated})
			}
		} else {
			d.members, err = p.names(c == '@')
		}
		if err != nil {
			return err
		}
	} else if c != ' ' && c != '\t' {
		return errors.New("malformed: a statement that is neither Defaults nor an alias nor a user specification")
	}
	for {
		p.space()
		one := d
		for p.accept('!') {
			one.negated = !one.negated
		}
		one.name = p.word(" \t,=+-!")
		if one.name == "" {
			return errors.New("malformed: Defaults without a parameter")
		}
		p.space()
		for _, op := range []string{"+=", "-=", "="} {
			if strings.HasPrefix(p.s[p.i:], op) {
				p.i += len(op)
				p.space()
				one.op, one.value = op, p.word(" \t,")
				break
			}
		}
		if len(r.out.defaults) >= maxSudoersDefaults {
			return fmt.Errorf("not judged: more than %d parameters of Defaults", maxSudoersDefaults)
		}
		r.out.defaults = append(r.out.defaults, one)
		if !p.accept(',') {
			return p.end()
		}
	}
}

// expand makes grants of the user specifications.
func (r *sudoersReader) expand() {
	for i := range r.out.defaults {
		d := &r.out.defaults[i]
		switch d.scope {
		case ':':
			d.members = r.names("User_Alias", d.members)
		case '>':
			d.members = r.names("Runas_Alias", d.members)
		}
	}
	for _, u := range r.specs {
		users := r.names("User_Alias", u.users)
		first := len(r.out.grants)
		except := false
		for _, s := range u.specs {
			for _, c := range r.commands(s.command, 0) {
				if len(r.out.grants) >= maxSudoersGrants || r.steps >= maxSudoersSteps {
					r.problem(u.file, u.line, fmt.Errorf("the rest is not judged: more than %d grants or %d names", maxSudoersGrants, maxSudoersSteps))
					r.out.grants = r.out.grants[:first]
					r.override()
					return
				}
				if c.negated {
					except = true
					continue
				}
				r.out.grants = append(r.out.grants, sudoGrant{
					file: u.file, line: u.line, users: users, runas: r.names("Runas_Alias", s.runas), asGroup: s.asGroup,
					command: c, noPasswd: s.noPasswd, passwd: s.passwd, setenv: s.setenv, noexec: s.noexec,
				})
			}
		}
		r.ask(r.out.grants[first:])
		for i := first; i < len(r.out.grants); i++ {
			r.out.grants[i].except = except
		}
	}
	r.override()
}

// names replaces aliases by their members, each name once.
func (r *sudoersReader) names(kind string, list []sudoName) []sudoName {
	var out []sudoName
	seen := map[sudoName]bool{}
	var walk func(list []sudoName, negated bool, depth int)
	walk = func(list []sudoName, negated bool, depth int) {
		for _, n := range list {
			n.negated = n.negated != negated
			if r.steps++; r.steps >= maxSudoersSteps {
				return
			}
			if seen[n] {
				continue
			}
			seen[n] = true
			if members, ok := r.aliases[kind+" "+n.name]; ok && depth < maxSudoersAlias {
				walk(members, n.negated, depth+1)
				continue
			}
			out = append(out, n)
		}
	}
	walk(list, false, 0)
	return out
}

// commands replaces a command alias by its members, at most maxSudoersGrants.
func (r *sudoersReader) commands(c sudoCommand, depth int) []sudoCommand {
	r.steps++
	members, ok := r.cmnds[c.path]
	if !ok || depth >= maxSudoersAlias {
		return []sudoCommand{c}
	}
	var out []sudoCommand
	for _, m := range members {
		one := m.command
		one.negated = one.negated != c.negated
		out = append(out, r.commands(one, depth+1)...)
		if len(out) > maxSudoersGrants || r.steps >= maxSudoersSteps {
			break
		}
	}
	return out
}

// ask works out which password sudo asks for before the grants of one user
// specification.
func (r *sudoersReader) ask(grants []sudoGrant) {
	if len(grants) == 0 {
		return
	}
	users := map[sudoName]bool{{name: "ALL"}: true}
	for _, n := range grants[0].users {
		users[n] = true
	}
	r.steps += len(users)
	for i := range grants {
		grants[i].withoutPassword = grants[i].noPasswd
	}
	for _, d := range r.out.defaults {
		var set func(*sudoGrant)
		switch d.name {
		case "authenticate":
			set = func(g *sudoGrant) { g.withoutPassword = g.noPasswd || d.negated && !g.passwd }
		case "targetpw", "rootpw", "runaspw":
			set = func(g *sudoGrant) { g.asksOther = !d.negated }
		default:
			continue
		}
		r.steps += len(d.members)
		forUsers := d.scope == ':' && slices.ContainsFunc(d.members, func(n sudoName) bool { return !n.negated && users[n] })
		for i := range grants {
			if r.steps++; r.steps >= maxSudoersSteps {
				return // expand says so at the next specification
			}
			if d.scope == 0 || forUsers || d.scope == '!' && slices.Contains(d.members, sudoName{name: grants[i].command.path}) {
				set(&grants[i])
			}
		}
	}
}

// override marks the grants that a later one overrides. Where comparing them
// would be over maxSudoersSteps they are left as they are.
func (r *sudoersReader) override() {
	grants := r.out.grants
	var all []int // grants of all commands
	for i, g := range grants {
		if g.command.path == "ALL" && !g.except && !g.asGroup {
			all = append(all, i)
		}
	}
	steps := 0
	for i := range grants {
		g := &grants[i]
		for _, j := range all {
			l := &grants[j]
			if steps++; steps >= maxSudoersSteps {
				return
			}
			if j <= i || l.withoutPassword == g.withoutPassword && l.setenv == g.setenv {
				continue
			}
			if steps += len(l.users)*(1+len(g.users)) + len(l.runas)*(1+len(g.runas)); steps >= maxSudoersSteps {
				return
			}
			if covers(l.users, g.users) && (len(g.runas) == 0 || covers(l.runas, g.runas)) {
				g.overridden = true
				break
			}
		}
	}
}

func covers(later, earlier []sudoName) bool {
	all := sudoName{name: "ALL"}
	if slices.Contains(later, all) {
		return !slices.ContainsFunc(later, func(n sudoName) bool { return n.negated })
	}
	for _, n := range earlier {
		if !slices.Contains(later, n) {
			return false
		}
	}
	return true
}

// asRoot is true if the grant lets run commands as root.
func (g *sudoGrant) asRoot() bool {
	if g.asGroup {
		return false
	}
	if len(g.runas) == 0 {
		return true
	}
	root := false
	for _, n := range g.runas {
		switch n.name {
		case "ALL", "root", "#0":
			root = !n.negated
		}
	}
	return root
}

// String gives the grant in sudoers form, aliases expanded.
func (g *sudoGrant) String() string {
	var b strings.Builder
	writeNames(&b, g.users)
	b.WriteString(" ALL=")
	if len(g.runas) > 0 {
		b.WriteByte('(')
		writeNames(&b, g.runas)
		b.WriteString(") ")
	}
	for _, t := range []struct {
		set bool
		tag string
	}{{g.noPasswd, "NOPASSWD: "}, {g.passwd, "PASSWD: "}, {g.setenv, "SETENV: "}, {g.noexec, "NOEXEC: "}} {
		if t.set {
			b.WriteString(t.tag)
		}
	}
	b.WriteString(g.command.String())
	return b.String()
}

func writeNames(b *strings.Builder, list []sudoName) {
	for i, n := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.negated {
			b.WriteByte('!')
		}
		b.WriteString(n.name)
	}
}

func (c sudoCommand) String() string {
	switch {
	case c.noArgs:
		return c.path + ` ""`
	case c.args != "":
		return c.path + " " + c.args
	}
	return c.path
}

// String gives the parameter as a Defaults line of its own.
func (d *sudoDefault) String() string {
	var b strings.Builder
	b.WriteString("Defaults")
	if d.scope != 0 {
		b.WriteByte(d.scope)
		writeNames(&b, d.members)
	}
	b.WriteByte(' ')
	if d.negated {
		b.WriteByte('!')
	}
	b.WriteString(d.name)
	b.WriteString(d.op)
	b.WriteString(d.value)
	return b.String()
}
