package sbom

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/license"
	"seaworthy.dev/seaworthy/internal/purl"
)

// listing is an SBOM in the form that the readers of all formats return.
type listing struct {
	format, tool string
	// ours is true if this program wrote the SBOM: its facts complete the package URLs.
	ours  bool
	image subject
	// releases are the distributions that the SBOM names, besides those in package URLs. An
	// SBOM of one image has at most one.
	releases []*inventory.Release
	items    []item
	// partial is true if the SBOM declares itself incomplete.
	partial bool
}

// subject is the image that the SBOM describes.
type subject struct {
	name, version, purl string
	facts               facts
	diffIDs             []string
}

// item is a package as an SBOM lists it.
type item struct {
	ref                       string // its id in the SBOM
	name, version, purl       string
	sourceName, sourceVersion string
	modularity                string
	builder                   string // the maintainer or vendor
	licenses                  []string
	paths                     []string
	diffID                    string // of the layer that brought it
	owner                     string // ref of the package that installed it
	facts                     facts
}

// facts are the attributes that this program writes, by name without their prefix.
type facts map[string]string

const factPrefix = "seaworthy:"

// add adds an attribute if it is one of this program's, and reports whether it is.
func (f *facts) add(name, value string) bool {
	name, ok := strings.CutPrefix(name, factPrefix)
	if !ok {
		return false
	}
	if *f == nil {
		*f = make(facts)
	}
	(*f)[name] = value
	return true
}

// number returns a fact that is a number from 0 up.
func (f facts) number(name string) (int, bool) {
	n, err := strconv.Atoi(f[name])
	return n, err == nil && n >= 0
}

// document converts the items to packages.
func (b *listing) document() *Document {
	d := &Document{Format: b.format, Tool: b.tool, Image: b.seaworthyImage()}
	a := &assembler{listing: b, image: d.Image, unknown: make(map[missing]int), known: make(map[key]*seaworthy.Package)}
	a.findReleases()
	if r := a.imageRelease(); r != nil {
		d.Image.OS = r.OS()
	}
	byRef := make(map[string]*seaworthy.Package, len(b.items))
	for i := range b.items {
		p := a.add(&b.items[i])
		if ref := b.items[i].ref; ref != "" {
			byRef[ref] = p
		}
	}
	for i := range b.items {
		it := &b.items[i]
		owner, p := byRef[it.owner], byRef[it.ref]
		if owner != nil && p != nil && owner != p && p.OwnedBy == "" && !isSystem(p) && isSystem(owner) {
			p.OwnedBy = owner.PURL
		}
	}
	a.sortLocations()
	d.Packages, d.Gaps = a.packages, a.gaps()
	return d
}

func isSystem(p *seaworthy.Package) bool {
	u, err := purl.Parse(p.PURL)
	in := inventory.PackageFromURL(&u)
	return err == nil && in.IsSystem()
}

// key identifies a package: two items with the same key are one package.
type key struct{ purl, name, version, modularity, owner, text string }

// assembler collects the packages of an SBOM, each once.
type assembler struct {
	*listing
	image    *seaworthy.Image
	packages []*seaworthy.Package
	known    map[key]*seaworthy.Package
	licenses license.Normalizer
	// release is the distribution of packages whose URLs do not name one, nil if it is not
	// known. own are those of the package URLs that are not it.
	release *inventory.Release
	own     []*inventory.Release
	// namesSource has the types of packages of which the SBOM names source packages.
	namesSource map[string]bool
	homeless    int             // packages of unknown distributions
	unknown     map[missing]int // packages without ecosystem
	invalid     []string        // invalid package URLs
}

// missing is why packages of a type have no ecosystem.
type missing struct{ kind, reason string }

// addRelease adds a distribution that the SBOM names.
func (b *listing) addRelease(r *inventory.Release) {
	if !slices.ContainsFunc(b.releases, func(s *inventory.Release) bool { return s.ID == r.ID && s.VersionID == r.VersionID }) {
		b.releases = append(b.releases, r)
	}
}

