package vex

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/purl"
)

// product is what a statement is about: an image or a package, or a component of
// one.
type product struct {
	// Any of these may name it.
	purls   []purl.URL
	names   []string // references and digests of images
	cpes    []string // of platforms
	version string   // that the package must have; "" for any
	// components are those that are meant alone, if there are any.
	components []product
}

// addName takes an identifier in any of the forms that documents use.
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

// subject is an image and what is in it.
type subject struct {
	image    *seaworthy.Image
	digests  []string                       // by which it is known
	packages map[named][]*seaworthy.Package // by their own name and that of their source
	parsed   map[string]purl.URL            // package URLs taken apart; without a type if they are none
}

// named is what packages of the same name share.
type named struct{ kind, name string }

func newSubject(i *seaworthy.Image) subject {
	return subject{image: i, packages: make(map[named][]*seaworthy.Package), parsed: make(map[string]purl.URL)}
}

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
		k := named{u.Type, name}
		s.packages[k] = append(s.packages[k], p)
	}
}

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

// covers is true if the product is the image with the finding, or the package that
// the finding is about.
func (p *product) covers(s *subject, f *seaworthy.Finding) bool {
	image := p.isImage(s)
	if image || p.isPlatform(s.image) {
		return image && len(p.components) == 0 || slices.ContainsFunc(p.components, func(c product) bool { return c.isPackage(s, f.Package) })
	}
	if len(p.components) == 0 {
		return p.isPackage(s, f.Package)
	}
	return slices.ContainsFunc(p.components, func(c product) bool { return c.isPackage(s, f.Package) }) && p.holds(s, f)
}

// isImage is true if the product is the image: by its package URL, its digest or the
// reference by which it was asked for.
func (p *product) isImage(s *subject) bool {
	i := s.image
	for _, u := range p.purls {
		if u.Type == "oci" && s.isPURL(&u) {
			return true
		}
	}
	for _, n := range p.names {
		if n == i.Reference || slices.Contains(s.digests, n[strings.LastIndexByte(n, '@')+1:]) {
			return true
		}
		if i.Repository != "" && (n == i.Repository || "docker.io/"+n == i.Repository || "docker.io/library/"+n == i.Repository) {
			return true
		}
	}
	return false
}

// isPURL compares as far as the URL goes. Where it names a digest that must be the
// image's; where it does not the repository must be.
func (s *subject) isPURL(u *purl.URL) bool {
	i := s.image
	repository := strings.TrimPrefix(u.Qualifiers["repository_url"], "index.")
	if repository != "" && i.Repository != "" && !strings.EqualFold(repository, i.Repository) {
		return false
	}
	if arch := u.Qualifiers["arch"]; arch != "" && i.Platform != "" && !strings.Contains(i.Platform+"/", "/"+arch+"/") {
		return false
	}
	if u.Version != "" {
		return slices.Contains(s.digests, u.Version)
	}
	if tag := u.Qualifiers["tag"]; tag != "" && !strings.HasSuffix(i.Reference, ":"+tag) {
		return false
	}
	return repository != "" && strings.EqualFold(repository, i.Repository)
}

// isPlatform is true if the product is the release of Red Hat's distribution that
// the image is built from: its statements are about packages in that.
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

// isPackage is true if the product is the package, or the source package that it
// was built from.
func (p *product) isPackage(s *subject, pkg *seaworthy.AffectedPackage) bool {
	if pkg == nil || pkg.PURL == "" || p.version != "" && p.version != pkg.Version {
		return false
	}
	have, ok := s.purl(pkg.PURL)
	if !ok {
		return false
	}
	for i := range p.purls {
		if samePackage(&p.purls[i], &have, pkg) {
			return true
		}
	}
	return false
}

// samePackage compares package URLs. One without version or qualifiers stands for
// all of them; an architecture of "source" or "src" means the source package.
func samePackage(want, have *purl.URL, pkg *seaworthy.AffectedPackage) bool {
	if want.Type != have.Type || want.Namespace != "" && !strings.EqualFold(want.Namespace, have.Namespace) {
		return false
	}
	w, h := inventory.PackageFromURL(want), inventory.PackageFromURL(have)
	name, version := h.Name, h.Version
	ofSource := w.IsSystem() && (w.Arch == "source" || w.Arch == "src")
	if ofSource && pkg.Source != nil {
		name, version = pkg.Source.Name, pkg.Source.Version
	}
	if !strings.EqualFold(w.Name, name) || w.Version != "" && w.Version != version {
		return false
	}
	for key, value := range want.Qualifiers {
		switch key {
		case "epoch", "upstream", "type", "vcs_url", "download_url", "checksum", "file_name", "repository_url", "package-id":
			// They describe the same package further, or where it is from.
		case "distro":
			if d := have.Qualifiers["distro"]; d != value && !strings.HasSuffix(d, "-"+value) {
				return false
			}
		case "arch":
			if !ofSource && value != h.Arch {
				return false
			}
		default:
			if value != have.Qualifiers[key] {
				return false
			}
		}
	}
	return true
}

// holds is true if the image has the product as a package, and all files in which
// the finding was seen are that package's.
func (p *product) holds(s *subject, f *seaworthy.Finding) bool {
	paths := make(map[string]bool)
	for _, u := range p.purls {
		own := inventory.PackageFromURL(&u)
		for _, pkg := range s.packages[named{u.Type, strings.ToLower(own.Name)}] {
			if p.isPackage(s, &seaworthy.AffectedPackage{Name: pkg.Name, Version: pkg.Version, PURL: pkg.PURL, Source: pkg.Source}) {
				for _, l := range pkg.Locations {
					paths[l.Path] = true
				}
			}
		}
	}
	return len(f.Locations) > 0 && !slices.ContainsFunc(f.Locations, func(l seaworthy.Location) bool { return !paths[l.Path] })
}
