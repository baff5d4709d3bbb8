package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/scanner"
)

// imageFlags are the flags of every command that reads an image.
type imageFlags struct {
	platform   string
	insecure   []string
	caFile     string
	mirrors    []string
	from       string
	cacheDir   string
	noCache    bool
	noProgress bool
	maxSize    byteCount
	maxRatio   int64
	maxEntries int
}

func (f *imageFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.platform, "platform", "", "`platform` to choose from an image index: os/arch[/variant], or all (default linux with the architecture of the host)")
	flags.StringSliceVar(&f.insecure, "insecure-registry", nil, "`host[:port]` of a registry for which plain HTTP and unverified TLS are allowed; may be repeated")
	flags.StringVar(&f.caFile, "ca-file", "", "PEM `file` of additional trusted CA certificates")
	flags.StringSliceVar(&f.mirrors, "registry-mirror", nil, "`URL` of a mirror of Docker Hub; may be repeated (default the mirrors in the configuration of the Docker daemon)")
	flags.StringVar(&f.from, "from", "any", "`place` of an image that is given by its name alone: any (local engines first), registry, docker or podman")
	flags.StringVar(&f.cacheDir, "cache-dir", "", "`directory` of the cache (default seaworthy in the user's cache directory)")
	flags.BoolVar(&f.noCache, "no-cache", false, "neither read nor write the cache")
	flags.BoolVar(&f.noProgress, "no-progress", false, "do not show progress on the terminal")
	f.maxSize = 64 << 30
	flags.Var(&f.maxSize, "max-layer-size", "maximum uncompressed `size` of a layer, such as 500MiB")
	flags.Int64Var(&f.maxRatio, "max-ratio", 200, "maximum compression `ratio` of a layer over 1 GiB")
	flags.IntVar(&f.maxEntries, "max-entries", 5_000_000, "maximum `number` of entries in a layer")
	cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions([]string{"any", "registry", "docker", "podman"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("platform", cobra.FixedCompletions([]string{"all", "linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/riscv64", "linux/s390x", "windows/amd64"}, cobra.ShellCompDirectiveNoFileComp))
}

// byteCount is a flag value: a number of bytes, with an optional unit.
type byteCount int64

// String implements [pflag.Value].
func (b *byteCount) String() string {
	for _, u := range byteUnits {
		if n := int64(*b); n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(*b), 10)
}

// Set implements [pflag.Value].
func (b *byteCount) Set(s string) error {
	number, factor := strings.TrimSpace(s), int64(1)
	for _, u := range byteUnits {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, factor = rest, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > (1<<62)/factor {
		return errors.New("want a positive number of bytes, such as 500MiB or 64GiB")
	}
	*b = byteCount(n * factor)
	return nil
}

// Type implements [pflag.Value].
func (b *byteCount) Type() string { return "size" }

var byteUnits = []struct {
	name  string
	bytes int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// cacheDirectory returns the directory that the flag names, or the default one.
func cacheDirectory(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache directory: %w; set one with --cache-dir", err)
	}
	return filepath.Join(dir, "seaworthy"), nil
}

// scannerOptions returns the options that the flags set, without any analyzer.
func (a *app) scannerOptions(f *imageFlags) (scanner.Options, error) {
	if f.maxRatio < 1 || f.maxEntries < 1 {
		return scanner.Options{}, errors.New("--max-ratio and --max-entries must be positive")
	}
	from, ok := fromValues[f.from]
	if !ok {
		return scanner.Options{}, fmt.Errorf("invalid --from %q: any, registry, docker or podman", f.from)
	}
	registries, err := a.registries()
	if err != nil {
		return scanner.Options{}, err
	}
	opt := scanner.Options{
		Tool:  seaworthy.Tool{Version: a.Version, Commit: a.Commit},
		Risks: []seaworthy.Risk{},
		Source: scanner.Source{
			Platform:           f.platform,
			InsecureRegistries: f.insecure,
			CAFile:             f.caFile,
			Mirrors:            f.mirrors,
			Docker:             a.docker(),
			Podman:             a.podman(),
			From:               from,
			Registries:         registries,
			Stdin:              a.Stdin,
		},
		LayerLimits: scanner.LayerLimits{MaxSize: int64(f.maxSize), MaxRatio: f.maxRatio, MaxEntries: f.maxEntries},
		Now:         a.now,
		Log:         a.log,
		Names: scanner.Names{
			Risks: "--risk", FailOn: "--fail-on", IgnoreUnfixed: "--ignore-unfixed", IgnoreBase: "--ignore-base",
			Base: "--base", MaxDataAge: "--max-data-age",
		},
	}
	if !f.noCache {
		dir, err := cacheDirectory(f.cacheDir)
		if err != nil {
			a.log.Warn("the scan continues without a cache", "error", err)
		}
		opt.CacheDir = dir
	}
	return opt, nil
}

// reader returns a Scanner that reads images and checks no risks. The analyzers may
// read layers.
func (a *app) reader(f *imageFlags, secretRules string, analyzers ...seaworthy.Analyzer) (*scanner.Scanner, error) {
	opt, err := a.scannerOptions(f)
	if err != nil {
		return nil, err
	}
	opt.Analyzers = analyzers
	opt.Secrets.Rules = secretRules
	s, err := scanner.New(opt)
	if err != nil {
		return nil, err
	}
	a.redactor = s.Redactor()
	return s, nil
}

// withReference adds the reference of an image to an error that does not contain it.
func withReference(reference string, err error) error {
	if err == nil {
		return nil
	}
	if reference == "-" {
		reference = "standard input"
	}
	if strings.Contains(err.Error(), reference) {
		return err
	}
	return fmt.Errorf("%s: %w", reference, err)
}
