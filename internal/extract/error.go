package extract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Error is returned if a request cannot be fulfilled. It has no hint: the caller knows how
// its user sets limits and options.
type Error struct {
	Problem Problem
	Message string
	// Layers are the layers that have the path, for NotFound.
	Layers []int
}

// Problem is the kind of an [Error].
type Problem int

// The kinds of errors.
const (
	NotFound          Problem = iota // the path is not in the selected layer or image
	DanglingLink                     // the path is a symbolic link whose target does not exist
	TooLarge                         // the total size exceeds Limits.Bytes
	TooMany                          // the number of entries exceeds Limits.Entries
	TargetIsDirectory                // a file would replace a directory
	TargetExists                     // a file exists, and Options.Force is not set
)

// Error implements [error].
func (e *Error) Error() string { return e.Message }

// notFound returns the error for a path that is not in the selected layer. It says which
// layers have the path.
func (p *Plan) notFound() error {
	path, layer := printable(p.request.Path), p.request.Layer
	added, deleted := p.layersWithPath()
	e := &Error{Problem: NotFound, Layers: added}
	switch {
	case len(added) == 0:
		e.Message = fmt.Sprintf("%s is not in any layer", path)
	case layer == Merged:
		e.Message = fmt.Sprintf("%s is not in the file system of the container: %s added it", path, layerNames(added))
		if len(deleted) > 0 {
			e.Message += fmt.Sprintf(", %s deleted it", layerNames(deleted))
		}
	case slices.Contains(deleted, layer):
		e.Message = fmt.Sprintf("%s is not in layer %d, which deletes it: %s added it", path, layer, layerNames(added))
	default:
		e.Message = fmt.Sprintf("%s is not in layer %d: %s added it", path, layer, layerNames(added))
	}
	return e
}

// layersWithPath returns the layers that have the path or something below it, and the
// layers that only delete it.
func (p *Plan) layersWithPath() (added, deleted []int) {
	layers := len(p.merged.Image().Layers)
	deletes := make([]bool, layers)
	for l := range layers {
		has := false
		for e := range p.entries(l) {
			if !isUnder(e.Path, p.request.Path) {
				continue
			}
			has = true
			if e.RemovedIn != nil {
				deletes[*e.RemovedIn] = true
			}
		}
		if has {
			added = append(added, l)
			deletes[l] = false
		}
	}
	for l, d := range deletes {
		if d {
			deleted = append(deleted, l)
		}
	}
	return added, deleted
}

// layerNames returns the layers for a message, "layers 0 and 2". It names the first eight.
func layerNames(layers []int) string {
	const limit = 8
	var names []string
	for _, l := range layers[:min(len(layers), limit)] {
		names = append(names, strconv.Itoa(l))
	}
	switch n := len(names); {
	case len(layers) > limit:
		return fmt.Sprintf("layers %s and %d more", strings.Join(names, ", "), len(layers)-limit)
	case n == 1:
		return "layer " + names[0]
	default:
		return fmt.Sprintf("layers %s and %s", strings.Join(names[:n-1], ", "), names[n-1])
	}
}

// printable returns a path on one line: control characters and invalid UTF-8 are escaped.
func printable(p string) string {
	q := strconv.Quote(p)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
