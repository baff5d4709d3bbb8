package wording

import (
	"bufio"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

var write = flag.Bool("write", false, "write testdata/allowed.txt to what is there now")

const allowanceFile = "testdata/allowed.txt"

// TestWording counts the terms that a directory still has and compares with
// testdata/allowed.txt. The numbers there only ever get smaller; a directory that is
// not listed must have none.
func TestWording(t *testing.T) {
	found := search(t, os.DirFS("../.."))
	if *write {
		writeAllowance(t, found)
		return
	}
	allowed := readAllowance(t)
	for _, dir := range slices.Sorted(maps.Keys(found)) {
		n, limit := len(found[dir]), allowed[dir]
		if n <= limit {
			t.Log(strings.Join(found[dir], "\n")) // with -v, for the one who rewrites them
			continue
		}
		t.Errorf("%s: %d terms that the repository does not use, at most %d are allowed (if they moved here with code: go test ./internal/wording -write)\n%s",
			dir, n, limit, strings.Join(found[dir], "\n"))
	}
	for dir, limit := range allowed {
		if n := len(found[dir]); n < limit { // no failure, so that two may rewrite two directories at once
			t.Logf("%s: %d of %d terms are left; go test ./internal/wording -write lowers the limit", dir, n, limit)
		}
	}
}

func TestTermsAreFound(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       int
	}{
		{"a.md", "A flaw, flaws and flawless.", 2},
		{"a.md", "Nothing was looked\nat, amended or mended.", 2},
		{"a.md", "https://example.org/flaw", 0},
		{"a.txtar", "stderr 'not looked at'\nnobody:x:65534", 1},
		{"Makefile", "build: ## judge it", 1},
		{"a.go", "package a\n\n// nobody has looked\n// at it.\nvar told, flawCount = \"what mends it\", 'a'", 5},
		{"a.go", "package a\n\ntype t struct {\n\tA int `json:\"told\"`\n}", 0},
		{"b_gen.go", "package a // flaw", 0},
		{"a.json", "flaw", 0},
	} {
		found, err := searchFile(c.name, []byte(c.text))
		if err != nil || len(found) != c.want {
			t.Errorf("%q: %q, %v; want %d", c.text, found, err, c.want)
		}
	}
}

// search returns the terms in the files of the repository, by directory.
func search(t *testing.T, root fs.FS) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skippedDir(name) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !isText(name) {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		found, err := searchFile(name, text)
		if len(found) > 0 {
			all[path.Dir(name)] = append(all[path.Dir(name)], found...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// skippedDir reports whether a directory holds no text of ours: this package, which
// has to name the terms, Git's, and test data but for scripts.
func skippedDir(name string) bool {
	base := path.Base(name)
	return name == "internal/wording" || name == "dist" ||
		strings.HasPrefix(base, ".") && name != "." && base != ".ci" && base != ".github" ||
		path.Base(path.Dir(name)) == "testdata" && base != "script"
}

func isText(name string) bool {
	switch path.Ext(name) {
	case ".go":
		return !strings.HasSuffix(name, "_gen.go")
	case ".md", ".txtar", ".sh", ".yml", ".yaml", ".1":
		return true
	}
	return path.Base(name) == "Makefile" || path.Base(name) == "Dockerfile" || path.Dir(name) == ".ci"
}

// passage is a piece of prose of a file.
type passage struct {
	line int
	text string
}

func searchFile(name string, text []byte) (found []string, err error) {
	if !isText(name) {
		return nil, nil
	}
	if path.Ext(name) == ".go" {
		return searchGo(name, text)
	}
	return searchPassage(name, passage{1, string(text)}), nil
}

func searchGo(name string, text []byte) (found []string, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parsing %s: %w", name, err)
	}
	line := func(n ast.Node) int { return fset.Position(n.Pos()).Line }
	for _, c := range file.Comments {
		found = append(found, searchPassage(name, passage{line(c), c.Text()})...)
	}
	names := make(map[string]bool) // a name counts once in a file
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			n.Tag = nil // it holds names of JSON fields
		case *ast.BasicLit:
			if value, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				found = append(found, searchPassage(name, passage{line(n), value})...)
			}
		case *ast.Ident:
			if word := bannedNameWord(n.Name); word != "" && !names[n.Name] {
				names[n.Name] = true
				found = append(found, fmt.Sprintf("%s:%d: the name %s has %q", name, line(n), n.Name, word))
			}
		}
		return true
	})
	return found, nil
}

// bannedNameWord returns the first word of a name in code that is among nameWords.
func bannedNameWord(name string) string {
	start := 0
	for i, r := range name {
		if i > start && (unicode.IsUpper(r) || r == '_') {
			if word := strings.ToLower(name[start:i]); nameWords.MatchString(word) {
				return word
			}
			start = i
			if r == '_' {
				start++
			}
		}
	}
	if word := strings.ToLower(name[start:]); nameWords.MatchString(word) {
		return word
	}
	return ""
}

// allTerms has a group for each of terms.
var allTerms = func() *regexp.Regexp {
	var groups []string
	for _, t := range terms {
		pattern := strings.ReplaceAll(t.pattern, "(", "(?:")
		groups = append(groups, "("+strings.ReplaceAll(pattern, " ", `\s+`)+")")
	}
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(groups, "|") + `)\b`)
}()

func searchPassage(name string, p passage) (found []string) {
	text := quoted.ReplaceAllString(p.text, "")
	for _, at := range allTerms.FindAllStringSubmatchIndex(text, -1) {
		line := p.line + strings.Count(text[:at[0]], "\n")
		for i, t := range terms {
			if at[2*(i+1)] >= 0 {
				found = append(found, fmt.Sprintf("%s:%d: %q; write: %s", name, line, text[at[0]:at[1]], t.instead))
			}
		}
	}
	return found
}

func readAllowance(t *testing.T) map[string]int {
	t.Helper()
	f, err := os.Open(filepath.FromSlash(allowanceFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	allowed := make(map[string]int)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		number, dir, ok := strings.Cut(lines.Text(), " ")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n <= 0 {
			t.Fatalf("%s: %q", allowanceFile, lines.Text())
		}
		allowed[dir] = n
	}
	return allowed
}

func writeAllowance(t *testing.T, found map[string][]string) {
	t.Helper()
	var text strings.Builder
	for _, dir := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&text, "%d %s\n", len(found[dir]), dir)
	}
	if err := os.WriteFile(filepath.FromSlash(allowanceFile), []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
