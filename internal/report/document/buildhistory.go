package document

import (
	"slices"
	"time"

	"seaworthy.dev/seaworthy"
)

// HistoryStep is one step of the build of an image.
type HistoryStep struct {
	// Layer is the layer that the step made, nil if it made none, or if it is not
	// known which.
	Layer *seaworthy.Layer
	// Index is the step's index in the history of the image configuration; nil for a
	// layer without a step.
	Index *int
	// Instruction is the build instruction, secrets redacted; empty where the
	// history has none.
	Instruction string
	// Created is when the step was done, as the history says.
	Created *time.Time
	// Changes is what the layer did; nil without a layer.
	Changes *HistoryChanges
}

// HistoryChanges is what a layer did to the files below it, and how much of what
// it brought no container sees.
type HistoryChanges struct {
	Added   HistoryAmount `json:"added"`
	Changed HistoryAmount `json:"changed"`
	Removed HistoryAmount `json:"removed"`
	Buried  HistoryAmount `json:"buried"`
}

// HistoryAmount is a number of files and the bytes in them.
type HistoryAmount struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// HistoryWaste is what an image holds of a path and no container sees.
type HistoryWaste struct {
	Path     string
	Versions int
	Bytes    int64
}

// BuildHistory is how an image was made, and what it holds in vain.
type BuildHistory struct {
	Steps []HistoryStep
	// Waste are the paths with most bytes that no container sees.
	Waste []HistoryWaste
}

// Found gives the findings of each step and those of none. A finding counts in
// every step in which it has a place.
func (b *BuildHistory) Found(d *Document) (perStep [][]*seaworthy.Finding, elsewhere []*seaworthy.Finding) {
	perStep = make([][]*seaworthy.Finding, len(b.Steps))
	ofLayer := make(map[int]int)
	ofStep := make(map[int]int)
	for i := range slices.Backward(b.Steps) { // the first of several alike
		s := &b.Steps[i]
		if s.Layer != nil {
			ofLayer[s.Layer.Index] = i
		}
		if s.Index != nil {
			ofStep[*s.Index] = i
		}
	}
	for _, f := range d.Findings {
		in := make(map[int]bool)
		for _, l := range f.Locations {
			i, ok := 0, false
			if l.Layer != nil {
				i, ok = ofLayer[*l.Layer]
			} else if l.Step != nil {
				i, ok = ofStep[*l.Step]
			}
			if ok && !in[i] {
				in[i] = true
				perStep[i] = append(perStep[i], f)
			}
		}
		if len(in) == 0 {
			elsewhere = append(elsewhere, f)
		}
	}
	return perStep, elsewhere
}

// Buried is what all layers hold and no container sees.
func (b *BuildHistory) Buried() (sum HistoryAmount) {
	for _, s := range b.Steps {
		if s.Changes != nil {
			sum.Files += s.Changes.Buried.Files
			sum.Bytes += s.Changes.Buried.Bytes
		}
	}
	return sum
}

// Brought is what all layers hold.
func (b *BuildHistory) Brought() (bytes int64) {
	for _, s := range b.Steps {
		if s.Layer != nil {
			bytes += s.Layer.Size
		}
	}
	return bytes
}