// findReleases finds the distributions of the packages, and of which of them the SBOM names
// the source packages.
func (a *assembler) findReleases() {
	if len(a.releases) == 1 {
		a.release = a.releases[0]
	}
	a.namesSource = make(map[string]bool)
	for i := range a.items {
		it := &a.items[i]
		u, err := purl.Parse(it.purl)
		if err != nil {
			continue
		}
		if p := inventory.PackageFromURL(&u); p.SourceName != "" || it.sourceName != "" {
			a.namesSource[p.Type] = true
		}
		if r := a.releaseOf(&u); r != nil && r != a.release && !slices.ContainsFunc(a.own, func(s *inventory.Release) bool { return s.Covers(r) }) {
			a.own = append(a.own, r)
		}
	}
	versioned := slices.DeleteFunc(slices.Clone(a.own), func(r *inventory.Release) bool { return r.VersionID == "" })
	if len(a.releases) == 0 && len(versioned) == 1 {
		a.release, a.own = versioned[0], slices.DeleteFunc(a.own, func(r *inventory.Release) bool { return versioned[0].Covers(r) })
	}
}

// imageRelease returns the distribution of the image, or nil if there are several.
func (a *assembler) imageRelease() *inventory.Release {
	switch {
	case len(a.releases) > 1 || len(a.own) > 1:
		return nil
	case a.release == nil && len(a.own) == 1:
		return a.own[0]
	}
	return a.release
}

// releaseOf returns the distribution of a package: that of its URL, or that of the SBOM if
// the URL says no more. It returns nil if neither is known.
func (a *assembler) releaseOf(u *purl.URL) *inventory.Release {
	own := inventory.ReleaseFromURL(u)
	if a.release == nil {
		own = inventory.InferRelease(u)
	}
	if own == nil || a.release != nil && a.release.Covers(own) {
		return a.release
	}
	return own
}

// add converts an item to a package. If the SBOM lists a package several times, it is one
// with several locations.
func (a *assembler) add(it *item) *seaworthy.Package {
	p := a.describe(it)
	k := key{p.PURL, p.Name, p.Version, p.Modularity, p.OwnedBy, it.facts["byText"]}
	first, ok := a.known[k]
	if !ok || a.ours {
		a.known[k] = p
		a.packages = append(a.packages, p)
		first = p
	} else {
		first.Locations = append(first.Locations, p.Locations...)
	}
	return first
}

// sortLocations sorts locations and removes duplicates.
func (a *assembler) sortLocations() {
	for _, p := range a.packages {
		slices.SortFunc(p.Locations, seaworthy.CompareLocations)
		p.Locations = slices.CompactFunc(p.Locations, func(l, m seaworthy.Location) bool { return seaworthy.CompareLocations(l, m) == 0 })
	}
}

// describe returns the package of an item.
func (a *assembler) describe(it *item) *seaworthy.Package {
	u, err := purl.Parse(it.purl)
	if err != nil {
		if it.purl != "" {
			a.invalid = append(a.invalid, it.purl)
		}
		return &seaworthy.Package{Name: it.name, Version: it.version, Licenses: a.licenses.Expressions(it.licenses), Locations: a.locations(it)}
	}
	p := inventory.PackageFromURL(&u)
	if p.Version == "" {
		u.Version = it.version
		p = inventory.PackageFromURL(&u)
	}
	switch {
	case a.ours:
		p.Name, p.Version = it.name, it.version
	case strings.EqualFold(p.Name, it.name) && hasCase(p.Type), inventory.IsGoModule(it.name, &u):
		p.Name = it.name
	}
	p.Modularity = cmp.Or(it.facts["modularity"], it.modularity, p.Modularity)
	if name := cmp.Or(it.facts["source:name"], it.sourceName); name != "" {
		p.SourceName, p.SourceVersion = name, cmp.Or(it.facts["source:version"], it.sourceVersion)
	} else if a.ours {
		p.SourceName, p.SourceVersion = "", ""
	} else if p.SourceName == "" && a.namesSource[p.Type] && (p.Type == "deb" || p.Type == "apk") {
		p.SourceName = p.Name // programs omit it if it is the same
	}
	release := a.releaseOf(&u)
	vendor, ecosystem := it.facts["vendor"], a.ecosystem(&p, it, release)
	if !a.ours && p.IsSystem() && (it.builder != "" || p.Type == "deb") {
		p.SetBuilder(it.builder)
		by := release.ProvenanceOf(&p)
		if vendor = by.Vendor; vendor != "" && !by.Uncertain {
			ecosystem = seaworthy.Ecosystem{} // the advisories of the distribution are not about it
		}
	}
	out := &seaworthy.Package{
		Name: p.Name, Version: p.Version, Arch: p.Arch, Ecosystem: ecosystem, PURL: p.PURL(release),
		Modularity: p.Modularity, ByText: it.facts["byText"] == "true", Untagged: it.facts["untagged"] == "true", OwnedBy: it.facts["ownedBy"], Vendor: vendor,
		Licenses: a.licenses.Expressions(it.licenses), Locations: a.locations(it),
	}
	if hints := it.facts["nameHints"]; hints != "" {
		out.NameHints = strings.Fields(hints)
	}
	if p.SourceName != "" {
		out.Source = &seaworthy.SourcePackage{Name: p.SourceName, Version: p.SourceVersion}
	}
	return out
}

