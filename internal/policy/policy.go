// Package policy turns findings and coverage into a verdict: pass, fail or
// indeterminate.
//
// A [Policy] says which findings fail an image, which are ignored, and which risks must
// have been checked. It is built in, or read from a YAML file. An [Evaluator] applies it to
// the events of a scan.
package policy

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cel.dev/cel-go/cel"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/userfile"
)

// FileName is the name of the policy file in the working directory.
const FileName = ".seaworthy.yaml"

// builtIn is the source of the built-in policy.
const builtIn = "built-in"

//go:embed default.yaml
var defaultText []byte

// Policy says which findings fail an image. It is not changed after it was read.
type Policy struct {
	source     string
	text       []byte
	fail       map[seaworthy.Risk]Level
	coverage   map[seaworthy.Risk]map[seaworthy.State]seaworthy.Decision
	rules      []rule
	exceptions []exception
	unrated    seaworthy.Decision // if a vulnerability with a fix has no severity
}

// rule says what a finding means for the verdict if a condition is true for it.
type rule struct {
	name    string
	when    *expression
	fails   bool // else the finding does not count
	message string
}

// Default returns the built-in policy.
func Default() *Policy {
	env, err := newEnvironment()
	if err != nil {
		panic(err) // it depends on nothing but this program
	}
	p := newPolicy()
	if err := p.read(env, builtIn, defaultText); err != nil {
		panic(err) // so does the text, and a test reads it
	}
	return p
}

func newPolicy() *Policy {
	p := &Policy{
		fail:     make(map[seaworthy.Risk]Level),
		coverage: make(map[seaworthy.Risk]map[seaworthy.State]seaworthy.Decision),
	}
	for _, r := range seaworthy.Risks() {
		p.coverage[r] = make(map[seaworthy.State]seaworthy.Decision)
	}
	return p
}

// Choose returns the policy with a name: "default" and "none" are the built-in policy, ""
// is the policy file in dir or, if there is none, the built-in policy, and anything else
// is the path of a file.
func Choose(name, dir string) (*Policy, error) {
	switch name {
	case "default", "none":
		return Default(), nil
	case "":
		path, err := Discover(dir)
		if err != nil || path == "" {
			return Default(), err
		}
		return Load(path)
	}
	return Load(name)
}

// Discover returns the path of the policy file in dir, or "" if there is none.
func Discover(dir string) (string, error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("cannot look for a policy: %w", err)
	}
	return path, nil
}

// Load reads a policy file.
func Load(path string) (*Policy, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the policy: %w", err)
	}
	return Parse(path, data)
}

// readFile reads a file. It reads at most one byte more than the maximum size, so
// that the parser reports a larger file.
func readFile(path string) ([]byte, error) {
	f, err := userfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFileSize+1))
}

// Parse parses the text of a policy. Source is its name in errors and in the report. The
// built-in policy applies to everything that the text does not mention.
func Parse(source string, data []byte) (*Policy, error) {
	env, err := newEnvironment()
	if err != nil {
		return nil, fmt.Errorf("cannot prepare the policy's expressions: %w", err)
	}
	p := newPolicy()
	if err := p.read(env, builtIn, defaultText); err != nil {
		return nil, err
	}
	if err := p.read(env, source, data); err != nil {
		return nil, err
	}
	return p, nil
}

