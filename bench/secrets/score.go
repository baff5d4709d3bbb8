package main

import (
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/bench/secrets/corpus"
)

// score compares the labels of files with the findings in them.
type score struct {
	// name is the prefix of the directories of its images.
	name  string
	marks map[string]*marked // by path
	// elsewhere are the findings without a label.
	elsewhere []alarm
	images    []*collector
}

// marked is a file with the worst finding at each of its labels.
type marked struct {
	corpus.File
	worst []hit // by index in Labels
	// elsewhere counts the findings without a label.
	elsewhere tally
}

// hit is the worst finding at a location; its severity is Unknown if there is none.
type hit struct {
	severity seaworthy.Severity
	id       string
}

// alarm is a finding without a label.
type alarm struct {
	finding  *seaworthy.Finding
	location seaworthy.Location
}

// near is the maximum distance in bytes between a value and a finding without a line.
const near = 64

func newScore(name string, files []corpus.File) *score {
	s := &score{name: name, marks: map[string]*marked{}}
	for _, f := range files {
		s.marks[f.Path] = &marked{File: f, worst: make([]hit, len(f.Labels))}
	}
	return s
}

// image counts the findings of an image.
func (s *score) image(seen *collector) {
	s.images = append(s.images, seen)
	for _, f := range seen.findings {
		for _, l := range f.Locations {
			s.take(f, l)
		}
	}
}

// instruction counts the findings of an image with one instruction and no other secrets.
func (s *score) instruction(i int, f corpus.File, seen *collector) {
	s.images = append(s.images, seen)
	m := &marked{File: f, worst: make([]hit, 1)}
	m.Path = fmt.Sprintf("%s %d: %s", f.Kind, i, f.Body)
	s.marks[m.Path] = m
	for _, found := range seen.findings {
		m.reach(0, found)
	}
}

// reach records a finding at a label.
func (m *marked) reach(i int, f *seaworthy.Finding) {
	if w := &m.worst[i]; f.Severity > w.severity {
		*w = hit{f.Severity, f.ID}
	}
}

// take counts a finding at one of its locations.
func (s *score) take(f *seaworthy.Finding, at seaworthy.Location) {
	path, member := at.Path, ""
	if s.marks[path] == nil {
		path, member, _ = strings.Cut(at.Path, "!/")
	}
	m := s.marks[path]
	i := -1
	if m != nil {
		i = m.labelAt(member, at)
	}
	if i < 0 {
		s.elsewhere = append(s.elsewhere, alarm{f, at})
		if m != nil {
			m.elsewhere.add(f.Severity)
		}
		return
	}
	m.reach(i, f)
}

// labelAt returns the index of the label at a location, or -1: the value that contains the
// offset, else the nearest in the line, else the nearest.
func (m *marked) labelAt(member string, at seaworthy.Location) int {
	best, bestDistance := -1, near
	for i, l := range m.Labels {
		if l.Member != "" && l.Member != member {
			continue
		}
		distance := 0
		switch off := int(at.Offset); {
		case off < l.Start:
			distance = l.Start - off
		case off >= l.End:
			distance = off - l.End + 1
		default:
			return i
		}
		onLine := l.FirstLine <= at.Line && at.Line <= l.LastLine
		if at.Line > 0 && !onLine {
			continue
		}
		if best < 0 && onLine || distance < bestDistance {
			best, bestDistance = i, distance
		}
	}
	return best
}

// tally counts findings by minimum severity.
type tally struct{ n, low, medium, high int }

func (t *tally) add(s seaworthy.Severity) {
	t.n++
	if s >= seaworthy.Low {
		t.low++
	}
	if s >= seaworthy.Medium {
		t.medium++
	}
	if s >= seaworthy.High {
		t.high++
	}
}

// plus returns the sum of two tallies.
func (t tally) plus(o tally) tally {
	return tally{t.n + o.n, t.low + o.low, t.medium + o.medium, t.high + o.high}
}

// tallies counts by class and by a name of the label, such as its kind.
func (s *score) tallies(name func(*marked, corpus.Label) string) map[corpus.Class]map[string]tally {
	all := map[corpus.Class]map[string]tally{corpus.Secret: {}, corpus.Harmless: {}, corpus.Debatable: {}}
	for _, m := range s.marks {
		for i, l := range m.Labels {
			t := all[l.Class][name(m, l)]
			t.add(m.worst[i].severity)
			all[l.Class][name(m, l)] = t
		}
	}
	return all
}

// totals returns the sums of tallies, and the findings without a label.
func (s *score) totals(byKind map[corpus.Class]map[string]tally) (secrets, harmless, elsewhere tally) {
	for _, t := range byKind[corpus.Secret] {
		secrets = secrets.plus(t)
	}
	for _, t := range byKind[corpus.Harmless] {
		harmless = harmless.plus(t)
	}
	for _, a := range s.elsewhere {
		elsewhere.add(a.finding.Severity)
	}
	return secrets, harmless, elsewhere
}
