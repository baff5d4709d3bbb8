package cli_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/policy"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/scanner"
)

//go:generate go test -run ^TestDocuments -write

var write = flag.Bool("write", false, "write the generated documents")

const (
	root = "../.."
	// manualDate stands in the manual pages, which must not change by themselves.
	manualDate = "2026-11-01"
)

// TestDocumentsAreFresh holds the command reference, the manual pages and the
// README to the code.
func TestDocumentsAreFresh(t *testing.T) {
	files := make(map[string][]byte)
	commands := cli.Command()
	commands.InitDefaultCompletionCmd()
	commands.DisableAutoGenTag = true
	files["docs/commands.md"] = commandReference(t, commands)
	date, err := time.Parse(time.DateOnly, manualDate)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range tree(commands) {
		var page bytes.Buffer
		header := &doc.GenManHeader{Section: "1", Date: &date, Source: "Seaworthy", Manual: "Seaworthy"}
		if err := doc.GenMan(c, header, &page); err != nil {
			t.Fatal(err)
		}
		files["docs/man/"+strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"] = page.Bytes()
	}
	files["README.md"] = readme(t)
	compare(t, files)
}

// tree is a command and all below it that are not hidden.
func tree(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, tree(sub)...)
		}
	}
	return all
}

func commandReference(t *testing.T, root *cobra.Command) []byte {
	t.Helper()
	var text bytes.Buffer
	text.WriteString("# Commands\n\nWritten from the program itself by `make docs`.\n\n")
	for _, c := range tree(root) {
		var page bytes.Buffer
		link := func(name string) string {
			return "#" + strings.ReplaceAll(strings.TrimSuffix(name, ".md"), "_", "-")
		}
		if err := doc.GenMarkdownCustom(c, &page, link); err != nil {
			t.Fatal(err)
		}
		text.Write(page.Bytes())
		text.WriteString("\n")
	}
	return append(bytes.TrimRight(text.Bytes(), "\n"), '\n')
}

// readme is the README with its generated parts: what stands between a pair of
// comments that name the part.
func readme(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{"policy": policy.Table(policy.Default())}
	for name, text := range parts {
		part := regexp.MustCompile(`(?s)(<!-- ` + name + ` -->\n).*(<!-- end of ` + name + ` -->)`)
		if !part.Match(data) {
			t.Fatalf("README.md has no place for the part %q", name)
		}
		data = part.ReplaceAllFunc(data, func(match []byte) []byte {
			m := part.FindSubmatch(match)
			return slices.Concat(m[1], []byte(strings.TrimSpace(text)), []byte("\n"), m[2])
		})
	}
	return data
}

// TestReadmeListsFormatsAndRisks compares the sentences of the README on formats and on
// risks that are not implemented with the program.
func TestReadmeListsFormatsAndRisks(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(data)), " ")
	sentence := regexp.MustCompile("`--format` is (.*?) One scan").FindString(text)
	var listed []string
	for _, m := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(sentence, -1) {
		listed = append(listed, m[1])
	}
	var formats []string
	for _, f := range report.Formats() {
		formats = append(formats, string(f))
	}
	if !slices.Equal(listed, formats) {
		t.Errorf("the README lists the formats %q, and there are %q", listed, formats)
	}
	found, missing, _ := strings.Cut(text[strings.Index(text, "This version finds"):], "secrets in clear text")
	missing, _, _ = strings.Cut(missing, "An example")
	if !strings.Contains(missing, "not implemented yet") {
		t.Fatal("README.md has no sentence on what is not implemented")
	}
	found += "secrets in clear text (§3.1.4)"
	for _, risk := range seaworthy.Risks() {
		section := "§" + risk.Control().Item
		implemented := slices.Contains(scanner.Risks(), risk)
		_, list, _ := strings.Cut(missing, "(§3.1.4)")
		if strings.Contains(found, section) != implemented || strings.Contains(list, section) == implemented {
			t.Errorf("%s (%s) is implemented: %t; the README says something else", risk, section, implemented)
		}
	}
}

func compare(t *testing.T, files map[string][]byte) {
	t.Helper()
	for name, want := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if *write {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the code says: run make docs", name)
		}
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "man", "*.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if _, ok := files["docs/man/"+filepath.Base(page)]; !ok {
			t.Errorf("docs/man/%s documents no command", filepath.Base(page))
		}
	}
}
