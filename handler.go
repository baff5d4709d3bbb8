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
// sorted. Progress events come before them, from the opening of the image on. Two
// calls never run at the same time. An error ends the scan.
type Handler interface {
	Provenance(*Provenance) error
	Progress(*Progress) error
	Image(*Image) error
	Package(*Package) error
	Sink
	Verdict(*Verdict) error
}

// Provenance names the program, the data and the policy that lead to a verdict.
type Provenance struct {
	Tool   Tool             `json:"tool"`
	Data   []DataSource     `json:"data,omitempty"`
	Policy PolicyProvenance `json:"policy"`
}

// Tool is the program that checks.
type Tool struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
}

// DataSource is data that an image was checked against, such as an advisory database.
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

// Progress says how far one piece of a scan's work has come: a layer that is read,
// or data that is fetched to check the image against. It is for display and takes
// no part in a report.
type Progress struct {
	Stage Stage
	// Name identifies the piece of work among those of the same stage: the digest
	// of a layer's blob or its name inside an archive, or the name of the data.
	Name string
	// Read is how much was read so far, and Size how much there is: bytes, or
	// records for StageIndex. Size is -1 where it is not known yet.
	Read, Size int64
	// Layers is the number of layers, for StageLayer; 0 where it is not known yet.
	Layers int
	// Cached is true for a layer that need not be read.
	Cached bool
	// Done is true on the last event of this piece of work.
	Done bool
}

// Stage is the kind of work that a [Progress] is about.
type Stage string

// The stages.
const (
	StageLayer Stage = "layer" // a layer is read
	StageFetch Stage = "fetch" // data is downloaded
	StageIndex Stage = "index" // downloaded data is taken into the local database
)
