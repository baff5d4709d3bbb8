package secret

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/secret/verify"
)

// collector joins occurrences of the same secret into one finding.
type collector struct {
	rules  *credential.Rules
	ownKey bool   // as in Analyzer: then digests cannot be compared between scans
	steps  []step // of the history
	order  []string
	byKey  map[string]*group
}

type group struct {
	rule      *credential.Rule
	severity  seaworthy.Severity
	notes     []string
	encodings []string
	locations []seaworthy.Location
	count     int
	// packages name those that installed the files, as far as these are unchanged.
	packages []string
	value    []byte // nil unless it is to be shown or verified
	outcome  *verify.Outcome
	name     string // "NAME=" if the name of the value is known
	head     string // the public prefix of the value
	digest   string // keyed
}

// The limits of a report. Further places of a secret are only counted.
const (
	maxFindings  = 2000
	maxLocations = 100
)

// add adds an occurrence. Owner is the package that installed the file with this
// content, nil if none did.
func (g *collector) add(s occurrence, at seaworthy.Location, owner *seaworthy.Package) {
	key := s.Rule + " " + s.Same
	if s.Same == "" {
		layer := -1
		if at.Layer != nil {
			layer = *at.Layer
		}
		key = fmt.Sprintf("%s %q %d %d %d %q", s.Rule, at.Path, at.Line, s.Offset, layer, at.Instruction)
	}
	if g.byKey == nil {
		g.byKey = make(map[string]*group)
	}
	f, ok := g.byKey[key]
	if !ok {
		f = &group{rule: g.rules.Rule(s.Rule), value: s.Value, head: s.Head}
		if !g.ownKey {
			f.digest = s.Same
		}
		if f.head == "" {
			f.head = f.rule.Head()
		}
		if s.Name != "" {
			f.name = s.Name + "="
		}
		g.byKey[key] = f
		g.order = append(g.order, key)
	}
	if i := slices.IndexFunc(f.locations, func(l seaworthy.Location) bool { return seaworthy.CompareLocations(l, at) == 0 }); i >= 0 {
		// The configuration and the step of the history that set it.
		f.locations[i].Step = cmp.Or(f.locations[i].Step, at.Step)
		return
	}
	f.count++
	if owner != nil {
		s.Severity, s.Note = seaworthy.Negligible, ""
		if !slices.Contains(f.packages, owner.Name) && len(f.packages) < 3 {
			f.packages = append(f.packages, owner.Name)
		}
	}
	f.severity = max(f.severity, s.Severity)
	if s.Note != "" && len(f.notes) < 3 && !slices.Contains(f.notes, s.Note) {
		f.notes = append(f.notes, s.Note)
	}
	if s.Encoding != "" && !slices.Contains(f.encodings, s.Encoding) {
		f.encodings = append(f.encodings, s.Encoding)
	}
	if len(f.locations) < maxLocations {
		f.locations = append(f.locations, at)
	}
}

func (g *collector) report(sink seaworthy.Sink, show bool) error {
	slices.SortStableFunc(g.order, func(a, b string) int { return int(g.byKey[b].severity - g.byKey[a].severity) })
	for i, key := range g.order {
		if i == maxFindings {
			return sink.Coverage(&seaworthy.Coverage{
				Risk: seaworthy.Secret, Subject: "image", State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded,
				Reason: fmt.Sprintf("%d secrets; the %d worst are reported.", len(g.order), maxFindings),
			})
		}
		if err := sink.Finding(g.byKey[key].finding(show, g.steps)); err != nil {
			return err
		}
	}
	return nil
}

