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
	// own is true if this program wrote the SBOM: its facts complete the package URLs.
	own   bool
	image subject
	// release is the distribution in the SBOM, nil if at most the package URLs name it.
	release *inventory.Release
	items   []item
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
	a := &assembler{listing: b, image: d.Image, unknown: make(map[string]int), reasons: make(map[string]string), known: make(map[key]*seaworthy.Package)}
	a.findRelease()
	if a.release != nil {
		d.Image.OS = a.release.OS()
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
	system   int // packages of operating systems
	// unknown counts packages without ecosystem, by type; reasons says why.
	unknown map[string]int
	reasons map[string]string
	invalid []string // invalid package URLs
}

// findRelease takes the distribution from the package URLs if the SBOM does not name it
// elsewhere.
func (a *assembler) findRelease() {
	for i := 0; a.release == nil && i < len(a.items); i++ {
		if u, err := purl.Parse(a.items[i].purl); err == nil {
			a.release = inventory.ReleaseFromURL(&u)
		}
	}
}

// add converts an item to a package. If the SBOM lists a package several times, it is one
// with several locations.
func (a *assembler) add(it *item) *seaworthy.Package {
	p := a.describe(it)
	k := key{p.PURL, p.Name, p.Version, p.Modularity, p.OwnedBy, it.facts["byText"]}
	first, ok := a.known[k]
	if !ok || a.own {
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
	p.Version = cmp.Or(p.Version, it.version)
	if strings.EqualFold(p.Name, it.name) || a.own {
		p.Name = it.name // the purl may have it in lower case
	}
	if a.own {
		p.Version = it.version
	}
	p.Modularity = cmp.Or(it.facts["modularity"], it.modularity, p.Modularity)
	if name := cmp.Or(it.facts["source:name"], it.sourceName); name != "" {
		p.SourceName, p.SourceVersion = name, cmp.Or(it.facts["source:version"], it.sourceVersion)
	} else if a.own {
		p.SourceName, p.SourceVersion = "", ""
	}
	out := &seaworthy.Package{
		Name: p.Name, Version: p.Version, Arch: p.Arch, Ecosystem: a.ecosystem(&p, it), PURL: p.PURL(a.release),
		Modularity: p.Modularity, ByText: it.facts["byText"] == "true", OwnedBy: it.facts["ownedBy"], Vendor: it.facts["vendor"],
		Licenses: a.licenses.Expressions(it.licenses), Locations: a.locations(it),
	}
	if p.SourceName != "" {
		out.Source = &seaworthy.SourcePackage{Name: p.SourceName, Version: p.SourceVersion}
	}
	return out
}

// ecosystem returns the ecosystem of the package. If there is none, it records the reason.
func (a *assembler) ecosystem(p *inventory.Package, it *item) seaworthy.Ecosystem {
	if !p.IsSystem() {
		if e, ok := it.facts["ecosystem"]; ok {
			return seaworthy.ParseEcosystem(e)
		}
		return inventory.LanguageEcosystem(p.Type)
	}
	a.system++
	if a.own {
		// If there is none, it is among the gaps of the SBOM.
		return seaworthy.ParseEcosystem(it.facts["ecosystem"])
	}
	if a.release == nil {
		return seaworthy.Ecosystem{}
	}
	e, reason := a.release.Ecosystem(p.Type)
	if e.IsZero() {
		a.unknown[p.Type]++
		a.reasons[p.Type] = reason
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
	if a.own {
		return all
	}
	if a.partial {
		add("SBOM", seaworthy.Partial, seaworthy.CodeIncompleteSBOM, "The SBOM declares itself incomplete.")
	}
	if len(a.packages) == 0 {
		add("SBOM", seaworthy.NotChecked, seaworthy.CodeIncompleteSBOM, "The SBOM lists no packages.")
	}
	if a.release == nil && a.system > 0 {
		add("distribution", seaworthy.NotChecked, seaworthy.CodeUnknownDistribution, fmt.Sprintf("The SBOM names no distribution, so it is not known which advisories are for its %d packages.", a.system))
	}
	for _, kind := range slices.Sorted(maps.Keys(a.unknown)) {
		add(plural(a.unknown[kind], "package")+" of type "+kind, seaworthy.NotChecked, seaworthy.CodeNoAdvisorySource, a.reasons[kind])
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
