package shell

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// reader collects the commands of an instruction's scripts.
type reader struct {
	cmds  []*Command
	left  int // bytes that may still be read
	whole bool
}

// scope is where a script stands.
type scope struct {
	depth   int      // in how many scripts
	via     []string // through what it is run
	partial bool     // split by eye
}

// through is the scope of what the named program runs.
func (s scope) through(name string) scope {
	s.via = append(slices.Clip(s.via), name)
	return s
}

// ends are the commands at the two ends of a piece of script: those that read
// its standard input and those that write its standard output.
type ends struct {
	in, out []*Command
}

func (e *ends) add(more ends) {
	if len(e.in) == 0 && len(e.out) == 0 {
		*e = more
		return
	}
	e.in = append(e.in, more.in...)
	e.out = append(e.out, more.out...)
}

// pipe makes the output of the one the input of the others.
func (r *reader) pipe(from, to []*Command) {
	if len(to) > MaxReaders {
		r.whole = false
		to = to[:MaxReaders]
	}
	for _, c := range from {
		if len(c.Into) == 0 {
			c.Into = slices.Clip(to)
		} else {
			c.Into = append(c.Into, to...)
		}
	}
}

// script reads a whole script.
func (r *reader) script(src string, lang Language, at scope) ends {
	if at.depth > MaxDepth || len(src) > r.left {
		r.whole = false
		src = src[:min(len(src), r.left)]
		if at.depth > MaxDepth {
			return ends{}
		}
	}
	r.left -= len(src)
	at.depth++
	if lang == POSIX {
		for _, lang := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX} {
			if f, err := parseScript(src, lang); err == nil {
				w := walker{reader: r, src: src, at: at}
				return w.stmts(f.Stmts)
			}
		}
	}
	if strings.Trim(src, Blanks) != "" {
		r.whole = false
	}
	at.partial = true
	return r.split(src, lang, at)
}

// parseScript parses a script that is small enough for it. An error of the
// parser, also one that it did not foresee, is an error of the script.
func parseScript(src string, lang syntax.LangVariant) (f *syntax.File, err error) {
	if len(src) > maxParsed || openings(src) > maxOpenings {
		return nil, fmt.Errorf("script of %d bytes is too large or nested too deeply to be parsed", len(src))
	}
	defer func() {
		if p := recover(); p != nil {
			f, err = nil, fmt.Errorf("shell parser: %v", p)
		}
	}()
	return syntax.NewParser(syntax.Variant(lang)).Parse(strings.NewReader(src), "")
}

// openings counts the characters that may open one more level.
func openings(src string) int {
	n := 0
	for i := range len(src) {
		switch src[i] {
		case '(', '[', '{', '!', '~', '?', '`':
			n++
		}
	}
	return n
}

// walker reads the syntax tree of one script.
type walker struct {
	*reader
	src string
	at  scope
}

func (w *walker) stmts(list []*syntax.Stmt) ends {
	var e ends
	for _, s := range list {
		e.add(w.stmt(s))
	}
	return e
}

func (w *walker) stmt(s *syntax.Stmt) ends {
	var e ends
	switch c := s.Cmd.(type) {
	case nil:
		// A here-document that stands alone is, in a Dockerfile, the script.
		for _, rd := range s.Redirs {
			if rd.Hdoc != nil {
				e.add(w.heredoc(rd))
			}
		}
		return e
	case *syntax.CallExpr:
		return w.call(c, s.Redirs)
	case *syntax.BinaryCmd:
		x, y := w.stmt(c.X), w.stmt(c.Y)
		if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
			w.pipe(x.out, y.in)
			e = ends{in: x.in, out: y.out}
		} else {
			x.add(y)
			e = x
		}
	case *syntax.Subshell:
		e = w.stmts(c.Stmts)
	case *syntax.Block:
		e = w.stmts(c.Stmts)
	case *syntax.IfClause:
		for ; c != nil; c = c.Else {
			e.add(w.stmts(c.Cond))
			e.add(w.stmts(c.Then))
		}
	case *syntax.WhileClause:
		e = w.stmts(c.Cond)
		e.add(w.stmts(c.Do))
	case *syntax.ForClause:
		w.substitutions(c.Loop, nil)
		e = w.stmts(c.Do)
	case *syntax.CaseClause:
		w.substitutions(c.Word, nil)
		for _, item := range c.Items {
			e.add(w.stmts(item.Stmts))
		}
	case *syntax.FuncDecl:
		if c.Body != nil {
			w.stmt(c.Body)
		}
	case *syntax.TimeClause:
		if c.Stmt != nil {
			e = w.stmt(c.Stmt)
		}
	case *syntax.CoprocClause:
		if c.Stmt != nil {
			w.stmt(c.Stmt)
		}
	case *syntax.DeclClause:
		e = w.declare(c)
	default: // tests and arithmetic run nothing but what is substituted in them
		w.substitutions(c, nil)
	}
	for _, rd := range s.Redirs {
		w.substitutions(rd, nil)
	}
	if writesFile(s.Redirs) {
		e.out = nil
	}
	return e
}

