package sbom

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// cycloneDX is the fields of a CycloneDX document that are used, JSON or XML, any version.
type cycloneDX struct {
	XMLName      xml.Name        `json:"-" xml:"bom"`
	SpecVersion  string          `json:"specVersion" xml:"-"`
	Metadata     cdxMetadata     `json:"metadata" xml:"metadata"`
	Components   []cdxComponent  `json:"components" xml:"components>component"`
	Compositions []cdxIncomplete `json:"compositions" xml:"compositions>composition"`
}

type cdxMetadata struct {
	Tools     cdxTools      `json:"tools" xml:"-"`
	Component *cdxComponent `json:"component" xml:"component"`
	XMLTools  []cdxTool     `json:"-" xml:"tools>tool"`
	XMLMade   []cdxTool     `json:"-" xml:"tools>components>component"`
}

type cdxTool struct {
	Name    string `json:"name" xml:"name"`
	Version string `json:"version" xml:"version"`
}

// cdxTools is a list of tools, or since version 1.5 an object with one.
type cdxTools []cdxTool

func (t *cdxTools) UnmarshalJSON(data []byte) error {
	var list []cdxTool
	var object struct {
		Components []cdxTool `json:"components"`
	}
	switch {
	case json.Unmarshal(data, &list) == nil:
		*t = list
	case json.Unmarshal(data, &object) == nil:
		*t = object.Components
	}
	return nil // an unknown form is not an error: the tool is not needed
}

type cdxComponent struct {
	Ref        string         `json:"bom-ref" xml:"bom-ref,attr"`
	Type       string         `json:"type" xml:"type,attr"`
	Group      string         `json:"group" xml:"group"`
	Name       string         `json:"name" xml:"name"`
	Version    string         `json:"version" xml:"version"`
	PURL       string         `json:"purl" xml:"purl"`
	Detail     string         `json:"description" xml:"description"`
	Supplier   cdxNamed       `json:"supplier" xml:"supplier"`
	Publisher  string         `json:"publisher" xml:"publisher"`
	Licenses   []cdxLicense   `json:"licenses" xml:"-"`
	Properties []cdxProperty  `json:"properties" xml:"properties>property"`
	Components []cdxComponent `json:"components" xml:"components>component"`
	XMLNamed   []cdxNamed     `json:"-" xml:"licenses>license"`
	XMLExpress []string       `json:"-" xml:"licenses>expression"`
}

type cdxLicense struct {
	License    cdxNamed `json:"license"`
	Expression string   `json:"expression"`
}

type cdxNamed struct {
	ID   string `json:"id" xml:"id"`
	Name string `json:"name" xml:"name"`
}

type cdxProperty struct {
	Name  string `json:"name" xml:"name,attr"`
	Value string `json:"value" xml:",chardata"`
}

type cdxIncomplete struct {
	Aggregate string `json:"aggregate" xml:"aggregate"`
}

func parseCycloneDX(data []byte) (*listing, error) {
	var doc cycloneDX
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	if err := doc.checkVersion(); err != nil {
		return nil, err
	}
	return doc.listing(), nil
}

func parseXML(data []byte) (*listing, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decoded already
	var doc cycloneDX
	if err := d.Decode(&doc); err != nil {
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("it is invalid XML: line %d: %s", syntax.Line, syntax.Msg)
		}
		return nil, fmt.Errorf("it is XML, but not CycloneDX: %w", err)
	}
	version, ok := strings.CutPrefix(doc.XMLName.Space, "http://cyclonedx.org/schema/bom/")
	if !ok {
		return nil, errors.New("it is XML, but not CycloneDX")
	}
	doc.SpecVersion = version
	if err := doc.checkVersion(); err != nil {
		return nil, err
	}
	doc.Metadata.Tools = append(cdxTools(doc.Metadata.XMLTools), doc.Metadata.XMLMade...)
	return doc.listing(), nil
}

// checkVersion returns an error for a major version of the specification other than 1, in
// which fields may have another meaning. A document without a version is accepted.
func (doc *cycloneDX) checkVersion() error {
	if v := doc.SpecVersion; v != "" && v != "1" && !strings.HasPrefix(v, "1.") {
		return fmt.Errorf("it is CycloneDX %s; version 1 is supported", clip(v))
	}
	return nil
}

