package redact

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/secretname"
	"seaworthy.dev/seaworthy/internal/shell"
)

// scriptReader finds secrets in the text of a script, or in any other text with names
// and values in it. It goes through the text once: what it reads ahead of it is
// hidden or skipped.
type scriptReader struct {
	text string
	pos  int
	// literal is true if no shell expands references to variables.
	literal bool
	// scripted is true if the first here-document is a script itself.
	scripted bool
	found    spans
	// quote is the quote in which pos is; 0 in none. In a line of plain text, such
	// as that of a comment or a here-document, it is a newline.
	quote byte
	// opened is where the quote began.
	opened int
	// end is the word that ends the here-document in which pos is, if any.
	end string
	// pending are the here-documents that begin with the next line.
	pending []heredoc
	// outer is the statement in which a quote stands; statement that at pos.
	outer, statement statement
	depth            int // of groups
}

type heredoc struct {
	end            string
	plain, secrets bool
}

// statement is what is known of the commands at pos, up to the last operator
// that is no pipe.
type statement struct {
	// letters are the single-letter options with a secret as value.
	letters string
	// cluster is true if the letters may stand behind others, as in -sSu.
	cluster bool
	// operands is true if the operands are secrets.
	operands bool
	// sink is true if a command reads passwords from its standard input.
	sink bool
	// printed are the arguments of echo and printf, and printing is where those of
	// the last one begin, if they have not ended.
	printed  spans
	printing int
	// words are the last two words.
	words [2]string
	fresh bool // a pipe stands right before
}

// scan goes through the text.
func (s *scriptReader) scan() spans {
	for s.pos < len(s.text) {
		s.token()
	}
	s.endPrinting()
	s.drain()
	return s.found
}

// token reads one word, quote, operator or blank.
func (s *scriptReader) token() {
	switch c := s.text[s.pos]; c {
	case '\n':
		s.newline()
	case ' ', '\t', '\r', '\v', '\f', '>':
		s.pos++
	case '"', '\'':
		s.quoted(c)
	case ';', '|', '&':
		s.operator(c)
	case '(':
		s.depth++
		s.pos++
	case ')':
		s.depth = max(s.depth-1, 0)
		s.pos++
	case '<':
		s.input()
	case '#':
		if s.quote == 0 && (s.pos == 0 || isBlank(s.text[s.pos-1])) {
			s.quote = '\n'
		}
		s.pos++
	case '`':
		s.pos++
	default:
		s.word()
	}
}

// quoted reads a quote. One between two letters is an apostrophe.
func (s *scriptReader) quoted(c byte) {
	switch {
	case s.quote == c:
		s.unquote()
	case s.quote == 0 && !(c == '\'' && s.pos > 0 && isAlnum(s.text[s.pos-1]) && s.pos+1 < len(s.text) && isAlnum(s.text[s.pos+1])):
		s.quote, s.opened = c, s.pos
		s.outer = s.statement
		s.statement.printed, s.statement.printing = nil, 0
	}
	s.pos++
}

// unquote leaves a quote. If a single word was in it, it counts as one of the
// statement around it.
func (s *scriptReader) unquote() {
	s.endPrinting()
	s.drain()
	inner := s.statement
	s.statement = s.outer
	if !strings.ContainsAny(s.text[s.opened:s.pos], shell.Blanks) {
		s.statement.letters, s.statement.cluster = inner.letters, inner.cluster
		s.statement.operands, s.statement.sink = inner.operands, s.statement.sink || inner.sink
		s.statement.words = inner.words
		if inner.printing > 0 && s.outer.printing == 0 {
			s.statement.printing = s.pos + 1
		}
	}
	s.quote = 0
}

func (s *scriptReader) newline() {
	s.pos++
	if n := s.pos - 2; n >= 0 && (s.text[n] == '`' || s.text[n] == '^') {
		return // continues the line in shells of Windows
	}
	if s.quote == '\n' && s.end == "" {
		s.quote = 0
	}
	if s.end != "" {
		if line := s.line(); strings.TrimSpace(line) == s.end {
			s.quote, s.end = 0, ""
			s.pos += len(line)
		}
	}
	for s.quote == 0 && len(s.pending) > 0 && s.end == "" {
		doc := s.pending[0]
		s.pending = s.pending[1:]
		switch {
		case doc.secrets || s.statement.sink:
			start := s.pos
			for s.pos < len(s.text) {
				line := s.line()
				if strings.TrimSpace(line) == doc.end {
					break
				}
				s.pos = min(s.pos+len(line)+1, len(s.text))
			}
			s.found.add(start, max(start, s.pos-1))
			s.pos += len(s.line())
		case doc.plain:
			s.quote, s.end = '\n', doc.end
		}
	}
	s.endStatement()
}

