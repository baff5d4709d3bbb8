// Package secret finds embedded clear text secrets, the risk of NIST SP 800-190,
// section 3.1.4: in every version of every file that the layers hold, in the
// image configuration and in the history of the build.
//
// One pass of a prefilter over each body finds the keywords of all rules; a rule
// searches only around its keywords. What a pass remembers of a secret is the kind,
// the place and a keyed digest, never the value.
package secret

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/gitpack"
	"seaworthy.dev/seaworthy/internal/secret/verify"
)

// Options say how to search for secrets.
type Options struct {
	// Key is the random key of the cache, of at least 16 bytes. Values are stored as
	// digests under this key, so that equal secrets are recognised. If Key is nil, the
	// Analyzer makes one of its own: then it uses no cached results, and findings have no
	// digest of the value.
	Key []byte
	// Rules are the rules to search with; nil means the built-in rules.
	Rules *credential.Rules
	// Show puts the values into the evidence of findings. Then the cache is not used.
	Show bool
	// Verify asks the issuers of secrets whether they are live; nil asks no issuer. With
	// it the cache is not used, because it has no values.
	Verify *verify.Verifier
}

// Analyzer searches for secrets. It implements [seaworthy.LayerAnalyzer] and
// [seaworthy.ImageAnalyzer].
type Analyzer struct {
	rules *credential.Rules
	key   []byte
	// ownKey is true if the Analyzer made the key.
	ownKey bool
	show   bool
	verify *verify.Verifier
	// windows holds the memory in which long files are read.
	windows sync.Pool
	// redactor hides what the rules find in the instructions that findings show.
	redactor *redact.Redactor
	// packs reads the packs of Git.
	packs *gitpack.Reader
}

var (
	_ seaworthy.Uncached      = (*Analyzer)(nil)
	_ seaworthy.LayerAnalyzer = (*Analyzer)(nil)
	_ seaworthy.ImageAnalyzer = (*Analyzer)(nil)
)

// minKey is the minimum length of a key, in bytes.
const minKey = 16

// New returns an Analyzer.
func New(opt Options) (*Analyzer, error) {
	a := &Analyzer{rules: opt.Rules, key: opt.Key, show: opt.Show, verify: opt.Verify, packs: gitpack.NewReader()}
	if a.key == nil {
		a.key, a.ownKey = make([]byte, sha256.Size), true
		rand.Read(a.key)
	}
	if len(a.key) < minKey {
		return nil, fmt.Errorf("the key for secrets has %d bytes; it needs at least %d", len(a.key), minKey)
	}
	if a.rules == nil {
		var err error
		if a.rules, err = credential.Default(); err != nil {
			return nil, err
		}
	}
	a.redactor = redact.New(a.rules)
	return a, nil
}

// Name implements [seaworthy.Analyzer].
func (*Analyzer) Name() string { return "secret" }

// ConfigDigest implements [seaworthy.Analyzer]. It depends on the rules and on
// the key, which it does not reveal.
func (a *Analyzer) ConfigDigest() string {
	return a.rules.Digest() + hex.EncodeToString(a.digest([]byte("configuration")))
}

// RulesDigest is the digest of the rules alone, for the record of which are in
// use.
func (a *Analyzer) RulesDigest() string { return a.rules.Digest() }

// Uncached implements [seaworthy.Uncached]. Results that contain values must not be
// stored.
func (a *Analyzer) Uncached() bool { return a.show || a.verify != nil }

// Risk implements [seaworthy.ImageAnalyzer].
func (*Analyzer) Risk() seaworthy.Risk { return seaworthy.Secret }

// Open implements [seaworthy.LayerAnalyzer].
func (a *Analyzer) Open() seaworthy.Pass { return &pass{analyzer: a} }

// digest is the keyed digest of a value.
func (a *Analyzer) digest(value []byte) []byte {
	h := hmac.New(sha256.New, a.key)
	h.Write(value)
	return h.Sum(nil)[:16]
}

// occurrence is one place where a secret was found. It has the value only if the result is
// not cached.
type occurrence struct {
	Ordinal int `json:"ordinal"`
	// Member is the name of the file in the archive, if the file is one.
	Member   string             `json:"member,omitempty"`
	Rule     string             `json:"rule"`
	Line     int                `json:"line,omitempty"`
	Offset   int64              `json:"offset"`
	Severity seaworthy.Severity `json:"severity"`
	Note     string             `json:"note,omitempty"`
	Encoding string             `json:"encoding,omitempty"`
	Name     string             `json:"name,omitempty"`
	// Head is the public prefix of the value, which all values of the rule have.
	Head string `json:"head,omitempty"`
	// Same is the keyed digest of the value: equal secrets have the same one. It is empty
	// if the value is so simple that it could be guessed from the digest and the key.
	Same string `json:"same,omitempty"`
	// Value is the secret itself, and is there only if the result is not cached.
	Value []byte `json:"value,omitempty"`
	// digest is Same, also of a simple value.
	digest string
}

// maxShownName is the length of the longest name of a value that is shown. A longer one may
// contain more than a name.
const maxShownName = 40

