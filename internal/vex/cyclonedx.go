package vex

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// cycloneDX is what is read of a CycloneDX document in JSON.
type cycloneDX struct {
	SpecVersion string `json:"specVersion"`
	Metadata    struct {
		Timestamp    string        `json:"timestamp"`
		Component    *cdxComponent `json:"component"`
		Authors      []cdxNamed    `json:"authors"`
		Manufacturer cdxNamed      `json:"manufacturer"`
		Manufacture  cdxNamed      `json:"manufacture"`
		Supplier     cdxNamed      `json:"supplier"`
	} `json:"metadata"`
	Components      []cdxComponent     `json:"components"`
	Vulnerabilities []cdxVulnerability `json:"vulnerabilities"`
}

type cdxNamed struct {
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

// cdxStatus has the statuses for the states of CycloneDX; "" for none.
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
	return "", fmt.Errorf("unknown state %q of an analysis", clip(state))
}

var errNoAnalysis = errors.New("it is a CycloneDX document in which no vulnerability has an analysis with a state")

func parseCycloneDX(data []byte) (*Document, error) {
	var doc cycloneDX
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, explain(data, err)
	}
	d := &Document{Format: strings.TrimSpace("CycloneDX " + clip(doc.SpecVersion))}
	m := &doc.Metadata
	if len(m.Authors) > 0 {
		d.Author = m.Authors[0].Name
	}
	d.Author = cmp.Or(d.Author, m.Manufacturer.Name, m.Manufacture.Name, m.Supplier.Name)
	components := make(map[string]*cdxComponent)
	collect(components, doc.Components)
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
		s := statement{ids: []string{v.ID}, status: status, justification: v.Analysis.Justification, words: v.Analysis.Detail}
		for _, r := range v.References {
			if r.ID != "" {
				s.ids = append(s.ids, r.ID)
			}
		}
		if s.at, err = parseTime(cmp.Or(v.Analysis.LastUpdated, v.Analysis.FirstIssued, v.Updated, m.Timestamp)); err != nil {
			return nil, fmt.Errorf("vulnerability %d: %w", i+1, err)
		}
		for _, a := range v.Affects {
			for _, p := range doc.affected(a.Ref, components) {
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
					s.products = append(s.products, p.at(version))
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

func collect(all map[string]*cdxComponent, components []cdxComponent) {
	for i := range components {
		c := &components[i]
		if c.Ref != "" {
			all[c.Ref] = c
		}
		collect(all, c.Components)
	}
}

// affected gives the product that a reference means: a component of the document or,
// as a BOM-Link or a package URL, of another. What is said in a document about an
// image is said of the components of that image alone.
func (doc *cycloneDX) affected(ref string, components map[string]*cdxComponent) []product {
	about := doc.Metadata.Component
	if about != nil && ref == about.Ref && ref != "" {
		return []product{about.product()}
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
	if about != nil && about.Type == "container" {
		whole := about.product()
		whole.components = []product{p}
		return []product{whole}
	}
	return []product{p}
}

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

// at gives the product in one version alone; it is that of the package, or of the
// one component.
func (p product) at(version string) product {
	if version == "" {
		return p
	}
	if len(p.components) > 0 {
		c := p.components[0]
		c.version = version
		p.components = []product{c}
	} else if !p.ofImage() {
		p.version = version
	}
	return p
}

// ofImage is true of the identifiers of an image.
func (p *product) ofImage() bool {
	return len(p.names) > 0 || len(p.purls) > 0 && p.purls[0].Type == "oci"
}
