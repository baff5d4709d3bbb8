package scanner

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/sbom"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/textfile"
	"seaworthy.dev/seaworthy/internal/userfile"
)

// The schemes of references to documents.
const (
	schemeSBOM   = "sbom:"
	schemeReport = "report:"
)

// documentPath returns the path of the document that a reference names. ok is false if the
// reference does not name a document. A document is recognised by its scheme, or else by
// the content of the file; scheme is "" then.
func documentPath(reference string) (path, scheme string, ok bool) {
	for _, s := range []string{schemeSBOM, schemeReport} {
		if path, ok := strings.CutPrefix(reference, s); ok {
			return path, s, true
		}
	}
	info, err := os.Stat(reference)
	if err != nil || !info.Mode().IsRegular() {
		return "", "", false
	}
	f, err := os.Open(reference)
	if err != nil {
		return "", "", false // opening it as an image will return the error
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, _ := io.ReadFull(f, head)
	return reference, "", sbom.Recognise(head[:n])
}

// description is what a document says about an image.
type description struct {
	image    *seaworthy.Image
	packages []*seaworthy.Package
	gaps     []*seaworthy.Coverage // for [seaworthy.Merged.InventoryGaps]

	analyzers []seaworthy.Analyzer // that check the image
	risks     []seaworthy.Risk     // that count in the verdict

	kind   string // "SBOM" or "report"
	origin string // the format and the tool that wrote the document; "" if not known
}

// describedImages yields the images that a document describes.
func (s *Scanner) describedImages(ctx context.Context, path, scheme string) iter.Seq2[*Image, error] {
	return func(yield func(*Image, error) bool) {
		all, source, err := s.openDocument(ctx, path, scheme)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, d := range all {
			img, err := s.describedImage(ctx, d, source)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(img, nil) {
				return
			}
		}
	}
}

// openDocument reads a document and returns the images that it describes. source has its
// name and digest.
func (s *Scanner) openDocument(ctx context.Context, path, scheme string) (all []*description, source seaworthy.DataSource, err error) {
	data, err := s.readDocument(ctx, path)
	if err != nil {
		return nil, source, err
	}
	source.Source = documentName(path)
	text := textfile.Decode(data)
	if scheme == schemeReport || scheme == "" && report.IsJSON(text) {
		all, err = s.describedByReport(text)
	} else {
		all, err = s.describedBySBOM(text, source.Source)
	}
	if err != nil {
		return nil, source, fmt.Errorf("%s: %w", source.Source, err)
	}
	sum := sha256.Sum256(data)
	source.Digest = "sha256:" + hex.EncodeToString(sum[:])
	return all, source, nil
}

// describedImage converts a description to an Image that can be checked.
func (s *Scanner) describedImage(ctx context.Context, d *description, source seaworthy.DataSource) (*Image, error) {
	merged, err := scan.MergedFromPackages(ctx, d.image, d.packages, d.gaps, s.redactor)
	if err != nil {
		return nil, err
	}
	img := &Image{scanner: s, merged: merged, name: source.Source, analyzers: d.analyzers, risks: d.risks, document: &source}
	source.Source = d.kind + " " + source.Source
	if d.origin != "" {
		source.Source += " (" + d.origin + ")"
	}
	if d.image.Repository != "" && d.image.Digest != "" {
		img.reference = d.image.Repository + "@" + d.image.Digest
	}
	return img, nil
}

// readDocument reads the file with a path, or standard input if it is "-".
func (s *Scanner) readDocument(ctx context.Context, path string) ([]byte, error) {
	in := s.opt.Source.Stdin
	switch path {
	case "":
		return nil, errors.New("the file name is missing")
	case "-":
		if in == nil {
			return nil, errors.New("there is no standard input to read a document from")
		}
		if d, ok := in.(interface{ SetReadDeadline(time.Time) error }); ok {
			defer context.AfterFunc(ctx, func() { d.SetReadDeadline(time.Unix(1, 0)) })()
		}
	default:
		f, err := userfile.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, sbom.MaxSize+1))
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", documentName(path), err)
	case len(data) > sbom.MaxSize:
		return nil, fmt.Errorf("%s is larger than %d MiB, the limit for documents", documentName(path), sbom.MaxSize>>20)
	}
	return data, nil
}

