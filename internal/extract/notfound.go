package extract

import (
	"fmt"
	"strconv"
	"strings"
)

// Error is an extraction that cannot be done.
type Error struct {
	Problem Problem
	Message string
	// Layers are those that hold the path, for NotFound.
	Layers []int
}

// Problem is why an extraction cannot be done.
type Problem int

// The problems.
const (
	NotFound          Problem = iota // the path is not in the layer or image that was named
	DanglingLink                     // the path is a link that leads nowhere
	TooLarge                         // the files are larger than Limits.Bytes
	TooMany                          // there are more entries than Limits.Entries
	TargetIsDirectory                // a file would have to replace a directory
	TargetExists                     // a file is there already, and Options.Force is not set
)

// Error implements [error].
func (e *Error) Error() string { return e.Message }

// notFound says of the path that was asked for where it is instead.
func (p *Plan) notFound() error {
	path, layer := printable(p.request.Path), p.request.Layer
	brought, removed := p.holders()
	e := &Error{Problem: NotFound, Layers: brought}
	switch {
	case len(brought) == 0:
		e.Message = fmt.Sprintf("there is no %s in any layer", path)
		return e
	case layer == Merged:
		e.Message = fmt.Sprintf("%s is not in the image as a container sees it: %s brought it", path, layerNames(brought))
		if len(removed) > 0 {
			e.Message += fmt.Sprintf(", %s removed it", layerNames(removed))
		}
	default:
		e.Message = fmt.Sprintf("layer %d has no %s: %s brought it", layer, path, layerNames(brought))
		for _, r := range removed {
			if r == layer {
				e.Message = fmt.Sprintf("layer %d has no %s but removed it: %s brought it", layer, path, layerNames(brought))
			}
		}
	}
	return e
}

// holders gives the layers that brought the path or something below it, and those
// that removed any of that without bringing it anew.
func (p *Plan) holders() (brought, removed []int) {
	layers := len(p.merged.Image().Layers)
	removes := make([]bool, layers)
	for l := range layers {
		has := false
		for e := range p.entries(l) {
			if !isUnder(e.Path, p.request.Path) {
				continue
			}
			has = true
			if e.RemovedIn != nil {
				removes[*e.RemovedIn] = true
			}
		}
		if has {
			brought = append(brought, l)
			removes[l] = false
		}
	}
	for l, r := range removes {
		if r {
			removed = append(removed, l)
		}
	}
	return brought, removed
}

// layerNames names layers in a sentence, the first few of many.
func layerNames(layers []int) string {
	const most = 8
	var names []string
	for _, l := range layers[:min(len(layers), most)] {
		names = append(names, strconv.Itoa(l))
	}
	switch n := len(names); {
	case len(layers) > most:
		return fmt.Sprintf("layers %s and %d more", strings.Join(names, ", "), len(layers)-most)
	case n == 1:
		return "layer " + names[0]
	default:
		return fmt.Sprintf("layers %s and %s", strings.Join(names[:n-1], ", "), names[n-1])
	}
}

// printable shows a path of any bytes on one line.
func printable(p string) string {
	q := strconv.Quote(p)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
