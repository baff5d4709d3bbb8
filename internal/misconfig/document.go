package misconfig

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

//go:generate go test -run ^TestDocumentIsFresh$ -write

// CheckInfo describes a check to users.
type CheckInfo struct {
	// ID is the id of the check's findings.
	ID    string `json:"id"`
	Title string `json:"title"`
	// Severity is the severity of most of its findings. A single finding may have another
	// one.
	Severity seaworthy.Severity `json:"severity"`
	// Controls are the items of public standards that the check implements.
	Controls     []string            `json:"controls"`
	ControlItems []seaworthy.Control `json:"controlItems"`
	// Aliases are the codes of other scanners for the same defect.
	Aliases     []string          `json:"aliases,omitempty"`
	Detail      string            `json:"detail"`
	Remediation string            `json:"remediation"`
	Remedy      *seaworthy.Remedy `json:"remedy"`
	References  []string          `json:"references,omitempty"`
}

// Checks returns all checks, sorted by id.
func Checks() []CheckInfo {
	var list []CheckInfo
	for _, c := range catalogue() {
		list = append(list, CheckInfo{
			ID: c.ID, Title: c.Title, Severity: c.Severity, Controls: controlNames(c.Controls()), ControlItems: c.Controls(), Aliases: c.Codes(),
			Detail: c.Detail, Remediation: c.Remedy.String(), Remedy: c.Remedy, References: c.References,
		})
	}
	return list
}

// controlNames returns the names of controls.
func controlNames(controls []seaworthy.Control) []string {
	list := make([]string, len(controls))
	for i, c := range controls {
		list[i] = c.String()
	}
	return list
}

// benchmarkItem is an item of chapter 4 of the CIS Docker Benchmark 1.6.
type benchmarkItem struct {
	item    string
	subject string // what the item is about, in our words
	checked string // "fully", "partly" or "not"
	why     string // what is checked of the item, or why it is not
}

// benchmark has all items of chapter 4.
var benchmark = []benchmarkItem{
	{
		"4.1", "an account of its own for the container's process", "fully",
		"The user is resolved as the runtime does it, by the image's own account files, and so are its groups.",
	},
	{
		"4.2", "base images that are trusted", "partly",
		"Whether the image is named by a tag that moves. Whom to trust is a question of signatures, which the trust risk answers.",
	},
	{
		"4.3", "no packages that are not needed", "partly",
		"Programs that services commonly do not need, by name. What this service needs, only its authors know.",
	},
	{
		"4.4", "images scanned and rebuilt with the patches", "not",
		"This is the vulnerability risk, which knows each package and what fixes it.",
	},
	{
		"4.5", "content trust", "not",
		"It is a setting of the machine that pulls, and no property of the image. Its signatures are for the trust risk.",
	},
	{
		"4.6", "a health check", "fully",
		"The configuration says whether there is one.",
	},
	{
		"4.7", "no update of package lists without an install", "fully",
		"By the commands of each step, and by whether its layer holds package lists that a later step could use.",
	},
	{
		"4.8", "no setuid and setgid programs that are not needed", "fully",
		"Every such file and every file capability, less those that distributions install so, weighted by what the program can be abused for.",
	},
	{
		"4.9", "COPY and not ADD", "fully",
		"By the history, and by whether the layer holds what an archive unpacks to.",
	},
	{
		"4.10", "no secrets in the build", "partly",
		"Variables, build arguments and labels by name, files by name, passwords that a step sets. What values and files hold is checked under the secret risk.",
	},
	{
		"4.11", "packages that are verified", "partly",
		"The options, settings and sources that turn verification off. What a script of the build's own does is not known.",
	},
	{
		"4.12", "signed artifacts whose signatures are validated", "partly",
		"Downloads that a step runs, or takes over an open connection, and in which it verifies neither a checksum nor a signature.",
	},
}

// checksOf returns the ids of the checks for an item.
func checksOf(item string) []string {
	var ids []string
	for _, c := range catalogue() {
		if slices.Contains(c.CIS, item) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Document returns the reference of all checks in Markdown, which is docs/checks.md.
func Document() []byte {
	var b bytes.Buffer
	b.WriteString("# Configuration checks\n\n" +
		"<!-- Generated from internal/misconfig by go generate. Do not edit. -->\n\n" +
		"What Seaworthy looks for under the risk `misconfiguration`, NIST SP 800-190, section 3.1.2.\n" +
		"An exception in a policy names a check by its id; ignore files of Dockle and Trivy may name it by the codes listed with it.\n\n" +
		"## CIS Docker Benchmark 1.6, chapter 4\n\n" +
		"| item | is about | checked | by the checks | why |\n|---|---|---|---|---|\n")
	for _, i := range benchmark {
		var links []string
		for _, id := range checksOf(i.item) {
			links = append(links, fmt.Sprintf("[%s](#%s)", id, id))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", i.item, i.subject, i.checked, strings.Join(links, ", "), i.why)
	}
	b.WriteString("\n## All checks\n\n| check | severity | finds |\n|---|---|---|\n")
	for _, c := range Checks() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", c.ID, c.ID, c.Severity, c.Title)
	}
	for _, c := range Checks() {
		fmt.Fprintf(&b, "\n### %s\n\n%s. Severity: %s.\n\n%s\n\nFix: %s\n\n", c.ID, c.Title, c.Severity, c.Detail, c.Remedy.Summary)
		writeSteps(&b, c.Remedy.Steps)
		fmt.Fprintf(&b, "- Controls: %s\n", strings.Join(c.Controls, ", "))
		if len(c.Aliases) > 0 {
			fmt.Fprintf(&b, "- Elsewhere: %s\n", strings.Join(c.Aliases, ", "))
		}
		for _, r := range c.References {
			fmt.Fprintf(&b, "- See <%s>\n", r)
		}
	}
	return b.Bytes()
}

// writeSteps writes the steps of a remedy: commands and instructions as code.
func writeSteps(b *bytes.Buffer, steps []seaworthy.RemedyStep) {
	for _, s := range steps {
		switch s.Kind {
		case seaworthy.StepCommand:
			fmt.Fprintf(b, "```sh\n%s\n```\n\n", s.Text)
		case seaworthy.StepDockerfile:
			fmt.Fprintf(b, "```dockerfile\n%s\n```\n\n", s.Text)
		default:
			fmt.Fprintf(b, "%s\n\n", s.Text)
		}
	}
}
