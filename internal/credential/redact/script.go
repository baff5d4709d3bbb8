package redact

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/secretname"
	"seaworthy.dev/seaworthy/internal/shell"
)

// scriptReader finds secrets in a script, or in any other text with names and values. It
// reads the text once, from its start to its end, without a grammar: it knows quotes,
// here-documents, pipes and options in the form that most shells share.
type scriptReader struct {
	text  string
	pos   int
	found spans

	// literal is true if no shell expands references to variables.
	literal bool
	// scriptHeredoc is true if the first here-document is a script itself.
	scriptHeredoc bool

	// quote is the quote around pos, 0 if there is none. In a comment and in a
	// here-document of plain text it is a newline. quoteStart is the offset of the quote.
	quote      byte
	quoteStart int
	// heredocEnd is the word that ends the here-document around pos, "" if there is none.
	heredocEnd string
	// pending are the here-documents that begin with the next line.
	pending []heredoc
	// depth is the number of open parentheses.
	depth int

	// statement is what is known at pos, and outer is what was known before the quote.
	outer, statement statement
}

// heredoc is a here-document whose text has not been read yet.
type heredoc struct {
	end         string
	isPlainText bool
	isSecret    bool // a command reads it as a password
}

// statement is what is known about the commands before pos, up to the last operator other
// than a pipe.
type statement struct {
	// letterOptions are the letters of options whose value is a secret: "p" for -pSECRET.
	letterOptions string
	// combined is true if such an option may follow others in one word, as in -sSuSECRET.
	combined bool
	// secretOperands is true if the operands are secrets.
	secretOperands bool
	// readsPassword is true if a command reads passwords from its standard input.
	readsPassword bool
	// printed are the arguments of echo and printf. printStart is the offset of the
	// arguments that have not ended yet, 0 if there are none.
	printed    spans
	printStart int
	// words are the last two words, the last one first.
	words [2]string
	// afterPipe is true if a pipe comes right before pos.
	afterPipe bool
}

// scan reads the text and returns the secrets in it.
func (s *scriptReader) scan() spans {
	for s.pos < len(s.text) {
		s.token()
	}
	s.endPrinting()
	s.hidePrinted()
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
		s.redirection()
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
		s.quote, s.quoteStart = c, s.pos
		s.outer = s.statement
		s.statement.printed, s.statement.printStart = nil, 0
	}
	s.pos++
}

// unquote ends a quote. A quoted text without blanks is a word of the statement around it.
func (s *scriptReader) unquote() {
	s.endPrinting()
	s.hidePrinted()
	inner := s.statement
	s.statement = s.outer
	if !strings.ContainsAny(s.text[s.quoteStart:s.pos], shell.Blanks) {
		s.statement.letterOptions, s.statement.combined = inner.letterOptions, inner.combined
		s.statement.secretOperands, s.statement.readsPassword = inner.secretOperands, s.statement.readsPassword || inner.readsPassword
		s.statement.words = inner.words
		if inner.printStart > 0 && s.outer.printStart == 0 {
			s.statement.printStart = s.pos + 1
		}
	}
	s.quote = 0
}

