package vex

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/nearest"
	"seaworthy.dev/seaworthy/internal/purl"
)

// maxUnused limits the unused statements that are listed of one document.
const maxUnused = 100

// usage is which statements apply to findings of an image, and what the others may mean.
type usage struct {
	checked  bool // for vulnerabilities, at least in part
	applied  map[statementRef]bool
	missed   map[statementRef]*seaworthy.AffectedPackage // packages of findings with the id of the statement
	packages nearest.Packages
}

func newUsage() usage {
	return usage{applied: make(map[statementRef]bool), missed: make(map[statementRef]*seaworthy.AffectedPackage)}
}

// miss notes that a statement is about the vulnerability of a finding, but about no product
// of it.
func (u *usage) miss(p statementRef, f *seaworthy.Finding) {
	if u.missed[p] == nil && f.Package != nil {
		u.missed[p] = f.Package
	}
}

// Unused lists the statements that apply to no finding. Of each document, those whose
// vulnerability the image has come first. If the image was not checked for vulnerabilities,
// there are none.
func (m *Application) Unused() []seaworthy.UnusedRule {
	if m == nil || !m.checked {
		return nil
	}
	var all []seaworthy.UnusedRule
	for i, d := range m.statements.documents {
		var near, others []statementRef
		for j := range d.statements {
			p := statementRef{i, j}
			switch {
			case m.applied[p]:
			case m.missed[p] != nil:
				near = append(near, p)
			default:
				others = append(others, p)
			}
		}
		unused := append(near, others...)
		for _, p := range unused[:min(len(unused), maxUnused)] {
			all = append(all, m.unusedStatement(d, p))
		}
		if more := len(unused) - maxUnused; more > 0 {
			all = append(all, seaworthy.UnusedRule{Kind: seaworthy.RuleVEX, Source: d.Source, Reason: "they apply to no finding", More: more})
		}
	}
	return all
}

// unusedStatement says why a statement applies to no finding.
func (m *Application) unusedStatement(d *Document, p statementRef) seaworthy.UnusedRule {
	st := &d.statements[p.statement]
	r := seaworthy.UnusedRule{Kind: seaworthy.RuleVEX, Source: d.Source, Rule: st.describe(), Reason: "no finding has this id"}
	found := m.missed[p]
	name, isKnown := m.packageOf(st)
	switch {
	case len(st.products) == 0:
		r.Reason = "it has no product that can be compared"
	case !slices.ContainsFunc(st.products, func(p product) bool { return !p.isNamed() || p.isImage(&m.subject) }):
		r.Reason, r.Nearest = "it is about another image", m.nearestImage(st)
	case name != "" && !isKnown:
		r.Reason, r.Nearest = "the image has no package "+name, m.packages.To(name)
	case found != nil:
		r.Reason, r.Nearest = "the finding is about another product", found.Name+" "+found.Version
		if found.Source != nil && found.Source.Name != found.Name {
			r.Nearest += ", of source " + found.Source.Name
		}
	}
	return r
}

// isNamed reports whether the product is an image or something else that has a name instead
// of a package URL or a CPE.
func (p *product) isNamed() bool {
	return len(p.names) > 0 || slices.ContainsFunc(p.purls, func(u purl.URL) bool { return u.Type == "oci" || u.Type == "docker" })
}

// packageOf returns the name of the first package that the statement is about, and whether
// the image has any of them.
func (m *Application) packageOf(st *statement) (name string, isKnown bool) {
	visit := func(p *product) {
		for i := range p.purls {
			u := &p.purls[i]
			if u.Type == "oci" || u.Type == "docker" {
				continue
			}
			own := inventory.PackageFromURL(u)
			name = cmp.Or(name, own.Name)
			isSource := own.Arch == "source" || own.Arch == "src"
			isKnown = isKnown || m.packages.Has(own.Name) || isSource && m.subject.packages[packageKey{u.Type, strings.ToLower(own.Name)}] != nil
		}
	}
	for i := range st.products {
		visit(&st.products[i])
		for j := range st.products[i].components {
			visit(&st.products[i].components[j])
		}
	}
	return name, isKnown
}

// nearestImage returns the name of the image if it has the same last element as a product of
// the statement.
func (m *Application) nearestImage(st *statement) string {
	for _, p := range st.products {
		names := slices.Clone(p.names)
		for _, u := range p.purls {
			names = append(names, u.Name)
		}
		for _, n := range names {
			want := parseReference(n)
			for _, r := range m.subject.references {
				if lastElement(r.repository) == lastElement(want.repository) {
					if r.tag != "" {
						return r.repository + ":" + r.tag
					}
					return r.repository
				}
			}
		}
	}
	return ""
}

// describe says what a statement is about: "CVE-2024-1 is not_affected in pkg:deb/debian/expat".
func (st *statement) describe() string {
	text := fmt.Sprintf("%s is %s", strings.Join(st.ids[:min(len(st.ids), 1)], ""), st.status)
	if len(st.products) == 0 {
		return text
	}
	name := st.products[0].describe()
	if components := st.products[0].components; len(components) > 0 {
		name = components[0].describe() + " of " + name
	}
	if name != "" {
		text += " in " + name
	}
	if more := len(st.products) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return clip(text)
}

// describe returns an identifier of the product.
func (p *product) describe() string {
	switch {
	case len(p.purls) > 0:
		return p.purls[0].String()
	case len(p.names) > 0:
		return oneLine(p.names[0])
	case len(p.cpes) > 0:
		return oneLine(p.cpes[0])
	}
	return ""
}