// line is the rest of the line.
func (s *scriptReader) line() string {
	line, _, _ := strings.Cut(s.text[s.pos:], "\n")
	return line
}

func (s *scriptReader) operator(c byte) {
	start := s.pos
	s.pos++
	for s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
	}
	if c == '|' && s.pos-start == 1 {
		s.endPrinting()
		if s.pos < len(s.text) && s.text[s.pos] == '&' {
			s.pos++
		}
		s.statement.letters, s.statement.operands, s.statement.fresh = "", false, true
		s.statement.words = [2]string{}
		return
	}
	if c == '&' && s.pos < len(s.text) && s.text[s.pos] == '>' || start > 0 && s.text[start-1] == '>' {
		return // a redirection
	}
	s.endStatement()
}

// endStatement forgets the commands that an operator has ended; in a group, what
// they printed may still be piped.
func (s *scriptReader) endStatement() {
	s.endPrinting()
	s.drain()
	printed := s.statement.printed
	s.statement = statement{}
	if s.quote != 0 && s.quote != '\n' {
		s.statement.letters, s.statement.cluster = s.outer.letters, s.outer.cluster
	}
	if s.depth > 0 {
		s.statement.printed = printed
	}
}

// endPrinting ends the arguments of echo or printf.
func (s *scriptReader) endPrinting() {
	if s.statement.printing > 0 {
		s.statement.printed.add(s.statement.printing, s.pos)
		s.statement.printing = 0
	}
}

// drain hides what was printed if it is read as a password.
func (s *scriptReader) drain() {
	if !s.statement.sink {
		return
	}
	for _, p := range s.statement.printed {
		end := min(p.To, len(s.text))
		for end > p.From && strings.IndexByte(shell.Blanks+"|)};", s.text[end-1]) >= 0 {
			end--
		}
		start := p.From
		for start < end && isBlank(s.text[start]) {
			start++
		}
		text := s.text[start:end]
		for strings.HasPrefix(text, "-") {
			_, rest := shell.CutWord(text)
			start, text = end-len(rest), rest
		}
		if _, password, ok := strings.Cut(text, ":"); ok && references(password) || references(text) && !s.literal {
			continue
		}
		s.found.add(start, end)
	}
	s.statement.printed = nil
}

