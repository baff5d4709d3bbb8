package report

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/encode"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// gitlabWriter writes GitLab's container scanning report, schema 15.2.1: one
// report for all images, whose vulnerabilities name their image. The format knows
// neither exceptions nor coverage: what they concern is in messages of the
// scan. It requires the times of the scan, which a report does not have because the
// same scan must give the same bytes; they are always the epoch.
type gitlabWriter struct {
	document.Collector
	out    io.Writer
	report gitlabReport
	ids    map[string]int // how often a fingerprint was seen
}

// The lengths, in characters, that the schema allows. GitLab refuses a report
// with more.
const (
	gitlabMaxName        = 255
	gitlabMaxSolution    = 7000
	gitlabMaxDescription = 1 << 20
)

const gitlabNoTime = "1970-01-01T00:00:00"

type gitlabReport struct {
	Version         string                `json:"version"`
	Scan            gitlabScan            `json:"scan"`
	Vulnerabilities []gitlabVulnerability `json:"vulnerabilities"`
}

type gitlabScan struct {
	Analyzer  gitlabTool      `json:"analyzer"`
	Scanner   gitlabTool      `json:"scanner"`
	Type      string          `json:"type"`
	StartTime string          `json:"start_time"`
	EndTime   string          `json:"end_time"`
	Status    string          `json:"status"`
	Messages  []gitlabMessage `json:"messages,omitempty"`
}

type gitlabTool struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	URL     string     `json:"url"`
	Version string     `json:"version"`
	Vendor  gitlabName `json:"vendor"`
}

type gitlabName struct {
	Name string `json:"name"`
}

type gitlabMessage struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

type gitlabVulnerability struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Severity    string             `json:"severity"`
	Solution    string             `json:"solution,omitempty"`
	Identifiers []gitlabIdentifier `json:"identifiers"`
	Links       []gitlabLink       `json:"links,omitempty"`
	Location    gitlabLocation     `json:"location"`
}

type gitlabIdentifier struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

type gitlabLink struct {
	URL string `json:"url"`
}

type gitlabLocation struct {
	Dependency struct {
		Package gitlabName `json:"package"`
		Version string     `json:"version"`
	} `json:"dependency"`
	OperatingSystem string `json:"operating_system"`
	Image           string `json:"image"`
}

func newGitLab(w io.Writer) *gitlabWriter {
	g := &gitlabWriter{out: w, ids: map[string]int{}, report: gitlabReport{
		Version:         "15.2.1",
		Vulnerabilities: []gitlabVulnerability{},
		Scan:            gitlabScan{Type: "container_scanning", StartTime: gitlabNoTime, EndTime: gitlabNoTime, Status: "success"},
	}}
	g.tool("")
	g.Render = g.image
	return g
}

func (g *gitlabWriter) tool(version string) {
	t := gitlabTool{ID: "seaworthy", Name: "Seaworthy", URL: words.Homepage, Version: version, Vendor: gitlabName{"Seaworthy"}}
	if version == "" {
		t.Version = "unknown"
	}
	g.report.Scan.Analyzer, g.report.Scan.Scanner = t, t
}

// Close writes the report.
func (g *gitlabWriter) Close() error { return encode.JSON(g.out, g.report) }

func (g *gitlabWriter) image(d *document.Document) error {
	g.tool(d.Provenance.Tool.Version)
	say := func(level, format string, args ...any) {
		value := visible.Text(d.Image.Reference + ": " + fmt.Sprintf(format, args...))
		g.report.Scan.Messages = append(g.report.Scan.Messages, gitlabMessage{level, value})
	}
	say("info", "verdict %s: %s", d.Verdict.Decision, words.Decision(d.Verdict.Decision))
	if n := len(d.Dismissed); n > 0 {
		say("info", "not listed, dismissed by VEX: %s", words.Plural(n, "finding"))
	}
	if n := len(d.Excepted); n > 0 {
		say("info", "not listed, excepted: %s", words.Plural(n, "finding"))
	}
	for _, c := range d.Coverage {
		if c.State != seaworthy.Checked {
			say("warn", "%s, %s: %s: %s", c.Risk, c.Subject, words.State(c.State), c.Reason)
		}
	}
	for _, f := range d.Findings {
		g.report.Vulnerabilities = append(g.report.Vulnerabilities, g.vulnerability(d, f))
	}
	return nil
}