func documentName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// describedBySBOM parses SBOMs. They say nothing about risks other than vulnerabilities.
// So, unless the user requested risks, only this one counts in the verdict.
func (s *Scanner) describedBySBOM(data []byte, name string) ([]*description, error) {
	documents, err := sbom.ParseAll(data)
	if err != nil {
		return nil, err
	}
	var all []*description
	for _, document := range documents {
		d := &description{
			image: document.Image, packages: document.Packages, gaps: document.Gaps, risks: s.risks,
			kind: "SBOM", origin: strings.TrimSuffix(document.Format+" by "+document.Tool, " by "),
		}
		d.image.Reference = cmp.Or(d.image.Reference, name)
		var checkable []seaworthy.Risk
		for _, a := range s.analyzers {
			risk, ok := riskOf(a)
			if _, skipped := a.(skippedAnalyzer); ok && !skipped && !packagesOnly(a) {
				a = skippedAnalyzer{risk, seaworthy.CodeNotInSBOM, "an SBOM says nothing about it"}
			} else if ok {
				checkable = append(checkable, risk)
			}
			d.analyzers = append(d.analyzers, a)
		}
		if s.opt.Risks == nil {
			d.risks = slices.DeleteFunc(slices.Clone(s.risks), func(r seaworthy.Risk) bool { return !slices.Contains(checkable, r) })
		}
		all = append(all, d)
	}
	return all, nil
}

func packagesOnly(a seaworthy.Analyzer) bool {
	p, ok := a.(seaworthy.PackagesOnly)
	return ok && p.PackagesOnly()
}

// describedByReport parses the reports of earlier scans. The packages are checked again;
// the findings and the coverage of other risks are taken from the report.
func (s *Scanner) describedByReport(data []byte) ([]*description, error) {
	var c reportReader
	if err := report.ReadJSON(bytes.NewReader(data), &c); err != nil {
		return nil, err
	}
	var all []*description
	for _, r := range c.reports {
		d := &description{
			image: r.image, packages: r.packages, gaps: r.inImageGaps(),
			kind: "report", origin: strings.TrimSpace("seaworthy " + r.tool.Version),
		}
		for _, a := range s.analyzers {
			risk, ok := riskOf(a)
			if !ok {
				continue
			}
			_, skipped := a.(skippedAnalyzer)
			switch {
			case packagesOnly(a):
				d.risks = append(d.risks, risk)
			case skipped && s.opt.Risks != nil:
				// not requested
			default:
				a = reportedAnalyzer{risk, r.about(risk)}
				if !r.skipped(risk) || slices.Contains(s.risks, risk) && s.opt.Risks != nil {
					d.risks = append(d.risks, risk)
				}
			}
			d.analyzers = append(d.analyzers, a)
		}
		all = append(all, d)
	}
	return all, nil
}

// reportReader is a Handler that collects the events of a report that is read.
type reportReader struct {
	seaworthy.NopHandler
	reports []*earlierReport
}

// earlierReport is what the report of an earlier scan says about one image.
type earlierReport struct {
	tool     seaworthy.Tool
	image    *seaworthy.Image
	packages []*seaworthy.Package
	findings []*seaworthy.Finding
	coverage []*seaworthy.Coverage
}

func (c *reportReader) last() *earlierReport { return c.reports[len(c.reports)-1] }

// Provenance implements [seaworthy.Handler].
func (c *reportReader) Provenance(p *seaworthy.Provenance) error {
	c.reports = append(c.reports, &earlierReport{tool: p.Tool})
	return nil
}

// Image implements [seaworthy.Handler].
func (c *reportReader) Image(i *seaworthy.Image) error {
	c.last().image = i
	return nil
}

// Package implements [seaworthy.Handler].
func (c *reportReader) Package(p *seaworthy.Package) error {
	c.last().packages = append(c.last().packages, p)
	return nil
}

