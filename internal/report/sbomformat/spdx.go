package sbomformat

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/github/go-spdx/v2/spdxexp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/encode"
	"seaworthy.dev/seaworthy/internal/report/words"
)

// SPDX writes SPDX 2.3 in JSON: for each image one document with its packages.
// Findings have no place in it.
//
// The format demands the time at which a document was made. It is that of the
// options, else the one at which the image was built, so that the same image gives
// the same bytes.
type SPDX struct {
	collector
	out     io.Writer
	created time.Time
}

// NewSPDX starts a report.
func NewSPDX(w io.Writer, opt document.Options) *SPDX {
	s := &SPDX{out: w, created: opt.Created}
	s.draw(s.image)
	return s
}

// Close implements [Writer]: each document is complete with its image.
func (s *SPDX) Close() error { return nil }

const (
	spdxNothing  = "NOASSERTION"
	spdxDocument = "SPDXRef-DOCUMENT"
	spdxImage    = "SPDXRef-Image"
	spdxOS       = "SPDXRef-OperatingSystem"
)

// The objects of SPDX 2.3 that Seaworthy writes, with the property names of the
// specification.
type spdxDoc struct {
	SPDXVersion   string             `json:"spdxVersion"`
	DataLicense   string             `json:"dataLicense"`
	SPDXID        string             `json:"SPDXID"`
	Name          string             `json:"name"`
	Namespace     string             `json:"documentNamespace"`
	Creation      spdxCreation       `json:"creationInfo"`
	Packages      []spdxPackage      `json:"packages"`
	Relationships []spdxRelationship `json:"relationships"`
	Extracted     []spdxLicense      `json:"hasExtractedLicensingInfos,omitempty"`
}

type spdxCreation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
	Comment  string   `json:"comment,omitempty"`
}

type spdxPackage struct {
	SPDXID           string           `json:"SPDXID"`
	Name             string           `json:"name"`
	Version          string           `json:"versionInfo,omitempty"`
	Purpose          string           `json:"primaryPackagePurpose,omitempty"`
	Supplier         string           `json:"supplier"`
	DownloadLocation string           `json:"downloadLocation"`
	FilesAnalyzed    bool             `json:"filesAnalyzed"`
	Checksums        []spdxChecksum   `json:"checksums,omitempty"`
	SourceInfo       string           `json:"sourceInfo,omitempty"`
	LicenseConcluded string           `json:"licenseConcluded"`
	LicenseDeclared  string           `json:"licenseDeclared"`
	LicenseComments  string           `json:"licenseComments,omitempty"`
	Copyright        string           `json:"copyrightText"`
	Comment          string           `json:"comment,omitempty"`
	References       []spdxReference  `json:"externalRefs,omitempty"`
	Annotations      []spdxAnnotation `json:"annotations,omitempty"`
}

type spdxChecksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type spdxReference struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type spdxAnnotation struct {
	Date      string `json:"annotationDate"`
	Type      string `json:"annotationType"`
	Annotator string `json:"annotator"`
	Comment   string `json:"comment"`
}

type spdxRelationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

type spdxLicense struct {
	ID      string `json:"licenseId"`
	Text    string `json:"extractedText"`
	Comment string `json:"comment,omitempty"`
}

func (s *SPDX) image(b *sbomImage) error {
	b.name()
	out := &spdxDoc{
		SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0", SPDXID: spdxDocument, Name: cmp.Or(b.Image.Reference, "image"),
		Creation:      s.creation(b),
		Relationships: []spdxRelationship{{spdxDocument, "DESCRIBES", spdxImage}},
	}
	annotate := spdxAnnotator(&out.Creation)
	out.Packages = append(out.Packages, spdxImagePackage(b, annotate))
	if o := b.Image.OS; o != nil {
		p := newSPDXPackage(spdxOS, o.ID, o.VersionID, "OPERATING_SYSTEM")
		p.Comment = o.PrettyName
		out.Packages = append(out.Packages, p)
		out.Relationships = append(out.Relationships, spdxRelationship{spdxImage, "CONTAINS", spdxOS})
	}
	owners := make(map[string]string, len(b.packages)) // ids by package URL
	for i, p := range b.packages {
		if _, ok := owners[p.PURL]; !ok && p.PURL != "" {
			owners[p.PURL] = spdxID(i, p)
		}
	}
	for i, p := range b.packages {
		id := spdxID(i, p)
		out.Packages = append(out.Packages, spdxPackageOf(id, p, annotate))
		holder := spdxImage
		if owner, ok := owners[p.OwnedBy]; ok && p.OwnedBy != "" && owner != id {
			holder = owner
		}
		out.Relationships = append(out.Relationships, spdxRelationship{holder, "CONTAINS", id})
	}
	out.Extracted = spdxExtracted(b)
	var document bytes.Buffer
	if err := encode.JSON(&document, out); err != nil {
		return fmt.Errorf("writing the SPDX report: %w", err)
	}
	out.Namespace = "https://seaworthy.dev/spdx/" + uuid(document.Bytes())
	return encode.JSON(s.out, out)
}

