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
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/gitpack"
	"seaworthy.dev/seaworthy/internal/secret/verify"
)

// Options say how to look for secrets.
type Options struct {
	// Key is the random key of the cache, of at least 16 bytes. By it equal
	// secrets are recognised without their value being kept. Without a key a fresh
	// one is made, nothing that was cached serves again, and findings have no digest
	// of the value, which could not be compared with anything.
	Key []byte
	// Rules are what is looked for; nil means the built-in rules.
	Rules *credential.Rules
	// Show puts the values into the evidence of findings. Then nothing that was
	// cached serves, and nothing is cached.
	Show bool
	// Verify asks the issuers of secrets whether these are live, which takes the
	// values too; nil asks nobody.
	Verify *verify.Verifier
}

// Analyzer looks for secrets. It implements [seaworthy.LayerAnalyzer] and
// [seaworthy.ImageAnalyzer].
type Analyzer struct {
	rules *credential.Rules
	key   []byte
	// fresh is true of a key that is nobody's but this analyzer's.
	fresh  bool
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

// minKey is the least length of a key in bytes.
const minKey = 16

// New makes an Analyzer.
func New(opt Options) (*Analyzer, error) {
	a := &Analyzer{rules: opt.Rules, key: opt.Key, show: opt.Show, verify: opt.Verify, packs: gitpack.NewReader()}
	if a.key == nil {
		a.key, a.fresh = make([]byte, sha256.Size), true
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

// Uncached implements [seaworthy.Uncached]. With the values in them, results are
// not to be kept.
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

// sighting is a secret in one place, without its value.
type sighting struct {
	Ordinal int `json:"ordinal"`
	// Member names the file in the file, if that is an archive.
	Member   string             `json:"member,omitempty"`
	Rule     string             `json:"rule"`
	Line     int                `json:"line,omitempty"`
	Offset   int64              `json:"offset"`
	Severity seaworthy.Severity `json:"severity"`
	Note     string             `json:"note,omitempty"`
	Encoding string             `json:"encoding,omitempty"`
	Name     string             `json:"name,omitempty"`
	// Head is how the value begins as all of its kind do.
	Head string `json:"head,omitempty"`
	// Same is equal for equal secrets; empty for one that could be guessed from
	// it with the key.
	Same string `json:"same,omitempty"`
	// Value is the secret itself, and is there only if the result is not cached.
	Value []byte `json:"value,omitempty"`
	// digest is what Same is where it is not empty.
	digest string
}

// maxShownName is the longest name of a value that is shown: what is longer may be
// more than a name.
const maxShownName = 40

func (a *Analyzer) sighting(m *credential.Match) sighting {
	s := sighting{Rule: m.Rule.ID, Offset: int64(m.Start), Severity: m.Rule.Severity, Note: m.Note, Encoding: m.Encoding, Head: m.Head}
	if m.Severity != seaworthy.Unknown {
		s.Severity = m.Severity
	}
	if len(m.Name) <= maxShownName {
		s.Name = m.Name
	}
	if note, most := demoted(m); note != "" {
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

// demoted says why a secret is hardly one, and how bad it can be at most: what
// anyone gets with an installed package is no secret of the image's, and keys
// are made for tests.
func demoted(m *credential.Match) (note string, most seaworthy.Severity) {
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

// Image implements [seaworthy.ImageAnalyzer].
func (a *Analyzer) Image(ctx context.Context, m seaworthy.Merged, sink seaworthy.Sink) error {
	g := collector{rules: a.rules, fresh: a.fresh}
	g.steps = stepsOf(m.Image().Config, len(m.Image().Layers), a.redactor)
	for i := range m.Image().Layers {
		if err := ctx.Err(); err != nil {
			return err
		}
		var f facts
		if err := json.Unmarshal(m.Result(a, i), &f); err != nil {
			return fmt.Errorf("secrets of layer %d: %w", i, err)
		}
		owners := owners{merged: m, contents: f.Contents}
		for _, s := range f.Sightings {
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
				Reason: fmt.Sprintf("%d secrets or gaps after the first %d are not listed.", f.Beyond, maxSightings),
			}); err != nil {
				return err
			}
		}
	}
	list, gaps := a.configuration(m.Image())
	for _, c := range list {
		g.add(c.sighting, c.location, nil)
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
