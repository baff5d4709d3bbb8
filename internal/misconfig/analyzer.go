// Package misconfig finds configuration defects of container images, the risk
// of NIST SP 800-190, section 3.1.2.
//
// [Analyzer] checks the configuration of an image, its history and the files of its layers.
// It reports findings, and a Coverage for everything that it could not check. A
// [check.Check] is one defect that an image may have, with severity and remedy. Checks are
// in two packages: filecheck has those of files, and buildcheck those of the configuration
// and the steps of the build. A [check.Interest] says which files a check needs, by path and
// header. The layer pass collects these files and nothing else.
//
// Images for systems other than Linux are not checked; a Coverage says so. The amount that
// is collected from a layer, and that is reported by a check, is limited. If a limit is
// exceeded, a Coverage says so.
package misconfig

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// Analyzer checks the configuration of images. It implements
// [seaworthy.LayerAnalyzer] and [seaworthy.ImageAnalyzer].
type Analyzer struct {
	index    *index
	checks   []check.Check
	redactor *redact.Redactor
}

var (
	_ seaworthy.LayerAnalyzer = (*Analyzer)(nil)
	_ seaworthy.ImageAnalyzer = (*Analyzer)(nil)
)

// New returns an Analyzer with all checks. The redactor hides credentials in the commands
// and values that findings quote; nil means one with the built-in rules.
func New(redactor *redact.Redactor) *Analyzer {
	return &Analyzer{index: newIndex(interests()), checks: catalogue(), redactor: redactor}
}

// Name implements [seaworthy.Analyzer].
func (*Analyzer) Name() string { return "misconfig" }

// ConfigDigest implements [seaworthy.Analyzer]. It depends on what the pass
// collects, not on the checks, which are run again for each image.
func (a *Analyzer) ConfigDigest() string { return a.index.digest }

// Risk implements [seaworthy.ImageAnalyzer].
func (*Analyzer) Risk() seaworthy.Risk { return seaworthy.Misconfiguration }

// Open implements [seaworthy.LayerAnalyzer].
func (a *Analyzer) Open() seaworthy.Pass {
	n := len(a.index.interests)
	return &pass{index: a.index, noted: make([][]int, n), over: make([]int, n)}
}

// Image implements [seaworthy.ImageAnalyzer].
func (a *Analyzer) Image(ctx context.Context, m seaworthy.Merged, sink seaworthy.Sink) error {
	if c := foreign(m.Image()); c != nil {
		return sink.Coverage(c)
	}
	s, err := a.image(m)
	if err != nil {
		return err
	}
	for i := range a.checks {
		if err := ctx.Err(); err != nil {
			return err
		}
		c := &a.checks[i]
		if err := report(c, c.Find(s), sink); err != nil {
			return err
		}
	}
	return cover(s, sink)
}

// image decodes what the passes collected in the layers, and prepares what all checks
// need.
func (a *Analyzer) image(m seaworthy.Merged) (*check.Image, error) {
	layers := make([]check.Facts, len(m.Image().Layers))
	first := make(map[string]int) // the first layer with a diffID
	for i := range layers {
		id := m.Image().Layers[i].DiffID
		if j, ok := first[id]; ok && id != "" {
			layers[i] = layers[j]
			continue
		}
		first[id] = i
		if err := json.Unmarshal(m.Result(a, i), &layers[i]); err != nil {
			return nil, fmt.Errorf("facts of layer %d: %w", i, err)
		}
	}
	return check.NewImage(m, layers, a.redactor), nil
}

// report reports violations of a check as findings.
func report(c *check.Check, list []check.Violation, sink seaworthy.Sink) error {
	if c.Grouped {
		list = check.Group(list)
	}
	for i, v := range list {
		if i == check.MaxFindings {
			return sink.Coverage(&seaworthy.Coverage{
				Risk: seaworthy.Misconfiguration, Subject: "check " + c.ID, State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded,
				Reason: fmt.Sprintf("%d violations; the first %d are reported.", len(list), check.MaxFindings),
			})
		}
		if err := sink.Finding(finding(c, v)); err != nil {
			return err
		}
	}
	return nil
}

// finding returns the finding for a violation of a check.
func finding(c *check.Check, v check.Violation) *seaworthy.Finding {
	f := &seaworthy.Finding{
		Risk: seaworthy.Misconfiguration, ID: c.ID, Aliases: c.Codes(), Severity: c.Severity,
		Title: c.Title, Detail: c.Detail, References: c.References,
		Controls: c.Controls(), Evidence: v.Evidence, Locations: v.Locations,
	}
	if v.Severity != seaworthy.Unknown {
		f.Severity = v.Severity
	}
	if v.Title != "" {
		f.Title = v.Title
	}
	if v.Detail != "" {
		f.Detail += " " + v.Detail
	}
	if n := len(f.Locations); n > check.MaxLocations {
		f.Detail += fmt.Sprintf(" Of %d places the first %d are listed.", n, check.MaxLocations)
		f.Locations = f.Locations[:check.MaxLocations]
	}
	f.Subject = cmp.Or(v.Subject, c.Subject, commonSubject(f.Locations))
	fix := *c.Remedy
	fix.Steps = slices.Concat(c.Remedy.Steps, v.Steps)
	fix.Fixes = subjectsOf(f.Locations)
	if f.Subject != (seaworthy.Subject{}) {
		fix.Fixes = []seaworthy.Subject{f.Subject}
	}
	f.Remedy = &fix
	f.SetFingerprint()
	return f
}

// subjectOf returns the file of a location as a subject, or the instruction if it has no
// file.
func subjectOf(l seaworthy.Location) seaworthy.Subject {
	switch {
	case l.Path != "":
		name, _ := seaworthy.TextPath(l.Path)
		return seaworthy.Subject{Kind: seaworthy.SubjectFile, Name: name}
	case l.Instruction != "":
		return seaworthy.Subject{Kind: seaworthy.SubjectInstruction, Name: l.Instruction}
	default:
		return seaworthy.Subject{}
	}
}

// subjectsOf returns the subjects of all locations, each once.
func subjectsOf(locations []seaworthy.Location) []seaworthy.Subject {
	var all []seaworthy.Subject
	seen := map[seaworthy.Subject]bool{{}: true}
	for _, l := range locations {
		if s := subjectOf(l); !seen[s] {
			seen[s] = true
			all = append(all, s)
		}
	}
	return all
}

// commonSubject returns the subject that all locations have in common, or the zero value
// if there is none.
func commonSubject(locations []seaworthy.Location) seaworthy.Subject {
	if all := subjectsOf(locations); len(all) == 1 {
		return all[0]
	}
	return seaworthy.Subject{}
}
