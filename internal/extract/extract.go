// Package extract gets files out of the layers of an image, those among them that
// no container sees any more, and writes them where they can do no harm: below one
// directory, which nothing that an image says can lead out of.
//
// An extraction is planned from the merged image, which knows where every version
// of every file is; then only the layers that hold a wanted body are read, and
// verified. Nothing is in its place before all of it is verified.
package extract

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/scan"
)

// Merged is the [Request.Layer] for the file system that a container sees.
const Merged = -1

// Request says what to get out of an image.
type Request struct {
	// Path is a file, a link or a directory with all below it, from the root and
	// without a slash before it; "" is the root.
	Path string
	// Layer is the index of the layer whose version is asked for, or Merged.
	Layer int
	// AllVersions asks for every version that any layer has.
	AllVersions bool
	// Limits bound what may be written.
	Limits Limits
}

// Limits bounds an extraction. The zero value of a field means its default.
type Limits struct {
	// Bytes bounds the sum of the files' lengths. Default: 16 GiB.
	Bytes int64
	// Entries bounds the number of files, directories and links. Default: 5,000,000.
	Entries int
}

func (l Limits) withDefaults() Limits {
	l.Bytes = cmp.Or(l.Bytes, 16<<30)
	l.Entries = cmp.Or(l.Entries, 5_000_000)
	return l
}

// Plan is an extraction that was not carried out yet.
type Plan struct {
	merged  *scan.Merged
	layers  []image.LayerRef
	request Request

	directories []item
	links       []item // symbolic links
	files       []item // regular files and hard links to them, sorted by body
	bytes       int64
	leftOut     notes
	// bodyMissing is set if a hard link leads to a file that is in no layer.
	bodyMissing bool
	ledTo       string
}

// item is an entry that is to be written. It is small, since there may be millions.
type item struct {
	layer, bodyLayer     uint16
	ordinal, bodyOrdinal uint32
	// again is true for an entry whose path a later entry of the same layer has
	// too; it gets a directory of its own.
	again bool
}

// Note says of a path why it is not written.
type Note struct {
	Path, Why string
}

// notes are the first of them, and the number of all.
type notes struct {
	list  []Note
	count int
}

// maxNotes bounds the notes that are kept: an image may have a million devices.
const maxNotes = 1000

func (n *notes) add(path, why string) {
	if n.count++; len(n.list) < maxNotes {
		n.list = append(n.list, Note{path, why})
	}
}

// NewPlan plans an extraction from an image, whose manifest names its layers. A
// path that is not there is an error that says which layers have it.
func NewPlan(m *scan.Merged, manifest image.Manifest, r Request) (*Plan, error) {
	r.Limits = r.Limits.withDefaults()
	p := &Plan{merged: m, layers: manifest.Layers, request: r}
	var err error
	switch {
	case r.AllVersions:
		err = p.selectLayers(0, len(m.Image().Layers)-1)
	case r.Layer == Merged:
		err = p.selectLive()
	default:
		err = p.selectLayers(r.Layer, r.Layer)
	}
	if err != nil {
		return nil, err
	}
	if p.len() == 0 && p.leftOut.count == 0 {
		return nil, p.notFound()
	}
	slices.SortFunc(p.files, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.bodyLayer, b.bodyLayer), cmp.Compare(a.bodyOrdinal, b.bodyOrdinal),
			cmp.Compare(a.layer, b.layer), cmp.Compare(a.ordinal, b.ordinal))
	})
	if p.bytes = p.sum(); p.bytes > r.Limits.Bytes {
		return nil, &Error{
			Problem: TooLarge,
			Message: fmt.Sprintf("%d files of %d bytes in all, where %d bytes may be written", len(p.files), p.bytes, r.Limits.Bytes),
		}
	}
	return p, nil
}

func (p *Plan) len() int { return len(p.directories) + len(p.links) + len(p.files) }

// sum is the number of bytes to be written: hard links below the same directory
// share theirs.
func (p *Plan) sum() (n int64) {
	for i, it := range p.files {
		if i > 0 && sameFile(p.files[i-1], it) {
			continue
		}
		body, _ := p.merged.At(int(it.bodyLayer), int(it.bodyOrdinal))
		if n += body.Size; n < 0 {
			return 1<<63 - 1
		}
	}
	return n
}

// sameFile is true for two items that are hard links to each other below the same
// directory.
func sameFile(a, b item) bool {
	return a.bodyLayer == b.bodyLayer && a.bodyOrdinal == b.bodyOrdinal && a.layer == b.layer && !a.again && !b.again
}

