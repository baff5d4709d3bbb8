package vex

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/inventory/identity"
	"seaworthy.dev/seaworthy/internal/purl"
)

// product is the subject of a statement: an image, a platform or a package, or components
// of one. Any of its identifiers may match.
type product struct {
	purls   []purl.URL
	names   []string // references and digests of images
	cpes    []string // of platforms
	version string   // version that the package must have; "" means any
	// components limit the statement to these components of the product, if there are any.
	components []product
}

// addName adds an identifier: a package URL, a CPE, or the reference or digest of an image.
func (p *product) addName(id string) {
	id = strings.TrimSpace(id)
	switch {
	case id == "":
	case strings.HasPrefix(id, "pkg:"):
		if u, err := purl.Parse(id); err == nil {
			p.purls = append(p.purls, u)
		}
	case strings.HasPrefix(id, "cpe:"):
		p.cpes = append(p.cpes, id)
	default:
		p.names = append(p.names, id)
	}
}

// subject is an image with its packages.
type subject struct {
	image      *seaworthy.Image
	digests    []string                            // of the image and its index
	references []reference                         // the names of the image
	packages   map[packageKey][]*seaworthy.Package // by name and by name of the source package
	parsed     map[string]purl.URL                 // parsed package URLs; the type is "" if one is invalid
}

// packageKey is the type of a package URL and a name in lower case.
type packageKey struct{ kind, name string }

func newSubject(i *seaworthy.Image) subject {
	return subject{image: i, references: imageReferences(i), packages: make(map[packageKey][]*seaworthy.Package), parsed: make(map[string]purl.URL)}
}

// add adds a package of the image.
func (s *subject) add(p *seaworthy.Package) {
	u, ok := s.purl(p.PURL)
	if !ok {
		return
	}
	own := inventory.PackageFromURL(&u)
	names := []string{strings.ToLower(own.Name)}
	if p.Source != nil && !strings.EqualFold(p.Source.Name, own.Name) {
		names = append(names, strings.ToLower(p.Source.Name))
	}
	for _, name := range names {
		k := packageKey{own.Type, name}
		s.packages[k] = append(s.packages[k], p)
	}
}

// purl parses a package URL, each one once.
func (s *subject) purl(text string) (purl.URL, bool) {
	if u, ok := s.parsed[text]; ok {
		return u, u.Type != ""
	}
	u, err := purl.Parse(text)
	if err != nil {
		u = purl.URL{}
	}
	s.parsed[text] = u
	return u, err == nil
}

// covers reports whether the product is the image, or the package that the finding is about.
// With components, the finding must be about one of them.
func (p *product) covers(s *subject, f *seaworthy.Finding) bool {
	image := p.isImage(s)
	if image || p.isPlatform(s.image) {
		return image && len(p.components) == 0 || slices.ContainsFunc(p.components, func(c product) bool { return c.isPackage(s, f.Package) })
	}
	if len(p.components) == 0 {
		return p.isPackage(s, f.Package)
	}
	return slices.ContainsFunc(p.components, func(c product) bool { return c.isPackage(s, f.Package) }) && p.hasAllLocations(s, f)
}

// isImage reports whether the product is the image: by package URL, digest, repository or
// any of its names.
func (p *product) isImage(s *subject) bool {
	for _, u := range p.purls {
		if (u.Type == "oci" || u.Type == "docker") && s.matchesPURL(&u) {
			return true
		}
	}
	return slices.ContainsFunc(p.names, func(n string) bool {
		return n == s.image.Reference || slices.Contains(s.digests, n[strings.LastIndexByte(n, '@')+1:]) || s.isKnownAs(parseReference(n))
	})
}

// isPlatform reports whether the product is the release of Red Hat Enterprise Linux in the
// image. Red Hat's statements are about packages of such a platform.
func (p *product) isPlatform(i *seaworthy.Image) bool {
	if i.OS == nil || i.OS.ID != "rhel" {
		return false
	}
	major, _, _ := strings.Cut(i.OS.VersionID, ".")
	for _, c := range p.cpes {
		fields := strings.Split(strings.TrimPrefix(strings.TrimPrefix(c, "cpe:/"), "cpe:2.3:"), ":")
		if len(fields) < 4 || fields[1] != "redhat" || fields[2] != "enterprise_linux" {
			continue
		}
		if first, _, _ := strings.Cut(fields[3], "."); first == major && major != "" {
			return true
		}
	}
	return false
}

// isPackage reports whether the product is the package or its source package.
func (p *product) isPackage(s *subject, pkg *seaworthy.AffectedPackage) bool {
	if pkg == nil || pkg.PURL == "" || p.version != "" && p.version != pkg.Version {
		return false
	}
	have, ok := s.purl(pkg.PURL)
	if !ok {
		return false
	}
	for i := range p.purls {
		if identity.Same(&p.purls[i], &have, pkg.Source) {
			return true
		}
	}
	return false
}

// hasAllLocations reports whether the product is a package of the image that has all files
// in which the finding was detected.
func (p *product) hasAllLocations(s *subject, f *seaworthy.Finding) bool {
	paths := make(map[string]bool)
	for _, u := range p.purls {
		own := inventory.PackageFromURL(&u)
		named := s.packages[packageKey{own.Type, strings.ToLower(own.Name)}]
		if u.Subpath != "" { // of a Go module
			path := strings.ToLower(u.Namespace + "/" + u.Name + "/" + u.Subpath)
			named = slices.Concat(named, s.packages[packageKey{own.Type, path}])
		}
		for _, pkg := range named {
			if p.isPackage(s, &seaworthy.AffectedPackage{Name: pkg.Name, Version: pkg.Version, PURL: pkg.PURL, Source: pkg.Source}) {
				for _, l := range pkg.Locations {
					paths[l.Path] = true
				}
			}
		}
	}
	return len(f.Locations) > 0 && !slices.ContainsFunc(f.Locations, func(l seaworthy.Location) bool { return !paths[l.Path] })
}
