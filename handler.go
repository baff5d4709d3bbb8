package seaworthy

import "time"

// Sink receives the results of an analyzer. The scan sorts them and passes them on to the
// [Handler], so an analyzer may report them in any order.
type Sink interface {
	Finding(*Finding) error
	Coverage(*Coverage) error
}

// Handler receives the events of one or more scans. Reports are Handlers.
//
// For each image its methods are called in this order: Provenance, Image, then Package,
// Finding and Coverage for each of these, and Verdict. All of these events are final and
// sorted. Progress is called before them, while the image is read and data is downloaded.
// The scan never makes two calls at the same time. An error ends the scan.
type Handler interface {
	Provenance(*Provenance) error
	Progress(*Progress) error
	Image(*Image) error
	Package(*Package) error
	Sink
	Verdict(*Verdict) error
}

// Provenance says which program, data and policy lead to a verdict.
type Provenance struct {
	Tool   Tool             `json:"tool"`
	Data   []DataSource     `json:"data,omitempty"`
	Policy PolicyProvenance `json:"policy"`
}

// Tool is the program that scans.
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

// PolicyProvenance identifies the policy: Source is "built-in" or the path of a file, and
// Digest is the digest of its text.
type PolicyProvenance struct {
	Source string `json:"source"`
	Digest string `json:"digest,omitempty"`
}

// Progress is the progress of one part of a scan: a layer that is read, or data that is
// downloaded. It is for display only; no report contains it.
type Progress struct {
	Stage Stage
	// Name identifies the part among those of the same stage: the digest of a layer's blob
	// or its name in an archive, or the name of the data.
	Name string
	// Read is the amount that was read so far, and Size the whole amount: in bytes, or in
	// records for StageIndex. Size is -1 if it is not known yet.
	Read, Size int64
	// Layers is the number of layers of the image, for StageLayer; 0 if it is not known yet.
	Layers int
	// Cached is true for a layer that is not read because its results are in the cache.
	Cached bool
	// Done is true in the last event of this part.
	Done bool
}

// Stage says what kind of work a [Progress] is about.
type Stage string

// The stages.
const (
	StageLayer Stage = "layer" // a layer is read
	StageFetch Stage = "fetch" // data is downloaded
	StageIndex Stage = "index" // downloaded data is written to the local database
)
