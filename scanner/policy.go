package scanner

import (
	"strings"

	"seaworthy.dev/seaworthy/internal/policy"
)

// Policy says what fails an image.
type Policy struct {
	// File is the policy file; "" means the built-in policy.
	File string
	// IgnoreDir is a directory whose ignore files of Dockle, Trivy, Grype and
	// gitleaks count too; "" for none. Who can change these files can have findings
	// ignored.
	IgnoreDir string
	// SecretBaseline is a report, of this program or of gitleaks, whose secrets do not
	// count any more.
	SecretBaseline string
	// FailOn is the severity from which a finding of any risk fails the image, or
	// "never"; "" means what the policy says.
	FailOn string
	// IgnoreUnfixed leaves vulnerabilities that no version fixes out of account.
	IgnoreUnfixed bool
	// IgnoreBase leaves findings out of account that lie wholly in the base image.
	// Where it ends must be known, or the verdict is indeterminate.
	IgnoreBase bool
}

// loadPolicy reads what the options say of the policy.
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
