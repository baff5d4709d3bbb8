package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig"
	"seaworthy.dev/seaworthy/internal/secret"
	"seaworthy.dev/seaworthy/internal/secret/verify"
	"seaworthy.dev/seaworthy/internal/vulnerability"
)

// Risks returns the risks that have a built-in analyzer.
func Risks() []seaworthy.Risk {
	return []seaworthy.Risk{seaworthy.Vulnerability, seaworthy.Misconfiguration, seaworthy.Secret}
}

// Secrets says how to search for secrets.
type Secrets struct {
	// Rules is a file of rules in the TOML format of gitleaks. It replaces the built-in
	// rules, or adds to them if it sets extend.useDefault; "" means the built-in rules.
	Rules string
	// Show is true if findings show the secrets, which are redacted otherwise. Results are
	// not cached then, and every layer is read.
	Show bool
	// Verify is true if the issuers of secrets are asked whether these are live. This sends
	// each secret to its issuer.
	// It cannot be used with Data.Offline.
	Verify bool
}

// BuiltIn returns the built-in analyzers with their default options, in the order of
// [Risks].
func BuiltIn() ([]seaworthy.Analyzer, error) {
	var all []seaworthy.Analyzer
	for _, risk := range Risks() {
		a, err := new(Scanner).builtIn(risk)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// openAnalyzers creates the analyzers of the Scanner. A risk that is not checked gets a
// skippedAnalyzer, so that the report says so.
func (s *Scanner) openAnalyzers() error {
	requested := s.opt.Risks
	if requested == nil {
		requested = seaworthy.Risks()
	}
	own := make(map[seaworthy.Risk]bool)
	for _, a := range s.opt.Analyzers {
		if risk, ok := riskOf(a); ok {
			own[risk] = true
		}
	}
	for _, risk := range seaworthy.Risks() {
		wanted, builtIn := slices.Contains(requested, risk), slices.Contains(Risks(), risk)
		switch {
		case wanted && risk == seaworthy.Vulnerability && s.opt.Data.dir(s.opt.CacheDir) == "":
			return &OptionError{"Data.Dir", ErrNoDataDir}
		case wanted && builtIn:
			a, err := s.builtIn(risk)
			if err != nil {
				return err
			}
			s.analyzers = append(s.analyzers, a)
		case own[risk]:
		case wanted && s.opt.Risks != nil:
			return &OptionError{"Risks", fmt.Errorf("%s: there is no analyzer for it; there are analyzers for %s", risk, riskNames(Risks()))}
		case wanted:
			s.analyzers = append(s.analyzers, skippedAnalyzer{risk, seaworthy.CodeNotImplemented, "not implemented yet"})
			continue
		default:
			s.analyzers = append(s.analyzers, skippedAnalyzer{risk, seaworthy.CodeNotRequested, "not requested" + inParentheses(s.opt.Names.Risks)})
			continue
		}
		s.risks = append(s.risks, risk)
	}
	s.analyzers = append(s.analyzers, s.opt.Analyzers...)
	return nil
}

// builtIn returns the built-in analyzer of a risk.
func (s *Scanner) builtIn(risk seaworthy.Risk) (seaworthy.Analyzer, error) {
	switch risk {
	case seaworthy.Vulnerability:
		return vulnerability.New(vulnerability.Options{MaxAgeName: s.opt.Names.MaxDataAge}), nil
	case seaworthy.Misconfiguration:
		return misconfig.New(s.redactor), nil
	case seaworthy.Secret:
		return s.secrets()
	default:
		return nil, fmt.Errorf("no analyzer for the risk %s", risk)
	}
}

// secrets returns the analyzer for secrets.
func (s *Scanner) secrets() (seaworthy.Analyzer, error) {
	from := &s.opt.Secrets
	if from.Verify && s.opt.Data.Offline {
		return nil, &OptionError{"Secrets.Verify", errors.New("secrets cannot be verified offline")}
	}
	key, err := s.cache.Key()
	if err != nil {
		return nil, err
	}
	opt := secret.Options{Key: key, Rules: s.secretRules, Show: from.Show}
	if from.Verify {
		opt.Verify = verify.New(verify.Options{})
	}
	return secret.New(opt)
}

// riskOf returns the risk that an analyzer checks. ok is false if it only reads layers.
func riskOf(a seaworthy.Analyzer) (risk seaworthy.Risk, ok bool) {
	switch a := a.(type) {
	case seaworthy.ImageAnalyzer:
		return a.Risk(), true
	case seaworthy.Preparer:
		return a.Risk(), true
	}
	return "", false
}

func riskNames(risks []seaworthy.Risk) string {
	var names []string
	for _, r := range risks {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// skippedAnalyzer stands in for the analyzer of a risk that is not checked. It reports why.
type skippedAnalyzer struct {
	risk   seaworthy.Risk
	code   seaworthy.CoverageCode
	reason string
}

var _ seaworthy.ImageAnalyzer = skippedAnalyzer{}

// Name implements [seaworthy.Analyzer].
func (a skippedAnalyzer) Name() string { return "no " + string(a.risk) }

// ConfigDigest implements [seaworthy.Analyzer].
func (a skippedAnalyzer) ConfigDigest() string { return "" }

// Risk implements [seaworthy.ImageAnalyzer].
func (a skippedAnalyzer) Risk() seaworthy.Risk { return a.risk }

// Image implements [seaworthy.ImageAnalyzer].
func (a skippedAnalyzer) Image(_ context.Context, _ seaworthy.Merged, s seaworthy.Sink) error {
	return s.Coverage(&seaworthy.Coverage{Risk: a.risk, Subject: "image", State: seaworthy.NotChecked, Code: a.code, Reason: a.reason})
}