// heredoc reads the body of a here-document as a script, unless its first line
// says that it is in another language, which is not read.
func (w *walker) heredoc(rd *syntax.Redirect) ends {
	body, _ := w.text(rd.Hdoc)
	if line, ok := strings.CutPrefix(body, "#!"); ok {
		line, _, _ = strings.Cut(line, "\n")
		program, rest := CutWord(line)
		if ProgramName(program) == "env" {
			program, rest = CutWord(rest)
			if program == "-S" {
				program, _ = CutWord(rest)
			}
		}
		if LanguageOf(program) != POSIX {
			w.whole = false
			return ends{}
		}
	}
	return w.script(body, POSIX, w.at)
}

// declare reads export, local and their like as a command of that name.
func (w *walker) declare(c *syntax.DeclClause) ends {
	cmd := &Command{Path: c.Variant.Value, Literal: true, Text: w.source(c)}
	for _, a := range c.Args {
		word := w.source(a)
		if !a.Naked && a.Name != nil && a.Value != nil && a.Index == nil {
			value, literal := w.text(a.Value)
			cmd.Literal = cmd.Literal && literal
			cmd.Assigns = append(cmd.Assigns, KeyValue{a.Name.Value, value})
			word = a.Name.Value + "=" + value
		}
		cmd.Args = append(cmd.Args, word)
	}
	w.emit(cmd, w.at)
	w.substitutions(c, cmd)
	return ends{out: []*Command{cmd}}
}

// call reads a simple command.
func (w *walker) call(c *syntax.CallExpr, redirs []*syntax.Redirect) ends {
	call := simple{text: w.source(c)}
	for _, a := range c.Assigns {
		if a.Name == nil {
			continue
		}
		kv := KeyValue{Key: a.Name.Value}
		switch {
		case a.Value != nil:
			kv.Value, _ = w.text(a.Value)
		case a.Array != nil:
			kv.Value = w.source(a.Array)
		}
		call.assigns = append(call.assigns, kv)
	}
	for _, a := range c.Args {
		text, literal := w.text(a)
		call.words = append(call.words, word{text, literal})
	}
	for _, rd := range redirs {
		call.redirects = append(call.redirects, w.redirect(rd))
	}
	e, cmd := w.simple(call, w.at)
	w.substitutions(c, cmd)
	for _, rd := range redirs {
		w.substitutions(rd, cmd)
	}
	if writesFile(redirs) {
		e.out = nil
	}
	return e
}

func (w *walker) redirect(rd *syntax.Redirect) Redirect {
	out := Redirect{Op: rd.Op.String()}
	if rd.N != nil {
		out.FD = rd.N.Value
	}
	switch {
	case rd.Hdoc != nil:
		out.Word, _ = w.text(rd.Hdoc)
	case rd.Word != nil:
		out.Word, _ = w.text(rd.Word)
	}
	return out
}

// writesFile is true if standard output goes to a file.
func writesFile(redirs []*syntax.Redirect) bool {
	for _, rd := range redirs {
		if rd.N != nil && rd.N.Value != "1" {
			continue
		}
		switch rd.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
			return true
		}
	}
	return false
}

// substitutions reads the command and process substitutions below a node, which
// belongs to cmd if that is not nil.
func (w *walker) substitutions(node syntax.Node, cmd *Command) {
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			e := w.stmts(n.Stmts)
			if cmd != nil {
				w.pipe(e.out, []*Command{cmd})
			}
			return false
		case *syntax.ProcSubst:
			e := w.stmts(n.Stmts)
			switch {
			case cmd == nil:
			case n.Op == syntax.CmdOut:
				w.pipe([]*Command{cmd}, e.in)
			default:
				w.pipe(e.out, []*Command{cmd})
			}
			return false
		}
		return true
	})
}

// source is the text of a node as it stands in the script.
func (w *walker) source(n syntax.Node) string {
	from, to := n.Pos().Offset(), n.End().Offset()
	if from > to || to > uint(len(w.src)) {
		return ""
	}
	return w.src[from:to]
}

// text is a word without its quotes; literal is false if it has an expansion,
// which then stands as it was written.
func (w *walker) text(n *syntax.Word) (text string, literal bool) {
	if len(n.Parts) == 1 {
		return w.part(n.Parts[0], false)
	}
	return w.parts(n.Parts, false)
}

func (w *walker) parts(list []syntax.WordPart, quoted bool) (text string, literal bool) {
	var b strings.Builder
	literal = true
	for _, p := range list {
		t, l := w.part(p, quoted)
		b.WriteString(t)
		literal = literal && l
	}
	return b.String(), literal
}

func (w *walker) part(p syntax.WordPart, quoted bool) (text string, literal bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		return unescape(p.Value, quoted), true
	case *syntax.SglQuoted:
		return p.Value, true
	case *syntax.DblQuoted:
		return w.parts(p.Parts, true)
	case *syntax.ExtGlob:
		return w.source(p), true
	default:
		return w.source(p), false
	}
}

// unescape removes the backslashes that quote a character. In double quotes only
// some characters need them.
func unescape(s string, quoted bool) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == '\n':
		case quoted && strings.IndexByte("$`\"\\", c) < 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
