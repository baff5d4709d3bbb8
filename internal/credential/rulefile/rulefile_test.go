package rulefile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
)

func ids(matches []credential.Match) (list []string) {
	for _, m := range matches {
		list = append(list, m.Rule.ID)
	}
	return list
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

const ownRules = `
title = "own"
[extend]
path = "base.toml"
disabledRules = ["gone"]

[[rules]]
id = "house-key"
description = "a key of the house"
regex = '''house_mark\s*=\s*([a-z0-9]{12})'''
secretGroup = 1
entropy = 2.0
keywords = ["house_mark"]
[[rules.allowlists]]
stopwords = ["sample"]

[[rules]]
id = "pair"
regex = '''pair:[0-9]{6}'''
keywords = ["pair:"]
[[rules.required]]
id = "house-key"
withinLines = 2

[[rules]]
id = "keystore"
path = '''\.house$'''

[[allowlists]]
targetRules = ["house-key"]
paths = ['''^docs/''']
`

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "base.toml", "[[rules]]\nid='gone'\nregex='gone'\n[[rules]]\nid='bare'\nregex='bare[0-9]{8}'\n")
	rs, err := Load(write(t, dir, "own.toml", ownRules))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, text string
		want       []string
	}{
		{"a", "house_mark = a1b2c3d4e5f6", []string{"house-key"}},
		{"a", "HOUSE_MARK = a1b2c3d4e5f6", nil},
		{"a", "house_mark = aaaaaaaaaaaa", nil},
		{"a", "house_mark = sample2c3d4e", nil},
		{"docs/a", "house_mark = a1b2c3d4e5f6", nil},
		{"a", "house_mark = a1b2c3d4e5f6 # gitleaks:allow", nil},
		{"a", "gone", nil},
		{"a", "xx bare12345678", []string{"bare"}},
		{"a", "pair:123456", nil},
		{"a", "house_mark = a1b2c3d4e5f6\n\npair:123456", []string{"house-key", "pair"}},
		{"a", "house_mark = a1b2c3d4e5f6\n\n\n\npair:123456", []string{"house-key"}},
		{"k.house", "x", []string{"keystore"}},
	} {
		matches := rs.Find([]byte(c.text), &credential.Origin{Path: c.path}).Matches
		if !slices.Equal(ids(matches), c.want) {
			t.Errorf("%s: %q: found %v, want %v", c.path, c.text, ids(matches), c.want)
		}
	}
}

func TestLoadExtendsTheBuiltIn(t *testing.T) {
	rs, err := Load(write(t, t.TempDir(), "r.toml", "[extend]\nuseDefault = true\ndisabledRules = ['jwt']\n[[rules]]\nid = 'github-pat'\ndescription = 'our token'\n"))
	if err != nil {
		t.Fatal(err)
	}
	if r := rs.Rule("jwt"); r.Source != "" {
		t.Error("a disabled rule is there")
	}
	matches := rs.Find([]byte(credentialtest.GitHubToken(11)), &credential.Origin{}).Matches
	if len(matches) != 1 || matches[0].Rule.Name != "our token" || !matches[0].Confirmed {
		t.Errorf("found %+v", matches)
	}
}

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[[rules]]\nid = 'a'\nregex = 'a'\nunheard = 1\n", "r.toml:4: unknown key"},
		{"[[rules]]\nid = 'a'\nregex = '(a'\n", "r.toml:3: rule \"a\""},
		{"[[rules]]\nid = 'a'\nregex = 'a'\n[[rules]]\nid = 'b'\nregex = 'x(?=y)'\n", "r.toml:6: rule \"b\""},
		{"[[rules]]\nid = 'a'\nregex = 'a'\n\n[[rules]]\nregex = 'b'\nid = 'a'\n", "r.toml:7: two rules"},
		{"[[rules]]\nregex = 'b'\n", "r.toml:1: a rule without id"},
		{"[[rules]]\nid = 'a'\n", "r.toml:2: rule \"a\" has neither"},
		{"[[rules]]\nid = 'a'\nregex = '(a)'\nsecretGroup = 2\n", "r.toml:4: rule \"a\": its expression has 1 groups"},
		{"title = 1\n", "r.toml:1: "},
		{"title = \"\n", "r.toml:1: "},
		{"[extend]\nurl = 'x'\n", "r.toml:2: extend.url"},
		{"[extend]\npath = 'r.toml'\n", "more than 2 deep"},
		{"[extend]\nuseDefault = true\ndisabledRules = ['nope']\n", "r.toml:3: there is no rule"},
		{"[[allowlists]]\nregexTarget = 'x'\nregexes = ['a']\n", "r.toml:2: regexTarget"},
		{"[[allowlists]]\ncondition = 'XOR'\nregexes = ['a']\n", "r.toml:2: condition"},
		{"[[allowlists]]\ndescription = 'x'\n", "r.toml:1: an allowlist without"},
	} {
		_, err := Load(write(t, t.TempDir(), "r.toml", c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.text, err, c.want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(strings.Replace(ownRules, "[extend]\npath = \"base.toml\"\ndisabledRules = [\"gone\"]\n", "", 1)))
	f.Add([]byte("[[rules]]\nid='a'\nregex='(a'"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if strings.Contains(string(text), "extend") {
			t.Skip() // it may name any file
		}
		p := filepath.Join(dir, "r.toml")
		if err := os.WriteFile(p, text, 0o600); err != nil {
			t.Fatal(err)
		}
		rs, err := Load(p)
		if err == nil {
			rs.Find([]byte("a b c"), &credential.Origin{Path: "a"})
		} else if !strings.Contains(err.Error(), "r.toml") {
			t.Errorf("the error does not name the file: %v", err)
		}
	})
}
