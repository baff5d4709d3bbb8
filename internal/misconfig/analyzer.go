// Package misconfig finds configuration defects of container images, the risk
// of NIST SP 800-190, section 3.1.2.
//
// In goes an image: its configuration, its history and the files of its layers. Out come
// findings, and a Coverage for whatever was not checked. The unit is a [check.Check]:
// what is wrong, how bad that is, how to fix it. Checks are in two packages: filecheck
// for what the layers hold, buildcheck for the configuration and the steps of the build.
// What they need of the files they name as a [check.Interest]; the layer pass collects
// that, and nothing else, by path and header.
//
// Images for systems other than Linux are refused with a Coverage. What is kept of a
// layer, and what is reported of a check, is limited; what is beyond is a Coverage too.
package misconfig

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// Analyzer checks the configuration of images. It implements
// [seaworthy.LayerAnalyzer] and [seaworthy.ImageAnalyzer].
type Analyzer struct {
	index  *index
	checks []check.Check
}

var (
	_ seaworthy.LayerAnalyzer = (*Analyzer)(nil)
	_ seaworthy.ImageAnalyzer = (*Analyzer)(nil)
)

// New makes an Analyzer with all checks.
func New() *Analyzer {
	return &Analyzer{index: newIndex(interests()), checks: catalogue()}
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

// image reads what the passes remembered and resolves what all checks need.
func (a *Analyzer) image(m seaworthy.Merged) (*check.Image, error) {
	layers := make([]check.Facts, len(m.Image().Layers))
	for i := range layers {
		if err := json.Unmarshal(m.Result(a, i), &layers[i]); err != nil {
			return nil, fmt.Errorf("facts of layer %d: %w", i, err)
		}
	}
	return check.NewImage(m, layers), nil
}

// report makes findings of violations.
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

// subjectOf is the file, or else the instruction, of a location.
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

// subjectsOf are those of all locations, each once.
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

// commonSubject is the one subject of all locations, the zero value if there is no
// such one.
func commonSubject(locations []seaworthy.Location) seaworthy.Subject {
	if all := subjectsOf(locations); len(all) == 1 {
		return all[0]
	}
	return seaworthy.Subject{}
}
