// Package extract writes files from the layers of an image to a directory, including
// files that a later layer deleted or replaced.
//
// [NewPlan] takes a merged image and a [Request], and finds the layers and entries with
// the requested content. [Plan.Write] and [Plan.Copy] then read only those layers, verify
// their digests, and write the files. Nothing is written to its final place before all of
// it is verified.
//
// The image is not trusted. Everything is written below one directory, through an
// [os.Root]. Skipped and reported are devices, FIFOs, symbolic links that could lead out of
// the directory, and names that the file system refuses. Setuid, setgid and sticky bits
// are never set. An extraction over the [Limits] is refused before anything is written.
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

// Merged as [Request.Layer] selects the merged file system, as a container sees it.
const Merged = -1

// Request selects files of an image.
type Request struct {
	// Path is a file, a link, or a directory with everything below it. It is relative to
	// the root of the image; "" is the root.
	Path string
	// Layer is the index of a layer, or Merged.
	Layer int
	// AllVersions selects every version in every layer; Layer is then ignored.
	AllVersions bool
	// Limits are the limits on what is written.
	Limits Limits
}

// Limits are the limits on one extraction. The zero value of a field means its default.
type Limits struct {
	// Bytes limits the total size of the files. Default: 16 GiB.
	Bytes int64
	// Entries limits the number of files, directories and links. Default: 5,000,000.
	Entries int
}

func (l Limits) withDefaults() Limits {
	l.Bytes = cmp.Or(l.Bytes, 16<<30)
	l.Entries = cmp.Or(l.Entries, 5_000_000)
	return l
}

// Plan is the list of what an extraction will write.
type Plan struct {
	merged  *scan.Merged
	layers  []image.LayerRef
	request Request

	directories []item
	links       []item // symbolic links
	files       []item // regular files and hard links to them, sorted by layer and ordinal of the content
	skipped     skippedList
	// bodyMissing is set if the target of a hard link is in no layer.
	bodyMissing bool
	linkTarget  string
}

// item is an entry to write. It is small because there may be millions.
type item struct {
	// The layer and ordinal of the entry, and those of the entry with its content.
	layer, bodyLayer     uint16
	ordinal, bodyOrdinal uint32
	// duplicate is true if a later entry of the same layer has the same path. The entry
	// is written to a directory of its own.
	duplicate bool
}

// SkippedPath is a path that is not written.
type SkippedPath struct {
	Path   string
	Reason string // a noun phrase, such as "a fifo"
}

// skippedList has the first maxSkipped skipped paths, and the number of all.
type skippedList struct {
	list  []SkippedPath
	count int
}

// maxSkipped limits the length of a skippedList: an image may have a million devices.
const maxSkipped = 1000

func (s *skippedList) add(path, reason string) {
	if s.count++; len(s.list) < maxSkipped {
		s.list = append(s.list, SkippedPath{path, reason})
	}
}

// NewPlan returns the plan for a request. Manifest is the manifest of the merged image.
// The error is an *[Error] if the path does not exist or a limit is exceeded.
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
	if p.len() == 0 && p.skipped.count == 0 {
		return nil, p.notFound()
	}
	slices.SortFunc(p.files, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.bodyLayer, b.bodyLayer), cmp.Compare(a.bodyOrdinal, b.bodyOrdinal),
			cmp.Compare(a.layer, b.layer), cmp.Compare(a.ordinal, b.ordinal))
	})
	if n := p.size(); n > r.Limits.Bytes {
		return nil, &Error{
			Problem: TooLarge,
			Message: fmt.Sprintf("the files (%d) have %d bytes in total; the limit is %d bytes", len(p.files), n, r.Limits.Bytes),
		}
	}
	return p, nil
}

func (p *Plan) len() int { return len(p.directories) + len(p.links) + len(p.files) }

