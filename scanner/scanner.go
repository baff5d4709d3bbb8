// Package scanner scans container images. The command line of Seaworthy uses it, and other
// programs can use it too.
//
// [New] returns a [Scanner], which scans any number of images, also at the same time.
// [Scanner.Scan] reads an image, updates the advisories for its packages, checks it for
// the risks of NIST SP 800-190 §3.1, passes every result to a [seaworthy.Handler] and
// returns the verdict of the policy. The reference of an image is that of a registry or
// the Docker daemon, or the path of an archive, an OCI layout or a root file system. It
// may also be the path of an SBOM or of the report of an earlier scan (see
// [Scanner.Images]).
//
// [NewReport] returns a Handler that writes a report. [Options.Analyzers] adds analyzers to
// the built-in ones.
//
// The caller chooses all directories: the package has no defaults for them, and reads no
// environment variables of Seaworthy. The exceptions are common to network programs:
// HTTPS_PROXY and the like are used, and the credentials for registries in the
// configuration of Docker.
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
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/credential/rulefile"
	"seaworthy.dev/seaworthy/internal/policy"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/vex"
)

// Options configure a [Scanner]. By default every risk is checked that has a built-in
// analyzer, and there is no cache. Data.Dir or CacheDir must be set to check for
// vulnerabilities; everything else is optional.
type Options struct {
	// Tool is the name and version of the program for reports.
	Tool seaworthy.Tool

	// CacheDir is the directory of the cache for the results of layers, so that no layer is
	// read twice; "" for no cache. If the cache cannot be used, the scan logs a warning and
	// continues without it.
	CacheDir string
	// Data says where advisories come from.
	Data Data

	// Risks are the risks that the built-in analyzers check. nil means all of [Risks], and
	// an empty list means none.
	Risks []seaworthy.Risk
	// Analyzers run in addition to the built-in ones.
	Analyzers []seaworthy.Analyzer
	// Secrets says how to search for secrets.
	Secrets Secrets

	// Policy decides the verdict.
	Policy Policy
	// VEX says which VEX documents are used.
	VEX VEX
	// Base is the reference of the base image of the scanned images; "" to detect it
	// from their history and labels.
	Base string

	// Source says how images are opened.
	Source Source
	// LayerLimits limit the size of each layer.
	LayerLimits LayerLimits
	// Limits limit the memory and temporary files of all scans together. Scanners with the
	// same Limits share them. nil means that the Scanner has its own.
	Limits *Limits
	// TempDir is the directory for temporary files; "" means that of [os.TempDir].
	TempDir string

	// Now returns the time; nil means [time.Now].
	Now func() time.Time
	// Log gets warnings and debug messages; nil means that nothing is logged.
	Log *slog.Logger
	// Names are the names of settings that messages mention.
	Names Names
}

// VEX says which documents with statements on vulnerabilities (Vulnerability
// Exploitability eXchange) are used. Signatures are not verified.
type VEX struct {
	// Files are paths of documents in the format OpenVEX, CSAF or CycloneDX.
	Files []string
	// Attached is true if the documents that are attached to the image in its registry are
	// used too.
	Attached bool
}

// Names are the names of settings that the user of the program knows, such as names of
// flags. Messages mention them: "not requested (--risk)". A setting without a name is
// described in words.
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

// ErrNoDataDir is wrapped by the [OptionError] that [New] returns if vulnerabilities are to
// be checked, and neither Data.Dir nor CacheDir is set.
var ErrNoDataDir = errors.New("no directory for advisories is set")

// Scanner scans images. It is safe for concurrent use.
type Scanner struct {
	opt       Options
	cache     *scan.Cache
	analyzers []seaworthy.Analyzer
	// risks are the risks that count in the verdict: those that are requested and have an
	// analyzer.
	risks      []seaworthy.Risk
	data       *dataStore
	policy     *policy.Policy
	policyOpt  policy.Options
	statements []*vex.Document
	limits     *Limits
	// secretRules are those of Options.Secrets.Rules; nil for the built-in ones.
	secretRules *credential.Rules
	redactor    *redact.Redactor
}

// Redactor returns what hides credentials in the texts of this Scanner. Its type is internal to
// this module, for commands that print more than events.
func (s *Scanner) Redactor() *redact.Redactor { return s.redactor }

// New returns a Scanner. It reads the policy, rules, VEX documents and other files that the
// options name, and returns an [OptionError] if one of them cannot be used.
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
	if opt.Secrets.Rules != "" {
		var err error
		if s.secretRules, err = rulefile.Load(opt.Secrets.Rules); err != nil {
			return nil, &OptionError{"Secrets.Rules", err}
		}
	}
	s.redactor = redact.New(s.secretRules)
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

// Scan scans the images with a reference. These are several if the platform is
// [AllPlatforms], or if a document describes several. The handler gets the events of one
// image after the other, each with its own verdict.
//
// Scan returns the worst of these verdicts: fail is worse than indeterminate, and that is
// worse than pass. For several images, the reasons of all that have the worst verdict are
// joined, each after the reference of its image. If Scan returns an error, some images
// were not scanned, and the verdict is that of the images before the error.
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

// worst returns the worst of several verdicts. Without any it is indeterminate.
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

// precedence returns a greater number for a worse decision.
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

// platform returns the given platform, or that of the options if it is "".
func (s *Scanner) platform(given string) string { return cmp.Or(given, s.opt.Source.Platform) }
