package sudoers

import (
	"path"
	"strings"
)

// Read parses a file and its includes.
func Read(fsys FileSystem, file string) *Config {
	r := reader{fsys: fsys, out: &Config{}, aliases: map[string][]Member{}, commandAliases: map[string][]commandSpec{}}
	r.file(file, 0)
	r.expand()
	return r.out
}

// reader collects the statements of all files. Aliases are expanded afterwards, since they
// may be defined after their use.
type reader struct {
	fsys           FileSystem
	out            *Config
	specs          []userSpec
	aliases        map[string][]Member // by kind and name: "User_Alias NAME"
	commandAliases map[string][]commandSpec
	steps          int // up to maxSteps
	bytes          int // up to MaxBytes
}

// userSpec is a user specification without expanded aliases.
type userSpec struct {
	file  string
	line  int
	users []Member
	specs []commandSpec
}

// commandSpec is a command of a user specification or command alias.
type commandSpec struct {
	runAs     []Member
	groupOnly bool
	tags      Tags
	command   Command
}

// problem adds a Problem, up to MaxFiles.
func (r *reader) problem(file string, line int, err error) {
	if len(r.out.Problems) < MaxFiles {
		r.out.Problems = append(r.out.Problems, Problem{file, line, err})
	}
}

// file parses a file. It ignores a file that does not exist.
func (r *reader) file(name string, depth int) {
	if depth > MaxDepth || len(r.out.Files) >= MaxFiles {
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
	r.out.Files = append(r.out.Files, name)
	for l := range logicalLines(text) {
		if dir, arg, ok := includeOf(l.text); ok {
			r.include(name, l.number, dir, arg, depth)
			continue
		}
		p := &parser{s: l.text}
		if err := r.statement(p, name, l.number); err != nil {
			r.problem(name, l.number, err)
		}
	}
}

// includeOf returns the argument of @include, #include, @includedir or #includedir. Dir
// reports one of the latter two.
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
	p := &parser{s: strings.TrimSpace(rest)}
	return dir, p.nextWord(" \t"), true
}

// include parses an included file, or the files in an included directory.
func (r *reader) include(from string, line int, dir bool, arg string, depth int) {
	if strings.Contains(arg, "%h") {
		r.problem(from, line, ErrHostName)
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
	for _, base := range r.fsys.ReadDir(name) {
		if strings.Contains(base, ".") || strings.HasSuffix(base, "~") {
			continue // sudo skips backup files of package managers and editors
		}
		r.file(path.Join(name, base), depth+1)
	}
}

// statement parses a logical line.
func (r *reader) statement(p *parser, file string, line int) error {
	word := p.peekName()
	switch {
	case word == "User_Alias", word == "Runas_Alias", word == "Host_Alias":
		p.i += len(word)
		return p.aliases(func(name string) error {
			list, err := p.memberList(word == "Host_Alias")
			r.aliases[word+" "+name] = list
			return err
		})
	case word == "Cmnd_Alias", word == "Cmd_Alias":
		p.i += len(word)
		return p.aliases(func(name string) error {
			specs, err := p.commands()
			r.commandAliases[name] = specs
			return err
		})
	case strings.HasPrefix(p.s, "Defaults"):
		return r.defaults(p, file, line)
	}
	users, err := p.memberList(false)
	if err != nil {
		return err
	}
	for {
		if _, err := p.memberList(true); err != nil {
			return err
		}
		if !p.accept('=') {
			return syntaxError(`no "=" between hosts and commands`)
		}
		specs, err := p.commands()
		if err != nil {
			return err
		}
		r.specs = append(r.specs, userSpec{file, line, users, specs})
		if !p.accept(':') {
			return p.checkEnd()
		}
	}
}

// defaults parses a Defaults line.
func (r *reader) defaults(p *parser, file string, line int) error {
	p.i = len("Defaults")
	d := Default{File: file, Line: line}
	switch c := p.peek(); Scope(c) {
	case ForHosts, ForUsers, ForCommands, ForRunAs:
		d.Scope = Scope(c)
		p.i++
		var err error
		if d.Scope == ForCommands {
			var specs []commandSpec
			specs, err = p.commands()
			for _, s := range specs {
				d.Members = append(d.Members, Member{s.command.Path, s.command.Negated})
			}
		} else {
			d.Members, err = p.memberList(d.Scope == ForHosts)
		}
		if err != nil {
			return err
		}
	case ' ', '\t':
	default:
		return syntaxError("a statement that is neither Defaults nor an alias nor a user specification")
	}
	for {
		p.skipSpace()
		one := d
		for p.accept('!') {
			one.Negated = !one.Negated
		}
		one.Name = p.nextWord(" \t,=+-!")
		if one.Name == "" {
			return syntaxError("Defaults without a parameter")
		}
		p.skipSpace()
		for _, op := range []string{"+=", "-=", "="} {
			if strings.HasPrefix(p.s[p.i:], op) {
				p.i += len(op)
				p.skipSpace()
				one.Op, one.Value = op, p.nextWord(" \t,")
				break
			}
		}
		if len(r.out.Defaults) >= MaxDefaults {
			return ErrTooManyDefaults
		}
		r.out.Defaults = append(r.out.Defaults, one)
		if !p.accept(',') {
			return p.checkEnd()
		}
	}
}