// Finding implements [seaworthy.Handler].
func (c *reportReader) Finding(f *seaworthy.Finding) error {
	c.last().findings = append(c.last().findings, f)
	return nil
}

// Coverage implements [seaworthy.Handler].
func (c *reportReader) Coverage(v *seaworthy.Coverage) error {
	if v.Code == "" && v.State != seaworthy.Checked {
		coded := *v
		coded.Code = legacyCode(v.Reason)
		v = &coded
	}
	c.last().coverage = append(c.last().coverage, v)
	return nil
}

// inImageGaps returns the gaps of the inventory whose reason is the image itself. Those that
// concern advisories are found again when the packages are checked.
func (r *earlierReport) inImageGaps() []*seaworthy.Coverage {
	var gaps []*seaworthy.Coverage
	for _, c := range r.coverage {
		if c.Risk == seaworthy.Vulnerability && c.InImage {
			gaps = append(gaps, c)
		}
	}
	return gaps
}

// legacyCode returns the code for a reason in a report of a version without codes. The
// strings must stay as that version wrote them. The first three decide which risks count
// when the report is scanned again, see skipped.
func legacyCode(reason string) seaworthy.CoverageCode {
	switch reason {
	case "it was not asked for (--risk)": // the name of the flag as it was then
		return seaworthy.CodeNotRequested
	case "this version cannot look for it":
		return seaworthy.CodeNotImplemented
	case "a bill of materials does not tell of it":
		return seaworthy.CodeNotInSBOM
	case "the recorded report does not say that it was looked at":
		return seaworthy.CodeNotInReport
	default:
		return seaworthy.CodeUnspecified
	}
}

// skipped reports whether the earlier scan did not check a risk at all.
func (r *earlierReport) skipped(risk seaworthy.Risk) bool {
	for _, c := range r.coverage {
		if c.Risk == risk && (c.State != seaworthy.NotChecked || !isSkipped(c.Code)) {
			return false
		}
	}
	return true
}

// isSkipped reports whether a code means that no analyzer was run for the risk.
func isSkipped(code seaworthy.CoverageCode) bool {
	return code == seaworthy.CodeNotRequested || code == seaworthy.CodeNotImplemented || code == seaworthy.CodeNotInSBOM
}

// about returns the part of the report that is about one risk.
func (r *earlierReport) about(risk seaworthy.Risk) *earlierReport {
	out := new(earlierReport)
	for _, f := range r.findings {
		if f.Risk == risk {
			g := *f
			g.Exception, g.VEX = nil, nil // the scan sets them again
			out.findings = append(out.findings, &g)
		}
	}
	for _, c := range r.coverage {
		if c.Risk == risk {
			out.coverage = append(out.coverage, c)
		}
	}
	if len(out.coverage) == 0 {
		out.coverage = []*seaworthy.Coverage{{Risk: risk, Subject: "image", State: seaworthy.NotChecked, Code: seaworthy.CodeNotInReport, Reason: "the report of the earlier scan says nothing about it"}}
	}
	return out
}

// reportedAnalyzer stands in for the analyzer of a risk. It reports the findings and the
// coverage of an earlier report.
type reportedAnalyzer struct {
	risk   seaworthy.Risk
	report *earlierReport
}

var _ seaworthy.ImageAnalyzer = reportedAnalyzer{}

// Name implements [seaworthy.Analyzer].
func (a reportedAnalyzer) Name() string { return "reported " + string(a.risk) }

// ConfigDigest implements [seaworthy.Analyzer].
func (reportedAnalyzer) ConfigDigest() string { return "" }

// Risk implements [seaworthy.ImageAnalyzer].
func (a reportedAnalyzer) Risk() seaworthy.Risk { return a.risk }

// Image implements [seaworthy.ImageAnalyzer].
func (a reportedAnalyzer) Image(_ context.Context, _ seaworthy.Merged, s seaworthy.Sink) error {
	for _, f := range a.report.findings {
		if err := s.Finding(f); err != nil {
			return err
		}
	}
	for _, c := range a.report.coverage {
		if err := s.Coverage(c); err != nil {
			return err
		}
	}
	return nil
}
