package sbom

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// spdx is the fields of an SPDX 2 document that are used.
type spdx struct {
	Version  string `json:"spdxVersion"`
	Name     string `json:"name"`
	Creation struct {
		Creators []string `json:"creators"`
	} `json:"creationInfo"`
	Describes     []string           `json:"documentDescribes"`
	Packages      []spdxPackage      `json:"packages"`
	Relationships []spdxRelationship `json:"relationships"`
}

type spdxPackage struct {
	ID          string          `json:"SPDXID"`
	Name        string          `json:"name"`
	Version     string          `json:"versionInfo"`
	Purpose     string          `json:"primaryPackagePurpose"`
	Declared    string          `json:"licenseDeclared"`
	Concluded   string          `json:"licenseConcluded"`
	Source      string          `json:"sourceInfo"`
	Comment     string          `json:"comment"`
	Supplier    string          `json:"supplier"`
	Originator  string          `json:"originator"`
	References  []spdxReference `json:"externalRefs"`
	Annotations []struct {
		Comment string `json:"comment"`
	} `json:"annotations"`
	Attributions []string `json:"attributionTexts"`
}

type spdxReference struct {
	Type    string `json:"referenceType"`
	Locator string `json:"referenceLocator"`
}

type spdxRelationship struct {
	From    string `json:"spdxElementId"`
	Type    string `json:"relationshipType"`
	To      string `json:"relatedSpdxElement"`
	Comment string `json:"comment"`
}

const spdxDocument = "SPDXRef-DOCUMENT"

func parseSPDX(data []byte) (*listing, error) {
	var doc spdx
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	return doc.listing()
}

func (doc *spdx) listing() (*listing, error) {
	version, ok := strings.CutPrefix(doc.Version, "SPDX-")
	if !ok || !strings.HasPrefix(version, "2.") {
		return nil, fmt.Errorf("it is %q; SPDX 2 is supported", clip(doc.Version))
	}
	b := &listing{format: "SPDX " + clip(version)}
	for _, c := range doc.Creation.Creators {
		if tool, ok := strings.CutPrefix(c, "Tool: "); ok {
			b.tool = clip(strings.TrimSpace(tool))
			b.ours = tool == "seaworthy" || strings.HasPrefix(tool, "seaworthy-")
			break
		}
	}
	described := doc.described()
	owners := make(map[string]string)
	for _, r := range doc.Relationships {
		if strings.HasPrefix(r.Comment, "ownership-by-file-overlap") {
			owners[r.To] = r.From
		}
	}
	for i := range doc.Packages {
		p := &doc.Packages[i]
		switch {
		case p.ID == described && described != "", strings.EqualFold(p.Purpose, "CONTAINER"):
			b.describe(p)
		case strings.EqualFold(strings.ReplaceAll(p.Purpose, "-", "_"), "OPERATING_SYSTEM") || strings.HasPrefix(p.ID, "SPDXRef-OperatingSystem"):
			b.addRelease(inventory.NewRelease(p.Name, p.Version, p.Comment))
		case p.purl() == "" && (strings.EqualFold(p.Purpose, "FILE") || strings.EqualFold(p.Purpose, "SOURCE") || strings.HasPrefix(p.ID, "SPDXRef-Application")):
			// A lock file or similar, whose packages are listed separately.
		default:
			it := p.item()
			it.owner = owners[p.ID]
			b.items = append(b.items, it)
		}
	}
	if b.image.name == "" {
		b.image.name = doc.Name
	}
	return b, nil
}

