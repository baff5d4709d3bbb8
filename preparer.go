package seaworthy

import (
	"context"
	"time"
)

// Preparer is an analyzer that needs data from outside the image, such as advisories.
// When the layers are merged, the scan calls Needs of every Preparer, downloads the data
// that is missing or old, calls Prepare, and then calls Image of what Prepare returned.
//
// The scanner may use one Preparer for several images at the same time. What belongs to
// one image is in its [Prepared].
type Preparer interface {
	Analyzer
	// Risk returns the risk that the analyzer checks.
	Risk() Risk
	// Needs returns the ecosystems whose advisories are needed for an image, as OSV names
	// them and without a release: "Debian", "npm". The data that belongs to advisories
	// (known exploited vulnerabilities, EPSS scores, end-of-life dates) is not listed.
	Needs(Merged) []string
	// Prepare opens the data for an image.
	Prepare(context.Context, Merged, Data) (Prepared, error)
}

// Prepared is an analyzer with its data, for one image.
type Prepared interface {
	// Sources returns the data that is used, for the report.
	Sources() []DataSource
	// Image reports findings and coverage to the sink, as [ImageAnalyzer] does.
	Image(context.Context, Merged, Sink) error
	// Close releases the data.
	Close() error
}

// Data says where the data is that [Preparer.Needs] asked for.
type Data struct {
	// Dir is the directory of the local advisory database.
	Dir string
	// Unavailable has the errors of the data that could not be downloaded or updated, by
	// name.
	Unavailable map[string]error
	// Now is the time of the scan.
	Now time.Time
	// MaxAge is the maximum age of data; 0 means no limit. Older data is used, and reported
	// as outdated.
	MaxAge time.Duration
}

// PackagesOnly is implemented by an [ImageAnalyzer] or [Preparer] that can check an SBOM,
// which has no files. If PackagesOnly returns true, the analyzer uses only
// [Merged.Packages] and [Merged.InventoryGaps], and it is run for SBOMs too.
type PackagesOnly interface{ PackagesOnly() bool }

// NopHandler is a [Handler] that ignores every event. Embed it to handle only some.
type NopHandler struct{}

var _ Handler = NopHandler{}

// Provenance implements [Handler].
func (NopHandler) Provenance(*Provenance) error { return nil }

// Progress implements [Handler].
func (NopHandler) Progress(*Progress) error { return nil }

// Image implements [Handler].
func (NopHandler) Image(*Image) error { return nil }

// Package implements [Handler].
func (NopHandler) Package(*Package) error { return nil }

// Finding implements [Sink].
func (NopHandler) Finding(*Finding) error { return nil }

// Coverage implements [Sink].
func (NopHandler) Coverage(*Coverage) error { return nil }

// Verdict implements [Handler].
func (NopHandler) Verdict(*Verdict) error { return nil }
