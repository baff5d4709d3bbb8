package vex

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// csaf is the fields of a CSAF 2.0 document (Common Security Advisory Framework) that are
// used.
type csaf struct {
	Document struct {
		Category  string `json:"category"`
		Publisher struct {
			Name string `json:"name"`
		} `json:"publisher"`
		Version  string `json:"csaf_version"`
		Tracking struct {
			Current string `json:"current_release_date"`
		} `json:"tracking"`
	} `json:"document"`
	Tree struct {
		Branches  []csafBranch  `json:"branches"`
		Names     []csafProduct `json:"full_product_names"`
		Relations []struct {
			Category string      `json:"category"`
			Product  csafProduct `json:"full_product_name"`
			Part     string      `json:"product_reference"`
			Whole    string      `json:"relates_to_product_reference"`
		} `json:"relationships"`
		Groups []struct {
			ID       string   `json:"group_id"`
			Products []string `json:"product_ids"`
		} `json:"product_groups"`
	} `json:"product_tree"`
	Vulnerabilities []csafVulnerability `json:"vulnerabilities"`
}

type csafBranch struct {
	Category string       `json:"category"`
	Branches []csafBranch `json:"branches"`
	Product  *csafProduct `json:"product"`
}

type csafProduct struct {
	ID     string `json:"product_id"`
	Helper struct {
		PURL  string   `json:"purl"`
		PURLs []string `json:"purls"` // since version 2.1
		CPE   string   `json:"cpe"`
		// Hashes of the files of the product.
		Hashes []struct {
			Hashes []struct {
				Algorithm string `json:"algorithm"`
				Value     string `json:"value"`
			} `json:"file_hashes"`
		} `json:"hashes"`
	} `json:"product_identification_helper"`
}

type csafVulnerability struct {
	CVE string `json:"cve"`
	IDs []struct {
		Text string `json:"text"`
	} `json:"ids"`
	Status       map[string][]string `json:"product_status"`
	Flags        []csafFlag          `json:"flags"`
	Threats      []csafNote          `json:"threats"`
	Remediations []csafNote          `json:"remediations"`
}

// csafGroups is the product groups, by id.
type csafGroups struct {
	products map[string][]string
	pairs    int // products in all groups that were used so far, for maxPairs
}

type csafFlag struct {
	Label    string   `json:"label"`
	Products []string `json:"product_ids"`
	Groups   []string `json:"group_ids"`
}

type csafNote struct {
	Category string   `json:"category"`
	Details  string   `json:"details"`
	Products []string `json:"product_ids"`
	Groups   []string `json:"group_ids"`
}

// csafStatuses returns the product statuses of CSAF and their names in OpenVEX. If statuses
// contradict each other, the first one takes precedence.
func csafStatuses() [][2]string {
	return [][2]string{
		{"known_affected", affected}, {"last_affected", affected}, {"first_affected", affected},
		{"under_investigation", underInvestigation}, {"known_not_affected", notAffected}, {"fixed", fixed}, {"first_fixed", fixed},
	}
}

func parseCSAF(data []byte) (*Document, error) {
	var doc csaf
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	if !strings.HasPrefix(doc.Document.Version, "2.") {
		return nil, fmt.Errorf("it is CSAF %s; version 2 is supported", clip(doc.Document.Version))
	}
	at, err := parseTime(doc.Document.Tracking.Current)
	if err != nil {
		return nil, fmt.Errorf("current_release_date: %w", err)
	}
	products, err := doc.products()
	if err != nil {
		return nil, err
	}
	groups := &csafGroups{products: make(map[string][]string)}
	for _, g := range doc.Tree.Groups {
		groups.products[g.ID] = g.Products
	}
	d := &Document{Format: "CSAF " + clip(doc.Document.Version), Author: doc.Document.Publisher.Name}
	for i := range doc.Vulnerabilities {
		v := &doc.Vulnerabilities[i]
		var ids []string
		if v.CVE != "" {
			ids = append(ids, v.CVE)
		}
		for _, id := range v.IDs {
			ids = append(ids, id.Text)
		}
		if len(ids) == 0 {
			return nil, fmt.Errorf("vulnerability %d has neither a CVE nor an id", i+1)
		}
		for _, pair := range csafStatuses() {
			d.statements = append(d.statements, v.statements(ids, pair[0], pair[1], products, groups)...)
			if groups.pairs > maxPairs {
				return nil, fmt.Errorf("its product groups are used for more than %d products", maxPairs)
			}
		}
	}
	for i := range d.statements {
		d.statements[i].timestamp = at
	}
	if !slices.ContainsFunc(doc.Vulnerabilities, func(v csafVulnerability) bool { return len(v.Status) > 0 }) {
		return nil, errors.New("it is a CSAF document without a product_status")
	}
	return d, nil
}