// Provenance returns the source of the policy and the digest of its text.
func (p *Policy) Provenance() seaworthy.PolicyProvenance {
	return seaworthy.PolicyProvenance{Source: p.source, Digest: digest(p.text)}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Text returns the text of the policy as it was read.
func (p *Policy) Text() []byte { return bytes.Clone(p.text) }

// read changes the policy to what the text says.
func (p *Policy) read(env *cel.Env, source string, data []byte) error {
	p.source, p.text = source, bytes.Clone(data)
	root, err := parseYAML(source, data)
	if err != nil {
		return err
	}
	if root.kind != mapping {
		return root.errorf("a policy must be a mapping with the key version, but this is %s", root.kind)
	}
	return root.decode(
		required("version", func(v value) error {
			if s, err := v.string(); err != nil {
				return err
			} else if s != "1" {
				return v.errorf("unknown version %q: this program knows version 1", s)
			}
			return nil
		}),
		optional("fail", p.readFail),
		optional("rules", func(v value) error { return p.readRules(env, v) }),
		optional("coverage", p.readCoverage),
		optional("unrated", func(v value) error {
			d, err := v.decision()
			p.unrated = d
			return err
		}),
		optional("exceptions", func(v value) error {
			p.exceptions = nil
			return v.each(func(item value) error {
				e, err := readException(env, item)
				p.exceptions = append(p.exceptions, e)
				return err
			})
		}),
	)
}

func (p *Policy) readFail(v value) error {
	return v.decode(perRisk(func(r seaworthy.Risk, v value) error {
		s, err := v.string()
		if err != nil {
			return err
		}
		level, err := ParseLevel(s)
		if err != nil {
			return v.errorf("%v", err)
		}
		p.fail[r] = level
		return nil
	})...)
}

func (p *Policy) readCoverage(v value) error {
	return v.decode(perRisk(func(r seaworthy.Risk, v value) error {
		var keys []key
		for _, state := range []seaworthy.State{seaworthy.Partial, seaworthy.NotChecked, seaworthy.Failed} {
			keys = append(keys, optional(string(state), func(v value) error {
				d, err := v.decision()
				p.coverage[r][state] = d
				return err
			}))
		}
		return v.decode(keys...)
	})...)
}

func (p *Policy) readRules(env *cel.Env, v value) error {
	p.rules = nil
	names := make(map[string]bool)
	return v.each(func(item value) error {
		var r rule
		err := item.decode(
			required("name", func(v value) (err error) {
				if r.name, err = v.string(); err == nil && names[r.name] {
					err = v.errorf("another rule has the name %q", r.name)
				}
				names[r.name] = true
				return err
			}),
			required("when", func(v value) (err error) {
				r.when, err = compile(env, v)
				return err
			}),
			required("decision", func(v value) error {
				d, err := v.oneOf("fail", "ignore")
				r.fails = d == "fail"
				return err
			}),
			required("message", func(v value) (err error) {
				r.message, err = v.string()
				return err
			}),
		)
		p.rules = append(p.rules, r)
		return err
	})
}

// decision reads pass, indeterminate or fail.
func (v *value) decision() (seaworthy.Decision, error) {
	d, err := v.oneOf(string(seaworthy.DecisionPass), string(seaworthy.DecisionIndeterminate), string(seaworthy.DecisionFail))
	return seaworthy.Decision(d), err
}

// perRisk returns an optional key for each risk.
func perRisk(set func(seaworthy.Risk, value) error) []key {
	var keys []key
	for _, r := range seaworthy.Risks() {
		keys = append(keys, optional(string(r), func(v value) error { return set(r, v) }))
	}
	return keys
}

// key is a key that a mapping may have, and the function that reads its value.
type key struct {
	name     string
	required bool
	set      func(value) error
}

func required(name string, set func(value) error) key { return key{name, true, set} }
func optional(name string, set func(value) error) key { return key{name, false, set} }

// decode calls the functions of the keys with the values of a mapping. Unknown and
// missing keys are errors.
func (v *value) decode(keys ...key) error {
	if v.kind != mapping {
		return v.errorf("here must be a mapping, not %s", v.kind)
	}
	given := make(map[string]bool, len(v.fields))
fields:
	for _, f := range v.fields {
		given[f.key.text] = true
		for _, k := range keys {
			if k.name == f.key.text {
				if err := k.set(f.value); err != nil {
					return err
				}
				continue fields
			}
		}
		return f.key.errorf("unknown key %q: one of %s", f.key.text, keyNames(keys))
	}
	for _, k := range keys {
		if k.required && !given[k.name] {
			return v.errorf("the key %q is missing", k.name)
		}
	}
	return nil
}

func keyNames(keys []key) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

// each calls visit with the items of a list. An empty value is an empty list.
func (v *value) each(visit func(value) error) error {
	if v.kind != list && v.kind != null {
		return v.errorf("here must be a list, not %s", v.kind)
	}
	for _, item := range v.items {
		if err := visit(item); err != nil {
			return err
		}
	}
	return nil
}

// string returns the text of a scalar that is not blank.
func (v *value) string() (string, error) {
	if v.kind != scalar {
		return "", v.errorf("here must be a text, not %s", v.kind)
	}
	s := strings.TrimSpace(v.text)
	if s == "" {
		return "", v.errorf("the text is empty")
	}
	return s, nil
}

func (v *value) oneOf(words ...string) (string, error) {
	s, err := v.string()
	if err != nil {
		return "", err
	}
	for _, w := range words {
		if s == w {
			return s, nil
		}
	}
	return "", v.errorf("unknown word %q: one of %s", s, strings.Join(words, ", "))
}