func (g *gitlabWriter) vulnerability(d *document.Document, f *seaworthy.Finding) gitlabVulnerability {
	v := gitlabVulnerability{
		ID:          g.id(d, f),
		Name:        visible.Clip(visible.Text(f.Title), gitlabMaxName),
		Severity:    gitlabSeverity(f.Severity),
		Solution:    visible.Clip(markdownProse(f.Remedy.String()), gitlabMaxSolution),
		Identifiers: []gitlabIdentifier{gitlabIdentifierOf(f.ID)},
	}
	var lines []string
	for _, fact := range findingFacts(d, f) {
		text := markdownCode(fact.text)
		if fact.isProse {
			text = markdownProse(fact.text)
		}
		lines = append(lines, fact.label+": "+text)
	}
	v.Description = visible.Clip(strings.Join(lines, "\n\n"), gitlabMaxDescription)
	for _, a := range f.Aliases {
		v.Identifiers = append(v.Identifiers, gitlabIdentifierOf(a))
	}
	for _, r := range f.References {
		if words.IsWeb(r) {
			v.Links = append(v.Links, gitlabLink{r})
		}
	}
	v.Location.Image = visible.Text(d.Image.Reference)
	v.Location.OperatingSystem = "unknown"
	if d.Image.OS != nil && words.OS(d.Image.OS) != "" {
		v.Location.OperatingSystem = visible.Text(words.OS(d.Image.OS))
	}
	// GitLab takes two findings with the same first identifier and the same
	// package for one. Where no package is concerned, the place stands for it.
	dependency := &v.Location.Dependency
	switch {
	case f.Package != nil:
		dependency.Package.Name, dependency.Version = visible.Text(f.Package.Name), visible.Text(f.Package.Version)
	case len(f.Locations) > 0:
		dependency.Package.Name = words.Place(f.Locations[0], len(f.Locations[0].Path)*10+1)
	}
	return v
}

// id is a UUID of version 8 (RFC 9562) made from the image and the fingerprint.
func (g *gitlabWriter) id(d *document.Document, f *seaworthy.Finding) string {
	key := fmt.Sprintf("%q %q %q", d.Image.Reference, f.ID, f.Fingerprint)
	n := g.ids[key]
	g.ids[key]++
	h := sha256.Sum256(fmt.Appendf(nil, "%s %d", key, n))
	h[6] = h[6]&0x0f | 0x80
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func gitlabIdentifierOf(id string) gitlabIdentifier {
	id = visible.Clip(visible.Text(id), gitlabMaxName)
	switch {
	case id == "":
		id = "unnamed"
	case strings.HasPrefix(id, "CVE-"):
		return gitlabIdentifier{"cve", id, id, "https://www.cve.org/CVERecord?id=" + words.URIPath(id)}
	case strings.HasPrefix(id, "GHSA-"):
		return gitlabIdentifier{"ghsa", id, id, "https://github.com/advisories/" + words.URIPath(id)}
	}
	return gitlabIdentifier{Type: "seaworthy", Name: id, Value: id}
}

func gitlabSeverity(s seaworthy.Severity) string {
	switch s {
	case seaworthy.Critical:
		return "Critical"
	case seaworthy.High:
		return "High"
	case seaworthy.Medium:
		return "Medium"
	case seaworthy.Low:
		return "Low"
	case seaworthy.Negligible:
		return "Info"
	default:
		return "Unknown"
	}
}
