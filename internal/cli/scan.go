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

// baseFlags say what an image was built on.
type baseFlags struct {
	base   string
	ignore bool
}

func (f *baseFlags) register(cmd *cobra.Command) {
	f.registerBase(cmd)
	cmd.Flags().BoolVar(&f.ignore, "ignore-base", false, "do not count findings that lie wholly in the base image; where it ends must be known")
}

func (f *baseFlags) registerBase(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.base, "base", "", "`IMAGE` that the image was built on (default what its history gives away)")
}

// dataFlags say which advisories packages are matched with.
type dataFlags struct {
	dir     string
	source  string
	offline bool
	maxAge  int // days
}

func (f *dataFlags) register(cmd *cobra.Command) {
	dbDirFlag(cmd, &f.dir)
	flags := cmd.Flags()
	flags.StringVar(&f.source, "advisory-source", "", "`URL or directory` with <Ecosystem>/all.zip to fetch advisories from (default OSV's public export)")
	flags.BoolVar(&f.offline, "offline", false, "fetch no advisories: judge by those that are there")
	flags.IntVar(&f.maxAge, "max-data-age", int(scanner.DefaultMaxAge.Hours()/24), "age in `days` from which advisories say too little; 0 for any age")
}

// vexAttached is the value of --vex that stands for what is attached to the image.
const vexAttached = "oci"

func (f *scanFlags) registerVEX(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.vex, "vex", nil, "`FILE` of VEX statements (OpenVEX, CSAF, CycloneDX), or oci for those attached to the image in its registry; may be repeated")
}

// secretFlags say how to look for secrets.
type secretFlags struct {
	rules, baseline string
	show, verify    bool
}

func (f *secretFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.rules, "secret-rules", "", "`FILE` of rules for secrets in the TOML format of gitleaks, instead of the built-in ones or beside them (extend.useDefault)")
	flags.StringVar(&f.baseline, "secret-baseline", "", "report `FILE` in JSON, of this program or of gitleaks: secrets that are in it do not count any more")
	flags.BoolVar(&f.show, "show-secrets", false, "show secrets in full; the image is read again, and nothing of it is cached")
	flags.BoolVar(&f.verify, "verify", false, "ask the issuers of secrets whether these are live, which sends each secret to its issuer")
}

func (a *app) scanCommand() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan IMAGE...",
		Short: "Judge images, and say whether they may sail",
		Long: `Scan reads every layer of an image once and judges it.

IMAGE is one of
  name[:tag|@digest]         an image in a registry
  docker-daemon:NAME         an image of the Docker daemon
  docker-archive:FILE[:NAME] what docker save wrote
  oci:DIR[:TAG]              an OCI image layout
  oci-archive:FILE[:TAG]     an OCI image layout in a tar archive
  dir:PATH                   a root file system
  sbom:FILE                  a bill of materials: CycloneDX, SPDX or Syft's JSON
  report:FILE                a report by --format json, with vulnerabilities looked up
                             anew and all else as it was found
  FILE or DIR                one of these, told by its content
  -                          an archive on standard input (sbom:- and report:- too)

The verdict follows the policy: --policy FILE, else .seaworthy.yaml in the working
directory, else the built-in one (seaworthy policy prints it). The ignore files of
Dockle, Trivy, Grype and gitleaks in the working directory (.dockleignore,
.trivyignore, .grype.yaml, .gitleaksignore) count too.
--policy none takes no notice of any file in the working directory.

What the makers of software say of vulnerabilities in it (--vex) counts where it is
about this image or a package in it: what they say is not affected, or fixed, is
shown with whose word it is, and has no say in the verdict. Of two statements the
later one counts. No signature is verified.`,
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
	f.registerJudging(cmd)
	f.base.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.failOn, "fail-on", "", "severity from which a finding of any risk fails the image, or never (default what the policy says)")
	flags.BoolVar(&f.ignoreUnfixed, "ignore-unfixed", false, "do not count vulnerabilities that no version fixes")
	cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(append(severityNames(), "never"), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// registerJudging registers the flags that say what to look for, and by what.
func (f *scanFlags) registerJudging(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.risks, "risk", nil, "risks to look for (default all that this version can): "+strings.Join(riskNames(), ", "))
	flags.StringVar(&f.policy, "policy", "", "policy `FILE`; default for the built-in one; none for the built-in one without the ignore files in the working directory")
	cmd.RegisterFlagCompletionFunc("risk", cobra.FixedCompletions(riskNames(), cobra.ShellCompDirectiveNoFileComp))
	f.secrets.register(cmd)
}

func atLeastOneImage(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &usageError{err: errors.New("name an image"), command: cmd.CommandPath()}
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
		a.decided(verdict.Decision)
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

// verdictCounter counts the verdicts that it passes on.
type verdictCounter struct {
	seaworthy.Handler
	n int
}

// Verdict implements [seaworthy.Handler].
func (c *verdictCounter) Verdict(v *seaworthy.Verdict) error {
	c.n++
	return c.Handler.Verdict(v)
}

// scanner makes the Scanner that the flags ask for.
func (a *app) scanner(f *scanFlags) (*scanner.Scanner, error) {
	opt, err := a.scannerOptions(&f.image)
	if err != nil {
		return nil, err
	}
	if opt.Risks, err = parseRisks(f.risks); err != nil {
		return nil, err
	}
	if f.data.maxAge < 0 {
		return nil, fmt.Errorf("--max-data-age %d: want a number of days", f.data.maxAge)
	}
	if f.secrets.verify && f.data.offline {
		return nil, errors.New("--verify and --offline exclude each other")
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
	return s, err
}

// policyOptions says which policy the flags ask for.
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
	case "none": // what lies in the working directory may come with the change that is checked
		p.IgnoreDir = ""
	default:
		p.File = f.policy
	}
	return p, err
}

// riskNames names the risks that can be checked.
func riskNames() []string {
	var names []string
	for _, r := range scanner.Risks() {
		names = append(names, string(r))
	}
	return names
}

// parseRisks gives the risks that are named; nil if none is.
func parseRisks(names []string) ([]seaworthy.Risk, error) {
	var risks []seaworthy.Risk
	for _, n := range names {
		r, err := seaworthy.ParseRisk(strings.ToLower(strings.TrimSpace(n)))
		if err != nil {
			return nil, fmt.Errorf("--risk: %w", err)
		}
		if !slices.Contains(scanner.Risks(), r) {
			return nil, fmt.Errorf("--risk %s: this version cannot look for that; it can look for %s", r, strings.Join(riskNames(), ", "))
		}
		risks = append(risks, r)
	}
	return risks, nil
}