func (f *group) finding(show bool, steps []step) *seaworthy.Finding {
	first := f.locations[0]
	title := f.rule.Name
	var detail []string
	if len(title) > maxTitle {
		detail = append(detail, title+".")
		title = clipTitle(title)
	}
	detail = append(detail, "Anyone who can pull the image can read this secret.")
	if first.RemovedIn != nil {
		detail = append(detail, fmt.Sprintf("Layer %d removes or replaces the file, but layer %d still contains it. seaworthy extract --layer %[2]d writes it out.", *first.RemovedIn, *first.Layer))
	}
	if f.packages != nil {
		detail = append(detail, "A file that contains it is unchanged since the package "+strings.Join(f.packages, ", ")+" was installed. Anyone can download that package, so this copy is not a secret of the image.")
	}
	detail = append(detail, f.notes...)
	if f.outcome != nil {
		detail = append(detail, f.outcome.Sentence)
	}
	if len(f.encodings) > 0 {
		detail = append(detail, "It is encoded: "+strings.Join(f.encodings, ", ")+".")
	}
	if f.count > len(f.locations) {
		detail = append(detail, fmt.Sprintf("It was found in %d places; the first %d are listed.", f.count, len(f.locations)))
	}
	out := &seaworthy.Finding{
		Risk: seaworthy.Secret, ID: f.rule.ID, Severity: f.severity,
		Title: title, Detail: strings.Join(detail, " "),
		Subject: subjectOf(&first), Locations: f.locations, ValueDigest: f.digest, Remedy: remedy(f.rule, &first, steps),
		Techniques: []string{"T1552"}, Controls: []seaworthy.Control{seaworthy.Secret.Control(), {Standard: seaworthy.CISDocker, Item: "4.10"}},
	}
	if f.packages != nil && f.severity == seaworthy.Negligible {
		out.Remedy = &seaworthy.Remedy{Summary: "Never use it for anything of your own. There is nothing to rotate: anyone who has the package has it."}
	}
	// The evidence is part of the fingerprint, by which users ignore findings. So that
	// these stay what they were, it has the older mark there.
	out.Evidence = f.name + f.head + "[redacted]"
	slices.SortFunc(out.Locations, seaworthy.CompareLocations)
	out.SetFingerprint()
	out.Evidence = f.name + f.head + seaworthy.RedactionMark
	if show {
		out.Evidence = string(f.value)
	}
	if strings.HasPrefix(f.rule.Source, "https://") {
		out.References = []string{f.rule.Source}
	}
	return out
}

// maxTitle is the length of the longest title in bytes. Descriptions in rule files are
// often whole sentences.
const maxTitle = 70

// clipTitle shortens a title to maxTitle, between words where possible.
func clipTitle(title string) string {
	const mark = "…"
	title = strings.ToValidUTF8(title[:maxTitle-len(mark)], "")
	if i := strings.LastIndexByte(title, ' '); i > maxTitle/2 {
		title = title[:i]
	}
	return strings.TrimRight(title, " ,;:") + mark
}

// The limits on verification.
const (
	maxVerified  = 500 // secrets of one image
	maxQuestions = 8   // at a time
)

// verify asks the issuers of the secrets whether they are live, the worst first.
func (g *collector) verify(ctx context.Context, v *verify.Verifier) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxQuestions)
	asked := 0
	for _, key := range g.order {
		f := g.byKey[key]
		if !verify.Knows(f.rule.ID) || len(f.value) == 0 {
			continue
		}
		if asked++; asked > maxVerified {
			f.outcome = &verify.Outcome{Sentence: fmt.Sprintf("It was not verified whether the secret is live: there are more than %d secrets.", maxVerified)}
			continue
		}
		group.Go(func() (err error) {
			f.outcome, err = v.Ask(ctx, f.rule.ID, f.value)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, f := range g.byKey {
		if f.outcome != nil && f.outcome.Severity != seaworthy.Unknown {
			f.severity = f.outcome.Severity
		}
	}
	return nil
}

// owners finds the packages that installed the files of a layer with secrets.
type owners struct {
	merged   seaworthy.Merged
	contents []content
	ordinal  int // of the last answer: several occurrences of one file follow each other
	last     *seaworthy.Package
	asked    bool
}

// of returns the package of the distribution that installed a file with this content, also
// if a later layer removed the file; nil if there is none.
func (o *owners) of(e *seaworthy.Entry) *seaworthy.Package {
	if o.asked && o.ordinal == e.Ordinal {
		return o.last
	}
	o.asked, o.ordinal, o.last = true, e.Ordinal, nil
	i, ok := slices.BinarySearchFunc(o.contents, e.Ordinal, func(c content, ordinal int) int { return c.Ordinal - ordinal })
	if ok {
		if p, ok := o.merged.Installed(e.Path, o.contents[i].Digests); ok {
			o.last = p
		}
	}
	return o.last
}

// fileLocation returns the location of a secret in a file.
func fileLocation(img *seaworthy.Image, e *seaworthy.Entry, s occurrence) seaworthy.Location {
	l := seaworthy.Location{Path: e.Path, Line: s.Line, Offset: s.Offset, Layer: &e.Layer, RemovedIn: e.RemovedIn}
	if s.Member != "" {
		l.Path += "!/" + s.Member
	}
	if e.Layer < len(img.Layers) {
		l.Instruction = img.Layers[e.Layer].Instruction
	}
	return l
}