func (s *scriptReader) newline() {
	s.pos++
	if n := s.pos - 2; n >= 0 && (s.text[n] == '`' || s.text[n] == '^') {
		return // continues the line in shells of Windows
	}
	if s.quote == '\n' && s.heredocEnd == "" {
		s.quote = 0
	}
	if s.heredocEnd != "" {
		if line := s.line(); strings.TrimSpace(line) == s.heredocEnd {
			s.quote, s.heredocEnd = 0, ""
			s.pos += len(line)
		}
	}
	for s.quote == 0 && len(s.pending) > 0 && s.heredocEnd == "" {
		doc := s.pending[0]
		s.pending = s.pending[1:]
		switch {
		case doc.isSecret || s.statement.readsPassword:
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
		case doc.isPlainText:
			s.quote, s.heredocEnd = '\n', doc.end
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
		s.statement.letterOptions, s.statement.secretOperands, s.statement.afterPipe = "", false, true
		s.statement.words = [2]string{}
		return
	}
	if c == '&' && s.pos < len(s.text) && s.text[s.pos] == '>' || start > 0 && s.text[start-1] == '>' {
		return // a redirection
	}
	s.endStatement()
}

// endStatement forgets the commands that an operator has ended. What commands in
// parentheses have printed may still be piped, and is kept.
func (s *scriptReader) endStatement() {
	s.endPrinting()
	s.hidePrinted()
	printed := s.statement.printed
	s.statement = statement{}
	if s.quote != 0 && s.quote != '\n' {
		s.statement.letterOptions, s.statement.combined = s.outer.letterOptions, s.outer.combined
	}
	if s.depth > 0 {
		s.statement.printed = printed
	}
}

// endPrinting ends the arguments of echo or printf, if there are open ones.
func (s *scriptReader) endPrinting() {
	if s.statement.printStart > 0 {
		s.statement.printed.add(s.statement.printStart, s.pos)
		s.statement.printStart = 0
	}
}

// hidePrinted hides what echo and printf have printed, if a command reads it as a password.
func (s *scriptReader) hidePrinted() {
	if !s.statement.readsPassword {
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

// redirection reads a redirection of the standard input.
func (s *scriptReader) redirection() {
	n := 0
	for s.pos < len(s.text) && s.text[s.pos] == '<' {
		s.pos++
		n++
	}
	switch {
	case n == 3:
		start := s.skipBlanks(s.pos)
		if s.statement.readsPassword && start < len(s.text) {
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
		s.pending = append(s.pending, heredoc{end: tag, isPlainText: !s.scriptHeredoc, isSecret: s.statement.readsPassword})
		s.scriptHeredoc = false
		s.pos = end
	}
}

// word reads a word. It ends at the first byte that ends a word in any shell.
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
	if s.option(word, start, end) || s.hideNamed(start, end) {
		return
	}
	operands := s.statement.secretOperands
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

// command notes what follows from the name of a program. Any word may be one.
func (s *scriptReader) command(word string, previous [2]string) {
	st := &s.statement
	name := strings.ToLower(shell.ProgramName(word[strings.LastIndexByte(word, '=')+1:])) // of NAME=program too
	switch {
	case name == "echo" || name == "printf":
		if st.printStart == 0 {
			st.printStart = s.pos
		}
	case slices.Contains([]string{"chpasswd", "smbpasswd", "vncpasswd", "pw"}, name), name == "su" || name == "sudo" && st.afterPipe:
		st.readsPassword = true
	case name == "passwd":
		st.readsPassword = true
		st.secretOperands = previous[0] == "openssl"
	case name == "htpasswd" || name == "mkpasswd":
		st.readsPassword, st.secretOperands = true, previous[0] == "" || previous[0] == "sudo"
	case name == "add_user" || name == "change_password":
		st.secretOperands = previous[0] == "rabbitmqctl"
	default:
		st.add(credential.PasswordLetters(name))
		st.combined = st.combined || name == "curl"
	}
	st.afterPipe = false
}

// add adds single-letter options.
func (st *statement) add(letters string) {
	if !strings.Contains(st.letterOptions, letters) {
		st.letterOptions += letters
	}
}

// curlValues are the letters of curl's other options with a value. Combined options end
// there.
const curlValues = "AbcCdDeEFHhKmoPQrtTwxXyYz"

// option reads an option whose value is a secret. It returns false if the word is none.
func (s *scriptReader) option(word string, start, end int) bool {
	if !strings.HasPrefix(word, "-") || len(word) < 2 || strings.Contains(word, "=") {
		return false
	}
	if strings.HasSuffix(word, "-stdin") || strings.HasSuffix(word, "-from-stdin") {
		s.statement.readsPassword = s.statement.readsPassword || secretname.MaybeSecret(strings.TrimSuffix(lastBytes(word), "-stdin")) || word == "--stdin"
		return false
	}
	if word == "-S" && s.statement.words[1] == "sudo" {
		s.statement.readsPassword = true
		return false
	}
	if word[1] != '-' {
		for i := start + strings.IndexByte(s.text[start:end], '-') + 1; i < end && i > start; i++ {
			c := s.text[i]
			if strings.IndexByte(s.statement.letterOptions, c) >= 0 {
				s.hideValue(i + 1)
				return true
			}
			if !s.statement.combined || strings.IndexByte(curlValues, c) >= 0 {
				break
			}
		}
	}
	switch name := lastBytes(word); {
	case strings.Contains(name, ":") || strings.HasPrefix(name, "--no-") || strings.HasPrefix(name, "--skip-") || strings.HasPrefix(name, "--without-"):
		return false
	case secretname.MaybeSecret(name),
		s.statement.combined && (name == "--user" || name == "--proxy-user" || name == "--oauth2-bearer"):
		return s.hideNext(end)
	}
	return false
}

// hideValue hides the value of an option. It begins at i, or is the next word.
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

// hideNext hides the word after the one that ends at i, unless that is an option.
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

// looksLikeOption reports whether a text begins with an option: -x and --word, in quotes or not.
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

// hideNamed finds names of credentials in a word, and hides their values. It returns false
// if it has found none.
func (s *scriptReader) hideNamed(start, end int) bool {
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
		value := s.valueStart(first, i)
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

// valueStart returns where the value of the name from start to end begins; -1 if the name
// has no value.
func (s *scriptReader) valueStart(start, end int) int {
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

// secretName reports whether the name from start to end is the name of a credential.
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

// hide hides the value that begins at i, and continues after it. References to variables
// are not hidden, nor are command substitutions, except those of echo and printf.
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
		if s.isLineValue(i) {
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

// isLineValue reports whether the value at i may have blanks in it, as the value of a
// header has: it follows a colon or an equals sign with a blank.
func (s *scriptReader) isLineValue(i int) bool {
	c := at(s.text, i)
	return i > 0 && (s.text[i-1] == ' ' || s.text[i-1] == ':') && strings.IndexByte("\"'$", c) < 0 &&
		strings.IndexByte(":=", s.text[max(len(strings.TrimRight(s.text[max(i-8, 0):i], " "))+max(i-8, 0)-1, 0)]) >= 0
}

// textEnd returns the end of a value that may have blanks in it: the end of the quote
// around it, the end of the line, or an operator.
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

// shellWord returns the end of the word of a shell that begins at i. Operators do not end
// it: where no shell reads the text they may be part of a secret.
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

// trimOperators returns the end of a word without the operators at its end.
func trimOperators(t string, end int) int {
	for end > 0 && t[end-1] == ';' {
		end--
	}
	return end
}

// closes reports whether the quote around pos ends at i.
func (s *scriptReader) closes(i int) bool {
	return s.quote != 0 && s.quote != '\n' && i < len(s.text) && s.text[i] == s.quote
}

// skipBlanks returns the offset of the first byte from i on that is not a blank. A line that
// a backslash continues belongs to the line before it.
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

// at returns the byte at an offset, 0 after the end.
func at(t string, i int) byte {
	if i < len(t) {
		return t[i]
	}
	return 0
}

// lastBytes returns the end of a name, up to the length that is read.
func lastBytes(name string) string { return name[max(len(name)-secretname.MaxLength, 0):] }

func isAlnum(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || '0' <= c && c <= '9' }
