package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/encode"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// sarifWriter writes SARIF 2.1.0 (OASIS Standard, errata 01): one log file with
// one run for each image. It gives no times, so that the same scan gives the same
// bytes.
type sarifWriter struct {
	document.Collector
	out io.Writer
	log sarifLog
}

// maxSARIFLocations bounds the locations of one result; GitHub refuses a file
// with more.
const maxSARIFLocations = 1000

// rootFS is the uriBaseId of paths in the image.
const rootFS = "ROOTFS"

func newSARIF(w io.Writer) *sarifWriter {
	s := &sarifWriter{out: w, log: sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{},
	}}
	s.Render = s.run
	return s
}

func (s *sarifWriter) Close() error { return encode.JSON(s.out, s.log) }

func (s *sarifWriter) run(d *document.Document) error {
	driver := sarifDriver{Name: "Seaworthy", Version: d.Provenance.Tool.Version, InformationURI: words.Homepage, Rules: []sarifRule{}}
	run := sarifRun{
		AutomationDetails: sarifAutomation{ID: "seaworthy/" + d.Image.Reference + "/"},
		OriginalURIBaseIDs: map[string]sarifArtifact{
			rootFS: {Description: &sarifMessage{"The root of the file system of the image " + d.Image.Reference + "."}},
		},
		Invocations: []sarifInvocation{sarifInvocationOf(d)},
		Results:     []sarifResult{},
		ColumnKind:  "unicodeCodePoints",
		Properties: map[string]any{
			"reference": d.Image.Reference, "digest": d.Image.Digest, "imageID": d.Image.ImageID, "platform": d.Image.Platform,
			"verdict": d.Verdict.Decision, "policy": d.Provenance.Policy.Source,
		},
	}
	rules := map[string]int{}
	for _, risk := range seaworthy.Risks() {
		for _, f := range d.All(risk) {
			index, ok := rules[f.ID]
			if !ok {
				index = len(driver.Rules)
				rules[f.ID] = index
				driver.Rules = append(driver.Rules, sarifRuleOf(f))
			}
			run.Results = append(run.Results, sarifResultOf(d, f, index))
		}
	}
	run.Tool.Driver = driver
	s.log.Runs = append(s.log.Runs, run)
	return nil
}

// sarifRuleOf describes the kind of finding after its first, which is its worst.
func sarifRuleOf(f *seaworthy.Finding) sarifRule {
	rule := sarifRule{
		ID:               f.ID,
		ShortDescription: sarifMessage{f.Title},
		FullDescription:  sarifMessage{f.Title},
		Configuration:    sarifConfiguration{Level: sarifLevel(f.Severity)},
		Properties:       map[string]any{"tags": sarifTags(f)},
	}
	help := []string{sentence(f.Title)}
	if f.Detail != "" {
		rule.FullDescription.Text = f.Detail
		help = append(help, f.Detail)
	}
	if f.Remedy != nil {
		help = append(help, "Fix: "+f.Remedy.String())
	}
	for _, r := range f.References {
		if words.IsWeb(r) && rule.HelpURI == "" {
			rule.HelpURI = r
		}
		help = append(help, r)
	}
	rule.Help.Text = strings.Join(help, "\n\n")
	if score := securitySeverity(f); score != "" {
		rule.Properties["security-severity"] = score
	}
	return rule
}

func sarifResultOf(d *document.Document, f *seaworthy.Finding, rule int) sarifResult {
	message := visible.Text(sentence(f.Title))
	if p := f.Package; p != nil {
		message += "\n" + visible.Text(p.Name+" "+p.Version)
		if p.FixedVersion != "" {
			message += ", fixed in " + visible.Text(p.FixedVersion)
		}
	}
	for _, l := range words.EvidenceLines(f) {
		message += "\n" + visible.Text(l)
	}
	r := sarifResult{
		RuleID: f.ID, RuleIndex: rule,
		Level:      sarifLevel(f.Severity),
		Message:    sarifMessage{noLinks(message)},
		Properties: map[string]any{"risk": f.Risk, "severity": f.Severity.String()},
	}
	if f.Fingerprint != "" {
		// GitHub follows an alert by the second alone.
		r.PartialFingerprints = map[string]string{"seaworthy/v1": f.Fingerprint, "primaryLocationLineHash": f.Fingerprint + ":1"}
	}
	locations := f.Locations
	if len(locations) == 0 {
		locations = []seaworthy.Location{{}}
	}
	if n := len(locations); n > maxSARIFLocations {
		locations = locations[:maxSARIFLocations]
		r.Properties["locations"] = n
	}
	for _, l := range locations {
		r.Locations = append(r.Locations, sarifLocationOf(d, l))
	}
	if p := f.Package; p != nil {
		r.Properties["package"] = p
	}
	if f.VEX != nil {
		r.Properties["vex"] = f.VEX
	}
	if document.IsDismissed(f) {
		r.Suppressions = append(r.Suppressions, sarifSuppression{Kind: "external", Status: "accepted", Justification: words.VEX(f.VEX)})
	}
	if e := f.Exception; e != nil {
		reason := e.Reason
		if e.Expires != "" {
			reason += " (until " + e.Expires + ")"
		}
		r.Suppressions = append(r.Suppressions, sarifSuppression{Kind: "external", Status: "accepted", Justification: reason})
	}
	return r
}