// described returns the id of the package that the document describes, "" if there is not
// exactly one.
func (doc *spdx) described() string {
	all := slices.Clone(doc.Describes)
	for _, r := range doc.Relationships {
		switch {
		case r.Type == "DESCRIBES" && r.From == spdxDocument:
			all = append(all, r.To)
		case r.Type == "DESCRIBED_BY" && r.To == spdxDocument:
			all = append(all, r.From)
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) != 1 {
		return ""
	}
	return all[0]
}

// describe sets the image from the package that describes it.
func (b *listing) describe(p *spdxPackage) {
	if b.image.name != "" {
		return
	}
	b.image = subject{name: p.Name, version: p.Version, purl: p.purl()}
	for _, text := range p.notes() {
		if name, value, ok := strings.Cut(text, "="); ok && b.image.facts.add(name, value) {
			continue
		}
		if d, ok := strings.CutPrefix(text, "DiffID: "); ok {
			b.image.diffIDs = append(b.image.diffIDs, d)
		}
	}
}

// purl returns the package URL, "" if there is none.
func (p *spdxPackage) purl() string {
	for _, r := range p.References {
		// The type is a name, or since SPDX 2.2 may be the address of the name.
		if strings.EqualFold(r.Type[strings.LastIndexByte(r.Type, '/')+1:], "purl") {
			return r.Locator
		}
	}
	return ""
}

// notes returns the attribution texts and annotations, in which programs write attributes
// in their own formats.
func (p *spdxPackage) notes() []string {
	texts := slices.Clone(p.Attributions)
	for _, a := range p.Annotations {
		texts = append(texts, a.Comment)
	}
	return texts
}

// builder returns the supplier, or else the originator, in the form NAME <ADDRESS>: "Person:
// NAME (ADDRESS)" in SPDX.
func (p *spdxPackage) builder() string {
	for _, text := range []string{p.Supplier, p.Originator} {
		kind, text, ok := strings.Cut(text, ": ")
		if !ok || kind != "Person" && kind != "Organization" {
			continue
		}
		if name, address, ok := strings.Cut(text, " ("); ok && strings.HasSuffix(address, ")") {
			return name + " <" + strings.TrimSuffix(address, ")") + ">"
		}
		return text
	}
	return ""
}

// item converts the package.
func (p *spdxPackage) item() item {
	it := item{ref: p.ID, name: p.Name, version: p.Version, purl: p.purl(), builder: p.builder()}
	for _, l := range []string{p.Declared, p.Concluded} {
		if l != "" && l != "NOASSERTION" && l != "NONE" {
			it.licenses = []string{l}
			break
		}
	}
	for _, text := range p.notes() {
		if name, value, ok := strings.Cut(text, "="); ok && it.facts.add(name, value) {
			continue
		}
		if d, ok := strings.CutPrefix(text, "LayerDiffID: "); ok {
			it.diffID = d
		}
	}
	if built, ok := strings.CutPrefix(p.Source, "built package from: "); ok {
		it.sourceName, it.sourceVersion, _ = strings.Cut(built, " ")
	}
	return it
}

// parseTagValue parses the format of SPDX 2 with a tag and a value on each line.
func parseTagValue(data []byte) (*listing, error) {
	var doc spdx
	var p *spdxPackage
	for len(data) > 0 {
		var text []byte
		text, data, _ = bytes.Cut(data, []byte("\n"))
		tag, value, ok := strings.Cut(strings.TrimSpace(string(text)), ":")
		if !ok || strings.HasPrefix(tag, "#") {
			continue
		}
		value = strings.TrimSpace(value)
		if inner, ok := strings.CutPrefix(value, "<text>"); ok {
			if whole, ok := strings.CutSuffix(inner, "</text>"); ok {
				value = whole
			} else {
				end := bytes.Index(data, []byte("</text>"))
				if end < 0 {
					return nil, errors.New("it is an SPDX document that ends within a <text>")
				}
				value = inner + "\n" + string(data[:end])
				data = data[end+len("</text>"):]
			}
		}
		switch tag {
		case "SPDXVersion":
			doc.Version = value
		case "DocumentName":
			doc.Name = value
		case "Creator":
			doc.Creation.Creators = append(doc.Creation.Creators, value)
		case "PackageName":
			doc.Packages = append(doc.Packages, spdxPackage{Name: value})
			p = &doc.Packages[len(doc.Packages)-1]
		case "FileName", "SnippetSPDXID", "LicenseID":
			p = nil // the next tags are not about a package
		case "Relationship":
			if words := strings.Fields(value); len(words) == 3 {
				doc.Relationships = append(doc.Relationships, spdxRelationship{From: words[0], Type: words[1], To: words[2]})
			}
		case "RelationshipComment":
			if n := len(doc.Relationships); n > 0 {
				doc.Relationships[n-1].Comment = value
			}
		default:
			p.set(tag, value)
		}
	}
	return doc.listing()
}

// set sets a field of the package from a tag. p may be nil.
func (p *spdxPackage) set(tag, value string) {
	if p == nil {
		return
	}
	switch tag {
	case "SPDXID":
		p.ID = cmp.Or(p.ID, value)
	case "PackageVersion":
		p.Version = value
	case "PrimaryPackagePurpose":
		p.Purpose = value
	case "PackageLicenseDeclared":
		p.Declared = value
	case "PackageLicenseConcluded":
		p.Concluded = value
	case "PackageSourceInfo":
		p.Source = value
	case "PackageComment":
		p.Comment = value
	case "PackageAttributionText":
		p.Attributions = append(p.Attributions, value)
	case "ExternalRef":
		if words := strings.Fields(value); len(words) == 3 {
			p.References = append(p.References, spdxReference{words[1], words[2]})
		}
	}
}
