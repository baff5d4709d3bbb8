package architecture

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"seaworthy.dev/seaworthy/internal/cli"
)

// aboveScanner are the packages that may name flags and read the environment: the
// command line, what starts it, and what is no part of the program.
var aboveScanner = []string{"internal/cli", "cmd/*", "bench/*", "internal/architecture", "internal/imagetest", "internal/testsummary"}

// otherPrograms are the files and packages whose texts have options of other programs,
// or of this one as documents have them, that are spelled like flags of ours.
var otherPrograms = map[string]string{
	"internal/misconfig":               "reads commands of other programs, and names those of package managers",
	"internal/policy/table.go":         "writes the documentation of the command line",
	"internal/secret/remedy.go":        "writes lines of a Dockerfile",
	"internal/shell":                   "reads commands of other programs",
	"internal/vulnerability/remedy.go": "names commands of package managers that upgrade",
	"internal/sbom/sbom.go":            "names the command of Trivy that writes an SBOM",
	"scanner/document.go":              "reads sentences of older versions",
}

var (
	flagPattern = regexp.MustCompile(`--[a-z][a-z0-9-]*`)
	// wholeCommand is the start of a command of ours, up to one of its flags: it does
	// the same whichever program prints it.
	wholeCommand = regexp.MustCompile(`seaworthy [a-z]+[^.:;,]*$`)
)

// TestNoFlagBelowCommandLine shows that only the command line prints names of its flags
// and environment variables: another program that uses the scanner has other ones.
func TestNoFlagBelowCommandLine(t *testing.T) {
	flags := flagNames(cli.Command())
	if len(flags) < 40 {
		t.Fatalf("%d flags only: %s", len(flags), flags)
	}
	needed := make(map[string]bool)
	for _, f := range belowCommandLine(t) {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			text, ok := stringLiteral(n)
			if !ok {
				return true
			}
			if strings.Contains(text, "SEAWORTHY_") {
				t.Errorf("%s: an environment variable of the command line: %q", f.fset.Position(n.Pos()), text)
			}
			for _, name := range printedFlags(text, flags) {
				if place := allowed(f); place != "" {
					needed[place] = true
				} else {
					t.Errorf("%s: %s is a flag of the command line: %q", f.fset.Position(n.Pos()), name, text)
				}
			}
			return true
		})
	}
	for place := range otherPrograms {
		if !needed[place] {
			t.Errorf("nothing in %s is spelled like a flag of ours any more", place)
		}
	}
}

// TestNoEnvironmentBelowCommandLine shows that only the command line reads the
// environment.
func TestNoEnvironmentBelowCommandLine(t *testing.T) {
	reads := []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv", "UserCacheDir", "UserConfigDir", "UserHomeDir"}
	for _, f := range belowCommandLine(t) {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(reads, s.Sel.Name) {
				if pkg, ok := s.X.(*ast.Ident); ok && (pkg.Name == "os" || pkg.Name == "syscall") {
					t.Errorf("%s: %s.%s; the command line passes it as an option", f.fset.Position(n.Pos()), pkg.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestPrintedFlags holds the rule against texts.
func TestPrintedFlags(t *testing.T) {
	flags := []string{"--layer", "--output"}
	for text, want := range map[string]int{
		"name a directory with --output":                     1,
		"--layer %d extracts it, and --output":               2,
		"apk add --no-cache, and --layers":                   0,
		"seaworthy extract --layer %d --output DIR":          0,
		"run seaworthy extract: --layer %d gets it":          1,
		"it is a file of seaworthy. Name it with --output":   1,
		"seaworthy ls lists what there is, or name --output": 1,
	} {
		if got := printedFlags(text, flags); len(got) != want {
			t.Errorf("%q: %q, want %d", text, got, want)
		}
	}
}

// printedFlags gives the flags in a text, except those of a whole command.
func printedFlags(text string, flags []string) (found []string) {
	for _, at := range flagPattern.FindAllStringIndex(text, -1) {
		name := text[at[0]:at[1]]
		if slices.Contains(flags, name) && !wholeCommand.MatchString(text[:at[0]]) {
			found = append(found, name)
		}
	}
	return found
}

// flagNames gives the names of all flags of a command and those below it.
func flagNames(c *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if !slices.Contains(names, "--"+f.Name) {
			names = append(names, "--"+f.Name)
		}
	}
	c.LocalFlags().VisitAll(add)
	for _, sub := range c.Commands() {
		sub.LocalFlags().VisitAll(add)
		for _, name := range flagNames(sub) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// belowCommandLine gives the files of the packages that the command line is made of.
func belowCommandLine(t *testing.T) []*sourceFile {
	var files []*sourceFile
	for _, f := range parseModule(t) {
		above := slices.ContainsFunc(aboveScanner, func(pattern string) bool { return match(pattern, f.pkg) })
		if !above && !f.isTest() {
			files = append(files, f)
		}
	}
	if len(files) < 100 {
		t.Fatalf("%d files only", len(files))
	}
	return files
}

// allowed gives the entry of otherPrograms that covers a file; "" if none does.
func allowed(f *sourceFile) string {
	for place := range otherPrograms {
		if f.path == place || strings.HasPrefix(f.path, place+"/") {
			return place
		}
	}
	return ""
}

func stringLiteral(n ast.Node) (text string, ok bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
