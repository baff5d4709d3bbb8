// Package scanner scans container images. The command line of Seaworthy uses it, and other
// programs can use it too.
//
// A [Scanner] is configured once, with [New], and then scans any number of images,
// also at the same time. A reference names an image in a registry, in the Docker
// daemon, in an archive, in an OCI layout or in a directory, an SBOM, or the report
// of an earlier scan. [Scanner.Scan] reads it, brings the advisories that its
// packages need up to date, checks it for the risks of NIST SP 800-190 §3.1, hands
// every result to a [seaworthy.Handler] and returns the verdict of the policy.
//
// A report is a Handler too: see [NewReport]. Further analyzers are passed in
// [Options.Analyzers].
//
// The package has no default directories and reads no environment variable: its caller
// says where data is kept. Only the network is as in other programs: connections go
// through the proxy that HTTPS_PROXY names, and registries get the credentials of the
// Docker configuration.
package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/policy"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/vex"
)

// Options configure a [Scanner]. The zero value scans for every risk that has an
// analyzer, without a cache; only Data.Dir or CacheDir must be set, unless
// vulnerabilities are not among the risks.
type Options struct {
	// Tool is the program that scans, as reports name it.
	Tool seaworthy.Tool

	// CacheDir is the directory of the layer cache, so that no layer is read twice; ""
	// for no cache. A cache that cannot be used is logged, and the scan
	// goes on without it.
	CacheDir string
	// Data says which advisories packages are matched with.
	Data Data

	// Risks are the risks that the built-in analyzers check: nil means all of
	// [Risks], an empty list none.
	Risks []seaworthy.Risk
	// Analyzers run in addition to the built-in ones.
	Analyzers []seaworthy.Analyzer
	// Secrets says how to search for secrets.
	Secrets Secrets

	// Policy says what fails an image.
	Policy Policy
	// VEX says which statements on vulnerabilities count.
	VEX VEX
	// Base is the reference of the base image of the scanned images; "" to detect it
	// from their history and labels.
	Base string

	// Source says how images are found and opened.
	Source Source
	// LayerLimits limit each layer.
	LayerLimits LayerLimits
	// Limits limit what all scans of the process use together. Scanners share them if
	// they have the same Limits; nil means that the Scanner has its own.
	Limits *Limits
	// TempDir is the directory for temporary files; "" means the system's.
	TempDir string

	// Now gives the time; nil means [time.Now].
	Now func() time.Time
	// Log receives what may help to understand a result; nil means nothing is logged.
	Log *slog.Logger
	// Names are what the program calls its settings.
	Names Names
}

// VEX says which statements on vulnerabilities (Vulnerability Exploitability
// eXchange) count. No signature is verified.
type VEX struct {
	// Files are documents: OpenVEX, CSAF or CycloneDX.
	Files []string
	// Attached includes the documents attached to the image in its registry.
	Attached bool
}

// Names are the names of settings that users of the program know, such as names of flags.
// They appear in reasons and details. A setting without a name is described.
type Names struct {
	Risks, FailOn, IgnoreUnfixed, IgnoreBase, Base, MaxDataAge string
}

// OptionError is returned for an option that cannot be used.
type OptionError struct {
	// Option is the name of the field of [Options], such as "Base" or "VEX.Files".
	Option string
	Err    error
}

// Error implements [error].
func (e *OptionError) Error() string { return e.Option + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *OptionError) Unwrap() error { return e.Err }

// ErrNoDataDir is the reason of an [OptionError] if vulnerabilities are to be checked
// and no directory is named for advisories.
var ErrNoDataDir = errors.New("no directory for advisories is set")

// Scanner scans images. It is safe for concurrent use.
type Scanner struct {
	opt       Options
	cache     *scan.Cache
	analyzers []seaworthy.Analyzer
	// risks count in the verdict: those that are requested and have an analyzer.
	risks      []seaworthy.Risk
	data       *dataStore
	policy     *policy.Policy
	policyOpt  policy.Options
	statements []*vex.Document
	limits     *Limits
}

// New returns a Scanner. It reads the files that the options name.
func New(opt Options) (*Scanner, error) {
	opt.Analyzers, opt.Risks = slices.Clone(opt.Analyzers), slices.Clone(opt.Risks)
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	opt.LayerLimits = opt.LayerLimits.withDefaults()
	s := &Scanner{opt: opt, limits: opt.Limits}
	if s.limits == nil {
		s.limits = NewLimits(LimitOptions{})
	}
	if opt.CacheDir != "" {
		var err error
		if s.cache, err = scan.OpenCache(opt.CacheDir, opt.Log); err != nil {
			opt.Log.Warn("the scan continues without a cache", "error", err)
		}
	}
	if err := s.openAnalyzers(); err != nil {
		return nil, err
	}
	if err := s.loadPolicy(); err != nil {
		return nil, err
	}
	for _, path := range opt.VEX.Files {
		d, err := vex.Load(path)
		if err != nil {
			return nil, &OptionError{"VEX.Files", err}
		}
		s.statements = append(s.statements, d)
	}
	var err error
	s.data, err = newDataStore(&s.opt)
	return s, err
}

// Scan scans the images that a reference stands for: one, or several where the
// platform is [AllPlatforms] or a document describes several. The handler gets the
// events of one image after the other, each with its own verdict.
//
// The verdict that Scan returns is the worst one: fail before indeterminate before
// pass. Of several images it has the reasons of all that have this verdict, each
// after the reference of its image. An error means that not all of the images were
// scanned; those before it were, and the verdict is theirs.
func (s *Scanner) Scan(ctx context.Context, reference string, h seaworthy.Handler) (seaworthy.Verdict, error) {
	var all []imageVerdict
	for img, err := range s.Images(ctx, reference, h) {
		if err != nil {
			return worst(all), err
		}
		v, err := img.Check(ctx, h)
		if err != nil {
			return worst(all), err
		}
		all = append(all, imageVerdict{img.merged.Image().Reference, v})
	}
	return worst(all), nil
}

// imageVerdict is the verdict on one of several images.
type imageVerdict struct {
	reference string
	seaworthy.Verdict
}

// worst returns the verdict on several images together. It is indeterminate for none.
func worst(all []imageVerdict) seaworthy.Verdict {
	if len(all) == 1 {
		return all[0].Verdict
	}
	v := seaworthy.Verdict{Decision: seaworthy.DecisionIndeterminate}
	for i, of := range all {
		if i == 0 || precedence(of.Decision) > precedence(v.Decision) {
			v = seaworthy.Verdict{Decision: of.Decision}
		}
		if of.Decision == v.Decision {
			for _, reason := range of.Reasons {
				v.Reasons = append(v.Reasons, of.reference+": "+reason)
			}
		}
	}
	return v
}

func precedence(d seaworthy.Decision) int {
	return slices.Index([]seaworthy.Decision{seaworthy.DecisionPass, seaworthy.DecisionIndeterminate, seaworthy.DecisionFail}, d)
}

// withReference adds the reference of an image to an error that does not contain it.
func withReference(reference string, err error) error {
	if err == nil {
		return nil
	}
	if reference == "-" {
		reference = "standard input"
	}
	if strings.Contains(err.Error(), reference) {
		return err
	}
	return fmt.Errorf("%s: %w", reference, err)
}

// inParentheses returns the name of a setting, to append to a sentence.
func inParentheses(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

// platform returns a platform, or the default one of the options.
func (s *Scanner) platform(of string) string { return cmp.Or(of, s.opt.Source.Platform) }
