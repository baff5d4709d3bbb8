package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig"
	"seaworthy.dev/seaworthy/internal/secret"
	"seaworthy.dev/seaworthy/internal/vulnerability"
)

// Why a risk is not looked at.
const (
	notAskedFor  = "it was not asked for (--risk)"
	notAvailable = "this version cannot look for it"
)

// analyzers gives the analyzers for the risks that are asked for; none asked for
// means all. Of every risk that will not be looked at, one of them says so.
// Judged are the risks that were asked for and have an analyzer.
func analyzers(asked []seaworthy.Risk, opt analyzerOptions) (list []seaworthy.Analyzer, judged []seaworthy.Risk, err error) {
	for _, risk := range seaworthy.Risks() {
		wanted := slices.Contains(asked, risk)
		switch {
		case len(asked) > 0 && !wanted:
			list = append(list, unlooked{risk, seaworthy.CodeNotRequested, notAskedFor})
		case slices.Contains(available(), string(risk)):
			a, err := analyzer(risk, opt)
			if err != nil {
				return nil, nil, err
			}
			list = append(list, a)
			judged = append(judged, risk)
		case wanted:
			return nil, nil, fmt.Errorf("--risk %s: this version cannot look for that; it can look for %s", risk, strings.Join(available(), ", "))
		default:
			list = append(list, unlooked{risk, seaworthy.CodeNotImplemented, notAvailable})
		}
	}
	return list, judged, nil
}

// analyzerOptions configure the analyzers.
type analyzerOptions struct {
	secret secret.Options
}

// analyzer gives the analyzer of a risk that is available.
func analyzer(risk seaworthy.Risk, opt analyzerOptions) (seaworthy.Analyzer, error) {
	switch risk {
	case seaworthy.Vulnerability:
		// Which data it needs is known once the packages are: see withAdvisories.
		return vulnerability.New(nil, vulnerability.Options{}), nil
	case seaworthy.Misconfiguration:
		return misconfig.New(), nil
	case seaworthy.Secret:
		return secret.New(opt.secret)
	default:
		return nil, fmt.Errorf("no analyzer for the risk %s", risk)
	}
}

// available names the risks that this version can look for.
func available() []string {
	return []string{string(seaworthy.Vulnerability), string(seaworthy.Misconfiguration), string(seaworthy.Secret)}
}

// unlooked stands in for the analyzer of a risk that is not looked at, and says
// so: nothing that was not looked at may look clean.
type unlooked struct {
	risk   seaworthy.Risk
	code   seaworthy.CoverageCode
	reason string
}

var _ seaworthy.ImageAnalyzer = unlooked{}

// Name implements [seaworthy.Analyzer].
func (u unlooked) Name() string { return "no " + string(u.risk) }

// ConfigDigest implements [seaworthy.Analyzer].
func (u unlooked) ConfigDigest() string { return "" }

// Risk implements [seaworthy.ImageAnalyzer].
func (u unlooked) Risk() seaworthy.Risk { return u.risk }

// Image implements [seaworthy.ImageAnalyzer].
func (u unlooked) Image(_ context.Context, _ seaworthy.Merged, s seaworthy.Sink) error {
	return s.Coverage(&seaworthy.Coverage{Risk: u.risk, Subject: "image", State: seaworthy.NotChecked, Code: u.code, Reason: u.reason})
}