// listing converts the document.
func (doc *cycloneDX) listing() *listing {
	b := &listing{format: strings.TrimSpace("CycloneDX " + clip(doc.SpecVersion))}
	if len(doc.Metadata.Tools) > 0 {
		t := doc.Metadata.Tools[0]
		b.tool = clip(strings.TrimSpace(t.Name + " " + t.Version))
		b.ours = t.Name == "seaworthy"
	}
	if c := doc.Metadata.Component; c != nil {
		b.image = subject{name: c.Name, version: c.Version, purl: c.PURL}
		for _, p := range c.Properties {
			if b.image.facts.add(p.Name, p.Value) {
				continue
			}
			switch p.Name {
			case "aquasecurity:trivy:DiffID":
				b.image.diffIDs = append(b.image.diffIDs, p.Value)
			case "aquasecurity:trivy:ImageID":
				b.image.facts.add(factPrefix+"imageID", p.Value)
			}
		}
		b.addComponents(c.Components)
	}
	b.addComponents(doc.Components)
	for _, c := range doc.Compositions {
		if strings.HasPrefix(c.Aggregate, "incomplete") {
			b.partial = true
		}
	}
	return b
}

// addComponents adds components and those inside them. The decoder limits the depth.
func (b *listing) addComponents(components []cdxComponent) {
	for i := range components {
		c := &components[i]
		b.addComponent(c)
		b.addComponents(c.Components)
	}
}

func (b *listing) addComponent(c *cdxComponent) {
	switch c.Type {
	case "operating-system":
		b.addRelease(cdxRelease(c))
		return
	case "file", "data", "container", "device", "device-driver", "firmware", "platform", "cryptographic-asset", "machine-learning-model":
		if c.PURL == "" {
			return
		}
	}
	it := item{ref: c.Ref, name: c.Name, version: c.Version, purl: c.PURL, builder: cmp.Or(c.Supplier.Name, c.Publisher)}
	if c.Group != "" {
		separator := "/"
		if strings.HasPrefix(c.PURL, "pkg:maven/") {
			separator = ":"
		}
		it.name = c.Group + separator + c.Name
	}
	for _, l := range c.Licenses {
		it.licenses = append(it.licenses, cmp.Or(l.Expression, l.License.ID, l.License.Name))
	}
	for _, l := range c.XMLNamed {
		it.licenses = append(it.licenses, cmp.Or(l.ID, l.Name))
	}
	it.licenses = append(it.licenses, c.XMLExpress...)
	source := make(map[string]string)
	for _, p := range c.Properties {
		if it.facts.add(p.Name, p.Value) {
			continue
		}
		if name, ok := strings.CutPrefix(p.Name, "aquasecurity:trivy:"); ok {
			source[name] = p.Value
		}
		if strings.HasPrefix(p.Name, "syft:location:") && strings.HasSuffix(p.Name, ":path") {
			it.paths = append(it.paths, p.Value)
		}
		if p.Name == "syft:metadata:modularityLabel" {
			it.modularity = p.Value
		}
	}
	if source["Class"] != "" && c.PURL == "" {
		return // a lock file or similar, whose packages are listed separately
	}
	it.fromTrivy(source)
	b.items = append(b.items, it)
}

// fromTrivy adds the properties of a package that Trivy writes.
func (it *item) fromTrivy(p map[string]string) {
	it.diffID, it.modularity = p["LayerDiffID"], cmp.Or(it.modularity, p["Modularitylabel"])
	if path := p["FilePath"]; path != "" {
		it.paths = append(it.paths, path)
	}
	if p["SrcName"] == "" {
		return
	}
	it.sourceName, it.sourceVersion = p["SrcName"], p["SrcVersion"]
	if r := p["SrcRelease"]; r != "" {
		it.sourceVersion += "-" + r
	}
	if e := p["SrcEpoch"]; e != "" && e != "0" && it.sourceVersion != "" {
		it.sourceVersion = e + ":" + it.sourceVersion
	}
}

// cdxRelease converts the component of the operating system to a release.
func cdxRelease(c *cdxComponent) *inventory.Release {
	pretty := c.Detail
	name, version := c.Name, c.Version
	for _, p := range c.Properties {
		switch p.Name {
		case "syft:distro:id":
			name = p.Value
		case "syft:distro:versionID":
			version = p.Value
		case "syft:distro:prettyName":
			pretty = p.Value
		}
	}
	return inventory.NewRelease(name, version, pretty)
}
