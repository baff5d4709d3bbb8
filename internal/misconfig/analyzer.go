// Package misconfig finds configuration defects of container images, the risk
// of NIST SP 800-190, section 3.1.2.
//
// A [check] is the unit: what it looks for, how bad that is, how to mend it. It
// judges a [subject], which is the image with its configuration, its history,
// and the files that its layers hold. What the checks need to know of the files
// they name as an [interest]; the layer pass collects that, and nothing else,
// by path and header.
//
// Where the content of a layer tells more than the text of the history, checks
// judge by the content.
package misconfig

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Analyzer judges the configuration of images. It implements
// [seaworthy.LayerAnalyzer] and [seaworthy.ImageAnalyzer].
type Analyzer struct {
	index  *index
	checks []check
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
// collects, not on the checks, which are run anew for each image.
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
	s, err := a.subject(m)
	if err != nil {
		return err
	}
	for i := range a.checks {
		if err := ctx.Err(); err != nil {
			return err
		}
		c := &a.checks[i]
		if err := c.report(c.judge(s), sink); err != nil {
			return err
		}
	}
	return s.cover(sink)
}

// subject reads what the passes remembered and resolves what all checks need.
func (a *Analyzer) subject(m seaworthy.Merged) (*subject, error) {
	layers := make([]facts, len(m.Image().Layers))
	for i := range layers {
		if err := json.Unmarshal(m.Result(a, i), &layers[i]); err != nil {
			return nil, fmt.Errorf("facts of layer %d: %w", i, err)
		}
	}
	return newSubject(m, layers), nil
}

// The bounds on what one check reports. An image can hold any number of
// defects, but nobody reads more than this.
const (
	maxFindings  = 500 // of one check
	maxLocations = 100 // of one finding
)

// report makes findings of violations.
func (c *check) report(list []violation, sink seaworthy.Sink) error {
	if c.together {
		list = together(list)
	}
	for i, v := range list {
		if i == maxFindings {
			return sink.Coverage(&seaworthy.Coverage{
				Risk: seaworthy.Misconfiguration, Subject: "check " + c.id, State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded,
				Reason: fmt.Sprintf("%d violations; the first %d are reported.", len(list), maxFindings),
			})
		}
		if err := sink.Finding(c.finding(v)); err != nil {
			return err
		}
	}
	return nil
}

func (c *check) finding(v violation) *seaworthy.Finding {
	f := &seaworthy.Finding{
		Risk: seaworthy.Misconfiguration, ID: c.id, Aliases: c.codes(), Severity: c.severity,
		Title: c.title, Detail: c.detail, References: c.references,
		Controls: c.controls(), Evidence: v.evidence, Locations: v.locations,
	}
	if v.severity != seaworthy.Unknown {
		f.Severity = v.severity
	}
	if v.title != "" {
		f.Title = v.title
	}
	if v.detail != "" {
		f.Detail += " " + v.detail
	}
	if n := len(f.Locations); n > maxLocations {
		f.Detail += fmt.Sprintf(" Of %d places the first %d are listed.", n, maxLocations)
		f.Locations = f.Locations[:maxLocations]
	}
	f.Subject = cmp.Or(v.subject, c.subject, commonSubject(f.Locations))
	fix := *c.remedy
	fix.Steps = slices.Concat(c.remedy.Steps, v.steps)
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

// together joins violations of the same severity and title into one, in the
// order of the first of each.
func together(list []violation) []violation {
	type key struct {
		severity seaworthy.Severity
		title    string
	}
	var joined []violation
	var evidence [][]string
	at := map[key]int{}
	for _, v := range list {
		k := key{v.severity, v.title}
		i, ok := at[k]
		if !ok {
			i = len(joined)
			at[k] = i
			joined, evidence = append(joined, v), append(evidence, nil)
		} else {
			joined[i].locations = append(joined[i].locations, v.locations...)
			if joined[i].subject != v.subject {
				joined[i].subject = seaworthy.Subject{}
			}
		}
		if v.evidence != "" {
			evidence[i] = append(evidence[i], v.evidence)
		}
	}
	for i, e := range evidence {
		if n := len(e); n > maxLocations {
			e = append(e[:maxLocations], fmt.Sprintf("and %d more", n-maxLocations))
		}
		joined[i].evidence = strings.Join(e, "\n")
	}
	return joined
}