func (a *Analyzer) occurrence(m *credential.Match) occurrence {
	s := occurrence{Rule: m.Rule.ID, Offset: int64(m.Start), Severity: m.Rule.Severity, Note: m.Note, Encoding: m.Encoding, Head: m.Head}
	if m.Severity != seaworthy.Unknown {
		s.Severity = m.Severity
	}
	if len(m.Name) <= maxShownName {
		s.Name = m.Name
	}
	if note, most := severityLimit(m); note != "" {
		s.Severity = min(s.Severity, most)
		s.Note = joinSentences(s.Note, note)
	}
	s.digest = hex.EncodeToString(a.digest(m.Value))
	if !m.Guessable() {
		s.Same = s.digest
	}
	if a.Uncached() {
		s.Value = bytes.Clone(m.Value)
	}
	return s
}

// severityLimit returns the maximum severity of a match that is probably no secret of the
// image, and a sentence that says why: the file is part of an installed package, which
// anyone can download, or it is a test key. The sentence is empty if there is no limit.
func severityLimit(m *credential.Match) (note string, most seaworthy.Severity) {
	at, key := m.Origin, m.Rule.PrivateKey
	switch {
	case at.Keeper:
	case at.Installed && at.Fixture:
		return "It is among the tests, documents or examples of an installed package.", seaworthy.Low
	case at.Fixture && key:
		return "It is among tests, documents or examples, where keys are mostly made for them.", seaworthy.Medium
	case !at.Installed:
	case at.Binary && key:
		return "It is part of a program's or library's code, as keys for self-tests are.", seaworthy.Low
	case key && at.PackageCode():
		return "It is in the code of a package that a package manager installed, which anyone can read who installs it too.", seaworthy.Low
	case m.Rule.Contextual():
		return "It is in the code of an installed package, and only its surroundings make it look like a secret.", seaworthy.Low
	}
	return "", seaworthy.Unknown
}

func joinSentences(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// maxRepeated is the maximum number of secrets and gaps of all layers from which on layers
// that repeat others are skipped.
const maxRepeated = 100_000

// Image implements [seaworthy.ImageAnalyzer].
func (a *Analyzer) Image(ctx context.Context, m seaworthy.Merged, sink seaworthy.Sink) error {
	g := collector{rules: a.rules, ownKey: a.ownKey}
	g.steps = stepsOf(m.Image().Config, len(m.Image().Layers), a.redactor)
	known := make(map[string]facts) // by diffID: an image may have one layer many times
	seen, skipped := 0, 0
	for i := range m.Image().Layers {
		if err := ctx.Err(); err != nil {
			return err
		}
		id := m.Image().Layers[i].DiffID
		f, again := known[id]
		if !again {
			if err := json.Unmarshal(m.Result(a, i), &f); err != nil {
				return fmt.Errorf("secrets of layer %d: %w", i, err)
			}
			known[id] = f
		}
		n := len(f.Occurrences) + len(f.Partial)
		if again && seen+n > maxRepeated {
			skipped++
			continue
		}
		seen += n
		owners := owners{merged: m, contents: f.Contents}
		for _, s := range f.Occurrences {
			if e, ok := m.At(i, s.Ordinal); ok {
				g.add(s, fileLocation(m.Image(), &e, s), owners.of(&e))
			}
		}
		for _, p := range f.Partial {
			path := ""
			if e, ok := m.At(i, p.Ordinal); ok {
				path, _ = seaworthy.TextPath(e.Path)
			}
			code, reason := p.Gap.describe()
			if err := sink.Coverage(&seaworthy.Coverage{Risk: seaworthy.Secret, Subject: fmt.Sprintf("layer %d: %s", i, path), State: seaworthy.Partial, Code: code, Reason: reason}); err != nil {
				return err
			}
		}
		if f.Beyond > 0 {
			if err := sink.Coverage(&seaworthy.Coverage{
				Risk: seaworthy.Secret, Subject: fmt.Sprintf("layer %d", i), State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded,
				Reason: fmt.Sprintf("%d secrets or gaps after the first %d are not listed.", f.Beyond, maxOccurrences),
			}); err != nil {
				return err
			}
		}
	}
	if skipped > 0 {
		if err := sink.Coverage(&seaworthy.Coverage{
			Risk: seaworthy.Secret, Subject: "image", State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded,
			Reason: fmt.Sprintf("%d layers repeat others; of their secrets only the first places are listed.", skipped),
		}); err != nil {
			return err
		}
	}
	list, gaps := a.configuration(m.Image())
	more, unreadable, moreGaps := a.documents(m.Image(), list)
	for _, name := range unreadable {
		if err := sink.Coverage(&seaworthy.Coverage{Risk: seaworthy.Secret, Subject: name, State: seaworthy.Partial, Code: seaworthy.CodeInvalidSyntax,
			Reason: "It is not valid JSON, or too large; the rest was not scanned."}); err != nil {
			return err
		}
	}
	for _, why := range moreGaps {
		if !slices.Contains(gaps, why) {
			gaps = append(gaps, why)
		}
	}
	for _, c := range slices.Concat(list, more) {
		g.add(c.occurrence, c.location, nil)
	}
	for _, why := range gaps {
		code, reason := why.describe()
		if err := sink.Coverage(&seaworthy.Coverage{Risk: seaworthy.Secret, Subject: "configuration and history", State: seaworthy.Partial, Code: code, Reason: reason}); err != nil {
			return err
		}
	}
	if a.verify != nil {
		if err := g.verify(ctx, a.verify); err != nil {
			return err
		}
	}
	if err := g.report(sink, a.show); err != nil {
		return err
	}
	return sink.Coverage(&seaworthy.Coverage{Risk: seaworthy.Secret, Subject: "files, configuration and history", State: seaworthy.Checked})
}
