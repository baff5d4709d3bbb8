package visible

import (
	"strings"
	"testing"
)

func TestVisible(t *testing.T) {
	tests := []struct{ in, text, path string }{
		{"etc/passwd", "etc/passwd", "etc/passwd"},
		{"caf\u00e9 日本", "café 日本", "café 日本"},
		{"a\xffb", "a\ufffdb", `a\xffb`},
		{"\x00\t\n\r\x1b\x7f", `\x00\t\n\r\x1b\x7f`, `\x00\t\n\r\x1b\x7f`},
		{"\u0085\u00a0\u00ad\u202e\ufeff", `\u0085\u00a0\u00ad\u202e\ufeff`, `\u0085\u00a0\u00ad\u202e\ufeff`},
		{"\U000e0041\u3164", `\U000e0041\u3164`, `\U000e0041\u3164`},
		{"# a ## b ##[c] ##vso[d", `# a ## b \x23#[c] \x23#vso[d`, `# a ## b \x23#[c] \x23#vso[d`},
	}
	for _, tt := range tests {
		if got := Text(tt.in); got != tt.text {
			t.Errorf("visible(%q) = %q, want %q", tt.in, got, tt.text)
		}
		if got := Path(tt.in); got != tt.path {
			t.Errorf("visiblePath(%q) = %q, want %q", tt.in, got, tt.path)
		}
		if again := Text(Text(tt.in)); again != Text(tt.in) {
			t.Errorf("visible(%q) is not visible: %q", tt.in, again)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"日本語", 6, "日本語"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"},
		{"a" + strings.Repeat("\u0301", 100), 4, "a" + strings.Repeat("\u0301", 5) + "…"}, {"ab", 1, "…"},
	} {
		if got := Shorten(tt.in, tt.n); got != tt.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}
