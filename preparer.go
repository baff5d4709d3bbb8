package seaworthy

import (
	"context"
	"time"
)

// Preparer is an analyzer that checks an image against data from outside the image,
// such as advisories. Once the layers are merged, the scan asks every Preparer what
// it needs, brings all of that up to date together, hands it over, and then runs
// what Prepare returned.
//
// One Preparer serves any number of images at the same time: what belongs to one
// image is in its [Prepared].
type Preparer interface {
	Analyzer
	// Risk is the risk that the analyzer checks.
	Risk() Risk
	// Needs names the data for an image: ecosystems of advisories, as OSV names
	// them and without a release, such as "Debian" or "npm". What goes with them
	// (known exploited vulnerabilities, EPSS scores, ends of support) need not be
	// named.
	Needs(Merged) []string
	// Prepare opens the data for an image.
	Prepare(context.Context, Merged, Data) (Prepared, error)
}

// Prepared is an analyzer with its data, for one image.
type Prepared interface {
	// Sources names the data that is used, for the report.
	Sources() []DataSource
	// Image reports findings and coverage to the sink, as that of an [ImageAnalyzer].
	Image(context.Context, Merged, Sink) error
	// Close releases the data.
	Close() error
}

// Data is the data that a scan has to check an image against.
type Data struct {
	// Dir is the directory of the local advisory database.
	Dir string
	// Unavailable says, by name, why data could not be fetched or brought up to date.
	Unavailable map[string]error
	// Now is the time at which the image is checked.
	Now time.Time
	// MaxAge is the age from which data is too old; 0 means no limit.
	MaxAge time.Duration
}

// PackagesOnly is implemented by an [ImageAnalyzer] or [Preparer] that may need
// nothing of an image but [Merged.Packages] and [Merged.InventoryGaps]. While
// PackagesOnly is true it also checks an SBOM, which has no files.
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
