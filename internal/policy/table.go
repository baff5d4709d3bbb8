package policy

import (
	"fmt"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
)

// Table returns a table in Markdown with the verdicts of a policy: for a finding of each
// risk and severity, for each state of coverage, and for situations that users often
// have. Each cell is computed by an [Evaluator] for an image with nothing else.
func Table(p *Policy) string {
	var b strings.Builder
	b.WriteString("A finding of each severity makes the verdict:\n\n| risk |")
	for _, s := range seaworthy.Severities() {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(seaworthy.Severities())) + "\n")
	for _, r := range seaworthy.Risks() {
		fmt.Fprintf(&b, "| %s |", r)
		for _, s := range seaworthy.Severities() {
			fmt.Fprintf(&b, " %s |", p.decide(situation{findings: []seaworthy.Finding{{Risk: r, ID: "example", Severity: s}}}))
		}
		b.WriteByte('\n')
	}
	if len(p.rules) > 0 {
		b.WriteString("\nBefore that, the first of these rules that holds decides:\n\n| rule | decision | because |\n|---|---|---|\n")
		for _, r := range p.rules {
			decision := "does not count"
			if r.fails {
				decision = string(seaworthy.DecisionFail)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", cell(r.name), decision, cell(r.message))
		}
	}
	states := []seaworthy.State{seaworthy.Checked, seaworthy.Partial, seaworthy.NotChecked, seaworthy.Failed}
	b.WriteString("\nHow far a risk was checked makes the verdict:\n\n| risk |")
	for _, s := range states {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(states)) + "\n")
	for _, r := range seaworthy.Risks() {
		fmt.Fprintf(&b, "| %s |", r)
		for _, s := range states {
			c := seaworthy.Coverage{Risk: r, Subject: "example", State: s, Code: seaworthy.CodeUnspecified, Reason: "example"}
			fmt.Fprintf(&b, " %s |", p.decide(situation{risks: []seaworthy.Risk{r}, coverage: []seaworthy.Coverage{c}}))
		}
		b.WriteByte('\n')
	}
	b.WriteString("\nIf there is nothing else about the image:\n\n| situation | verdict | exit code |\n|---|---|---|\n")
	for _, s := range situations() {
		d := p.decide(s)
		fmt.Fprintf(&b, "| %s | %s | %d |\n", s.name, d, exitCode(d))
	}
	b.WriteString("\nPrecedence: fail, indeterminate, pass. Risks that were not requested do not count.\n")
	return b.String()
}

// situation describes an image for the table.
type situation struct {
	name     string
	risks    []seaworthy.Risk // those asked for; all if there are none
	findings []seaworthy.Finding
	coverage []seaworthy.Coverage // of the risks that are not fully checked
	opt      Options
}

func situations() []situation {
	vulnerability := seaworthy.Finding{Risk: seaworthy.Vulnerability, ID: "CVE", Severity: seaworthy.Critical}
	exploited := seaworthy.Finding{Risk: seaworthy.Vulnerability, ID: "CVE", Severity: seaworthy.Medium, KEV: &seaworthy.KEV{DateAdded: "2026-01-01"}}
	unrated := seaworthy.Finding{Risk: seaworthy.Vulnerability, ID: "CVE", Severity: seaworthy.Unknown}
	unratedFixable := unrated
	unratedFixable.Package = &seaworthy.AffectedPackage{FixedVersion: "2"}
	cleared := vulnerability
	cleared.VEX = &seaworthy.VEX{Status: "not_affected", By: "vendor"}
	trust := func(s seaworthy.Severity) []seaworthy.Finding {
		return []seaworthy.Finding{{Risk: seaworthy.Trust, ID: "signature", Severity: s}}
	}
	gap := func(r seaworthy.Risk, s seaworthy.State) []seaworthy.Coverage {
		return []seaworthy.Coverage{{Risk: r, Subject: "example", State: s, Code: seaworthy.CodeUnspecified, Reason: "example"}}
	}
	noData := gap(seaworthy.Vulnerability, seaworthy.NotChecked)
	return []situation{
		{name: "nothing found, everything checked"},
		{name: "first run offline, no advisory data yet", coverage: noData},
		{name: "the same, but only `--risk misconfiguration` asked for", risks: []seaworthy.Risk{seaworthy.Misconfiguration}, coverage: noData},
		{name: "a distribution or ecosystem without advisory data", coverage: noData},
		{name: "vulnerabilities, but no catalog of those known to be exploited", coverage: gap(seaworthy.Vulnerability, seaworthy.Partial)},
		{name: "an analyzer that could not do its work", coverage: gap(seaworthy.Misconfiguration, seaworthy.Failed)},
		{name: "a file too large to be searched for malware", coverage: gap(seaworthy.Malware, seaworthy.Partial)},
		{name: "an image without any signature (severity medium)", findings: trust(seaworthy.Medium)},
		{name: "an image with an invalid signature (severity high)", findings: trust(seaworthy.High)},
		{name: "no key or identity to verify signatures with", coverage: gap(seaworthy.Trust, seaworthy.NotChecked)},
		{name: "a vulnerability of severity medium that is known to be exploited", findings: []seaworthy.Finding{exploited}},
		{name: "a vulnerability of unknown severity without a fix (the verdict says so)", findings: []seaworthy.Finding{unrated}},
		{name: "a vulnerability of unknown severity with a fix", findings: []seaworthy.Finding{unratedFixable}},
		{name: "a critical vulnerability without a fix", findings: []seaworthy.Finding{vulnerability}},
		{name: "the same with `--ignore-unfixed`", findings: []seaworthy.Finding{vulnerability}, opt: Options{IgnoreUnfixed: true}},
		{name: "a critical vulnerability that VEX says the image is not affected by", findings: []seaworthy.Finding{cleared}},
	}
}

// decide returns the verdict on an image. All risks are fully checked, except for the
// coverage in the situation.
func (p *Policy) decide(s situation) seaworthy.Decision {
	s.opt.Risks = s.risks
	s.opt.Now = time.Unix(0, 0)
	j := NewEvaluator(p, s.opt, seaworthy.NopHandler{})
	covered := make(map[seaworthy.Risk]bool)
	for i := range s.coverage {
		covered[s.coverage[i].Risk] = true
		_ = j.Coverage(&s.coverage[i]) // NopHandler gives no error
	}
	for _, r := range seaworthy.Risks() {
		if !covered[r] {
			_ = j.Coverage(&seaworthy.Coverage{Risk: r, Subject: "example", State: seaworthy.Checked})
		}
	}
	for i := range s.findings {
		_ = j.Finding(&s.findings[i])
	}
	v, _ := j.Conclude()
	return v.Decision
}

// exitCode returns the exit code of the command.
func exitCode(d seaworthy.Decision) int {
	switch d {
	case seaworthy.DecisionPass:
		return 0
	case seaworthy.DecisionFail:
		return 1
	}
	return 3
}

// cell escapes a text for a cell of a table.
func cell(s string) string {
	return strings.ReplaceAll(oneLine(s), "|", `\|`)
}
