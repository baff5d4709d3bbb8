package report

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

// What an attacker writes stays text: no markup, no link, no call of a person.
func TestMarkdownIsInert(t *testing.T) {
	evil := "`|<img src=x onerror=alert(1)> [click](https://evil.example) www.evil.example @admin #1 **b** _i_ ~~s~~ $x$ </details> | a |\n\n# heading"
	s := skiff()
	s.image.Reference = evil
	s.image.OS = &seaworthy.OS{PrettyName: evil}
	s.verdict = seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{evil}}
	s.provenance.Policy.Source = evil
	s.provenance.Data = []seaworthy.DataSource{{Source: evil}}
	s.coverage = []seaworthy.Coverage{
		{Risk: seaworthy.Trust, Subject: evil, State: seaworthy.Partial, Reason: evil},
		{Risk: seaworthy.Malware, Subject: evil, State: seaworthy.NotChecked, Reason: evil},
	}
	s.findings = []seaworthy.Finding{{Risk: seaworthy.Secret, ID: evil, Title: evil, Evidence: evil, Remedy: &seaworthy.Remedy{Summary: evil},
		Package: &seaworthy.AffectedPackage{Name: evil, Version: evil}, Locations: []seaworthy.Location{{Path: evil, Layer: ptr(0)}}}}
	text := write(t, Markdown, Options{}, s)

	allowed := regexp.MustCompile(`</?(code|details|summary|b|br|sub)>|\*\*fail\*\*|\*\*\d+ findings? not shown\*\*|&#\d+;|(?m)^### .*$|(?m)^\|.*$`)
	for _, line := range strings.Split(text, "\n") {
		if row, ok := strings.CutPrefix(line, "| "); ok {
			cells := strings.Count(line, "|") - 1
			if cells != 2 && cells != 4 {
				t.Errorf("a row with %d cells: %s", cells, line)
			}
			line = strings.ReplaceAll(row, "|", "")
		}
		rest := allowed.ReplaceAllString(line, "")
		if strings.ContainsAny(rest, "`<>[]@#_~$\\|") || strings.Contains(rest, "://") || strings.Contains(rest, "www.") {
			t.Errorf("markup in %q", rest)
		}
	}
	for _, call := range []string{"@admin", "#1"} {
		outside := regexp.MustCompile(`<code>[^<]*</code>`).ReplaceAllString(text, "")
		if strings.Contains(html.UnescapeString(outside), call) {
			t.Errorf("%s stands outside of code", call)
		}
	}
}

// A comment is never longer than GitHub takes, and says what it leaves out.
func TestMarkdownIsBounded(t *testing.T) {
	long := strings.Repeat("|@<", 400)
	big := skiff()
	for i := range 300 {
		big.coverage = append(big.coverage, seaworthy.Coverage{Risk: seaworthy.Trust, Subject: fmt.Sprint(i, long), State: seaworthy.Partial, Reason: long})
		big.verdict.Reasons = append(big.verdict.Reasons, long)
		for _, r := range seaworthy.Risks() {
			big.findings = append(big.findings, seaworthy.Finding{Risk: r, ID: fmt.Sprintf("id-%d", i), Severity: seaworthy.High, Title: "title", Remedy: &seaworthy.Remedy{Summary: long}})
		}
	}
	big.image.Reference = long
	for _, images := range []int{1, 3, 60} {
		var all []scanned
		for range images {
			all = append(all, big)
		}
		text := write(t, Markdown, Options{}, all...)
		if len(text) > maxComment {
			t.Errorf("%d images: %d bytes, want at most %d", images, len(text), maxComment)
		}
		if !strings.Contains(text, "not shown**: a comment holds only so much") {
			t.Errorf("%d images: the comment does not say that it is cut", images)
		}
		if open, closed := strings.Count(text, "<details>"), strings.Count(text, "</details>"); open != closed || open == 0 {
			t.Errorf("%d images: %d <details>, %d </details>", images, open, closed)
		}
	}
	small := write(t, Markdown, Options{}, fleet()...)
	if strings.Contains(small, "not shown") {
		t.Error("a short comment says that it is cut")
	}
}
