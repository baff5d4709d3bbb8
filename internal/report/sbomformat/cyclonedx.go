package sbomformat

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/encode"
	"seaworthy.dev/seaworthy/internal/report/words"
)

// CycloneDX writes CycloneDX 1.6 (ECMA-424) in JSON: for each image one
// document with its packages and vulnerabilities. Findings of other risks have no
// place in it.
type CycloneDX struct {
	collector
	out     io.Writer
	created time.Time
}

// NewCycloneDX starts a report.
func NewCycloneDX(w io.Writer, opt document.Options) *CycloneDX {
	c := &CycloneDX{out: w, created: opt.Created}
	c.draw(c.image)
	return c
}

// Close implements [Writer]: each document is complete with its image.
func (c *CycloneDX) Close() error { return nil }

const osRef = "operating-system"

func (c *CycloneDX) image(b *sbomImage) error {
	b.name()
	image := cycloneDXImage(b)
	bom := &cdx.BOM{
		JSONSchema:  "http://cyclonedx.org/schema/bom-1.6.schema.json",
		BOMFormat:   cdx.BOMFormat,
		SpecVersion: cdx.SpecVersion1_6,
		Version:     1,
		Metadata: &cdx.Metadata{
			Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{{
				Type: cdx.ComponentTypeApplication, Name: "seaworthy", Version: b.Provenance.Tool.Version,
				ExternalReferences: &[]cdx.ExternalReference{{Type: cdx.ERTypeWebsite, URL: words.Homepage}},
			}}},
			Component: image,
		},
		Components:   &[]cdx.Component{},
		Dependencies: cycloneDXDependencies(b, image.BOMRef),
	}
	if !c.created.IsZero() {
		bom.Metadata.Timestamp = c.created.UTC().Format(time.RFC3339)
	}
	if o := b.Image.OS; o != nil {
		*bom.Components = append(*bom.Components, cdx.Component{
			BOMRef: osRef, Type: cdx.ComponentTypeOS, Name: o.ID, Version: o.VersionID, Description: o.PrettyName,
		})
	}
	for _, p := range b.packages {
		*bom.Components = append(*bom.Components, cycloneDXPackage(p))
	}
	if len(b.gaps()) > 0 {
		bom.Compositions = &[]cdx.Composition{{
			Aggregate: cdx.CompositionAggregateIncomplete, Assemblies: &[]cdx.BOMReference{cdx.BOMReference(image.BOMRef)},
		}}
	}
	if vulnerabilities := cycloneDXVulnerabilities(b, image.BOMRef); len(vulnerabilities) > 0 {
		bom.Vulnerabilities = &vulnerabilities
	}
	var document bytes.Buffer
	if err := encode.JSON(&document, bom); err != nil {
		return fmt.Errorf("writing the CycloneDX report: %w", err)
	}
	bom.SerialNumber = "urn:uuid:" + uuid(document.Bytes())
	return encode.JSON(c.out, bom)
}

func cycloneDXImage(b *sbomImage) *cdx.Component {
	i := b.Image
	component := &cdx.Component{
		BOMRef: "image", Type: cdx.ComponentTypeContainer, Name: i.Reference, Version: i.Digest, PackageURL: i.PURL(),
		Properties: cycloneDXProperties(b.imageAttributes()),
	}
	if i.Digest == "" {
		component.Version = i.ImageID
	}
	if hash, ok := sha256Of(i.Digest); ok {
		component.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hash}}
	}
	return component
}

func cycloneDXPackage(p sbomPackage) cdx.Component {
	component := cdx.Component{
		BOMRef: p.ref, Type: cdx.ComponentTypeLibrary, Name: p.Name, Version: p.Version,
		PackageURL: upstreamPURL(p.Package), Licenses: cycloneDXLicenses(p.Licenses), Properties: cycloneDXProperties(packageAttributes(p.Package)),
	}
	if p.ByText {
		component.Type = cdx.ComponentTypeApplication
	}
	switch scope, name, scoped := strings.Cut(component.Name, "/"); {
	case strings.HasPrefix(p.PURL, "pkg:npm/") && scoped:
		component.Group, component.Name = scope, name
	case strings.HasPrefix(p.PURL, "pkg:maven/"):
		if group, artifact, ok := strings.Cut(component.Name, ":"); ok {
			component.Group, component.Name = group, artifact
		}
	}
	var places []cdx.EvidenceOccurrence
	for _, l := range p.Locations {
		path, _ := seaworthy.TextPath(l.Path)
		o := cdx.EvidenceOccurrence{Location: path}
		if !slices.Contains(places, o) {
			places = append(places, o)
		}
	}
	if len(places) > 0 {
		component.Evidence = &cdx.Evidence{Occurrences: &places}
	}
	return component
}

