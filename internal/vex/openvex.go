package vex

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// openVEX is the fields of an OpenVEX document that are used, versions 0.0.1 to 0.2. See
// https://github.com/openvex/spec.
type openVEX struct {
	Context     string             `json:"@context"`
	ID          string             `json:"@id"`
	Author      string             `json:"author"`
	Timestamp   string             `json:"timestamp"`
	LastUpdated string             `json:"last_updated"`
	Statements  []openVEXStatement `json:"statements"`
}

type openVEXStatement struct {
	Vulnerability openVEXVulnerability `json:"vulnerability"`
	Products      []openVEXProduct     `json:"products"`
	Components    []openVEXComponent   `json:"subcomponents"` // of each product, in version 0.0.1
	Status        string               `json:"status"`
	Justification string               `json:"justification"`
	Impact        string               `json:"impact_statement"`
	Action        string               `json:"action_statement"`
	Notes         string               `json:"status_notes"`
	Timestamp     string               `json:"timestamp"`
	LastUpdated   string               `json:"last_updated"`
}

// openVEXVulnerability is an object, in version 0.0.1 a string.
type openVEXVulnerability struct {
	ID      string   `json:"@id"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
}

func (v *openVEXVulnerability) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &v.Name)
	}
	type object openVEXVulnerability
	return json.Unmarshal(data, (*object)(v))
}

// openVEXComponent is an object, in version 0.0.1 a string.
type openVEXComponent struct {
	ID          string            `json:"@id"`
	Identifiers map[string]string `json:"identifiers"`
	Hashes      map[string]string `json:"hashes"`
}

func (c *openVEXComponent) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &c.ID)
	}
	type object openVEXComponent
	return json.Unmarshal(data, (*object)(c))
}

// openVEXProduct is a component that may have components. These have none: each level
// would decode the rest of the document again.
type openVEXProduct struct {
	openVEXComponent
	Components []openVEXComponent `json:"subcomponents"`
}

func (p *openVEXProduct) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &p.openVEXComponent); err != nil || data[0] == '"' {
		return err
	}
	var object struct {
		Components []openVEXComponent `json:"subcomponents"`
	}
	err := json.Unmarshal(data, &object)
	p.Components = object.Components
	return err
}

func parseOpenVEX(data []byte) (*Document, error) {
	var doc openVEX
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&doc); err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	version := strings.TrimPrefix(doc.Context[strings.LastIndexByte(doc.Context, '/')+1:], "ns")
	if len(version) > 1 && version[0] == 'v' && '1' <= version[1] && version[1] <= '9' {
		return nil, fmt.Errorf("it is OpenVEX %s; version 0 is supported", clip(strings.TrimPrefix(version, "v")))
	}
	d := &Document{Format: strings.TrimSpace("OpenVEX " + clip(version)), Author: doc.Author}
	if len(doc.Statements) == 0 {
		return nil, errors.New("it is an OpenVEX document without statements")
	}
	for i := range doc.Statements {
		s, err := doc.Statements[i].statement(&doc)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		d.statements = append(d.statements, s)
	}
	return d, nil
}

// maxAliases is the maximum number of aliases of a vulnerability. Real ones have three.
const maxAliases = 1000

// statement converts the statement.
func (in *openVEXStatement) statement(doc *openVEX) (statement, error) {
	s := statement{status: in.Status, justification: in.Justification, text: cmp.Or(in.Impact, in.Action, in.Notes)}
	switch in.Status {
	case affected, fixed, underInvestigation:
	case notAffected:
		if in.Justification == "" && in.Impact == "" {
			return s, errors.New("status not_affected without a justification or an impact_statement, of which OpenVEX requires one")
		}
	default:
		return s, fmt.Errorf("unknown status %q: want not_affected, affected, fixed or under_investigation", clip(in.Status))
	}
	v := &in.Vulnerability
	if len(v.Aliases) > maxAliases {
		return s, fmt.Errorf("its vulnerability has %d aliases; the maximum is %d", len(v.Aliases), maxAliases)
	}
	for _, id := range append([]string{v.Name, lastElement(v.ID)}, v.Aliases...) {
		if id != "" && !slices.Contains(s.ids, id) {
			s.ids = append(s.ids, id)
		}
	}
	if len(s.ids) == 0 {
		return s, errors.New("it has no vulnerability")
	}
	if len(in.Products)*len(in.Components) > maxPairs {
		return s, fmt.Errorf("it has %d products with %d subcomponents each; the maximum is %d pairs", len(in.Products), len(in.Components), maxPairs)
	}
	var shared []product
	for i := range in.Components {
		shared = append(shared, in.Components[i].product())
	}
	for i := range in.Products {
		p := in.Products[i].product()
		if len(p.components) == 0 {
			p.components = shared
		}
		s.products = append(s.products, p)
	}
	var err error
	s.timestamp, err = parseTime(cmp.Or(in.LastUpdated, in.Timestamp, doc.LastUpdated, doc.Timestamp))
	return s, err
}

// lastElement returns the last path element of an @id, which may be the URL of the
// vulnerability.
func lastElement(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// product converts the component.
func (in *openVEXComponent) product() product {
	var p product
	p.addName(in.ID)
	for _, kind := range []string{"purl", "cpe22", "cpe23"} {
		p.addName(in.Identifiers[kind])
	}
	if hash := in.Hashes["sha-256"]; hash != "" {
		p.addName("sha256:" + strings.ToLower(hash))
	}
	return p
}

// product converts the product.
func (in *openVEXProduct) product() product {
	p := in.openVEXComponent.product()
	for i := range in.Components {
		p.components = append(p.components, in.Components[i].product())
	}
	return p
}
