package scanner

import (
	"strings"

	"seaworthy.dev/seaworthy/internal/policy"
)

// Policy says which findings fail an image.
type Policy struct {
	// File is the path of the policy file; "" means the built-in policy.
	File string
	// IgnoreDir is a directory with ignore files of Dockle, Trivy, Grype and gitleaks;
	// "" for none. Anyone who can change these files can suppress findings.
	IgnoreDir string
	// SecretBaseline is a JSON report from Seaworthy or gitleaks. The secrets in it are
	// ignored.
	SecretBaseline string
	// FailOn is the minimum severity of a finding of any risk that fails the image, or
	// "never"; "" means that the policy decides.
	FailOn string
	// IgnoreUnfixed ignores vulnerabilities without a fixed version.
	IgnoreUnfixed bool
	// IgnoreBase ignores findings that are only in the base image. The verdict is
	// indeterminate if the base image is not known.
	IgnoreBase bool
}

// loadPolicy loads the policy and the ignore files that the options name.
func (s *Scanner) loadPolicy() (err error) {
	from, names := &s.opt.Policy, &s.opt.Names
	opt := policy.Options{
		IgnoreUnfixed: from.IgnoreUnfixed, IgnoreBase: from.IgnoreBase,
		Names: policy.Names{FailOn: names.FailOn, IgnoreUnfixed: names.IgnoreUnfixed, IgnoreBase: names.IgnoreBase, Base: names.Base},
	}
	if from.FailOn != "" {
		if opt.FailOn, err = policy.ParseLevel(strings.ToLower(from.FailOn)); err != nil {
			return &OptionError{"Policy.FailOn", err}
		}
	}
	if from.File == "" {
		s.policy = policy.Default()
	} else if s.policy, err = policy.Load(from.File); err != nil {
		return err
	}
	if from.IgnoreDir != "" {
		if opt.IgnoreFiles, err = policy.LoadIgnoreFiles(from.IgnoreDir); err != nil {
			return err
		}
	}
	if from.SecretBaseline != "" {
		known, err := policy.LoadBaseline(from.SecretBaseline)
		if err != nil {
			return &OptionError{"Policy.SecretBaseline", err}
		}
		opt.IgnoreFiles = append(opt.IgnoreFiles, known)
	}
	s.policyOpt = opt
	return nil
}
