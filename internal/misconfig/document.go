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
	subject string // the recommendation, shortened
	checked string // "fully", "partially" or "not"
	why     string // what is checked of the item, or why it is not
}

// benchmark has all items of chapter 4.
var benchmark = []benchmarkItem{
	{
		"4.1", "a user for the container", "fully",
		"The user and its groups are resolved from the account files of the image, as the runtime does it.",
	},
	{
		"4.2", "trusted base images", "partially",
		"Only whether the image is named by a tag that moves. Signatures belong to the trust risk.",
	},
	{
		"4.3", "no unnecessary packages", "partially",
		"Programs that services commonly do not need, by name. Whether this service needs them is not known.",
	},
	{
		"4.4", "images scanned and rebuilt with security patches", "not",
		"This belongs to the vulnerability risk, which knows each package and its fixed version.",
	},
	{
		"4.5", "Docker Content Trust", "not",
		"It is a setting of the machine that pulls the image. Signatures belong to the trust risk.",
	},
	{
		"4.6", "HEALTHCHECK instructions", "fully",
		"By the configuration of the image.",
	},
	{
		"4.7", "no update instructions alone", "fully",
		"By the commands of each step, and by package lists in its layer that a later step could use.",
	},
	{
		"4.8", "setuid and setgid permissions removed", "fully",
		"All such files and file capabilities, except those that the distribution installs. The severity depends on what the program can be abused for.",
	},
	{
		"4.9", "COPY instead of ADD", "fully",
		"By the history, and by whether the layer has the files of an archive that ADD unpacks.",
	},
	{
		"4.10", "no secrets in Dockerfiles", "partially",
		"Names of variables, build arguments, labels and files, and passwords that a step sets. Their contents are checked by the secret risk.",
	},
	{
		"4.11", "only verified packages", "partially",
		"Options, settings and sources that turn verification off. What scripts of the build do is not known.",
	},
	{
		"4.12", "signed artifacts validated", "partially",
		"Downloads that a step executes, or makes without TLS, and for which it verifies neither a checksum nor a signature.",
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
		"The checks of the risk `misconfiguration` (NIST SP 800-190, section 3.1.2).\n" +
		"An exception in a policy has the id of a check. Ignore files of Dockle and Trivy can have the codes of other scanners that are listed with the check.\n\n" +
		"## CIS Docker Benchmark 1.6, chapter 4\n\n" +
		"| item | recommendation | checked | checks | what is checked |\n|---|---|---|---|---|\n")
	for _, i := range benchmark {
		var links []string
		for _, id := range checksOf(i.item) {
			links = append(links, fmt.Sprintf("[%s](#%s)", id, id))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", i.item, i.subject, i.checked, strings.Join(links, ", "), i.why)
	}
	b.WriteString("\n## All checks\n\n| check | severity | title |\n|---|---|---|\n")
	for _, c := range Checks() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", c.ID, c.ID, c.Severity, c.Title)
	}
	for _, c := range Checks() {
		fmt.Fprintf(&b, "\n### %s\n\n%s. Severity: %s.\n\n%s\n\nFix: %s\n\n", c.ID, c.Title, c.Severity, c.Detail, c.Remedy.Summary)
		writeSteps(&b, c.Remedy.Steps)
		fmt.Fprintf(&b, "- Controls: %s\n", strings.Join(c.Controls, ", "))
		if len(c.Aliases) > 0 {
			fmt.Fprintf(&b, "- In other scanners: %s\n", strings.Join(c.Aliases, ", "))
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
