package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/policy"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/secret"
	"seaworthy.dev/seaworthy/internal/vex"
	"seaworthy.dev/seaworthy/internal/vulnerability"
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

// options reads what the flags name.
func (f *secretFlags) options(cache *scan.Cache, offline bool) (opt secret.Options, err error) {
	if opt.Key, err = cache.Key(); err != nil {
		return opt, err
	}
	if f.rules != "" {
		if opt.Rules, err = secret.LoadRules(f.rules); err != nil {
			return opt, fmt.Errorf("--secret-rules: %w", err)
		}
	}
	opt.Show = f.show
	if f.verify {
		if offline {
			return opt, errors.New("--verify and --offline exclude each other")
		}
		opt.Verify = secret.NewVerifier()
	}
	return opt, nil
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
	flags.StringSliceVar(&f.risks, "risk", nil, "risks to look for (default all that this version can): "+strings.Join(available(), ", "))
	flags.StringVar(&f.policy, "policy", "", "policy `FILE`; default for the built-in one; none for the built-in one without the ignore files in the working directory")
	cmd.RegisterFlagCompletionFunc("risk", cobra.FixedCompletions(available(), cobra.ShellCompDirectiveNoFileComp))
	f.secrets.register(cmd)
}

func atLeastOneImage(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &usageError{err: errors.New("name an image"), command: cmd.CommandPath()}
	}
	return nil
}

func (a *app) scan(ctx context.Context, references []string, f *scanFlags) (err error) {
	risks, err := parseRisks(f.risks)
	if err != nil {
		return err
	}
	cache, err := a.openCache(&f.image)
	if err != nil {
		return err
	}
	opt, err := f.analyzerOptions(cache)
	if err != nil {
		return err
	}
	analyzers, judged, err := analyzers(risks, opt)
	if err != nil {
		return err
	}
	newJudge, err := a.judge(f)
	if err != nil {
		return err
	}
	statements, err := f.loadVEX()
	if err != nil {
		return err
	}
	out, err := a.openOutputs(&f.output)
	if err != nil {
		return err
	}
	defer out.discard()
	j := &judging{
		analyzers: analyzers, judged: judged, asked: len(risks) > 0, vex: statements,
		judge: func(risks []seaworthy.Risk) *policy.Judge { return newJudge(out, risks) },
	}
	reported := 0
	for _, reference := range references {
		n, err := a.scanOne(ctx, reference, f, cache, j)
		reported += n
		if err != nil {
			a.fail(ctx, err)
			if ctx.Err() != nil {
				return nil
			}
		}
	}
	if reported == 0 {
		return nil
	}
	return out.Close()
}

// judging is by what the images of one command are judged.
type judging struct {
	analyzers []seaworthy.Analyzer
	judged    []seaworthy.Risk // those that have a say in the verdict
	asked     bool             // whether the user named them
	vex       []*vex.Document
	judge     func(judged []seaworthy.Risk) *policy.Judge
}

// analyzerOptions gives what the flags ask of the analyzers.
func (f *scanFlags) analyzerOptions(cache *scan.Cache) (opt analyzerOptions, err error) {
	opt.secret, err = f.secrets.options(cache, f.data.offline)
	return opt, err
}

// scanOne scans all images that a reference stands for, and gives their number.
func (a *app) scanOne(ctx context.Context, reference string, f *scanFlags, cache *scan.Cache, j *judging) (reported int, err error) {
	if path, scheme, ok := documentNamed(reference); ok {
		return a.scanDocument(ctx, path, scheme, f, j)
	}
	reading, err := a.read(ctx, reference, &f.image, cache, j.analyzers)
	if err != nil {
		return 0, err
	}
	for merged, err := range reading.Images(ctx) {
		if err != nil {
			return reported, err
		}
		verdict, err := a.judgeOne(ctx, merged, f, j.analyzers, j.judge(j.judged), beside{reference: reference, vex: j.vex})
		if err != nil {
			return reported, naming(reference, err)
		}
		a.decided(verdict.Decision)
		reported++
	}
	return reported, nil
}

// beside is what an image is judged by beside itself and the advisories.
type beside struct {
	// reference is where the image lies in a registry, "" if in none.
	reference string
	vex       []*vex.Document
	// source is the document that it is known from; nil if that is the image.
	source *seaworthy.DataSource
}

// judgeOne judges an image that was read.
func (a *app) judgeOne(ctx context.Context, merged *scan.Merged, f *scanFlags, analyzers []seaworthy.Analyzer, judge *policy.Judge, b beside) (seaworthy.Verdict, error) {
	if err := a.giveBase(ctx, merged.Image(), f); err != nil {
		return seaworthy.Verdict{}, err
	}
	by := &seaworthy.Provenance{Tool: a.tool()}
	if b.source != nil {
		by.Data = append(by.Data, *b.source)
	}
	if needsAdvisories(analyzers) {
		db, opt, err := a.advisories(ctx, f, merged.Packages())
		if err != nil {
			return seaworthy.Verdict{}, err
		}
		defer db.Close()
		by.Data = append(by.Data, vulnerability.Sources(db, merged.Packages())...)
		analyzers = withAdvisories(analyzers, db, opt)
	}
	h, sources, err := a.applyVEX(ctx, f, b, merged.Image(), judge)
	if err != nil {
		return seaworthy.Verdict{}, err
	}
	by.Data = append(by.Data, sources...)
	if err := judge.Provenance(by); err != nil {
		return seaworthy.Verdict{}, err
	}
	if err := scan.Judge(ctx, merged, analyzers, h); err != nil {
		return seaworthy.Verdict{}, err
	}
	return judge.Conclude()
}

func (a *app) tool() seaworthy.Tool {
	return seaworthy.Tool{Version: a.Version, Commit: a.Commit}
}

// judge gives a function that puts the judge that the flags ask for before a
// handler.
func (a *app) judge(f *scanFlags) (func(seaworthy.Handler, []seaworthy.Risk) *policy.Judge, error) {
	opt := policy.Options{Now: a.now(), IgnoreUnfixed: f.ignoreUnfixed, IgnoreBase: f.base.ignore}
	if f.failOn != "" {
		level, err := policy.ParseLevel(strings.ToLower(f.failOn))
		if err != nil {
			return nil, fmt.Errorf("--fail-on: %w", err)
		}
		opt.FailOn = level
	}
	p, err := policy.Choose(f.policy, ".")
	if err != nil {
		return nil, err
	}
	// What lies in the working directory may come with the change that is judged.
	if f.policy != "none" {
		if opt.IgnoreFiles, err = policy.LoadIgnoreFiles("."); err != nil {
			return nil, err
		}
	}
	if f.secrets.baseline != "" {
		known, err := policy.LoadBaseline(f.secrets.baseline)
		if err != nil {
			return nil, fmt.Errorf("--secret-baseline: %w", err)
		}
		opt.IgnoreFiles = append(opt.IgnoreFiles, known)
	}
	return func(next seaworthy.Handler, judged []seaworthy.Risk) *policy.Judge {
		opt.Risks = judged
		return policy.NewJudge(p, opt, next)
	}, nil
}

func parseRisks(names []string) ([]seaworthy.Risk, error) {
	var risks []seaworthy.Risk
	for _, n := range names {
		r, err := seaworthy.ParseRisk(strings.ToLower(strings.TrimSpace(n)))
		if err != nil {
			return nil, fmt.Errorf("--risk: %w", err)
		}
		risks = append(risks, r)
	}
	return risks, nil
}
