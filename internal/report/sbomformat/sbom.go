// Package sbomformat writes SBOMs: CycloneDX with the vulnerabilities, and SPDX.
package sbomformat

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
)

// collector gathers what an SBOM is made of: the document and its packages, each
// with a unique name.
//
// An SBOM can be written without a scan: its verdict has no decision then.
type collector struct {
	document.Collector
	sbom *sbomImage
}

// sbomImage is the software of one image.
type sbomImage struct {
	*document.Document
	packages []sbomPackage
}

// sbomPackage is a package with the name by which the rest of the SBOM refers to it.
type sbomPackage struct {
	*seaworthy.Package
	ref string
}

// draw sets what is done with each SBOM that is complete.
func (b *collector) draw(render func(*sbomImage) error) {
	b.Render = func(d *document.Document) error {
		b.sbom.Document = d
		return render(b.sbom)
	}
}

// Image implements [seaworthy.Handler].
func (b *collector) Image(i *seaworthy.Image) error {
	b.sbom = &sbomImage{}
	return b.Collector.Image(i)
}

// Package implements [seaworthy.Handler].
func (b *collector) Package(p *seaworthy.Package) error {
	if err := b.Collector.Package(p); err != nil {
		return err
	}
	b.sbom.packages = append(b.sbom.packages, sbomPackage{Package: p})
	return nil
}

// name gives each package a name: its package URL, with a number where several
// packages share one.
func (b *sbomImage) name() {
	used := make(map[string]int, len(b.packages))
	for i := range b.packages {
		p := &b.packages[i]
		p.ref = cmp.Or(p.PURL, p.Name+"@"+p.Version)
		used[p.ref]++
		if n := used[p.ref]; n > 1 {
			p.ref += "#" + strconv.Itoa(n)
		}
	}
}

// affected gives the names of the packages that a finding is about.
func (b *sbomImage) affected() func(*seaworthy.Finding) []string {
	type key struct{ purl, name, version string }
	refs := make(map[key][]string)
	for _, p := range b.packages {
		k := key{p.PURL, p.Name, p.Version}
		refs[k] = append(refs[k], p.ref)
	}
	return func(f *seaworthy.Finding) []string {
		if f.Package == nil {
			return nil
		}
		return refs[key{f.Package.PURL, f.Package.Name, f.Package.Version}]
	}
}

// gaps are the parts of the image whose software is not known.
func (b *sbomImage) gaps() []*seaworthy.Coverage {
	return slices.DeleteFunc(slices.Clone(b.Coverage), func(c *seaworthy.Coverage) bool {
		return c.Risk != seaworthy.Vulnerability || !c.InImage
	})
}

// attribute is a fact for which the format of an SBOM has no field. The names begin with
// "seaworthy:".
type attribute struct{ name, value string }

const attributePrefix = "seaworthy:"

type attributes []attribute

func (a *attributes) add(name, value string) {
	if value != "" {
		*a = append(*a, attribute{attributePrefix + name, value})
	}
}

// imageAttributes are those of the image: its layers, and what of it is not known.
func (b *sbomImage) imageAttributes() attributes {
	var a attributes
	i := b.Image
	a.add("reference", i.Reference)
	for n, name := range i.Names {
		a.add(fmt.Sprintf("name:%d", n), name)
	}
	a.add("repository", i.Repository)
	a.add("imageID", i.ImageID)
	a.add("platform", i.Platform)
	if i.BaseBoundary != nil {
		a.add("baseBoundary", strconv.Itoa(*i.BaseBoundary))
	}
	for n, l := range i.Layers {
		prefix := fmt.Sprintf("layer:%d:", n)
		a.add(prefix+"diffID", l.DiffID)
		a.add(prefix+"digest", l.Digest)
		a.add(prefix+"size", strconv.FormatInt(l.Size, 10))
		a.add(prefix+"instruction", l.Instruction)
	}
	for n, g := range b.gaps() {
		prefix := fmt.Sprintf("gap:%d:", n)
		a.add(prefix+"state", string(g.State))
		a.add(prefix+"code", string(g.Code))
		a.add(prefix+"subject", g.Subject)
		a.add(prefix+"reason", g.Reason)
	}
	if b.Verdict.Decision != "" {
		a.add("verdict", string(b.Verdict.Decision))
	}
	return a
}

// packageAttributes are those of a package: where it is, and by which layer.
func packageAttributes(p *seaworthy.Package) attributes {
	var a attributes
	a.add("ecosystem", p.Ecosystem.String())
	if p.Source != nil {
		a.add("source:name", p.Source.Name)
		a.add("source:version", p.Source.Version)
	}
	a.add("modularity", p.Modularity)
	a.add("ownedBy", p.OwnedBy)
	a.add("vendor", p.Vendor)
	a.add("nameHints", strings.Join(p.NameHints, " "))
	if p.Untagged {
		a.add("untagged", "true")
	}
	if p.ByText {
		a.add("byText", "true")
	}
	for n, l := range p.Locations {
		prefix := fmt.Sprintf("location:%d:", n)
		path, raw := seaworthy.TextPath(l.Path)
		a.add(prefix+"path", path)
		a.add(prefix+"pathBase64", base64.StdEncoding.EncodeToString(raw))
		if l.Layer != nil {
			a.add(prefix+"layer", strconv.Itoa(*l.Layer))
		}
	}
	return a
}

// upstreamPURL is the package URL with the source package in the qualifier upstream,
// where other scanners look for it.
func upstreamPURL(p *seaworthy.Package) string {
	if p.PURL == "" || p.Source == nil || p.Source.Name == p.Name && p.Source.Version == p.Version {
		return p.PURL
	}
	upstream := p.Source.Name
	if p.Source.Version != "" && p.Source.Version != p.Version {
		upstream += "@" + p.Source.Version
	}
	separator := "?"
	if strings.Contains(p.PURL, "?") {
		separator = "&" // and upstream comes after arch, distro and epoch
	}
	return p.PURL + separator + "upstream=" + url.QueryEscape(upstream)
}

// licenseExpression joins the licences of a package to one SPDX expression. With
// one that is no expression there is none. All of them hold: where a choice is
// offered, one of them says so.
func licenseExpression(licenses []string) (expression string, ok bool) {
	if len(licenses) == 0 {
		return "", false
	}
	if ok, _ := spdxexp.ValidateLicenses(licenses); !ok {
		return "", false
	}
	if len(licenses) == 1 {
		return licenses[0], true
	}
	parts := make([]string, len(licenses))
	for i, l := range licenses {
		if parts[i] = l; strings.Contains(l, " ") {
			parts[i] = "(" + l + ")"
		}
	}
	return strings.Join(parts, " AND "), true
}

// uuid is a UUID of version 8 (RFC 9562) made from a document, so that the same
// document always has the same.
func uuid(document []byte) string {
	h := sha256.Sum256(document)
	h[6] = h[6]&0x0f | 0x80
	h[8] = h[8]&0x3f | 0x80
	s := hex.EncodeToString(h[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// sha256Of gives the hash of a digest if it is one of SHA-256.
func sha256Of(digest string) (hash string, ok bool) {
	hash, ok = strings.CutPrefix(digest, "sha256:")
	return hash, ok && len(hash) == 2*sha256.Size
}
