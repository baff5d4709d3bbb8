package scanner

import (
	"cmp"
	"runtime"

	"seaworthy.dev/seaworthy/internal/limit"
	"seaworthy.dev/seaworthy/internal/scan"
)

// Limits bound what all scans that share them use together, whichever Scanner they
// are of. A scan that needs more than there is waits.
type Limits struct {
	bodies            *scan.BodyPool
	layers, tempFiles *limit.Pool
}

// LimitOptions configure [Limits]. The zero value of a field means its default.
type LimitOptions struct {
	// Memory is the number of bytes of files that are in memory while analyzers read
	// them: one file of up to so many bytes, or several of up to half as many
	// together. A longer file goes to a temporary file. Default, and rounded up to a
	// multiple of 32 MiB: 64 MiB.
	Memory int64
	// TempFiles is the number of bytes in temporary files. A file in an image that is
	// longer ends its scan with an error. Default: 64 GiB.
	TempFiles int64
	// Layers is the number of layers that are read at the same time, each from a
	// download or file of its own, and with some 10 MiB of buffers. Default: 8, or
	// the number of cores if there are more.
	Layers int
}

// NewLimits makes Limits.
func NewLimits(opt LimitOptions) *Limits {
	return &Limits{
		bodies:    scan.NewBodyPool(cmp.Or(opt.Memory, scan.DefaultBodyMemory)),
		tempFiles: limit.NewPool(cmp.Or(opt.TempFiles, 64<<30)),
		layers:    limit.NewPool(int64(cmp.Or(opt.Layers, max(8, runtime.GOMAXPROCS(0))))),
	}
}

// Usage is how much of a limit is in use.
type Usage struct {
	// Now is what is in use, and Peak the most that ever was at the same time.
	Now, Peak int64
}

// Memory gives the bytes of files in memory.
func (l *Limits) Memory() Usage { return Usage(l.bodies.Usage()) }

// TempFiles gives the bytes in temporary files.
func (l *Limits) TempFiles() Usage { return Usage(l.tempFiles.Usage()) }

// Layers gives the number of layers that are read.
func (l *Limits) Layers() Usage { return Usage(l.layers.Usage()) }
