package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/policy"
	"seaworthy.dev/seaworthy/scanner"
)

// scanFlags are the flags of scan.
type scanFlags struct {
	image         imageFlags
	data          dataFlags
	base          baseFlags
	output        outputFlags
	risks         []string
	failOn        string
	ignoreUnfixed bool
	policy        string
	secrets       secretFlags
	vex           []string
}

// baseFlags are the flags that name the base image.
type baseFlags struct {
	base   string
	ignore bool
}

func (f *baseFlags) register(cmd *cobra.Command) {
	f.registerBase(cmd)
	cmd.Flags().BoolVar(&f.ignore, "ignore-base", false, "ignore findings that are only in the base image; the verdict is INDETERMINATE if the base image is not known")
}

func (f *baseFlags) registerBase(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.base, "base", "", "reference of the base `IMAGE` (default detected from history and labels)")
}

// dataFlags are the flags of the advisory database.
type dataFlags struct {
	dir     string
	source  string
	offline bool
	maxAge  int // days
}

func (f *dataFlags) register(cmd *cobra.Command) {
	dbDirFlag(cmd, &f.dir)
	flags := cmd.Flags()
	flags.StringVar(&f.source, "advisory-source", "", "`URL or directory` to download advisories from, with <Ecosystem>/all.zip (default OSV's public export)")
	flags.BoolVar(&f.offline, "offline", false, "do not download advisories; use the local database")
	flags.IntVar(&f.maxAge, "max-data-age", int(scanner.DefaultMaxAge.Hours()/24), "maximum age of advisories in `days`; 0 for no limit")
}

// vexAttached is the value of --vex for the documents attached to the image.
const vexAttached = "oci"

func (f *scanFlags) registerVEX(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.vex, "vex", nil, "VEX `FILE` (OpenVEX, CSAF or CycloneDX), or oci for documents attached to the image in its registry; may be repeated")
}

// secretFlags are the flags of the secret scanner.
type secretFlags struct {
	rules, baseline string
	show, verify    bool
}

func (f *secretFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.rules, "secret-rules", "", "`FILE` of secret rules in the TOML format of gitleaks; it replaces the built-in rules, or extends them with extend.useDefault")
	flags.StringVar(&f.baseline, "secret-baseline", "", "JSON report `FILE` from Seaworthy or gitleaks; the secrets in it are ignored")
	flags.BoolVar(&f.show, "show-secrets", false, "show secrets in full; layers are read without the cache")
	flags.BoolVar(&f.verify, "verify", false, "verify whether secrets are live; this sends each secret to its issuer")
}

// registerHiddenSecrets registers the flag of the rules whose secrets a command hides
// without searching for them.
func registerHiddenSecrets(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "secret-rules", "", "`FILE` of secret rules in the TOML format of gitleaks; secrets that they match are hidden too")
}

func (a *app) scanCommand() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan IMAGE...",
		Short: "Scan images and give a verdict",
		Long: `Scan checks images for vulnerabilities, misconfigurations and secrets in every layer,
and gives a verdict for each.

IMAGE is one of
  name[:tag|@digest]         an image of a local engine, else in a registry
  registry:NAME              an image in a registry, even if a local engine has it
  docker-daemon:NAME         an image of the Docker daemon (also docker:NAME)
  podman:NAME                an image of Podman, by its service
  docker-archive:FILE[:NAME] an archive of docker save
  oci:DIR[:TAG]              an OCI image layout
  oci-archive:FILE[:TAG]     an OCI image layout in a tar archive
  dir:PATH                   a root file system
  sbom:FILE                  an SBOM: CycloneDX, SPDX or Syft's JSON
  report:FILE                a saved JSON report: vulnerabilities are matched again,
                             everything else is kept
  FILE or DIR                one of these, detected by its content
  -                          an archive on standard input (sbom:- and report:- too)

The verdict follows the policy: --policy FILE, else .seaworthy.yaml in the working
directory, else the built-in one (seaworthy policy prints it). The ignore files of
Dockle, Trivy, Grype and gitleaks in the working directory (.dockleignore,
.trivyignore, .grype.yaml, .gitleaksignore) count too.
--policy default is the built-in policy with these ignore files, and --policy none is
the built-in policy without any file of the working directory.

VEX statements (--vex) apply if they are about this image or a package in it. A
vulnerability with the status not_affected or fixed does not count in the verdict.
The report shows it with the author of the statement. If two statements apply, the
later one counts. Signatures are not verified.`,
		Example: `  seaworthy scan alpine:3.20
  seaworthy scan image.tar
  docker save app | seaworthy scan -
  seaworthy scan --fail-on medium --output sarif=app.sarif --output json=app.json app:1.2`,
		Args: atLeastOneImage,
		RunE: func(cmd *cobra.Command, args []string) error { return a.scan(cmd.Context(), args, &f) },
	}
	f.image.register(cmd)
	f.output.register(cmd)
	f.data.register(cmd)
	f.registerVEX(cmd)
	f.registerChecks(cmd)
	f.base.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.failOn, "fail-on", "", "minimum `severity` of a finding of any risk that fails the image: "+strings.Join(severityNames(), ", ")+", or never (default by the policy)")
	flags.BoolVar(&f.ignoreUnfixed, "ignore-unfixed", false, "ignore vulnerabilities without a fixed version")
	cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(append(severityNames(), "never"), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// registerChecks registers the flags that choose risks, policy and secret rules.
func (f *scanFlags) registerChecks(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.risks, "risk", nil, "`risks` to check, separated by commas: "+strings.Join(riskNames(), ", ")+" (default all of them)")
	flags.StringVar(&f.policy, "policy", "", "policy `FILE`, or default (built-in policy), or none (built-in policy, no ignore files) (default .seaworthy.yaml if it exists)")
	cmd.RegisterFlagCompletionFunc("risk", cobra.FixedCompletions(riskNames(), cobra.ShellCompDirectiveNoFileComp))
	f.secrets.register(cmd)
}

