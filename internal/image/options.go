package image

import (
	"cmp"
	"io"
	"log/slog"
	"runtime"
	"time"

	"seaworthy.dev/seaworthy/internal/limit"
	"seaworthy.dev/seaworthy/internal/registryconfig"
)

// Options configures [Open]. The zero value is usable.
type Options struct {
	// Platform is os/architecture[/variant], or AllPlatforms for every image of an index.
	// "" means linux and the architecture of the host.
	Platform string

	// InsecureRegistries are the registries, as host[:port], for which plain HTTP and
	// unverified certificates are allowed. Plain HTTP is always allowed for a registry on
	// the loopback interface.
	InsecureRegistries []string
	// CAFile is a PEM file of certificates to trust in addition to the system's.
	CAFile string
	// Mirrors are the base URLs of registries that are tried before Docker Hub, for
	// images in Docker Hub. nil means registry-mirrors in /etc/docker/daemon.json.
	Mirrors []string
	// Registries says where credentials, certificates and mirrors of registries are.
	Registries registryconfig.Config

	// Docker is the connection to the Docker daemon, Podman the one to Podman's service,
	// which has the same API.
	Docker, Podman Docker
	// From is where a name without a scheme is looked for.
	From From

	// Stdin is read for the reference "-".
	Stdin io.Reader
	// Log receives retries, mirrors that failed and skipped documents; nil discards them.
	Log *slog.Logger

	// Documents asks for [Manifest.Documents]. A registry is then also asked for the
	// attestations in the index.
	Documents bool

	// Rereadable makes [Source.Layers] callable more than once. A stream that can be read
	// only once (standard input, a pipe, the daemon) is then stored in a temporary file
	// until the source is closed. Layers from a registry are stored as well, unless
	// TempFiles has no room.
	Rereadable bool
	// TempDir is the directory for temporary files; "" means [os.TempDir].
	TempDir string

	// Parallel is the number of layers that are read at the same time, if the source has
	// random access. For files it is also limited by GOMAXPROCS. Default: 4.
	Parallel int
	// StallTimeout is how long a registry may send nothing before the request fails.
	// Default: 30 s.
	StallTimeout time.Duration
	// RetryWait limits the total time spent waiting between repeated requests to a
	// registry. Default: 60 s.
	RetryWait time.Duration

	// Open limits the number of layers that are open at the same time, each with a
	// download or a file. TempFiles limits the bytes in temporary files. Sources that get
	// the same pool share the limit; nil means no limit.
	Open, TempFiles *limit.Pool

	Limits Limits
}

// From is where an image is that is given by its name alone.
type From int

const (
	// FromAny means the local engines, then a registry.
	FromAny From = iota
	// FromRegistry means a registry only, FromDocker the Docker daemon only, FromPodman
	// Podman's storage only.
	FromRegistry
	FromDocker
	FromPodman
)

// Docker configures the connection to the Docker daemon or to Podman's service.
type Docker struct {
	// Host is the address, such as tcp://host:2376; "" means the local socket.
	Host string
	// TLS is true if a daemon at a TCP address requires a client certificate.
	TLS bool
	// Certificates is the directory with ca.pem, cert.pem and key.pem.
	Certificates string
	// Err is why the address is not known; nil if it is. It is returned when the engine is
	// asked for an image.
	Err error
}

// parallelReads returns the number of layers to read from files at the same time. More
// than the number of cores would not be faster, and would cost memory.
func (o *Options) parallelReads() int { return min(o.Parallel, runtime.GOMAXPROCS(0)) }

// Limits are the limits on what an image contains. Going over one is an error. The zero
// value of a field means its default.
type Limits struct {
	// JSON limits the size of one manifest, index or configuration, in bytes.
	// Default: 32 MiB.
	JSON int64
	// Layers limits the layers of an image. Default: 1,000.
	Layers int
	// Manifests limits the manifests in an index and the indexes nested in it.
	// Default: 1,000.
	Manifests int
	// Nesting limits the depth of nested indexes. Default: 4.
	Nesting int
	// ArchiveEntries limits the entries of an archive. Default: 100,000.
	ArchiveEntries int
	// ArchiveWaste limits the bytes in a stream that belong neither to layers nor to JSON
	// documents.
	// Default: 1 GiB.
	ArchiveWaste int64
}

// AllPlatforms is the Options.Platform that selects every image of an index.
const AllPlatforms = "all"

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Parallel = cmp.Or(o.Parallel, 4)
	o.StallTimeout = cmp.Or(o.StallTimeout, 30*time.Second)
	o.RetryWait = cmp.Or(o.RetryWait, 60*time.Second)
	o.Limits.JSON = cmp.Or(o.Limits.JSON, 32<<20)
	o.Limits.Layers = cmp.Or(o.Limits.Layers, 1000)
	o.Limits.Manifests = cmp.Or(o.Limits.Manifests, 1000)
	o.Limits.Nesting = cmp.Or(o.Limits.Nesting, 4)
	o.Limits.ArchiveEntries = cmp.Or(o.Limits.ArchiveEntries, 100_000)
	o.Limits.ArchiveWaste = cmp.Or(o.Limits.ArchiveWaste, 1<<30)
	return o
}
