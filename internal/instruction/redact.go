package instruction

import (
	"cmp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

// Hidden stands in a text for a secret that is not shown.
const Hidden = "***"

// Redacted is [Instruction.String] with [Hidden] in the place of what is or may
// be a secret: the values of variables, labels and options that are called like
// credentials ([CredentialName]), passwords on the command lines of programs
// that take them there, authorization headers, what is piped into programs that
// read passwords, user information in URLs, private keys, and tokens of known
// form, whose prefix is kept. References to variables stay, and so does an
// instruction with nothing of that.
//
// The text is read by eye, whatever its shell: where it can be read in two ways,
// more is hidden rather than less. The work is linear in the length of the text.
func (in Instruction) Redacted() string {
	text := in.String()
	if n := len(in.BuildArgs); n > 0 && in.Shell == nil && in.BuildArgs[n-1].Value != "" && CredentialName(in.BuildArgs[n-1].Key) {
		// Nobody knows where the value ends and the command begins.
		return in.Keyword + " " + Hidden
	}
	var s spans
	s.pairs(text, len(text)-len(in.Args), in.Keyword)
	_, exec := in.Exec()
	sc := scanner{text: text, pos: len(text) - len(in.Args), literal: exec, scripted: strings.HasPrefix(in.Args, "<<")}
	if in.Keyword == "" {
		sc.pos = 0
	}
	for _, f := range in.Flags {
		if CredentialName(f.Key) {
			sc.pos = 0 // not an option of Dockerfile's
		}
	}
	s = append(s, sc.scan()...)
	s.urls(text)
	s.tokens(text)
	s.privateKeys(text)
	return s.hide(text)
}

// RedactURLs is the text with [Hidden] in the place of the user information of
// the URLs in it.
func RedactURLs(text string) string {
	var s spans
	s.urls(text)
	return s.hide(text)
}

// span is a part of a text, from start up to end.
type span struct{ start, end int }

// spans are parts of a text to be hidden, in any order; they may overlap.
type spans []span

func (s *spans) add(start, end int) {
	if start < end {
		*s = append(*s, span{start, end})
	}
}

// hide replaces the parts of the text.
func (s spans) hide(text string) string {
	if len(s) == 0 {
		return text
	}
	slices.SortFunc(s, func(a, b span) int { return cmp.Or(a.start-b.start, a.end-b.end) })
	var b strings.Builder
	end := -1
	for _, p := range s {
		if p.start > end {
			b.WriteString(text[max(end, 0):p.start])
			b.WriteString(Hidden)
		}
		end = max(end, p.end)
	}
	b.WriteString(text[end:])
	return b.String()
}

// pairs finds the values of credentials in an ENV, ARG or LABEL, also behind
// ONBUILD. A history has the values without their quotes, so that a value ends
// only where both readings have its end; where one had blanks without quotes,
// nothing behind it can be told from it.
func (s *spans) pairs(text string, i int, keyword string) {
	for keyword == "ONBUILD" {
		word, rest := shell.CutWord(text[i:])
		if word == "" {
			return
		}
		keyword, i = strings.ToUpper(word), len(text)-len(rest)
	}
	if keyword != "ENV" && keyword != "ARG" && keyword != "LABEL" {
		return
	}
	if first, rest := shell.CutWord(text[i:]); keyword != "ARG" && !strings.Contains(first, "=") && CredentialName(first) {
		s.add(len(text)-len(rest), len(text)) // the older form, NAME value
		return
	}
	for i < len(text) {
		name, tail, ok := shell.CutAssignment(text[i:], isLabelByte)
		if !ok || !CredentialName(name) {
			i += nextName(text[i:], isLabelByte)
			continue
		}
		start := len(text) - len(tail)
		word, _ := cutQuoted(tail)
		end := max(len(word), nextName(tail, isLabelByte))
		value := strings.TrimRight(tail[:end], shell.Blanks)
		if !isQuoted(value) && strings.ContainsAny(value, shell.Blanks) {
			s.add(start, len(text))
			return
		}
		s.add(start, start+len(value))
		i = start + end
		i += len(text[i:]) - len(strings.TrimLeft(text[i:], shell.Blanks))
	}
}

// urls finds the user information of URLs: all of it, since a token may stand
// where a user does. The user "git" alone, and users of ssh, are nobody's secret.
func (s *spans) urls(text string) {
	const stops = shell.Blanks + "\"'<>`|;"
	wordEnd := 0 // of the word in which the last "//" was
	for i := 0; ; {
		j := strings.Index(text[i:], "//")
		if j < 0 {
			return
		}
		i += j + len("//")
		if i > wordEnd {
			wordEnd = len(text)
			if n := strings.IndexAny(text[i:], stops); n >= 0 {
				wordEnd = i + n
			}
		}
		end := wordEnd
		if n := strings.IndexByte(text[i:wordEnd], '/'); n >= 0 {
			end = i + n
		}
		at := strings.LastIndexByte(text[i:end], '@')
		if at < 0 && badPort(text[i:end]) {
			// A password with a slash that should have been escaped.
			end = wordEnd
			at = strings.LastIndexByte(text[i:end], '@')
		}
		if at > 0 {
			user := text[i : i+at]
			ssh := strings.HasSuffix(text[:i], "ssh://") && !strings.Contains(user, ":")
			if user != "git" && !ssh && !references(user) {
				s.add(i, i+at)
			}
		}
		i = end
	}
}

// badPort is true if an authority has a colon that is followed by something that
// is no port.
func badPort(authority string) bool {
	_, port, ok := strings.Cut(authority, ":")
	return ok && !strings.HasPrefix(authority, "[") && strings.Trim(port, "0123456789") != ""
}

// references is true if a text is made of references to variables and what
// separates them, so that it has no secret of its own.
func references(text string) bool {
	found := false
	for i := 0; i < len(text); {
		if strings.IndexByte(":@\"\\", text[i]) >= 0 {
			i++
			continue
		}
		if text[i] != '$' {
			return false
		}
		i++
		brace := i < len(text) && text[i] == '{'
		if brace {
			i++
		}
		start := i
		for i < len(text) && shell.IsNameByte(text[i]) {
			i++
		}
		if i == start || '0' <= text[start] && text[start] <= '9' && i-start > 1 {
			return false
		}
		if brace {
			if i == len(text) || text[i] != '}' {
				return false
			}
			i++
		}
		found = true
	}
	return found
}

// minToken is the length from which on a word with the prefix of a token is
// taken for one, in bytes.
const minToken = 16

// tokenPrefixes are what the tokens of services begin with. Those with more
// bytes than letters and digits in them have these in others.
var tokenPrefixes = []struct{ prefix, others string }{
	{"ghp_", ""}, {"gho_", ""}, {"ghu_", ""}, {"ghs_", ""}, {"ghr_", ""}, {"github_pat_", "_"},
	{"glpat-", "-_."}, {"gldt-", "-_."}, {"glrt-", "-_."}, {"glptt-", "-_."}, {"glcbt-", "-_."}, {"glsoat-", "-_."},
	{"AKIA", ""}, {"ASIA", ""}, {"AIza", "-_"}, {"ya29.", "-_."},
	{"xoxa-", "-"}, {"xoxb-", "-"}, {"xoxe-", "-"}, {"xoxp-", "-"}, {"xoxr-", "-"}, {"xoxs-", "-"}, {"xapp-", "-"},
	{"npm_", ""}, {"pypi-Ag", "-_"}, {"dckr_pat_", "-_"}, {"hvs.", "-_"}, {"hvb.", "-_"}, {"dop_v1_", ""}, {"shpat_", ""},
	{"sk_live_", ""}, {"rk_live_", ""}, {"sk-ant-", "-_"}, {"sk-proj-", "-_"}, {"hf_", ""}, {"SG.", "-_."},
	{"AGE-SECRET-KEY-", ""}, {"eyJ", "-_.+/="},
}

// tokens finds what looks like a token, and leaves its prefix.
func (s *spans) tokens(text string) {
	for i := 0; i < len(text); i++ {
		if i > 0 && isAlphanumeric(text[i-1]) || !isAlphanumeric(text[i]) {
			continue
		}
		for _, t := range tokenPrefixes {
			if !strings.HasPrefix(text[i:], t.prefix) {
				continue
			}
			end := i + len(t.prefix)
			for end < len(text) && (isAlphanumeric(text[end]) || strings.IndexByte(t.others, text[end]) >= 0) {
				end++
			}
			if end-i >= minToken {
				s.add(i+len(t.prefix), end)
				i = end - 1
			}
			break
		}
	}
}

func isAlphanumeric(c byte) bool { return c != '_' && shell.IsNameByte(c) }

// privateKeys finds the bodies of private keys in PEM.
func (s *spans) privateKeys(text string) {
	for i := 0; ; {
		j := strings.Index(text[i:], "PRIVATE KEY")
		if j < 0 {
			return
		}
		i += j + len("PRIVATE KEY")
		body, ok := strings.CutPrefix(strings.TrimPrefix(text[i:], " BLOCK"), "-----")
		if !ok {
			continue
		}
		start := len(text) - len(body)
		n := strings.Index(body, "-----END")
		if n < 0 {
			n = len(body)
		}
		s.add(start, start+n)
		i = min(start+n+len("-----END PRIVATE KEY"), len(text))
	}
}