// cycloneDXLicenses gives one expression, or names where a licence is none. Single
// identifiers are expressions too: the schema has a list of its own of what may
// be called an identifier, which is older than today's licences.
func cycloneDXLicenses(licenses []string) *cdx.Licenses {
	if len(licenses) == 0 {
		return nil
	}
	if expression, ok := licenseExpression(licenses); ok {
		return &cdx.Licenses{{Expression: expression}}
	}
	var out cdx.Licenses
	for _, l := range licenses {
		out = append(out, cdx.LicenseChoice{License: &cdx.License{Name: l}})
	}
	return &out
}

func cycloneDXProperties(a attributes) *[]cdx.Property {
	if len(a) == 0 {
		return nil
	}
	out := make([]cdx.Property, len(a))
	for i, p := range a {
		out[i] = cdx.Property{Name: p.name, Value: p.value}
	}
	return &out
}

// cycloneDXDependencies lists what the image has, and what its packages installed.
// Other dependencies are not known.
func cycloneDXDependencies(b *sbomImage, image string) *[]cdx.Dependency {
	owners := make(map[string]string, len(b.packages)) // names by package URL
	for _, p := range b.packages {
		if _, ok := owners[p.PURL]; !ok && p.PURL != "" {
			owners[p.PURL] = p.ref
		}
	}
	top := []string{}
	if b.Image.OS != nil {
		top = append(top, osRef)
	}
	owned := make(map[string][]string)
	for _, p := range b.packages {
		if owner, ok := owners[p.OwnedBy]; ok && p.OwnedBy != "" && owner != p.ref {
			owned[owner] = append(owned[owner], p.ref)
		} else {
			top = append(top, p.ref)
		}
	}
	out := []cdx.Dependency{{Ref: image, Dependencies: &top}}
	for _, p := range b.packages {
		if refs := owned[p.ref]; len(refs) > 0 {
			out = append(out, cdx.Dependency{Ref: p.ref, Dependencies: &refs})
		}
	}
	return &out
}

func cycloneDXVulnerabilities(b *sbomImage, image string) []cdx.Vulnerability {
	affected := b.affected()
	var out []cdx.Vulnerability
	for _, f := range b.All(seaworthy.Vulnerability) {
		v := cdx.Vulnerability{
			ID: f.ID, Source: cycloneDXSource(f.ID), Ratings: cycloneDXRatings(f),
			Description: f.Title, Detail: f.Detail, Recommendation: f.Remedy.String(),
			Analysis: cycloneDXAnalysis(f), Properties: cycloneDXProperties(findingAttributes(f)),
		}
		refs := affected(f)
		if len(refs) == 0 {
			refs = []string{image}
		}
		var affects []cdx.Affects
		for _, ref := range refs {
			a := cdx.Affects{Ref: ref}
			if f.Package != nil && f.Package.Version != "" {
				a.Range = &[]cdx.AffectedVersions{{Version: f.Package.Version, Status: cycloneDXStatus(f)}}
			}
			affects = append(affects, a)
		}
		v.Affects = &affects
		var references []cdx.VulnerabilityReference
		for _, alias := range f.Aliases {
			if source := cycloneDXSource(alias); source != nil {
				references = append(references, cdx.VulnerabilityReference{ID: alias, Source: source})
			}
		}
		if len(references) > 0 {
			v.References = &references
		}
		var advisories []cdx.Advisory
		for _, r := range f.References {
			if words.IsWeb(r) {
				advisories = append(advisories, cdx.Advisory{URL: r})
			}
		}
		if len(advisories) > 0 {
			v.Advisories = &advisories
		}
		out = append(out, v)
	}
	return out
}

func findingAttributes(f *seaworthy.Finding) attributes {
	var a attributes
	a.add("fingerprint", f.Fingerprint)
	if f.Package != nil {
		a.add("fixedVersion", f.Package.FixedVersion)
		a.add("status", f.Package.Status)
	}
	if f.KEV != nil {
		a.add("kev:dateAdded", f.KEV.DateAdded)
	}
	if f.VEX != nil {
		a.add("vex:by", f.VEX.By)
	}
	if f.Exception != nil {
		a.add("exception", f.Exception.Reason)
		a.add("exception:expires", f.Exception.Expires)
	}
	return a
}

// cycloneDXSource is who assigns an id, where that follows from the id.
func cycloneDXSource(id string) *cdx.Source {
	switch {
	case strings.HasPrefix(id, "CVE-"):
		return &cdx.Source{Name: "CVE", URL: "https://www.cve.org/CVERecord?id=" + words.URIPath(id)}
	case strings.HasPrefix(id, "GHSA-"):
		return &cdx.Source{Name: "GitHub", URL: "https://github.com/advisories/" + words.URIPath(id)}
	case strings.Contains(id, "-"):
		return &cdx.Source{Name: "OSV", URL: "https://osv.dev/vulnerability/" + words.URIPath(id)}
	}
	return nil
}

