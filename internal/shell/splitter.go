package shell

import "strings"

// split splits a script that cannot be parsed into commands: at Blanks into words, and at
// the operators that all shells have into commands. It handles quotes and pipes, and nothing
// else. The caller must set complete to false.
func (r *collector) split(src string, lang Language, at scope) ends {
	s := splitter{collector: r, lang: lang, at: at, src: src}
	for s.pos < len(src) {
		if len(r.cmds) >= MaxCommands {
			return s.ends
		}
		s.token()
	}
	s.flush(false)
	return s.ends
}

// splitter is the state of split.
type splitter struct {
	*collector
	lang  Language
	at    scope
	src   string
	pos   int
	start int // offset of the current command
	words []word
	ends  ends
	piped []*Command // commands whose output the current command reads
}

// token reads one word, operator or run of Blanks.
func (s *splitter) token() {
	switch c := s.src[s.pos]; c {
	case ' ', '\t', '\r', '\v', '\f':
		s.pos++
	case '|':
		double := strings.HasPrefix(s.src[s.pos:], "||")
		s.flush(!double)
		s.pos++
		if double {
			s.pos++
		}
		s.start = s.pos
	case ';', '&', '\n', '(', ')', '`':
		s.flush(false)
		s.pos++
		s.start = s.pos
	case '#':
		if s.lang == Batch {
			s.word()
		} else {
			s.skipLine()
		}
	case '<', '>':
		s.pos++
		s.skipFile()
	default:
		s.word()
	}
}

// skipLine skips to the end of the line.
func (s *splitter) skipLine() {
	if i := strings.IndexByte(s.src[s.pos:], '\n'); i >= 0 {
		s.pos += i
		return
	}
	s.pos = len(s.src)
}

// skipFile skips the file of a redirection.
func (s *splitter) skipFile() {
	s.pos += len(s.src[s.pos:]) - len(strings.TrimLeft(s.src[s.pos:], "<>&| \t"))
	if s.pos < len(s.src) && strings.IndexByte(";\n()`", s.src[s.pos]) < 0 {
		n := len(s.words)
		s.word()
		s.words = s.words[:n]
	}
}

// word reads a word up to an unquoted blank or operator.
func (s *splitter) word() {
	var b strings.Builder
	literal := true
	quote := byte(0)
	for ; s.pos < len(s.src); s.pos++ {
		c := s.src[s.pos]
		switch {
		case c == '\\' && s.lang == POSIX && quote != '\'' && s.pos+1 < len(s.src):
			s.pos++
			if s.src[s.pos] != '\n' {
				b.WriteByte(s.src[s.pos])
			}
			continue
		case quote != 0:
			if c == quote {
				quote = 0
				continue
			}
		case c == '"' || c == '\'':
			quote = c
			continue
		case strings.IndexByte(Blanks+"|;&()<>`", c) >= 0:
			s.add(b.String(), literal)
			return
		}
		if c == '$' && quote != '\'' {
			literal = false
		}
		b.WriteByte(c)
	}
	s.add(b.String(), literal)
}

// add adds a word, except for a reserved word at the start of a command.
func (s *splitter) add(text string, literal bool) {
	if len(s.words) == 0 {
		switch text {
		case "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "{", "}", "!", "time":
			s.start = s.pos
			return
		}
	}
	s.words = append(s.words, word{text, literal})
}

// flush ends the current command. Pipes reports whether the next one reads its output.
func (s *splitter) flush(pipes bool) {
	call := simpleCommand{text: strings.Trim(s.src[min(s.start, s.pos):s.pos], Blanks)}
	for len(s.words) > 0 {
		key, value, ok := CutAssignment(s.words[0].text, IsNameByte)
		if !ok {
			break
		}
		call.assigns = append(call.assigns, KeyValue{key, value})
		s.words = s.words[1:]
	}
	call.words = s.words
	e, _ := s.addSimple(call, s.at)
	s.words = nil
	if len(e.in) > 0 {
		s.connect(s.piped, e.in)
		s.piped = nil
	}
	if !pipes {
		s.piped = nil
		s.ends.add(e)
		return
	}
	s.ends.in = append(s.ends.in, e.in...)
	s.piped = e.out
}