// size returns the number of bytes to write. Hard links to each other count once. It
// returns the largest int64 if the sum overflows.
func (p *Plan) size() (n int64) {
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

// sameFile reports whether two items are written as hard links to each other.
func sameFile(a, b item) bool {
	return a.bodyLayer == b.bodyLayer && a.bodyOrdinal == b.bodyOrdinal && a.layer == b.layer && !a.duplicate && !b.duplicate
}

// selectLive adds what a container sees at the path. If the path is a symbolic link, it
// adds the target.
func (p *Plan) selectLive() error {
	at, ok := p.merged.Lookup(p.request.Path)
	if ok && at.Type == seaworthy.Symlink {
		if at, ok = p.merged.Resolve(p.request.Path); !ok {
			link, _ := p.merged.Lookup(p.request.Path)
			return &Error{Problem: DanglingLink, Message: fmt.Sprintf("%s is a link to %s, which does not exist in the image", printable(p.request.Path), printable(link.Link))}
		}
		p.linkTarget = at.Path
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

// selectLayers adds the entries at and below the path in a range of layers.
func (p *Plan) selectLayers(first, last int) error {
	under := []string{p.request.Path}
	if at, ok := p.merged.Lookup(p.request.Path); ok && at.Path != p.request.Path {
		under = append(under, at.Path) // the path contains a symbolic link
	}
	for _, dir := range under {
		for l := first; l <= last; l++ {
			for e := range p.entries(l) {
				if !isUnder(e.Path, dir) {
					continue
				}
				duplicate := e.RemovedIn != nil && *e.RemovedIn == l
				if duplicate && (!p.request.AllVersions || e.Type == seaworthy.Directory) {
					continue
				}
				if err := p.add(&e, duplicate); err != nil {
					return err
				}
			}
		}
		if p.len() > 0 || p.skipped.count > 0 {
			return nil
		}
	}
	return nil
}

// entries yields the entries of a layer, in the order of its tar.
func (p *Plan) entries(layer int) func(yield func(seaworthy.Entry) bool) {
	return func(yield func(seaworthy.Entry) bool) {
		for ordinal := range p.merged.Table(layer).Len() {
			if e, ok := p.merged.At(layer, ordinal); ok && !yield(e) {
				return
			}
		}
	}
}

// add adds an entry, or records why it is skipped.
func (p *Plan) add(e *seaworthy.Entry, duplicate bool) error {
	body := *e
	if e.Type == seaworthy.Hardlink {
		var ok bool
		if body, ok = p.merged.At(e.BodyLayer, e.BodyOrdinal); !ok {
			p.bodyMissing = true
			p.skipped.add(e.Path, "a hard link to "+printable(e.Link)+", which does not exist")
			return nil
		}
	}
	it := item{
		layer: uint16(e.Layer), ordinal: uint32(e.Ordinal),
		bodyLayer: uint16(body.Layer), bodyOrdinal: uint32(body.Ordinal),
		duplicate: duplicate,
	}
	switch body.Type {
	case seaworthy.Regular:
		p.files = append(p.files, it)
	case seaworthy.Directory:
		p.directories = append(p.directories, it)
	case seaworthy.Symlink:
		if _, ok := safeTarget(e.Path, body.Link); !ok {
			p.skipped.add(e.Path, "a link to "+printable(body.Link)+", which could lead out of the directory")
			return nil
		}
		p.links = append(p.links, it)
	default:
		p.skipped.add(e.Path, "a "+body.Type.String())
	}
	if limit := p.request.Limits.Entries; p.len() > limit {
		return &Error{
			Problem: TooMany,
			Message: fmt.Sprintf("too many files, directories and links; the limit is %d", limit),
		}
	}
	return nil
}

// Single returns the entry to write if the plan has one file and nothing else.
func (p *Plan) Single() (seaworthy.Entry, bool) {
	if len(p.files) != 1 || p.len() != 1 || p.skipped.count > 0 {
		return seaworthy.Entry{}, false
	}
	e, _ := p.merged.At(int(p.files[0].layer), int(p.files[0].ordinal))
	return e, true
}

// Len returns the number of files, directories and links to write.
func (p *Plan) Len() int { return p.len() }

// LinkTarget returns the target of the requested path if that is a symbolic link, else "".
func (p *Plan) LinkTarget() string { return p.linkTarget }

// Skipped returns the first paths that Write will skip, and the number of all. Write may
// skip more, if the file system refuses a name.
func (p *Plan) Skipped() ([]SkippedPath, int) { return p.skipped.list, p.skipped.count }

// IsComplete reports whether the image has the content of all selected files. If the plan
// was made for a [SingleLayer] source, a hard link may need another layer.
func (p *Plan) IsComplete() bool {
	return !p.bodyMissing
}

// safeTarget returns a relative target for a symbolic link at path, which leads to the same
// file if the image's root is a directory. It reports false if the link could lead out of
// that directory: a target with ".." after another element could do so by way of another
// link. All other targets are safe, by induction: they are resolved from a real directory
// below the root and go up at most to the root, so no chain of them leads out.
func safeTarget(path, target string) (string, bool) {
	depth := strings.Count(path, "/")
	rest := target
	up := 0
	if strings.HasPrefix(target, "/") {
		up = depth // absolute means from the root of the image
	}
	for leading := true; leading; {
		rest = strings.TrimLeft(rest, "/")
		element, after, _ := strings.Cut(rest, "/")
		switch element {
		case "..":
			up = min(up+1, depth) // the parent of the root is the root
		case ".":
		default:
			leading = false
			continue
		}
		rest = after
	}
	if slices.Contains(strings.Split(rest, "/"), "..") || runtime.GOOS == "windows" && strings.ContainsAny(rest, `\:`) {
		return "", false
	}
	return cmp.Or(strings.TrimSuffix(strings.Repeat("../", up)+rest, "/"), "."), target != ""
}

// isUnder reports whether p is dir or below it.
func isUnder(p, dir string) bool {
	return dir == "" || p == dir || strings.HasPrefix(p, dir) && p[len(dir)] == '/'
}
