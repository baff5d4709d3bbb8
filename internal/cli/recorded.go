package cli

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/sbom"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/vulnerability"
)

// recording is an image of which a document tells: a bill of materials, or a report
// of an earlier scan.
type recording struct {
	image     *seaworthy.Image
	packages  []*seaworthy.Package
	gaps      []*seaworthy.Coverage
	analyzers []seaworthy.Analyzer
	judged    []seaworthy.Risk
	// kind says what the document is, and how it came about where that is told.
	kind, origin string
}

const (
	schemeBill   = "sbom:"
	schemeReport = "report:"
)

// documentNamed tells whether a reference is that of a document, by its scheme or,
// of a file, by its content.
func documentNamed(reference string) (path string, scheme string, ok bool) {
	for _, s := range []string{schemeBill, schemeReport} {
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
		return "", "", false // whoever opens it as an image says why
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, _ := io.ReadFull(f, head)
	return reference, "", sbom.Recognise(head[:n])
}

// readDocument reads a document whole.
func (a *app) readDocument(path string) ([]byte, error) {
	in := a.Stdin
	if path == "" {
		return nil, errors.New("the name of the file is missing")
	}
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, fmt.Errorf("%s is a directory, not a document", path)
		}
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, sbom.MaxSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", documentName(path), err)
	case len(data) > sbom.MaxSize:
		return nil, fmt.Errorf("%s is larger than %d MiB, and no larger document is read", documentName(path), sbom.MaxSize>>20)
	}
	return data, nil
}

func documentName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// openRecordings reads the images of a document, and gives its digest too.
func (a *app) openRecordings(path, scheme string, j *judging) (all []*recording, digest string, err error) {
	data, err := a.readDocument(path)
	if err != nil {
		return nil, "", err
	}
	if scheme == schemeReport || scheme == "" && report.IsJSON(data) {
		all, err = recordedReports(data, j)
	} else {
		all, err = recordedBill(data, path, j)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", documentName(path), err)
	}
	sum := sha256.Sum256(data)
	return all, "sha256:" + hex.EncodeToString(sum[:]), nil
}

// scanDocument judges the images of a document, and gives their number.
func (a *app) scanDocument(ctx context.Context, path, scheme string, f *scanFlags, j *judging) (reported int, err error) {
	all, digest, err := a.openRecordings(path, scheme, j)
	if err != nil {
		return 0, err
	}
	for _, r := range all {
		source := seaworthy.DataSource{Source: r.kind + " " + documentName(path), Digest: digest}
		if r.origin != "" {
			source.Source += " (" + r.origin + ")"
		}
		merged, err := scan.Recorded(ctx, r.image, r.packages, r.gaps)
		if err != nil {
			return reported, err
		}
		b := beside{vex: j.vex, source: &source}
		if r.image.Repository != "" && r.image.Digest != "" {
			b.reference = r.image.Repository + "@" + r.image.Digest
		}
		verdict, err := a.judgeOne(ctx, merged, f, r.analyzers, j.judge(r.judged), b)
		if err != nil {
			return reported, naming(documentName(path), err)
		}
		a.decided(verdict.Decision)
		reported++
	}
	return reported, nil
}

// recordedBill reads bills of materials. One tells of vulnerabilities and of no
// other risk, so that only that risk is judged where none was asked for.
func recordedBill(data []byte, path string, j *judging) ([]*recording, error) {
	documents, err := sbom.ParseAll(data)
	if err != nil {
		return nil, err
	}
	var all []*recording
	for _, d := range documents {
		all = append(all, billRecording(d, path, j))
	}
	return all, nil
}

func billRecording(d *sbom.Document, path string, j *judging) *recording {
	r := &recording{
		image: d.Image, packages: d.Packages, gaps: d.Gaps,
		kind: "bill of materials", origin: strings.TrimSuffix(d.Format+" by "+d.Tool, " by "),
	}
	r.image.Reference = cmp.Or(r.image.Reference, documentName(path))
	r.judged = j.judged
	if !j.asked {
		r.judged = slices.DeleteFunc(slices.Clone(j.judged), func(k seaworthy.Risk) bool { return k != seaworthy.Vulnerability })
	}
	for _, an := range j.analyzers {
		if ia, ok := an.(seaworthy.ImageAnalyzer); ok && ia.Risk() != seaworthy.Vulnerability {
			if _, already := an.(unlooked); !already {
				an = unlooked{ia.Risk(), seaworthy.CodeNotInSBOM, notInBill}
			}
		}
		r.analyzers = append(r.analyzers, an)
	}
	return r
}

const notInBill = "a bill of materials does not tell of it"

// recordedReports reads the reports of earlier scans. Vulnerabilities are looked up
// anew; what they say of other risks stays as it was found.
func recordedReports(data []byte, j *judging) ([]*recording, error) {
	var c capture
	if err := report.ReadJSON(bytes.NewReader(data), &c); err != nil {
		return nil, err
	}
	for _, r := range c.all {
		r.gaps = r.inImage()
		for _, an := range j.analyzers {
			ia, ok := an.(seaworthy.ImageAnalyzer)
			if !ok {
				continue
			}
			risk := ia.Risk()
			_, left := an.(unlooked)
			_, anew := an.(*vulnerability.Analyzer)
			switch {
			case anew:
				r.judged = append(r.judged, risk)
			case left && j.asked:
				// It was not asked for.
			default:
				an = recalled{ia.Risk(), r.capturedRisk(risk)}
				if !r.wasLeftOut(risk) || slices.Contains(j.judged, risk) && j.asked {
					r.judged = append(r.judged, risk)
				}
			}
			r.analyzers = append(r.analyzers, an)
		}
	}
	out := make([]*recording, len(c.all))
	for i, r := range c.all {
		out[i] = &r.recording
	}
	return out, nil
}

