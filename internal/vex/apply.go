package vex

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Statements is the statements of several documents, indexed by vulnerability. It is safe
// for concurrent use.
type Statements struct {
	documents []*Document
	byID      map[string][]statementRef // by id in upper case
}

// statementRef is the position of a statement: the index of its document, and its index
// there.
type statementRef struct{ document, statement int }

// NewStatements returns the statements of all documents.
func NewStatements(documents ...*Document) *Statements {
	s := &Statements{documents: documents, byID: make(map[string][]statementRef)}
	for i, d := range documents {
		for j := range d.statements {
			for _, id := range d.statements[j].ids {
				id = strings.ToUpper(id)
				s.byID[id] = append(s.byID[id], statementRef{i, j})
			}
		}
	}
	return s
}

// DataSources describes the documents for a report.
func (s *Statements) DataSources() []seaworthy.DataSource {
	var all []seaworthy.DataSource
	for _, d := range s.documents {
		all = append(all, d.DataSource())
	}
	return all
}

// Apply returns a Handler that passes all events to next, and sets VEX of the vulnerability
// findings that a statement applies to. It does not change the findings it is given. Digests
// are further digests of the image, such as that of an index.
func (s *Statements) Apply(next seaworthy.Handler, digests ...string) *Application {
	return &Application{Handler: next, statements: s, digests: digests}
}

// Application is the Handler that applies statements to the findings of one image.
type Application struct {
	seaworthy.Handler
	statements *Statements
	digests    []string
	subject    subject
	usage
}

// Image implements [seaworthy.Handler].
func (m *Application) Image(i *seaworthy.Image) error {
	m.subject, m.usage = newSubject(i), newUsage()
	for _, d := range append([]string{i.Digest, i.ImageID}, m.digests...) {
		if d != "" {
			m.subject.digests = append(m.subject.digests, d)
		}
	}
	if i.Engine != "" {
		// An engine knows the digests by which it pulled the image.
		for _, r := range m.subject.references {
			if r.digest != "" {
				m.subject.digests = append(m.subject.digests, r.digest)
			}
		}
	}
	return m.Handler.Image(i)
}

// Package implements [seaworthy.Handler].
func (m *Application) Package(p *seaworthy.Package) error {
	m.subject.add(p)
	m.packages.Add(p)
	return m.Handler.Package(p)
}

// Finding implements [seaworthy.Handler].
func (m *Application) Finding(f *seaworthy.Finding) error {
	if f.Risk == seaworthy.Vulnerability {
		if v := m.find(f); v != nil {
			marked := *f
			marked.VEX = v
			f = &marked
		}
	}
	return m.Handler.Finding(f)
}

// Coverage implements [seaworthy.Handler].
func (m *Application) Coverage(c *seaworthy.Coverage) error {
	if c.Risk == seaworthy.Vulnerability && (c.State == seaworthy.Checked || c.State == seaworthy.Partial) {
		m.checked = true
	}
	return m.Handler.Coverage(c)
}

// find returns the statement that applies to a finding, nil if there is none. The latest
// statement takes precedence; at the same time, one that does not dismiss the finding.
func (m *Application) find(f *seaworthy.Finding) *seaworthy.VEX {
	var best *statement
	var by *Document
	for _, id := range append([]string{f.ID}, f.Aliases...) {
		for _, p := range m.statements.byID[strings.ToUpper(id)] {
			d := m.statements.documents[p.document]
			st := &d.statements[p.statement]
			isWorse := best != nil && (st.timestamp.Before(best.timestamp) || st.timestamp.Equal(best.timestamp) && (dismisses(st.status) || !dismisses(best.status)))
			if isWorse && m.applied[p] {
				continue
			}
			switch {
			case !slices.ContainsFunc(st.products, func(p product) bool { return p.covers(&m.subject, f) }):
				m.miss(p, f)
				continue
			case !isWorse:
				best, by = st, d
			}
			m.applied[p] = true
		}
	}
	if best == nil {
		return nil
	}
	return &seaworthy.VEX{Status: best.status, By: by.Author, Justification: best.justification, Statement: best.text, Source: by.Source}
}

// dismisses reports whether a finding with the status does not count.
func dismisses(status string) bool { return (&seaworthy.VEX{Status: status}).Dismisses() }
