package visible

import (
	"encoding/json"
	"errors"
	"reflect"
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

// TestJSON shows that JSON stays the same value, and that none of it is hidden.
func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		`{"a": "plain # and ## text, é, 日本"}`: `{"a": "plain # and ## text, é, 日本"}`,
		"\"\u202e\u200b\u2066 \u3164\"":       `"\u202e\u200b\u2066 \u3164"`,
		"\"\U000e0041\x7f\u009b\"":            `"\udb40\udc41\u007f\u009b"`,
		`"##vso[a]b ##[group] ##"`:            `"\u0023#vso[a]b \u0023#[group] ##"`,
		`"\\##vso[x]"`:                        `"\\\u0023#vso[x]"`,
		"[\n\t1\r\n]":                         "[\n\t1\r\n]",
		"\"\xff\"":                            "\"\xff\"",
	} {
		got := string(JSON([]byte(in)))
		if got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
		var before, after any
		if err := errors.Join(json.Unmarshal([]byte(in), &before), json.Unmarshal([]byte(got), &after)); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%q: %v becomes %v, %v", in, before, after, err)
		}
	}
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{"::error::x": `\x3a:error::x`, "  ::x": `  \x3a:x`, "a ::x": "a ::x", "x\n::y": `x\n::y`, "##[a]": `\x23#[a]`} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}