func (s *SPDX) creation(b *sbomImage) spdxCreation {
	created, comment := s.created, ""
	if created.IsZero() {
		created = time.Unix(0, 0)
		comment = "The time of creation was not given and is set to the epoch."
		if b.Image.Created != nil && inSPDX(*b.Image.Created) {
			created = *b.Image.Created
			comment = "The time of creation is that of the image."
		}
	}
	tool := "seaworthy"
	if v := b.Provenance.Tool.Version; v != "" {
		tool += "-" + words.OneLine(v)
	}
	return spdxCreation{Created: created.UTC().Format("2006-01-02T15:04:05Z"), Creators: []string{"Tool: " + tool}, Comment: comment}
}

// inSPDX is true for a time that the format can write.
func inSPDX(t time.Time) bool { y := t.UTC().Year(); return 0 < y && y < 10000 }

// spdxAnnotator gives a function that makes the attributes of an element into
// annotations.
func spdxAnnotator(c *spdxCreation) func(attributes) []spdxAnnotation {
	return func(a attributes) []spdxAnnotation {
		var out []spdxAnnotation
		for _, p := range a {
			out = append(out, spdxAnnotation{c.Created, "OTHER", c.Creators[0], p.name + "=" + p.value})
		}
		return out
	}
}

func newSPDXPackage(id, name, version, purpose string) spdxPackage {
	return spdxPackage{
		SPDXID: id, Name: cmp.Or(name, spdxNothing), Version: version, Purpose: purpose,
		Supplier: spdxNothing, DownloadLocation: spdxNothing, LicenseConcluded: spdxNothing, LicenseDeclared: spdxNothing, Copyright: spdxNothing,
	}
}

func spdxImagePackage(b *sbomImage, annotate func(attributes) []spdxAnnotation) spdxPackage {
	i := b.Image
	p := newSPDXPackage(spdxImage, i.Reference, cmp.Or(i.Digest, i.ImageID), "CONTAINER")
	if hash, ok := sha256Of(i.Digest); ok {
		p.Checksums = []spdxChecksum{{"SHA256", hash}}
	}
	if purl := i.PURL(); purl != "" {
		p.References = []spdxReference{{"PACKAGE-MANAGER", "purl", purl}}
	}
	p.Annotations = annotate(b.imageAttributes())
	return p
}

func spdxPackageOf(id string, bp sbomPackage, annotate func(attributes) []spdxAnnotation) spdxPackage {
	p := newSPDXPackage(id, bp.Name, bp.Version, "LIBRARY")
	if bp.ByText {
		p.Purpose = "APPLICATION"
	}
	if bp.PURL != "" {
		p.References = []spdxReference{{"PACKAGE-MANAGER", "purl", upstreamPURL(bp.Package)}}
	}
	if bp.Source != nil {
		p.SourceInfo = strings.TrimSpace("built from source package " + bp.Source.Name + " " + bp.Source.Version)
	}
	if expression, ok := licenseExpression(bp.Licenses); ok {
		p.LicenseDeclared = expression
	} else if len(bp.Licenses) > 0 {
		p.LicenseComments = "The package says: " + strings.Join(bp.Licenses, "; ")
	}
	p.Annotations = annotate(packageAttributes(bp.Package))
	return p
}

// spdxID names a package: only letters, digits, dots and hyphens are allowed, and
// the number keeps two packages apart.
func spdxID(n int, p sbomPackage) string {
	id := []byte(fmt.Sprintf("SPDXRef-Package-%d-%s", n+1, p.Name))
	for i, c := range id {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-') {
			id[i] = '-'
		}
	}
	return string(id)
}

const licenseRef = "LicenseRef-"

// spdxExtracted explains the licences that are on no list, as the specification
// demands. Their text is not known.
func spdxExtracted(b *sbomImage) []spdxLicense {
	var ids []string
	for _, p := range b.packages {
		if _, ok := licenseExpression(p.Licenses); !ok {
			continue
		}
		for _, l := range p.Licenses {
			if !strings.Contains(l, licenseRef) {
				continue
			}
			names, err := spdxexp.ExtractLicenses(l)
			if err != nil {
				continue // licenseExpression has parsed it
			}
			for _, name := range names {
				if strings.HasPrefix(name, licenseRef) {
					ids = append(ids, name)
				}
			}
		}
	}
	slices.Sort(ids)
	var out []spdxLicense
	for _, id := range slices.Compact(ids) {
		out = append(out, spdxLicense{ID: id, Text: strings.TrimPrefix(id, licenseRef), Comment: "The name by which packages of the image call this license. Its text was not read."})
	}
	return out
}

var _ seaworthy.Handler = (*SPDX)(nil)
