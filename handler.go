package seaworthy

import "time"

// Sink takes what an analyzer concludes. The scan sorts it and passes it on to
// the Handler, so an analyzer need not care about order.
type Sink interface {
	Finding(*Finding) error
	Coverage(*Coverage) error
}

// Handler takes the events of one or more scans. A report, the policy and the
// terminal's progress are Handlers.
//
// For each image the events come in this order: Provenance, Image, every
// Package, every Finding, every Coverage, Verdict. All of these are final and
// sorted. LayerRead events are provisional and may come at any time, before
// Image too; two calls never run at the same time. An error ends the scan.
type Handler interface {
	Provenance(*Provenance) error
	LayerRead(*LayerRead) error
	Image(*Image) error
	Package(*Package) error
	Sink
	Verdict(*Verdict) error
}

// Provenance says by what the image is judged.
type Provenance struct {
	Tool   Tool             `json:"tool"`
	Data   []DataSource     `json:"data,omitempty"`
	Policy PolicyProvenance `json:"policy"`
}

// Tool is the program that judges.
type Tool struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
}

// DataSource is a body of data used for judging, such as an advisory database.
type DataSource struct {
	Source   string     `json:"source"`
	Modified *time.Time `json:"modified,omitempty"`
	Digest   string     `json:"digest,omitempty"`
}

// PolicyProvenance is the policy used: "built-in" or a file's path, and the digest
// of its text.
type PolicyProvenance struct {
	Source string `json:"source"`
	Digest string `json:"digest,omitempty"`
}

// LayerRead tells how far the reading of one layer has come. It is for showing
// progress and takes no part in a report.
type LayerRead struct {
	// Blob tells one layer from another while they are read: a digest or a name
	// inside an archive.
	Blob string
	// Read counts the bytes of the blob read so far; Size is their number, or -1
	// where that is not known yet.
	Read, Size int64
	// Layers is the number of layers, or 0 where that is not known yet.
	Layers int
	// Cached is true if the layer needs no reading.
	Cached bool
	// Done is true on the last event of the layer.
	Done bool
}
