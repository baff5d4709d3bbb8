package shell

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// collector collects the commands of a script and of the scripts nested in it (sh -c).
type collector struct {
	cmds     []*Command
	left     int  // number of bytes that may still be read
	complete bool // whether everything was read
}

// scope is the context of a script.
type scope struct {
	depth   int      // level of nesting
	via     []string // the programs that start its commands
	partial bool     // the script was split into words
}

// startedBy returns the scope of commands that the named program starts.
func (s scope) startedBy(name string) scope {
	s.via = append(slices.Clip(s.via), name)
	return s
}

// ends are the commands of a part of a script that read its standard input, and those that
// write its standard output.
type ends struct {
	in, out []*Command
}

// add adds the ends of another part.
func (e *ends) add(more ends) {
	if len(e.in) == 0 && len(e.out) == 0 {
		*e = more
		return
	}
	e.in = append(e.in, more.in...)
	e.out = append(e.out, more.out...)
}

// connect records that the commands in to read the output of those in from.
func (r *collector) connect(from, to []*Command) {
	if len(to) > MaxReaders {
		r.complete = false
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

// script adds the commands of a script.
func (r *collector) script(src string, lang Language, at scope) ends {
	if at.depth > MaxDepth || len(src) > r.left {
		r.complete = false
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
				w := walker{collector: r, src: src, at: at}
				return w.statements(f.Stmts)
			}
		}
	}
	if strings.Trim(src, Blanks) != "" {
		r.complete = false
	}
	at.partial = true
	return r.split(src, lang, at)
}

// parseScript parses a script within the limits of the parser. A panic of the parser is an
// error, too.
func parseScript(src string, lang syntax.LangVariant) (f *syntax.File, err error) {
	if len(src) > maxParsed || countOpenings(src) > maxOpenings {
		return nil, fmt.Errorf("script of %d bytes is too large or nested too deeply to be parsed", len(src))
	}
	defer func() {
		if p := recover(); p != nil {
			f, err = nil, fmt.Errorf("shell parser: %v", p)
		}
	}()
	return syntax.NewParser(syntax.Variant(lang)).Parse(strings.NewReader(src), "")
}

// countOpenings counts the characters that may open a nested construct.
func countOpenings(src string) int {
	n := 0
	for i := range len(src) {
		switch src[i] {
		case '(', '[', '{', '!', '~', '?', '`':
			n++
		}
	}
	return n
}

// walker adds the commands in the syntax tree of a script.
type walker struct {
	*collector
	src string
	at  scope
}

// statements adds the commands of a list of statements.
func (w *walker) statements(list []*syntax.Stmt) ends {
	var e ends
	for _, s := range list {
		e.add(w.statement(s))
	}
	return e
}

// statement adds the commands of a statement.
func (w *walker) statement(s *syntax.Stmt) ends {
	var e ends
	switch c := s.Cmd.(type) {
	case nil:
		// In a Dockerfile, a here-document without a command is a script.
		for _, rd := range s.Redirs {
			if rd.Hdoc != nil {
				e.add(w.heredoc(rd))
			}
		}
		return e
	case *syntax.CallExpr:
		return w.simpleCall(c, s.Redirs)
	case *syntax.BinaryCmd:
		x, y := w.statement(c.X), w.statement(c.Y)
		if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
			w.connect(x.out, y.in)
			e = ends{in: x.in, out: y.out}
		} else {
			x.add(y)
			e = x
		}
	case *syntax.Subshell:
		e = w.statements(c.Stmts)
	case *syntax.Block:
		e = w.statements(c.Stmts)
	case *syntax.IfClause:
		for ; c != nil; c = c.Else {
			e.add(w.statements(c.Cond))
			e.add(w.statements(c.Then))
		}
	case *syntax.WhileClause:
		e = w.statements(c.Cond)
		e.add(w.statements(c.Do))
	case *syntax.ForClause:
		w.substitutions(c.Loop, nil)
		e = w.statements(c.Do)
	case *syntax.CaseClause:
		w.substitutions(c.Word, nil)
		for _, item := range c.Items {
			e.add(w.statements(item.Stmts))
		}
	case *syntax.FuncDecl:
		if c.Body != nil {
			w.statement(c.Body)
		}
	case *syntax.TimeClause:
		if c.Stmt != nil {
			e = w.statement(c.Stmt)
		}
	case *syntax.CoprocClause:
		if c.Stmt != nil {
			w.statement(c.Stmt)
		}
	case *syntax.DeclClause:
		e = w.declare(c)
	default: // tests and arithmetic only run the substitutions in them
		w.substitutions(c, nil)
	}
	for _, rd := range s.Redirs {
		w.substitutions(rd, nil)
	}
	if writesToFile(s.Redirs) {
		e.out = nil
	}
	return e
}

// heredoc adds the commands of a here-document, unless its first line names a language that
// is not supported.
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
			w.complete = false
			return ends{}
		}
	}
	return w.script(body, POSIX, w.at)
}

// declare adds a declaration such as export or local as a command of that name.
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

// simpleCall adds a simple command.
func (w *walker) simpleCall(c *syntax.CallExpr, redirs []*syntax.Redirect) ends {
	call := simpleCommand{text: w.source(c)}
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
	e, cmd := w.addSimple(call, w.at)
	w.substitutions(c, cmd)
	for _, rd := range redirs {
		w.substitutions(rd, cmd)
	}
	if writesToFile(redirs) {
		e.out = nil
	}
	return e
}

// redirect converts a redirection.
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

// writesToFile reports whether the redirections send standard output to a file.
func writesToFile(redirs []*syntax.Redirect) bool {
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

// substitutions adds the commands in the command and process substitutions of a node. Cmd is
// the command of the node, or nil.
func (w *walker) substitutions(node syntax.Node, cmd *Command) {
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			e := w.statements(n.Stmts)
			if cmd != nil {
				w.connect(e.out, []*Command{cmd})
			}
			return false
		case *syntax.ProcSubst:
			e := w.statements(n.Stmts)
			switch {
			case cmd == nil:
			case n.Op == syntax.CmdOut:
				w.connect([]*Command{cmd}, e.in)
			default:
				w.connect(e.out, []*Command{cmd})
			}
			return false
		}
		return true
	})
}

// source returns the source of a node.
func (w *walker) source(n syntax.Node) string {
	from, to := n.Pos().Offset(), n.End().Offset()
	if from > to || to > uint(len(w.src)) {
		return ""
	}
	return w.src[from:to]
}

// text returns a word without its quotes. Expansions are unchanged, and literal is false if
// there are any.
func (w *walker) text(n *syntax.Word) (text string, literal bool) {
	if len(n.Parts) == 1 {
		return w.part(n.Parts[0], false)
	}
	return w.parts(n.Parts, false)
}

// parts returns the text of the parts of a word. Quoted reports double quotes.
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

// part returns the text of a part of a word.
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

// unescape removes the backslashes that quote a character. In double quotes, a backslash
// quotes only some characters.
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