// sarifLocationOf places a finding on the path in the image, and in the layer. A
// viewer needs a file: for the configuration that is the image itself.
func sarifLocationOf(d *document.Document, l seaworthy.Location) sarifLocation {
	var out sarifLocation
	if l.Path == "" {
		out.Physical.Artifact.URI = words.URIPath(d.Image.Reference)
	} else {
		out.Physical.Artifact = sarifArtifact{URI: words.URIPath(l.Path), BaseID: rootFS}
	}
	switch {
	case l.Line > 0:
		out.Physical.Region = &sarifRegion{StartLine: l.Line}
	case l.Offset > 0:
		out.Physical.Region = &sarifRegion{ByteOffset: l.Offset}
	}
	var notes []string
	if l.Layer != nil {
		name := "layer " + strconv.Itoa(*l.Layer)
		logical := sarifLogical{Name: name, Kind: "layer", Properties: map[string]any{"layer": *l.Layer}}
		if layer := d.Layer(l.Layer); layer != nil {
			logical.FullyQualifiedName = layer.Digest
			if layer.Digest == "" {
				logical.FullyQualifiedName = layer.DiffID
			}
		}
		if l.RemovedIn != nil {
			logical.Properties["removedIn"] = *l.RemovedIn
		}
		notes = append(notes, words.Layer(l))
		out.Logical = []sarifLogical{logical}
	}
	if instruction := d.Instruction(l); instruction != "" {
		notes = append(notes, visible.Text(instruction))
	}
	if len(notes) > 0 {
		out.Message = &sarifMessage{noLinks(strings.Join(notes, ": "))}
	}
	return out
}

func sarifInvocationOf(d *document.Document) sarifInvocation {
	inv := sarifInvocation{Successful: true, Notifications: []sarifNotification{}}
	for _, c := range d.Coverage {
		level := "warning"
		switch c.State {
		case seaworthy.Checked:
			continue
		case seaworthy.Failed:
			level = "error"
		}
		inv.Notifications = append(inv.Notifications, sarifNotification{
			Level:      level,
			Message:    sarifMessage{noLinks(fmt.Sprintf("%s, %s: %s: %s", c.Risk, visible.Text(c.Subject), words.State(c.State), visible.Text(c.Reason)))},
			Properties: map[string]any{"risk": c.Risk, "subject": c.Subject, "state": c.State, "code": c.Code, "reason": c.Reason},
		})
	}
	return inv
}

// sarifLevel maps the severity to the three levels that viewers show. An
// unknown severity is not shown as harmless.
func sarifLevel(s seaworthy.Severity) string {
	switch s {
	case seaworthy.Critical, seaworthy.High:
		return "error"
	case seaworthy.Low, seaworthy.Negligible:
		return "note"
	default:
		return "warning"
	}
}

// securitySeverity is the number from which GitHub works out a severity: above 9
// critical, from 7 high, from 4 medium, above 0 low. A CVSS score serves if it
// agrees with the severity, which others may have rated differently.
func securitySeverity(f *seaworthy.Finding) string {
	var low, high, typical float64
	switch f.Severity {
	case seaworthy.Critical:
		low, high, typical = 9.1, 10, 9.5
	case seaworthy.High:
		low, high, typical = 7, 9, 8
	case seaworthy.Medium:
		low, high, typical = 4, 6.9, 5.5
	case seaworthy.Low:
		low, high, typical = 0.1, 3.9, 2
	case seaworthy.Negligible:
		low, high, typical = 0.1, 0.1, 0.1
	default:
		return ""
	}
	for _, c := range f.CVSS {
		if c.Score >= low && c.Score <= high {
			typical = c.Score
			break
		}
	}
	return strconv.FormatFloat(typical, 'f', 1, 64)
}

// sarifTags gives the words by which a viewer groups and filters. They must
// differ, and GitHub takes 20 of them.
func sarifTags(f *seaworthy.Finding) []string {
	tags := []string{"security", string(f.Risk)}
	for _, t := range slices.Concat(f.ControlNames(), f.Techniques) {
		if len(tags) < 20 && !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	return tags
}

// sentence ends a title with a full stop.
func sentence(title string) string { return strings.TrimSuffix(title, ".") + "." }

// noLinks keeps a viewer from taking text in brackets for a link (SARIF 2.1.0,
// 3.11.6).
func noLinks(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(s)
}