// input reads a redirection of the standard input.
func (s *scriptReader) input() {
	n := 0
	for s.pos < len(s.text) && s.text[s.pos] == '<' {
		s.pos++
		n++
	}
	switch {
	case n == 3:
		start := s.skipBlanks(s.pos)
		if s.statement.sink && start < len(s.text) {
			s.hide(start)
			return
		}
	case n == 2 && s.quote == 0:
		if s.pos < len(s.text) && s.text[s.pos] == '-' {
			s.pos++
		}
		start := s.skipBlanks(s.pos)
		end := s.shellWord(start)
		tag := strings.Trim(s.text[start:end], `"'\`)
		if tag == "" {
			return
		}
		s.pending = append(s.pending, heredoc{end: tag, plain: !s.scripted, secrets: s.statement.sink})
		s.scripted = false
		s.pos = end
	}
}

// word reads a word up to what ends it in some shell, or a quote.
func (s *scriptReader) word() {
	start := s.pos
	end := start
	for end < len(s.text) && strings.IndexByte(shell.Blanks+"\"';|&()<>`", s.text[end]) < 0 {
		if s.text[end] == '\\' && s.quote != '\'' {
			end++
		}
		end++
	}
	end = min(end, len(s.text))
	s.pos = end
	word := strings.Trim(s.text[start:end], `\,[]{}`)
	previous := s.statement.words
	s.statement.words = [2]string{word, previous[0]}
	if s.option(word, start, end) || s.names(start, end) {
		return
	}
	operands := s.statement.operands
	s.command(word, previous)
	switch next := s.skipBlanks(end); {
	case operands && !strings.HasPrefix(word, "-"):
		s.found.add(start, end)
	case next == end && !s.closes(end) || next >= len(s.text):
	case strings.EqualFold(previous[0], "set") && secretname.MaybeSecret(lastBytes(word)),
		strings.EqualFold(word, "password") && (s.quote != 0 && !s.closes(end) || strings.EqualFold(previous[1], "login") || secretname.MaybeSecret(lastBytes(previous[0]))),
		strings.EqualFold(word, "by") && strings.IndexByte("\"'\\", s.text[next]) >= 0:
		s.hideNext(end)
	}
}

// command learns from the name of a program, wherever it stands.
func (s *scriptReader) command(word string, previous [2]string) {
	st := &s.statement
	name := strings.ToLower(shell.ProgramName(word[strings.LastIndexByte(word, '=')+1:])) // of NAME=program too
	switch {
	case name == "echo" || name == "printf":
		if st.printing == 0 {
			st.printing = s.pos
		}
	case slices.Contains([]string{"chpasswd", "smbpasswd", "vncpasswd", "pw"}, name), name == "su" || name == "sudo" && st.fresh:
		st.sink = true
	case name == "passwd":
		st.sink = true
		st.operands = previous[0] == "openssl"
	case name == "htpasswd" || name == "mkpasswd":
		st.sink, st.operands = true, previous[0] == "" || previous[0] == "sudo"
	case name == "add_user" || name == "change_password":
		st.operands = previous[0] == "rabbitmqctl"
	default:
		st.add(credential.PasswordLetters(name))
		st.cluster = st.cluster || name == "curl"
	}
	st.fresh = false
}

// add adds single-letter options.
func (st *statement) add(letters string) {
	if !strings.Contains(st.letters, letters) {
		st.letters += letters
	}
}

// curlValues are curl's other options with a value, behind which a cluster ends.
const curlValues = "AbcCdDeEFHhKmoPQrtTwxXyYz"

// option reads an option with a secret as its value; false if it is none.
func (s *scriptReader) option(word string, start, end int) bool {
	if !strings.HasPrefix(word, "-") || len(word) < 2 || strings.Contains(word, "=") {
		return false
	}
	if strings.HasSuffix(word, "-stdin") || strings.HasSuffix(word, "-from-stdin") {
		s.statement.sink = s.statement.sink || secretname.MaybeSecret(strings.TrimSuffix(lastBytes(word), "-stdin")) || word == "--stdin"
		return false
	}
	if word == "-S" && s.statement.words[1] == "sudo" {
		s.statement.sink = true
		return false
	}
	if word[1] != '-' {
		for i := start + strings.IndexByte(s.text[start:end], '-') + 1; i < end && i > start; i++ {
			c := s.text[i]
			if strings.IndexByte(s.statement.letters, c) >= 0 {
				s.hideValue(i + 1)
				return true
			}
			if !s.statement.cluster || strings.IndexByte(curlValues, c) >= 0 {
				break
			}
		}
	}
	switch name := lastBytes(word); {
	case strings.Contains(name, ":") || strings.HasPrefix(name, "--no-") || strings.HasPrefix(name, "--skip-") || strings.HasPrefix(name, "--without-"):
		return false
	case secretname.MaybeSecret(name),
		s.statement.cluster && (name == "--user" || name == "--proxy-user" || name == "--oauth2-bearer"):
		return s.hideNext(end)
	}
	return false
}

// hideValue hides the value of an option that may begin right at i, or in the
// next word.
func (s *scriptReader) hideValue(i int) {
	if i < len(s.text) && !isBlank(s.text[i]) && !s.closes(i) && strings.IndexByte(";|&()<>", s.text[i]) < 0 {
		if s.text[i] == '=' {
			i++
		}
		s.hide(i)
		return
	}
	s.hideNext(i)
}

// hideNext hides the word behind the one that ends at i, if there is one that is
// no option.
func (s *scriptReader) hideNext(i int) bool {
	if s.closes(i) {
		s.pos = i
		s.unquote()
		i++
		for i < len(s.text) && (isBlank(s.text[i]) || s.text[i] == ',') {
			i++
		}
	} else {
		i = s.skipBlanks(i)
	}
	if i >= len(s.text) || strings.IndexByte(";|&)<>\n]", s.text[i]) >= 0 || s.closes(i) || looksLikeOption(s.text[i:]) {
		s.pos = min(i, len(s.text))
		return true
	}
	s.hide(i)
	return true
}

// looksLikeOption is true for -x and --word, in quotes or not.
func looksLikeOption(s string) bool {
	s = strings.TrimLeft(s, `"'\`)
	if len(s) < 2 || s[0] != '-' {
		return false
	}
	if s[1] == '-' {
		return len(s) > 2 && isAlnum(s[2])
	}
	return isAlnum(s[1]) && (len(s) == 2 || strings.IndexByte(shell.Blanks+`"'\`, s[2]) >= 0)
}

// names finds names of credentials in a word that have a value behind them;
// false if the word was read to its end in vain.
func (s *scriptReader) names(start, end int) bool {
	for i := start; i < end; i++ {
		if !secretname.IsByte(s.text[i]) {
			continue
		}
		first := i
		for i < end && secretname.IsByte(s.text[i]) {
			i++
		}
		if strings.HasSuffix(s.text[:first], "${") {
			if n := strings.IndexByte(s.text[first:i], '-'); n >= 0 {
				i = first + n // ${NAME-default}
			}
		}
		value := s.value(first, i)
		if value < 0 || !s.secretName(first, i) {
			continue
		}
		if s.closes(i) {
			s.pos = i
			s.unquote()
		}
		s.hide(value)
		if s.pos >= end {
			return true
		}
		i = max(i, s.pos-1)
	}
	s.pos = end
	return false
}

// value is where the value of the name from start to end begins; -1 if it has
// none.
func (s *scriptReader) value(start, end int) int {
	t, i := s.text, end
	before := byte(0)
	if start > 0 {
		before = t[start-1]
	}
	if start > 1 && t[start-2:start] == "${" {
		i += len(t[i:]) - len(strings.TrimLeft(t[i:], ":"))
		if i < len(t) && (t[i] == '=' || t[i] == '+' || t[i] == '-') {
			return i + 1
		}
		return -1
	}
	if before == '$' {
		return -1
	}
	if before == '<' && i < len(t) && t[i] == '>' {
		return i + 1 // an element of XML
	}
	quoted := 0
	for i+quoted < len(t) && quoted < 3 && (t[i+quoted] == '\\' || t[i+quoted] == '"' || t[i+quoted] == '\'') {
		quoted++
	}
	if quoted > 0 && (t[i+quoted-1] == '\\' || s.closes(i) && strings.IndexByte(":=", at(t, i+quoted)) < 0) {
		return -1
	}
	i += quoted
	op := s.skipSpaces(i)
	blank := op > i
	i = op
	switch {
	case i >= len(t):
		return -1
	case t[i] == '=' || at(t, i+1) == '=' && strings.IndexByte(":+?", t[i]) >= 0:
		for i < len(t) && strings.IndexByte("=:+?>", t[i]) >= 0 {
			i++
		}
		if !blank && quoted == 0 && s.quote == 0 && i < len(t) && isBlank(t[i]) {
			return -1 // a shell's empty value
		}
	case t[i] == ':' && (at(t, i+1) == ':' || strings.HasPrefix(t[i:], "://") || before == '/'):
		return -1
	case t[i] == ':':
		i++
	default:
		return -1
	}
	return s.skipSpaces(i)
}

// secretName is true if the name from start to end is that of a credential.
func (s *scriptReader) secretName(start, end int) bool {
	name := lastBytes(s.text[start:end])
	switch strings.ToLower(strings.TrimLeft(name, "-")) {
	case "authorization", "proxy-authorization", "cookie", "_auth", "x-amz-signature", "sig":
		return true
	case "auth":
		return end < len(s.text) && strings.IndexByte(`"\`, s.text[end]) >= 0
	}
	return !strings.HasPrefix(name, "--no-") && secretname.MaybeSecret(name)
}

// hide hides the value that begins at i, and goes on behind it. A reference to a
// variable stays, as does a command that is substituted, unless it only prints.
func (s *scriptReader) hide(i int) {
	t := s.text
	if rest, ok := strings.CutPrefix(t[i:], seaworthy.RedactionMark); ok && (rest == "" || isBlank(rest[0])) {
		s.pos = max(s.pos, len(t)-len(rest)) // redacted before; the mark may have replaced a quote
		return
	}
	if s.quote != '\'' && !s.literal {
		script := strings.TrimPrefix(t[i:], `"`)
		if command, ok := strings.CutPrefix(script, "$("); ok {
			if name, _ := shell.CutWord(command[:min(len(command), 64)]); name != "echo" && name != "printf" {
				s.pos = i
				return
			}
		}
	}
	start, end := i, s.valueEnd(i)
	for s.closes(end) && end+1 < len(t) && !isBlank(t[end+1]) && strings.IndexByte(",]});|&<>:\"", t[end+1]) < 0 {
		// A word goes on behind the quote.
		s.pos = end
		s.unquote()
		end = s.shellWord(end + 1)
	}
	s.pos = max(s.pos, end)
	if end-start >= 2 && (t[start] == '"' || t[start] == '\'') && t[end-1] == t[start] && strings.Count(t[start:end], t[start:start+1]) == 2 {
		start, end = start+1, end-1
	}
	if !s.literal && s.quote != '\'' && (start == 0 || t[start-1] != '\'') {
		value := t[start:end]
		if scheme, rest := shell.CutWord(value); rest != "" && strings.IndexByte(scheme, '$') < 0 {
			value = rest
		}
		if references(value) {
			return
		}
	}
	s.found.add(start, end)
}

// valueEnd returns where the value that begins at i ends. A shell, a Dockerfile and a
// header end a value at different places; valueEnd returns the last one. That is why it is
// not the function of the same name in package credential, which returns the first one.
func (s *scriptReader) valueEnd(i int) int {
	t := s.text
	if i > 0 && t[i-1] == '>' && i > 1 && t[i-2] != '=' {
		if n := strings.IndexAny(t[i:], "<\n"); n >= 0 {
			return i + n
		}
		return len(t)
	}
	if s.quote == 0 {
		if s.headed(i) {
			return s.textEnd(i)
		}
		return s.shellWord(i)
	}
	token := ""
	switch c := at(t, i); {
	case (c == '"' || c == '\'') && c != s.quote:
		token = t[i : i+1]
	case c == '\\' && i+1 < len(t) && (t[i+1] == '"' || t[i+1] == '\''):
		token = t[i : i+2]
	}
	if token != "" {
		if n := strings.Index(t[i+len(token):], token); n >= 0 {
			i += n + 2*len(token)
			if c := at(t, i); c == 0 || c == s.quote || isBlank(c) || strings.IndexByte(",}];", c) >= 0 {
				return i
			}
		}
	}
	return s.textEnd(i)
}

// headed is true if the value at i is one of a line of text rather than of a
// shell's word: a header's, or one behind a blank.
func (s *scriptReader) headed(i int) bool {
	c := at(s.text, i)
	return i > 0 && (s.text[i-1] == ' ' || s.text[i-1] == ':') && strings.IndexByte("\"'$", c) < 0 &&
		strings.IndexByte(":=", s.text[max(len(strings.TrimRight(s.text[max(i-8, 0):i], " "))+max(i-8, 0)-1, 0)]) >= 0
}

// textEnd is the end of a value with blanks in it: that of the quote around it or
// of the line, or an operator.
func (s *scriptReader) textEnd(i int) int {
	t := s.text
	for ; i < len(t); i++ {
		switch c := t[i]; {
		case c == '\\' && s.quote != '\'':
			i++
		case c == '\n' || s.closes(i):
			return i
		case c == ';' && (i+1 == len(t) || isBlank(t[i+1])),
			(c == '|' || c == '&') && i > 0 && isBlank(t[i-1]) && (at(t, i+1) == c || isBlank(at(t, i+1))):
			for i > 0 && isBlank(t[i-1]) {
				i--
			}
			return i
		}
	}
	return len(t)
}

// shellWord is the end of a shell's word that begins at i. Operators do not end
// it, since they may be part of a secret where no shell reads it.
func (s *scriptReader) shellWord(i int) int {
	t, depth, quote := s.text, 0, byte(0)
	for ; i < len(t); i++ {
		switch c := t[i]; {
		case c == '\\' && quote != '\'':
			i++
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '$' && (at(t, i+1) == '(' || at(t, i+1) == '{'):
			depth++
		case (c == ')' || c == '}') && depth > 0:
			depth--
		case isBlank(c) && depth == 0:
			return trimOperators(t, i)
		case c == ']' && i+1 == len(t) && i > 0 && t[i-1] == '"', c == ',' && i > 0 && t[i-1] == '"' && isBlank(at(t, i+1)):
			return i // the words of an exec form
		}
	}
	return len(t)
}

// trimOperators is the end of a word without the operators at its end.
func trimOperators(t string, end int) int {
	for end > 0 && t[end-1] == ';' {
		end--
	}
	return end
}

// closes is true if the quote around pos ends at i.
func (s *scriptReader) closes(i int) bool {
	return s.quote != 0 && s.quote != '\n' && i < len(s.text) && s.text[i] == s.quote
}

// skipBlanks is the offset of the next byte from i on that is no blank of the
// line; a line that is continued goes on.
func (s *scriptReader) skipBlanks(i int) int {
	for {
		i = s.skipSpaces(i)
		if !strings.HasPrefix(s.text[min(i, len(s.text)):], "\\\n") {
			return i
		}
		i += 2
	}
}

func (s *scriptReader) skipSpaces(i int) int {
	for i < len(s.text) && (s.text[i] == ' ' || s.text[i] == '\t') {
		i++
	}
	return i
}

func isBlank(c byte) bool { return c != 0 && strings.IndexByte(shell.Blanks, c) >= 0 }

// at is the byte at an offset, 0 behind the end.
func at(t string, i int) byte {
	if i < len(t) {
		return t[i]
	}
	return 0
}

// lastBytes is the part of a name that is read.
func lastBytes(name string) string { return name[max(len(name)-secretname.MaxLength, 0):] }

func isAlnum(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || '0' <= c && c <= '9' }
