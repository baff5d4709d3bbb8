package image

import (
	"cmp"
	"io"
	"log/slog"
	"runtime"
	"time"

	"seaworthy.dev/seaworthy/internal/limit"
)

// Options says how images are found and opened. The zero value is of use.
type Options struct {
	// Platform is os/architecture[/variant], "" for the host's architecture on
	// Linux, or AllPlatforms for every image of an index.
	Platform string

	// InsecureRegistries are the registries, as host[:port], that may be asked
	// over plain HTTP or with a certificate that nobody vouches for. A registry
	// on the loopback interface may always be asked over plain HTTP.
	InsecureRegistries []string
	// CAFile is a PEM file of certificates to trust beside the system's.
	CAFile string
	// Mirrors are the base URLs of registries that are asked before Docker Hub
	// for an image of Docker Hub's. If it is nil they are taken from
	// /etc/docker/daemon.json.
	Mirrors []string

	// Docker says how the Docker daemon is reached.
	Docker Docker

	// Stdin is what the reference "-" reads.
	Stdin io.Reader
	// Log receives what may help to understand a failure; nil for nothing.
	Log *slog.Logger

	// Again makes a source whose layers can be read more than once. What can be had
	// only once, standard input, a pipe or the daemon's stream, is kept in a
	// temporary file until the source is closed; what comes from a registry too, if
	// there is room for it.
	Again bool
	// TempDir is where that file goes; "" means the system's directory for that.
	TempDir string

	// Parallel is how many layers are read at the same time from a source of
	// random access; of files never more than there are cores. Default: 4.
	Parallel int
	// StallTimeout is how long a registry may send nothing before it is given
	// up. Default: 30 s.
	StallTimeout time.Duration
	// RetryWait bounds the sum of the waits before a request to a registry is
	// repeated. Default: 60 s.
	RetryWait time.Duration

	// Open bounds the layers that are open at the same time, each with its download or
	// file, and TempFiles the bytes of temporary files, for all sources that share
	// them; nil means no limit.
	Open, TempFiles *limit.Pool

	Limits Limits
}

// Docker says how the Docker daemon is reached.
type Docker struct {
	// Host is its address, such as tcp://host:2376; "" means the local socket.
	Host string
	// TLS is true if a daemon at a TCP address wants a client certificate.
	TLS bool
	// Certificates is the directory of ca.pem, cert.pem and key.pem.
	Certificates string
}

// parallelReads is how many layers are read at the same time from files: more than
// there are cores would gain nothing and cost memory.
func (o *Options) parallelReads() int { return min(o.Parallel, runtime.GOMAXPROCS(0)) }

// Limits bounds what an image may ask of its reader. The zero value of a field
// stands for its default.
type Limits struct {
	// JSON bounds the length of one manifest, index or configuration, in bytes.
	// Default: 32 MiB.
	JSON int64
	// Layers bounds the number of layers of an image. Default: 1,000.
	Layers int
	// Manifests bounds the number of manifests in an index, those of nested
	// indexes included. Default: 1,000.
	Manifests int
	// Nesting bounds the depth of indexes in indexes. Default: 4.
	Nesting int
	// ArchiveEntries bounds the number of entries of an archive. Default: 100,000.
	ArchiveEntries int
	// ArchiveWaste bounds the bytes of a stream that are neither layer nor JSON.
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
