package policy

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// Whatever fills a file up to its bound, an answer comes soon.
func TestParseYAMLTime(t *testing.T) {
	for _, pattern := range []string{
		"a: 1\n", "a:\n", "a: |\n", "a: >\n  b\n", "- a: b\n  c: d\n", "- a\n", "'a' ", "|\n", "? ", "- ", "---\n", "#\n", "\"\\n",
	} {
		text := strings.Repeat(pattern, maxFileSize/len(pattern))
		start := time.Now()
		_, err := parseYAML("f", []byte(text))
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%q: %s, error %v", pattern, d, err)
		}
	}
}

func FuzzParseYAML(f *testing.F) {
	for _, s := range []string{
		string(defaultText),
		"a: 1\nb:\n  - x: \"q # z\" # c\n    y: |\n      foo\n      bar\n  - z: >-\n      aa\n\n      bb\n",
		"- {k: v, 'k2': 2026-01-01, \"l\\n\": [1, 2.5, ~, true, .inf]}\n- 'it''s'\n-\n",
		"\ufeffa:\n\tb: c\n---\n...\n%YAML 1.2\n",
		"? a\n: b\n<<: *x\nc: &y !!z d\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := parseYAML("f", data)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("error %T %q", err, err)
			}
			return
		}
		checkValue(t, root, 0)
	})
}

func checkValue(t *testing.T, v value, depth int) {
	t.Helper()
	if depth > maxDepth {
		t.Fatalf("a value %d deep", depth)
	}
	if v.line < 1 || v.col < 0 || v.source != "f" {
		t.Errorf("%s at %s:%d:%d", v.kind, v.source, v.line, v.col)
	}
	if v.kind != scalar && v.text != "" || v.kind != list && v.items != nil || v.kind != mapping && v.fields != nil {
		t.Errorf("%s holds what is not its kind's: %+v", v.kind, v)
	}
	for _, item := range v.items {
		checkValue(t, item, depth+1)
	}
	for _, f := range v.fields {
		checkValue(t, f.key, depth+1)
		checkValue(t, f.value, depth+1)
	}
}