// cycloneDXRatings begins with the severity that Seaworthy uses.
func cycloneDXRatings(f *seaworthy.Finding) *[]cdx.VulnerabilityRating {
	first := cdx.VulnerabilityRating{Severity: cycloneDXSeverity(f.Severity)}
	if f.SeveritySource != "" {
		first.Source = &cdx.Source{Name: f.SeveritySource}
	}
	out := []cdx.VulnerabilityRating{first}
	for _, c := range f.CVSS {
		score := c.Score
		out = append(out, cdx.VulnerabilityRating{
			Source: &cdx.Source{Name: c.Source}, Score: &score, Method: cycloneDXMethod(c.Vector), Vector: c.Vector,
		})
	}
	if f.EPSS != nil {
		score := f.EPSS.Score
		out = append(out, cdx.VulnerabilityRating{Source: &cdx.Source{Name: "EPSS", URL: "https://www.first.org/epss"}, Score: &score, Method: cdx.ScoringMethodOther})
	}
	return &out
}

func cycloneDXMethod(vector string) cdx.ScoringMethod {
	switch {
	case strings.HasPrefix(vector, "CVSS:4."):
		return cdx.ScoringMethodCVSSv4
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		return cdx.ScoringMethodCVSSv31
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		return cdx.ScoringMethodCVSSv3
	case strings.HasPrefix(vector, "AV:"):
		return cdx.ScoringMethodCVSSv2
	}
	return cdx.ScoringMethodOther
}

func cycloneDXSeverity(s seaworthy.Severity) cdx.Severity {
	switch s {
	case seaworthy.Critical:
		return cdx.SeverityCritical
	case seaworthy.High:
		return cdx.SeverityHigh
	case seaworthy.Medium:
		return cdx.SeverityMedium
	case seaworthy.Low:
		return cdx.SeverityLow
	case seaworthy.Negligible:
		return cdx.SeverityInfo
	}
	return cdx.SeverityUnknown
}

// cycloneDXStatus is what is said of the version that is in the image.
func cycloneDXStatus(f *seaworthy.Finding) cdx.VulnerabilityStatus {
	if f.VEX != nil && f.VEX.Dismisses() {
		return cdx.VulnerabilityStatusNotAffected
	}
	return cdx.VulnerabilityStatusAffected
}

// cycloneDXAnalysis says what VEX or an exception of the policy decides.
func cycloneDXAnalysis(f *seaworthy.Finding) *cdx.VulnerabilityAnalysis {
	var a cdx.VulnerabilityAnalysis
	var details []string
	if v := f.VEX; v != nil {
		switch v.Status {
		case "not_affected":
			a.State, a.Justification = cdx.IASNotAffected, cycloneDXJustification(v.Justification)
		case "fixed":
			a.State = cdx.IASResolved
		case "affected":
			a.State = cdx.IASExploitable
		case "under_investigation":
			a.State = cdx.IASInTriage
		}
		details = append(details, strings.Join(slices.DeleteFunc([]string{"VEX by " + v.By, v.Justification, v.Statement}, func(s string) bool { return s == "" }), ": "))
	}
	if e := f.Exception; e != nil {
		a.Response = &[]cdx.ImpactAnalysisResponse{cdx.IARWillNotFix}
		details = append(details, "exception: "+e.Reason)
	}
	if len(details) == 0 {
		return nil
	}
	a.Detail = strings.Join(details, "\n")
	return &a
}

// cycloneDXJustification has the words of OpenVEX and CSAF for those of CycloneDX,
// which may be a word of its own already.
func cycloneDXJustification(s string) cdx.ImpactAnalysisJustification {
	switch j := cdx.ImpactAnalysisJustification(s); j {
	case "component_not_present", "vulnerable_code_not_present":
		return cdx.IAJCodeNotPresent
	case "vulnerable_code_not_in_execute_path":
		return cdx.IAJCodeNotReachable
	case "vulnerable_code_cannot_be_controlled_by_adversary":
		return cdx.IAJRequiresEnvironment
	case "inline_mitigations_already_exist":
		return cdx.IAJProtectedByMitigatingControl
	case cdx.IAJCodeNotPresent, cdx.IAJCodeNotReachable, cdx.IAJRequiresConfiguration, cdx.IAJRequiresDependency, cdx.IAJRequiresEnvironment,
		cdx.IAJProtectedByCompiler, cdx.IAJProtectedAtRuntime, cdx.IAJProtectedAtPerimeter, cdx.IAJProtectedByMitigatingControl:
		return j
	}
	return ""
}