// capture keeps the reports that are played to it.
type capture struct{ all []*captured }

// captured is one of them.
type captured struct {
	recording
	findings []*seaworthy.Finding
	coverage []*seaworthy.Coverage
}

var _ seaworthy.Handler = (*capture)(nil)

func (c *capture) last() *captured { return c.all[len(c.all)-1] }

// Provenance implements [seaworthy.Handler].
func (c *capture) Provenance(p *seaworthy.Provenance) error {
	r := new(captured)
	r.kind, r.origin = "report", strings.TrimSpace("seaworthy "+p.Tool.Version)
	c.all = append(c.all, r)
	return nil
}

// Progress implements [seaworthy.Handler].
func (c *capture) Progress(*seaworthy.Progress) error { return nil }

// Image implements [seaworthy.Handler].
func (c *capture) Image(i *seaworthy.Image) error {
	c.last().image = i
	return nil
}

// Package implements [seaworthy.Handler].
func (c *capture) Package(p *seaworthy.Package) error {
	c.last().packages = append(c.last().packages, p)
	return nil
}

// Finding implements [seaworthy.Handler].
func (c *capture) Finding(f *seaworthy.Finding) error {
	c.last().findings = append(c.last().findings, f)
	return nil
}

// Coverage implements [seaworthy.Handler].
func (c *capture) Coverage(v *seaworthy.Coverage) error {
	if v.Code == "" && v.State != seaworthy.Checked {
		coded := *v
		coded.Code = legacyCode(v.Reason)
		v = &coded
	}
	c.last().coverage = append(c.last().coverage, v)
	return nil
}

// legacyCode gives the code of a Coverage that a version without codes wrote. Its
// sentences are fixed for ever, and three of them decide which risks are asked about
// when the report is scanned again.
func legacyCode(reason string) seaworthy.CoverageCode {
	switch reason {
	case "it was not asked for (--risk)":
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

// Verdict implements [seaworthy.Handler].
func (c *capture) Verdict(*seaworthy.Verdict) error { return nil }

// inImage gives the gaps of the software that newer data does not mend.
func (r *captured) inImage() []*seaworthy.Coverage {
	var gaps []*seaworthy.Coverage
	for _, c := range r.coverage {
		if c.Risk == seaworthy.Vulnerability && c.InImage {
			gaps = append(gaps, c)
		}
	}
	return gaps
}

// wasLeftOut is true for a risk that the earlier scan was not to look at.
func (r *captured) wasLeftOut(risk seaworthy.Risk) bool {
	for _, c := range r.coverage {
		if c.Risk == risk && (c.State != seaworthy.NotChecked || !wasNotAsked(c.Code)) {
			return false
		}
	}
	return true
}

// wasNotAsked reports whether the code says that nothing was to check the risk.
func wasNotAsked(code seaworthy.CoverageCode) bool {
	return code == seaworthy.CodeNotRequested || code == seaworthy.CodeNotImplemented || code == seaworthy.CodeNotInSBOM
}

// capturedRisk gives what the report says of one risk.
func (r *captured) capturedRisk(risk seaworthy.Risk) *captured {
	out := new(captured)
	for _, f := range r.findings {
		if f.Risk == risk {
			g := *f
			g.Exception, g.VEX = nil, nil // which may have changed since
			out.findings = append(out.findings, &g)
		}
	}
	for _, c := range r.coverage {
		if c.Risk == risk {
			out.coverage = append(out.coverage, c)
		}
	}
	if len(out.coverage) == 0 {
		out.coverage = []*seaworthy.Coverage{{Risk: risk, Subject: "image", State: seaworthy.NotChecked, Code: seaworthy.CodeNotInReport, Reason: "the recorded report does not say that it was looked at"}}
	}
	return out
}

// recalled stands in for the analyzer of a risk of which an earlier report tells.
type recalled struct {
	risk seaworthy.Risk
	said *captured
}

var _ seaworthy.ImageAnalyzer = recalled{}

// Name implements [seaworthy.Analyzer].
func (r recalled) Name() string { return "recalled " + string(r.risk) }

// ConfigDigest implements [seaworthy.Analyzer].
func (recalled) ConfigDigest() string { return "" }

// Risk implements [seaworthy.ImageAnalyzer].
func (r recalled) Risk() seaworthy.Risk { return r.risk }

// Image implements [seaworthy.ImageAnalyzer].
func (r recalled) Image(_ context.Context, _ seaworthy.Merged, s seaworthy.Sink) error {
	for _, f := range r.said.findings {
		if err := s.Finding(f); err != nil {
			return err
		}
	}
	for _, c := range r.said.coverage {
		if err := s.Coverage(c); err != nil {
			return err
		}
	}
	return nil
}
