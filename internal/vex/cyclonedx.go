package vex

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// cycloneDX is the fields of a CycloneDX JSON document that are used.
type cycloneDX struct {
	SpecVersion string `json:"specVersion"`
	Metadata    struct {
		Timestamp    string        `json:"timestamp"`
		Component    *cdxComponent `json:"component"`
		Authors      []cdxEntity   `json:"authors"`
		Manufacturer cdxEntity     `json:"manufacturer"`
		Manufacture  cdxEntity     `json:"manufacture"`
		Supplier     cdxEntity     `json:"supplier"`
	} `json:"metadata"`
	Components      []cdxComponent     `json:"components"`
	Vulnerabilities []cdxVulnerability `json:"vulnerabilities"`
}

type cdxEntity struct {
	Name string `json:"name"`
}

type cdxComponent struct {
	Ref        string         `json:"bom-ref"`
	Type       string         `json:"type"`
	Name       string         `json:"name"`
	Version    string         `json:"version"`
	PURL       string         `json:"purl"`
	Components []cdxComponent `json:"components"`
}

type cdxVulnerability struct {
	ID         string `json:"id"`
	References []struct {
		ID string `json:"id"`
	} `json:"references"`
	Updated  string `json:"updated"`
	Analysis struct {
		State         string `json:"state"`
		Justification string `json:"justification"`
		Detail        string `json:"detail"`
		FirstIssued   string `json:"firstIssued"`
		LastUpdated   string `json:"lastUpdated"`
	} `json:"analysis"`
	Affects []struct {
		Ref      string `json:"ref"`
		Versions []struct {
			Version string `json:"version"`
			Range   string `json:"range"`
		} `json:"versions"`
	} `json:"affects"`
}

// cdxStatus returns the status for the state of an analysis, "" for no state.
func cdxStatus(state string) (string, error) {
	switch state {
	case "":
		return "", nil
	case "not_affected", "false_positive":
		return notAffected, nil
	case "resolved", "resolved_with_pedigree":
		return fixed, nil
	case "exploitable":
		return affected, nil
	case "in_triage":
		return underInvestigation, nil
	}
	return "", fmt.Errorf("unknown state %q in its analysis", clip(state))
}

var errNoAnalysis = errors.New("it is a CycloneDX document without VEX statements: no vulnerability has an analysis with a state")

func parseCycloneDX(data []byte) (*Document, error) {
	var doc cycloneDX
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	if v := doc.SpecVersion; v != "" && v != "1" && !strings.HasPrefix(v, "1.") {
		return nil, fmt.Errorf("it is CycloneDX %s; version 1 is supported", clip(v))
	}
	d := &Document{Format: strings.TrimSpace("CycloneDX " + clip(doc.SpecVersion))}
	m := &doc.Metadata
	if len(m.Authors) > 0 {
		d.Author = m.Authors[0].Name
	}
	d.Author = cmp.Or(d.Author, m.Manufacturer.Name, m.Manufacture.Name, m.Supplier.Name)
	components := make(map[string]*cdxComponent)
	indexComponents(components, doc.Components)
	for i := range doc.Vulnerabilities {
		v := &doc.Vulnerabilities[i]
		status, err := cdxStatus(v.Analysis.State)
		if err != nil {
			return nil, fmt.Errorf("vulnerability %d: %w", i+1, err)
		}
		if status == "" {
			continue
		}
		if v.ID == "" {
			return nil, fmt.Errorf("vulnerability %d has no id", i+1)
		}
		s := statement{ids: []string{v.ID}, status: status, justification: v.Analysis.Justification, text: v.Analysis.Detail}
		for _, r := range v.References {
			if r.ID != "" {
				s.ids = append(s.ids, r.ID)
			}
		}
		if s.timestamp, err = parseTime(cmp.Or(v.Analysis.LastUpdated, v.Analysis.FirstIssued, v.Updated, m.Timestamp)); err != nil {
			return nil, fmt.Errorf("vulnerability %d: %w", i+1, err)
		}
		for _, a := range v.Affects {
			for _, p := range doc.products(a.Ref, components) {
				versions := []string{""}
				if len(a.Versions) > 0 {
					versions = nil
				}
				for _, version := range a.Versions {
					if version.Version != "" {
						versions = append(versions, version.Version)
					}
				}
				for _, version := range versions {
					s.products = append(s.products, p.withVersion(version))
				}
			}
		}
		d.statements = append(d.statements, s)
	}
	if len(d.statements) == 0 {
		return nil, errNoAnalysis
	}
	return d, nil
}

// indexComponents adds components, and those inside them, by bom-ref.
func indexComponents(all map[string]*cdxComponent, components []cdxComponent) {
	for i := range components {
		c := &components[i]
		if c.Ref != "" {
			all[c.Ref] = c
		}
		indexComponents(all, c.Components)
	}
}

// products returns the product that a bom-ref refers to: a component of the document, or as
// a BOM-Link or package URL one of another document. If the document is about an image, a
// component means only that of this image.
func (doc *cycloneDX) products(ref string, components map[string]*cdxComponent) []product {
	main := doc.Metadata.Component
	if main != nil && ref == main.Ref && ref != "" {
		return []product{main.product()}
	}
	var p product
	switch c := components[ref]; {
	case c != nil:
		p = c.product()
	case strings.HasPrefix(ref, "pkg:"):
		p.addName(ref)
	default:
		_, inner, ok := strings.Cut(ref, "#")
		if text, err := url.PathUnescape(inner); ok && err == nil && strings.HasPrefix(text, "pkg:") {
			p.addName(text)
		}
	}
	if len(p.purls) == 0 {
		return nil
	}
	if main != nil && main.Type == "container" {
		whole := main.product()
		whole.components = []product{p}
		return []product{whole}
	}
	return []product{p}
}

// product returns the component as a product.
func (c *cdxComponent) product() product {
	var p product
	p.addName(c.PURL)
	if c.Type == "container" {
		switch {
		case strings.HasPrefix(c.Version, "sha256:"):
			p.addName(c.Version)
		case c.PURL == "":
			p.addName(c.Name)
		}
	}
	return p
}

// withVersion returns the product limited to one version: of the package, or of the only
// component.
func (p product) withVersion(version string) product {
	if version == "" {
		return p
	}
	if len(p.components) > 0 {
		c := p.components[0]
		c.version = version
		p.components = []product{c}
	} else if !p.isImageName() {
		p.version = version
	}
	return p
}

// isImageName reports whether the product has identifiers of an image.
func (p *product) isImageName() bool {
	return len(p.names) > 0 || len(p.purls) > 0 && p.purls[0].Type == "oci"
}