func atLeastOneImage(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &usageError{err: errors.New("want at least one argument: the image"), command: cmd.CommandPath()}
	}
	return nil
}

func (a *app) scan(ctx context.Context, references []string, f *scanFlags) (err error) {
	s, err := a.scanner(f)
	if err != nil {
		return err
	}
	out, err := a.openOutputs(&f.output)
	if err != nil {
		return err
	}
	defer out.discard()
	reported := &verdictCounter{Handler: out}
	for _, reference := range references {
		verdict, err := a.scanOne(ctx, s, reference, f, reported)
		if err != nil {
			a.fail(ctx, err)
			if ctx.Err() != nil {
				return nil
			}
			continue
		}
		a.setExit(verdict.Decision)
	}
	if reported.n == 0 {
		return nil
	}
	return out.Close()
}

func (a *app) scanOne(ctx context.Context, s *scanner.Scanner, reference string, f *scanFlags, h seaworthy.Handler) (seaworthy.Verdict, error) {
	p := a.startProgress(f.image.noProgress, reference, h)
	defer p.stop()
	return s.Scan(ctx, reference, p)
}

// verdictCounter is a Handler that counts verdicts and passes all events on.
type verdictCounter struct {
	seaworthy.Handler
	n int
}

// Verdict implements [seaworthy.Handler].
func (c *verdictCounter) Verdict(v *seaworthy.Verdict) error {
	c.n++
	return c.Handler.Verdict(v)
}

// scanner returns a Scanner with the options that the flags set.
func (a *app) scanner(f *scanFlags) (*scanner.Scanner, error) {
	opt, err := a.scannerOptions(&f.image)
	if err != nil {
		return nil, err
	}
	if opt.Risks, err = parseRisks(f.risks); err != nil {
		return nil, err
	}
	if f.data.maxAge < 0 {
		return nil, fmt.Errorf("--max-data-age %d: want a number of days, 0 or more", f.data.maxAge)
	}
	if f.secrets.verify && f.data.offline {
		return nil, errors.New("--verify and --offline cannot be used together")
	}
	var noDir error // counts only if advisories are needed
	opt.Data = scanner.Data{Source: cmp.Or(f.data.source, a.Getenv(variable("advisory-source"))), Offline: f.data.offline, MaxAge: time.Duration(f.data.maxAge) * 24 * time.Hour}
	opt.Data.Dir, noDir = a.dbDirectory(f.data.dir, f.image.cacheDir)
	if f.data.maxAge == 0 {
		opt.Data.MaxAge = -1
	}
	opt.Secrets = scanner.Secrets{Rules: f.secrets.rules, Show: f.secrets.show, Verify: f.secrets.verify}
	if opt.Policy, err = f.policyOptions(); err != nil {
		return nil, err
	}
	opt.Base = f.base.base
	for _, v := range f.vex {
		if v == vexAttached {
			opt.VEX.Attached = true
		} else {
			opt.VEX.Files = append(opt.VEX.Files, v)
		}
	}
	s, err := scanner.New(opt)
	if errors.Is(err, scanner.ErrNoDataDir) {
		return nil, noDir
	}
	if err != nil {
		return nil, err
	}
	a.redactor = s.Redactor()
	return s, nil
}

// policyOptions returns the policy that the flags choose.
func (f *scanFlags) policyOptions() (p scanner.Policy, err error) {
	p = scanner.Policy{
		FailOn: f.failOn, IgnoreUnfixed: f.ignoreUnfixed, IgnoreBase: f.base.ignore,
		SecretBaseline: f.secrets.baseline,
		IgnoreDir:      ".",
	}
	switch f.policy {
	case "":
		p.File, err = policy.Discover(".")
	case "default":
	case "none": // a change under test could edit the files in the working directory
		p.IgnoreDir = ""
	default:
		p.File = f.policy
	}
	return p, err
}

// riskNames returns the names of the risks that can be checked.
func riskNames() []string {
	var names []string
	for _, r := range scanner.Risks() {
		names = append(names, string(r))
	}
	return names
}

// parseRisks parses names of risks. It returns nil if there are none.
func parseRisks(names []string) ([]seaworthy.Risk, error) {
	var risks []seaworthy.Risk
	for _, n := range names {
		r, err := seaworthy.ParseRisk(strings.ToLower(strings.TrimSpace(n)))
		if err != nil {
			return nil, fmt.Errorf("--risk: %w", err)
		}
		if !slices.Contains(scanner.Risks(), r) {
			return nil, fmt.Errorf("--risk %s: not implemented yet; implemented are %s", r, strings.Join(riskNames(), ", "))
		}
		risks = append(risks, r)
	}
	return risks, nil
}