// selectLive plans for what a container sees. Where the path is a link, it is what
// that leads to.
func (p *Plan) selectLive() error {
	at, ok := p.merged.Lookup(p.request.Path)
	if ok && at.Type == seaworthy.Symlink {
		if at, ok = p.merged.Resolve(p.request.Path); !ok {
			link, _ := p.merged.Lookup(p.request.Path)
			return &Error{Problem: DanglingLink, Message: fmt.Sprintf("%s is a link to %s, which leads nowhere in the image", printable(p.request.Path), printable(link.Link))}
		}
		p.ledTo = at.Path
	}
	switch {
	case !ok:
		return nil
	case at.Type != seaworthy.Directory:
		return p.add(&at, false)
	case at.Layer >= 0:
		if err := p.add(&at, false); err != nil {
			return err
		}
	}
	for e := range p.merged.Live() {
		if e.Layer >= 0 && e.Path != at.Path && isUnder(e.Path, at.Path) {
			if err := p.add(&e, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// selectLayers plans for what a range of layers brought.
func (p *Plan) selectLayers(first, last int) error {
	under := []string{p.request.Path}
	if at, ok := p.merged.Lookup(p.request.Path); ok && at.Path != p.request.Path {
		under = append(under, at.Path) // the path leads through a link
	}
	for _, dir := range under {
		for l := first; l <= last; l++ {
			for e := range p.entries(l) {
				if !isUnder(e.Path, dir) {
					continue
				}
				again := e.RemovedIn != nil && *e.RemovedIn == l
				if again && (!p.request.AllVersions || e.Type == seaworthy.Directory) {
					continue
				}
				if err := p.add(&e, again); err != nil {
					return err
				}
			}
		}
		if p.len() > 0 || p.leftOut.count > 0 {
			return nil
		}
	}
	return nil
}

// entries yields what a layer brought, in its order.
func (p *Plan) entries(layer int) func(yield func(seaworthy.Entry) bool) {
	return func(yield func(seaworthy.Entry) bool) {
		for ordinal := range p.merged.Table(layer).Len() {
			if e, ok := p.merged.At(layer, ordinal); ok && !yield(e) {
				return
			}
		}
	}
}

func (p *Plan) add(e *seaworthy.Entry, again bool) error {
	body := *e
	if e.Type == seaworthy.Hardlink {
		var ok bool
		if body, ok = p.merged.At(e.BodyLayer, e.BodyOrdinal); !ok {
			p.bodyMissing = true
			p.leftOut.add(e.Path, "a hard link to "+printable(e.Link)+", which is not there")
			return nil
		}
	}
	it := item{
		layer: uint16(e.Layer), ordinal: uint32(e.Ordinal),
		bodyLayer: uint16(body.Layer), bodyOrdinal: uint32(body.Ordinal),
		again: again,
	}
	switch body.Type {
	case seaworthy.Regular:
		p.files = append(p.files, it)
	case seaworthy.Directory:
		p.directories = append(p.directories, it)
	case seaworthy.Symlink:
		if _, ok := safeTarget(e.Path, body.Link); !ok {
			p.leftOut.add(e.Path, "a link to "+printable(body.Link)+", which could lead out of the directory")
			return nil
		}
		p.links = append(p.links, it)
	default:
		p.leftOut.add(e.Path, "a "+body.Type.String())
	}
	if most := p.request.Limits.Entries; p.len() > most {
		return &Error{
			Problem: TooMany,
			Message: fmt.Sprintf("more than %d files, directories and links", most),
		}
	}
	return nil
}

// Single gives the entry if what is asked for is one file and nothing else.
func (p *Plan) Single() (seaworthy.Entry, bool) {
	if len(p.files) != 1 || p.len() != 1 || p.leftOut.count > 0 {
		return seaworthy.Entry{}, false
	}
	e, _ := p.merged.At(int(p.files[0].layer), int(p.files[0].ordinal))
	return e, true
}

// Len is the number of files, directories and links that are to be written.
func (p *Plan) Len() int { return p.len() }

// LedTo is where the path led as a link, "" if it is none.
func (p *Plan) LedTo() string { return p.ledTo }

// LeftOut says what is not written so far as is known before writing.
func (p *Plan) LeftOut() ([]Note, int) { return p.leftOut.list, p.leftOut.count }

// Complete is false if something is asked for whose body is in no layer of the
// image that was planned from, which may be an image cut down to one layer.
func (p *Plan) Complete() bool {
	return !p.bodyMissing
}

// safeTarget gives the target of a symbolic link in a form that leads to the same
// file below the directory that stands in for the image's root. A target that
// goes up anywhere but at its start could lead out by way of another link, so it
// has none. For all others, by induction, no chain of links leads out: each starts
// below the directory in a real directory, and goes up at most to the top of it.
func safeTarget(path, target string) (string, bool) {
	depth := strings.Count(path, "/")
	rest := target
	up := 0
	if strings.HasPrefix(target, "/") {
		up = depth // from the root, as an image means it
	}
	for climbing := true; climbing; {
		rest = strings.TrimLeft(rest, "/")
		element, after, _ := strings.Cut(rest, "/")
		switch element {
		case "..":
			up = min(up+1, depth) // the root is its own parent
		case ".":
		default:
			climbing = false
			continue
		}
		rest = after
	}
	if slices.Contains(strings.Split(rest, "/"), "..") || runtime.GOOS == "windows" && strings.ContainsAny(rest, `\:`) {
		return "", false
	}
	return cmp.Or(strings.TrimSuffix(strings.Repeat("../", up)+rest, "/"), "."), target != ""
}

func isUnder(p, dir string) bool {
	return dir == "" || p == dir || strings.HasPrefix(p, dir) && p[len(dir)] == '/'
}