// hasCase reports whether names of a type differ by case, while package URLs have them in
// lower case.
func hasCase(kind string) bool { return kind != "pypi" && kind != "composer" }

// ecosystem returns the ecosystem of the package. If there is none, it records the reason.
// The release is nil if it is not known.
func (a *assembler) ecosystem(p *inventory.Package, it *item, release *inventory.Release) seaworthy.Ecosystem {
	if !p.IsSystem() {
		if e, ok := it.facts["ecosystem"]; ok {
			return seaworthy.ParseEcosystem(e)
		}
		return inventory.LanguageEcosystem(p.Type)
	}
	if a.ours {
		// If there is none, it is among the gaps of the SBOM.
		return seaworthy.ParseEcosystem(it.facts["ecosystem"])
	}
	if release == nil {
		a.homeless++
		return seaworthy.Ecosystem{}
	}
	e, reason := release.Ecosystem(p.Type)
	if e.IsZero() {
		a.unknown[missing{p.Type, reason}]++
	}
	return e
}

// maxLocations is the limit of the locations of one package.
const maxLocations = 10_000

// locations returns the locations of the package in the SBOM, at most maxLocations.
func (a *assembler) locations(it *item) []seaworthy.Location {
	var all []seaworthy.Location
	add := func(path string, layer int) {
		l := seaworthy.Location{Path: strings.TrimPrefix(path, "/")}
		if layer >= 0 && layer < len(a.image.Layers) {
			l.Layer = &layer
			l.Instruction = a.image.Layers[layer].Instruction
		}
		all = append(all, l)
	}
	for n := range maxLocations {
		prefix := fmt.Sprintf("location:%d:", n)
		path, ok := it.facts[prefix+"path"]
		if !ok {
			break
		}
		if raw, err := base64.StdEncoding.DecodeString(it.facts[prefix+"pathBase64"]); err == nil && len(raw) > 0 {
			path = string(raw)
		}
		layer, ok := it.facts.number(prefix + "layer")
		if !ok {
			layer = -1
		}
		add(path, layer)
	}
	if len(all) == 0 {
		layer := slices.Index(a.listing.image.diffIDs, it.diffID)
		for _, path := range it.paths[:min(len(it.paths), maxLocations)] {
			add(path, layer)
		}
		if len(it.paths) == 0 && layer >= 0 {
			add("", layer)
		}
	}
	return all
}

