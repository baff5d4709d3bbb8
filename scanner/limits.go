package scanner

import (
	"cmp"
	"runtime"

	"seaworthy.dev/seaworthy/internal/limit"
	"seaworthy.dev/seaworthy/internal/scan"
)

// Limits limit the resources that all scans of one or several Scanners use together. A scan
// waits until the resources that it needs are free.
type Limits struct {
	bodies            *scan.BodyPool
	layers, tempFiles *limit.Pool
	windows           *limit.Pool
	unpacked          *limit.Memory
}

const (
	// maxWindows is the memory for the windows of zstd layers, in bytes. A single one may
	// have twice as much.
	maxWindows = 64 << 20
	// maxUnpacked is the memory for what analyzers decompress, in bytes. One file at a time
	// may exceed it, by at most the limit of its format: 128 MiB for Java archives.
	maxUnpacked = 64 << 20
	// maxInflated is how many bytes may come out of the archives and compressed files of an
	// image that analyzers search, in addition to some times their size.
	maxInflated = 512 << 20
)

// LimitOptions configure [Limits]. The zero value of a field means its default.
type LimitOptions struct {
	// Memory is the maximum number of bytes of the files in memory while analyzers read
	// them. It is rounded up to a multiple of 32 MiB. A file that is larger is written to a
	// temporary file, and a file that is larger than half of it has the memory alone. Default:
	// 64 MiB.
	Memory int64
	// TempFiles is the maximum number of bytes in temporary files. A scan that needs a
	// larger temporary file ends with an error. Default: 64 GiB.
	TempFiles int64
	// Layers is the maximum number of layers that are read at the same time. Each has its
	// own download or open file, and about 10 MiB of buffers. Default: 8, or the number of
	// cores if that is greater.
	Layers int
}

// NewLimits returns Limits.
func NewLimits(opt LimitOptions) *Limits {
	return &Limits{
		bodies:    scan.NewBodyPool(cmp.Or(opt.Memory, scan.DefaultBodyMemory)),
		tempFiles: limit.NewPool(cmp.Or(opt.TempFiles, 64<<30)),
		layers:    limit.NewPool(int64(cmp.Or(opt.Layers, max(8, runtime.GOMAXPROCS(0))))),
		windows:   limit.NewPool(maxWindows),
		unpacked:  limit.NewMemory(maxUnpacked),
	}
}

// Usage is how much of a limit is in use.
type Usage struct {
	// Now is the current use, and Peak the maximum so far.
	Now, Peak int64
}

// Memory returns the bytes of files in memory.
func (l *Limits) Memory() Usage { return Usage(l.bodies.Usage()) }

// TempFiles returns the bytes in temporary files.
func (l *Limits) TempFiles() Usage { return Usage(l.tempFiles.Usage()) }

// Layers returns the number of layers that are being read.
func (l *Limits) Layers() Usage { return Usage(l.layers.Usage()) }
