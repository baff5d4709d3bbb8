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
	cacheDir   string
	noCache    bool
	noProgress bool
	maxSize    byteCount
	maxRatio   int64
	maxEntries int
}

func (f *imageFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.platform, "platform", "", "os/arch[/variant] to take from an image index, or all (default the host's)")
	flags.StringSliceVar(&f.insecure, "insecure-registry", nil, "`host[:port]` of a registry to speak plain HTTP or unverified TLS with")
	flags.StringVar(&f.caFile, "ca-file", "", "PEM `file` of certificates to trust besides the system's")
	flags.StringSliceVar(&f.mirrors, "registry-mirror", nil, "`URL` of a mirror of Docker Hub (default those of the Docker daemon's configuration)")
	flags.StringVar(&f.cacheDir, "cache-dir", "", "`directory` of the cache (default the user's cache directory)")
	flags.BoolVar(&f.noCache, "no-cache", false, "neither use nor fill the cache")
	flags.BoolVar(&f.noProgress, "no-progress", false, "show no progress on the terminal")
	f.maxSize = 64 << 30
	flags.Var(&f.maxSize, "max-layer-size", "uncompressed `size` from which a layer is refused")
	flags.Int64Var(&f.maxRatio, "max-ratio", 200, "how many times a layer over 1 GiB may grow when decompressed")
	flags.IntVar(&f.maxEntries, "max-entries", 5_000_000, "`number` of entries from which a layer is refused")
	cmd.RegisterFlagCompletionFunc("platform", cobra.FixedCompletions([]string{"all", "linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/riscv64", "linux/s390x", "windows/amd64"}, cobra.ShellCompDirectiveNoFileComp))
}

// byteCount is a number of bytes, with a unit if one likes.
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

// cacheDirectory is the directory of the cache where no flag names one.
func cacheDirectory(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache directory: %w; name one with --cache-dir", err)
	}
	return filepath.Join(dir, "seaworthy"), nil
}

// scannerOptions gives the options that the flags stand for, without any analyzer.
func (a *app) scannerOptions(f *imageFlags) (scanner.Options, error) {
	if f.maxRatio < 1 || f.maxEntries < 1 {
		return scanner.Options{}, errors.New("--max-ratio and --max-entries must be positive")
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
			a.log.Warn("the scan goes on without a cache", "error", err)
		}
		opt.CacheDir = dir
	}
	return opt, nil
}

// docker finds the Docker daemon as the docker command does.
func (a *app) docker() scanner.Docker {
	d := scanner.Docker{Host: a.Getenv("DOCKER_HOST"), TLS: a.Getenv("DOCKER_TLS_VERIFY") != "", Certificates: a.Getenv("DOCKER_CERT_PATH")}
	if home, err := os.UserHomeDir(); d.Certificates == "" && err == nil {
		d.Certificates = filepath.Join(home, ".docker")
	}
	return d
}

// reader makes a Scanner that reads images and checks nothing. The analyzers may read
// layers.
func (a *app) reader(f *imageFlags, analyzers ...seaworthy.Analyzer) (*scanner.Scanner, error) {
	opt, err := a.scannerOptions(f)
	if err != nil {
		return nil, err
	}
	opt.Analyzers = analyzers
	return scanner.New(opt)
}

// naming puts the image's name before an error that does not say it.
func naming(reference string, err error) error {
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
