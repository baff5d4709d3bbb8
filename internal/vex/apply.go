package vex

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Statements are those of several documents, by vulnerability.
type Statements struct {
	documents []*Document
	byID      map[string][]place
}

// place is where a statement stands.
type place struct{ document, statement int }

// Gather makes one set of the statements of all documents.
func Gather(documents ...*Document) *Statements {
	s := &Statements{documents: documents, byID: make(map[string][]place)}
	for i, d := range documents {
		for j := range d.statements {
			for _, id := range d.statements[j].ids {
				id = strings.ToUpper(id)
				s.byID[id] = append(s.byID[id], place{i, j})
			}
		}
	}
	return s
}

// DataSources name the documents in a report.
func (s *Statements) DataSources() []seaworthy.DataSource {
	var all []seaworthy.DataSource
	for _, d := range s.documents {
		all = append(all, d.DataSource())
	}
	return all
}

// Apply gives a Handler that marks the vulnerabilities that a statement is about and
// passes all events on to next. Digests are more by which the image is known, such
// as that of an index.
func (s *Statements) Apply(next seaworthy.Handler, digests ...string) seaworthy.Handler {
	return &marker{Handler: next, statements: s, digests: digests}
}

// marker looks for the statement on each finding.
type marker struct {
	seaworthy.Handler
	statements *Statements
	digests    []string
	subject    subject
}

// Image implements [seaworthy.Handler].
func (m *marker) Image(i *seaworthy.Image) error {
	m.subject = newSubject(i)
	for _, d := range append([]string{i.Digest, i.ImageID}, m.digests...) {
		if d != "" {
			m.subject.digests = append(m.subject.digests, d)
		}
	}
	return m.Handler.Image(i)
}

// Package implements [seaworthy.Handler].
func (m *marker) Package(p *seaworthy.Package) error {
	m.subject.add(p)
	return m.Handler.Package(p)
}

// Finding implements [seaworthy.Handler].
func (m *marker) Finding(f *seaworthy.Finding) error {
	if f.Risk == seaworthy.Vulnerability {
		if v := m.statements.about(&m.subject, f); v != nil {
			marked := *f
			marked.VEX = v
			f = &marked
		}
	}
	return m.Handler.Finding(f)
}

// about gives the statement on a finding, nil if there is none. Of several the latest
// counts, and of those of the same time one that leaves the finding standing.
func (s *Statements) about(subject *subject, f *seaworthy.Finding) *seaworthy.VEX {
	var best *statement
	var by *Document
	for _, id := range append([]string{f.ID}, f.Aliases...) {
		for _, p := range s.byID[strings.ToUpper(id)] {
			d := s.documents[p.document]
			st := &d.statements[p.statement]
			if best != nil && (st.at.Before(best.at) || st.at.Equal(best.at) && (settles(st.status) || !settles(best.status))) {
				continue
			}
			if slices.ContainsFunc(st.products, func(p product) bool { return p.covers(subject, f) }) {
				best, by = st, d
			}
		}
	}
	if best == nil {
		return nil
	}
	return &seaworthy.VEX{Status: best.status, By: by.Author, Justification: best.justification, Statement: best.words, Source: by.Source}
}

func settles(status string) bool { return (&seaworthy.VEX{Status: status}).Settles() }
