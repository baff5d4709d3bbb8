package redact

import (
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

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
