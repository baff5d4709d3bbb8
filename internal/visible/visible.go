// Package visible makes text that others wrote safe to show. Almost every string that
// is printed can come from the image, a registry or a credential helper, and so from an
// attacker: a path, a piece of evidence, a build instruction, the text of an error. A
// terminal obeys control characters, a reader is deceived by bidirectional overrides and
// by characters that show nothing, and a CI system obeys log lines that look like its
// own commands. None of these pass.
package visible

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Text makes every character of s that does not show itself an escape in the
// manner of a Go string literal. A byte that is not UTF-8 becomes U+FFFD, as it
// does in JSON.
func Text(s string) string { return escape(s, false) }

// Path is Text for a path, of which each byte counts: one that is not
// UTF-8 becomes an escape.
func Path(s string) string { return escape(s, true) }

func escape(s string, bytes bool) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1 && bytes:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '#' && logCommand(s[i:]):
			b.WriteString(`\x23`)
		case shows(r):
			b.WriteRune(r)
		default:
			b.WriteString(escapeRune(r))
		}
		i += n
	}
	return b.String()
}

func escapeRune(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	default:
		return fmt.Sprintf(`\U%08x`, r)
	}
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '#' {
			return false
		}
	}
	return true
}

// shows reports whether a character is visible and does not change how others are shown.
func shows(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x2800, 0x3164, 0xffa0: // Hangul fillers, the empty Braille pattern
		return false
	}
	return unicode.IsPrint(r)
}

// logCommand reports whether s begins like a command that a CI system reads from its log.
func logCommand(s string) bool {
	s, ok := strings.CutPrefix(s, "##")
	if !ok {
		return false
	}
	return strings.HasPrefix(strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"), "[")
}

// Columns returns the number of columns that s takes on a terminal.
func Columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// Cut divides s after as many characters as fit into n columns, but never before
// the first character.
func Cut(s string, n int) (head, tail string) {
	used := 0
	for i, r := range s {
		used += runeColumns(r)
		if used > n && i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// Shorten returns s cut to at most n columns, with an ellipsis if it was cut.
func Shorten(s string, n int) string {
	if Columns(s) <= n && len(s) <= 4*n {
		return s
	}
	head, _ := Cut(s, max(n-1, 1))
	if len(head) > 4*(n-1) {
		head = strings.ToValidUTF8(head[:max(4*(n-1), 0)], "")
	}
	return strings.TrimRight(head, " ") + "…"
}

// Clip returns at most n characters of s.
func Clip(s string, n int) string {
	count := 0
	for i := range s {
		if count == n {
			return s[:i]
		}
		count++
	}
	return s
}

// Line is Text for what stands at the beginning of a line, where a CI system takes
// "::name::" for a command of its own, in spite of indentation.
func Line(s string) string { return NotCommand(Text(s)) }

// NotCommand escapes the beginning of visible text that a CI system would take for a command
// if a line began with it.
func NotCommand(s string) string {
	text := strings.TrimLeft(s, " ")
	if strings.HasPrefix(text, "::") {
		return s[:len(s)-len(text)] + `\x3a` + text[1:]
	}
	return s
}

// JSON makes JSON text harmless for a terminal or a log, without a change of its values:
// what Text would escape is escaped as JSON does. Bytes that are not UTF-8 stay.
func JSON(text []byte) []byte {
	at := unsafeInJSON(text)
	if at < 0 {
		return text
	}
	out := append(make([]byte, 0, len(text)+64), text[:at]...)
	for i := at; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1, r == '\n', r == '\t', r == '\r', shows(r) && r != '#':
			out = append(out, text[i:i+n]...)
		case r == '#' && !logCommand(string(text[i:min(i+maxLogCommand, len(text))])):
			out = append(out, '#')
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		}
		i += n
	}
	return out
}

// maxLogCommand limits the length of a word in a command for a CI system, in bytes.
const maxLogCommand = 256

// unsafeInJSON returns the offset of the first byte that may need an escape, -1 if there is
// none.
func unsafeInJSON(text []byte) int {
	for i, c := range text {
		if c >= 0x7f || c == '#' && i+1 < len(text) && text[i+1] == '#' {
			return i
		}
	}
	return -1
}
