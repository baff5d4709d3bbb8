package scanner

import (
	"cmp"
	"context"
	"io"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/limit"
	"seaworthy.dev/seaworthy/internal/registryconfig"
	"seaworthy.dev/seaworthy/internal/scan"
)

// AllPlatforms is a value of [Source.Platform]: all images of an image index.
const AllPlatforms = image.AllPlatforms

// Source says how images are opened.
type Source struct {
	// Platform is the os/architecture[/variant] to choose from an image index, or
	// [AllPlatforms]; "" means the host's architecture on Linux.
	Platform string
	// InsecureRegistries are registries, as host[:port], for which plain HTTP and
	// unverified TLS are allowed.
	InsecureRegistries []string
	// CAFile is a PEM file with additional trusted CA certificates.
	CAFile string
	// Mirrors are URLs of mirrors of Docker Hub; nil means those in the configuration of
	// the Docker daemon.
	Mirrors []string
	// Docker says how the Docker daemon is reached, Podman how Podman's service is.
	Docker, Podman Docker
	// From restricts where an image is looked for that is given by its name alone.
	From From
	// Registries says where credentials, certificates and mirrors of registries are
	// configured; nil means the files of the system, without those of a user: see
	// [UserRegistries].
	Registries *Registries
	// Stdin is the reader for the reference "-". When a scan is canceled, a pending Read is
	// interrupted by SetReadDeadline if Stdin has that method, as [os.File] has. Otherwise
	// a goroutine waits until Read returns.
	Stdin io.Reader
}

// From is where an image is that is given by its name alone.
type From = image.From

// The values of [Source.From].
const (
	FromAny      = image.FromAny      // the local engines, then a registry
	FromRegistry = image.FromRegistry // a registry only
	FromDocker   = image.FromDocker   // the Docker daemon only
	FromPodman   = image.FromPodman   // Podman's storage only
)

// Registries says where the configuration of registries is.
type Registries struct {
	// Username and Password are for the registry of the image, before any other
	// credentials. They are never sent to a mirror.
	Username, Password string
	// AuthConfig is the content of a config.json, read before CredentialFiles.
	AuthConfig string
	// CredentialFiles are files like Docker's config.json and Podman's auth.json. The
	// first one with credentials for a registry is used first.
	CredentialFiles []string
	// CertificateDirectories are directories like /etc/docker/certs.d, with a
	// subdirectory for each registry, named host[:port].
	CertificateDirectories []string
	// RegistryFiles are files like registries.conf. A later one replaces what an earlier
	// one says about the same prefix.
	RegistryFiles []string
}

// UserRegistries returns the Registries of the current user: the files that Docker,
// Podman and Skopeo read. getenv is like [os.Getenv]; home is the user's home directory,
// "" for none.
func UserRegistries(getenv func(string) string, home string) *Registries {
	r := Registries(registryconfig.Default(getenv, home))
	return &r
}

// Docker says how the Docker daemon or Podman's service is reached.
type Docker struct {
	// Host is the address of the daemon, such as tcp://host:2376; "" means the local socket.
	Host string
	// TLS is true if a daemon at a TCP address requires a client certificate.
	TLS bool
	// Certificates is the directory of ca.pem, cert.pem and key.pem.
	Certificates string
	// Err is why the address is not known; nil if it is. It is returned when the engine is
	// asked for an image.
	Err error
}

// LayerLimits limit each layer. If a layer exceeds them, the scan ends with an error. The
// zero value of a field means its default.
type LayerLimits struct {
	// MaxSize is the maximum uncompressed size, in bytes. Default: 64 GiB.
	MaxSize int64
	// MaxRatio is the maximum compression ratio of a layer over 1 GiB. Default: 200.
	MaxRatio int64
	// MaxEntries is the maximum number of entries. Default: 5,000,000.
	MaxEntries int
}

func (l LayerLimits) withDefaults() LayerLimits {
	return LayerLimits{
		MaxSize:    cmp.Or(l.MaxSize, 64<<30),
		MaxRatio:   cmp.Or(l.MaxRatio, 200),
		MaxEntries: cmp.Or(l.MaxEntries, 5_000_000),
	}
}

// imageOptions returns the options to open an image for a platform.
func (s *Scanner) imageOptions(platform string) image.Options {
	from := &s.opt.Source
	registries := from.Registries
	if registries == nil {
		registries = UserRegistries(func(string) string { return "" }, "")
	}
	return image.Options{
		Platform:           platform,
		InsecureRegistries: from.InsecureRegistries,
		CAFile:             from.CAFile,
		Mirrors:            from.Mirrors,
		Docker:             image.Docker(from.Docker),
		Podman:             image.Docker(from.Podman),
		From:               from.From,
		Documents:          s.opt.Risks == nil || slices.Contains(s.opt.Risks, seaworthy.Secret),
		Registries:         registryconfig.Config(*registries),
		Stdin:              from.Stdin,
		TempDir:            s.opt.TempDir,
		TempFiles:          s.limits.tempFiles,
		Open:               s.limits.layers,
		Log:                s.opt.Log,
	}
}

// Open opens an image. Its layers can be read once, or several times if again is true.
//
// Open and Read are for the commands of this module that do not check the image: another
// program cannot name the types of their results. It uses [Scanner.Images], which does the
// same and yields an [Image].
func (s *Scanner) Open(ctx context.Context, reference string, again bool) (image.Source, error) {
	opt := s.imageOptions(s.opt.Source.Platform)
	opt.Rereadable = again
	return image.Open(ctx, reference, opt)
}

// Read reads the layers of an image that [Scanner.Open] opened, with the analyzers of the
// Scanner. The handler gets Progress events.
func (s *Scanner) Read(ctx context.Context, reference string, src image.Source, h seaworthy.Handler) (*scan.ReadResult, error) {
	shared := limit.WithMemory(layer.WithShared(ctx, s.limits.windows), s.limits.unpacked)
	shared = limit.WithBudget(shared, limit.NewBudget(maxInflated))
	reading, err := scan.Read(shared, src, scan.Options{
		Analyzers: s.analyzers,
		Cache:     s.cache,
		Limits:    layer.Limits(s.opt.LayerLimits),
		TempDir:   s.opt.TempDir,
		TempFiles: s.limits.tempFiles,
		Bodies:    s.limits.bodies,
		Progress:  h.Progress,
		Redactor:  s.redactor,
		Log:       s.opt.Log,
	})
	return reading, withReference(reference, err)
}

// LayerLimits returns the limits on each layer, with their defaults.
func (s *Scanner) LayerLimits() LayerLimits { return s.opt.LayerLimits }
