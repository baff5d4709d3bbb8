package report

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"seaworthy.dev/seaworthy"
)

// The rules of GitLab's schema 15.2.1 that a report can break. GitLab refuses the
// whole report for one vulnerability that does.
func TestGitLabStructure(t *testing.T) {
	images := fleet()
	images[1].findings = []seaworthy.Finding{
		{Risk: seaworthy.Malware}, {Risk: seaworthy.Malware},
		{Risk: seaworthy.Secret, ID: "x", Title: strings.Repeat("é", 300), Remedy: &seaworthy.Remedy{Summary: strings.Repeat("<", 7001)},
			Detail: strings.Repeat("&", 1<<20), References: []string{"ftp://x", "javascript:alert(1)", "https://ok.example/a", "http://a b"}, Aliases: []string{"", "GHSA-xxxx"}},
	}
	var r gitlabReport
	if err := json.Unmarshal([]byte(write(t, GitLab, Options{}, images...)), &r); err != nil {
		t.Fatal(err)
	}
	day := regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$`)
	if !regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`).MatchString(r.Version) || r.Scan.Type != "container_scanning" || r.Scan.Status != "success" ||
		!day.MatchString(r.Scan.StartTime) || !day.MatchString(r.Scan.EndTime) {
		t.Errorf("version %q, scan %+v", r.Version, r.Scan)
	}
	for _, tool := range []gitlabTool{r.Scan.Analyzer, r.Scan.Scanner} {
		if tool.ID == "" || tool.Name == "" || tool.Version == "" || tool.Vendor.Name == "" {
			t.Errorf("tool %+v", tool)
		}
	}
	for _, m := range r.Scan.Messages {
		if m.Value == "" || !slices.Contains([]string{"info", "warn", "fatal"}, m.Level) {
			t.Errorf("message %+v", m)
		}
	}
	web := regexp.MustCompile(`^(https?|ftp)://.+`)
	seen := map[string]bool{}
	for _, v := range r.Vulnerabilities {
		if v.ID == "" || seen[v.ID] {
			t.Errorf("id %q of %s is empty or not unique", v.ID, v.Name)
		}
		seen[v.ID] = true
		if utf8.RuneCountInString(v.Name) > 255 || utf8.RuneCountInString(v.Solution) > 7000 || utf8.RuneCountInString(v.Description) > 1<<20 {
			t.Errorf("%s: a text is too long", v.ID)
		}
		if !slices.Contains([]string{"Info", "Unknown", "Low", "Medium", "High", "Critical"}, v.Severity) {
			t.Errorf("severity %q", v.Severity)
		}
		if len(v.Identifiers) == 0 {
			t.Errorf("%s has no identifier", v.ID)
		}
		for _, i := range v.Identifiers {
			if i.Type == "" || i.Name == "" || i.Value == "" || i.URL != "" && !web.MatchString(i.URL) {
				t.Errorf("identifier %+v", i)
			}
		}
		for _, l := range v.Links {
			if !web.MatchString(l.URL) {
				t.Errorf("link %q", l.URL)
			}
		}
		if v.Location.Image == "" || v.Location.OperatingSystem == "" {
			t.Errorf("location %+v", v.Location)
		}
	}
	if want := 9 + 3; len(r.Vulnerabilities) != want {
		t.Errorf("%d vulnerabilities, want %d: those without exception", len(r.Vulnerabilities), want)
	}
}