// gaps returns what cannot be checked: the gaps in an SBOM of this program, else those that
// the SBOM itself has.
func (a *assembler) gaps() []*seaworthy.Coverage {
	var all []*seaworthy.Coverage
	add := func(subject string, state seaworthy.State, code seaworthy.CoverageCode, reason string) {
		all = append(all, &seaworthy.Coverage{Risk: seaworthy.Vulnerability, Subject: subject, State: state, Code: code, Reason: reason, InImage: true})
	}
	for n := range maxLocations {
		prefix := fmt.Sprintf("gap:%d:", n)
		reason, ok := a.listing.image.facts[prefix+"reason"]
		if !ok {
			break
		}
		state := seaworthy.State(a.listing.image.facts[prefix+"state"])
		if state != seaworthy.Partial && state != seaworthy.Failed {
			state = seaworthy.NotChecked
		}
		code := cmp.Or(seaworthy.CoverageCode(a.listing.image.facts[prefix+"code"]), seaworthy.CodeUnspecified)
		add(a.listing.image.facts[prefix+"subject"], state, code, reason)
	}
	if a.ours {
		return all
	}
	if a.partial {
		add("SBOM", seaworthy.Partial, seaworthy.CodeIncompleteSBOM, "The SBOM declares itself incomplete.")
	}
	if len(a.packages) == 0 {
		add("SBOM", seaworthy.NotChecked, seaworthy.CodeIncompleteSBOM, "The SBOM lists no packages.")
	}
	switch {
	case a.homeless > 0 && len(a.releases) > 1:
		add("distribution", seaworthy.NotChecked, seaworthy.CodeUnknownDistribution, fmt.Sprintf("The SBOM names several distributions, and %s of unknown distribution, so it is not known which advisories are for them.", plural(a.homeless, "package")))
	case a.homeless > 0:
		add("distribution", seaworthy.NotChecked, seaworthy.CodeUnknownDistribution, fmt.Sprintf("The SBOM names no distribution, so it is not known which advisories are for its %d packages.", a.homeless))
	}
	byKind := func(x, y missing) int { return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.reason, y.reason)) }
	for _, m := range slices.SortedFunc(maps.Keys(a.unknown), byKind) {
		add(plural(a.unknown[m], "package")+" of type "+m.kind, seaworthy.NotChecked, seaworthy.CodeNoAdvisorySource, m.reason)
	}
	if n := len(a.invalid); n > 0 {
		add(plural(n, "package"), seaworthy.NotChecked, seaworthy.CodeInvalidPURL, fmt.Sprintf("Their package URLs are invalid, for example %q.", clip(a.invalid[0])))
	}
	return all
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// clip returns the first 100 bytes of text from a document.
func clip(s string) string {
	const limit = 100
	if len(s) > limit {
		return strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}

// maxNames is the limit of the names of the image in an SBOM.
const maxNames = 1000

// The limits of the layers in an SBOM: their number, and the bytes of one.
const (
	maxLayers    = 10_000
	maxLayerSize = 1 << 48
)

// seaworthyImage returns the image that the SBOM describes.
func (b *listing) seaworthyImage() *seaworthy.Image {
	s := &b.image
	i := &seaworthy.Image{Reference: cmp.Or(s.facts["reference"], s.name), Layers: []seaworthy.Layer{}}
	u, err := purl.Parse(s.purl)
	ofImage := err == nil && (u.Type == "oci" || u.Type == "docker")
	switch {
	case isDigest(s.version) && s.version != s.facts["imageID"]:
		i.Digest = s.version
	case ofImage && isDigest(u.Version):
		i.Digest = u.Version
	}
	if ofImage {
		i.Repository = u.Qualifiers["repository_url"]
		if rest, ok := strings.CutPrefix(i.Repository, "index.docker.io/"); ok {
			i.Repository = "docker.io/" + rest
		}
	}
	for n := range maxNames {
		name, ok := s.facts[fmt.Sprintf("name:%d", n)]
		if !ok {
			break
		}
		i.Names = append(i.Names, name)
	}
	i.Repository = cmp.Or(s.facts["repository"], i.Repository)
	if isDigest(s.facts["imageID"]) {
		i.ImageID = s.facts["imageID"]
	}
	i.Platform = s.facts["platform"]
	if n, ok := s.facts.number("baseBoundary"); ok {
		i.BaseBoundary = &n
	}
	for n := range maxLayers {
		prefix := fmt.Sprintf("layer:%d:", n)
		diffID := s.facts[prefix+"diffID"]
		if !isDigest(diffID) {
			break
		}
		size, _ := strconv.ParseInt(s.facts[prefix+"size"], 10, 64)
		l := seaworthy.Layer{Index: n, DiffID: diffID, Size: min(max(size, 0), maxLayerSize), Instruction: s.facts[prefix+"instruction"]}
		if d := s.facts[prefix+"digest"]; isDigest(d) {
			l.Digest = d
		}
		i.Layers = append(i.Layers, l)
		i.Size += l.Size
	}
	if len(i.Layers) == 0 && !slices.ContainsFunc(s.diffIDs, func(d string) bool { return !isDigest(d) }) {
		for n, d := range s.diffIDs[:min(len(s.diffIDs), maxLayers)] {
			i.Layers = append(i.Layers, seaworthy.Layer{Index: n, DiffID: d})
		}
	}
	return i
}

// isDigest reports whether s is a SHA-256 digest of the OCI image specification.
func isDigest(s string) bool {
	hash, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(hash) == 64 && strings.Trim(hash, "0123456789abcdef") == ""
}