// statements returns a statement for each justification among the products with a status.
func (v *csafVulnerability) statements(ids []string, kind, status string, products map[string]product, groups *csafGroups) []statement {
	if len(v.Status[kind]) == 0 {
		return nil
	}
	type reason struct{ justification, text string }
	var order []reason
	by := make(map[reason][]product)
	flags, texts := v.details(kind, groups)
	for _, id := range v.Status[kind] {
		p, ok := products[id]
		if !ok {
			continue
		}
		r := reason{flags[id], texts[id]}
		if _, ok := by[r]; !ok {
			order = append(order, r)
		}
		by[r] = append(by[r], p)
	}
	var all []statement
	for _, r := range order {
		all = append(all, statement{ids: ids, products: by[r], status: status, justification: r.justification, text: r.text})
	}
	return all
}

// details returns the flags and the free text for products of a status, by product id.
func (v *csafVulnerability) details(kind string, groups *csafGroups) (flags, texts map[string]string) {
	flags, texts = make(map[string]string), make(map[string]string)
	note := func(m map[string]string, text string, products, groupIDs []string) {
		all := [][]string{products}
		for _, g := range groupIDs {
			groups.pairs += len(groups.products[g])
			if groups.pairs > maxPairs {
				return
			}
			all = append(all, groups.products[g])
		}
		for _, products := range all {
			for _, id := range products {
				if m[id] == "" {
					m[id] = text
				}
			}
		}
	}
	for _, f := range v.Flags {
		note(flags, f.Label, f.Products, f.Groups)
	}
	if kind == "known_not_affected" {
		for _, t := range v.Threats {
			if t.Category == "impact" {
				note(texts, t.Details, t.Products, t.Groups)
			}
		}
		return flags, texts
	}
	for _, r := range v.Remediations {
		note(texts, r.Details, r.Products, r.Groups)
	}
	return flags, texts
}

// maxBranches limits the depth of a product tree.
const maxBranches = 100

// products returns all products of the product tree by id.
func (doc *csaf) products() (map[string]product, error) {
	all := make(map[string]product)
	add := func(in *csafProduct) {
		var p product
		p.addName(in.Helper.PURL)
		for _, u := range in.Helper.PURLs {
			p.addName(u)
		}
		p.addName(in.Helper.CPE)
		for _, h := range in.Helper.Hashes {
			for _, f := range h.Hashes {
				if f.Algorithm == "sha256" {
					p.addName("sha256:" + strings.ToLower(f.Value))
				}
			}
		}
		all[in.ID] = p
	}
	var walk func([]csafBranch, int) error
	walk = func(branches []csafBranch, depth int) error {
		if depth > maxBranches {
			return fmt.Errorf("its product tree is more than %d branches deep", maxBranches)
		}
		for i := range branches {
			// A version range cannot be compared.
			if b := &branches[i]; b.Product != nil && b.Category != "product_version_range" {
				add(b.Product)
			}
			if err := walk(branches[i].Branches, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(doc.Tree.Branches, 0); err != nil {
		return nil, err
	}
	for i := range doc.Tree.Names {
		add(&doc.Tree.Names[i])
	}
	for _, r := range doc.Tree.Relations {
		part, ok := all[r.Part]
		whole, known := all[r.Whole]
		if !ok || !known {
			continue
		}
		whole.components = []product{part}
		all[r.Product.ID] = whole
	}
	return all, nil
}
