package credential

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/prefilter"
)

type imageFile struct {
	path string
	body []byte
}

// imageFiles gives every fourth file of the image that make bench builds, text and
// others.
func imageFiles(b *testing.B) (text, binary []imageFile) {
	b.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		b.Skip(err)
	}
	f, err := os.Open(filepath.Join(cache, "seaworthy-bench", "many.tar"))
	if err != nil {
		b.Skipf("no image to read files of; make bench builds it: %v", err)
	}
	defer f.Close()
	n := 0
	for outer := tar.NewReader(f); ; {
		if _, err := outer.Next(); err == io.EOF {
			return text, binary
		} else if err != nil {
			b.Fatal(err)
		}
		for layer := tar.NewReader(outer); ; {
			h, err := layer.Next()
			if errors.Is(err, tar.ErrHeader) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				break // the end of a layer, or another file of the archive
			} else if err != nil {
				b.Fatal(err)
			}
			if n++; n%4 != 0 || h.Size == 0 || h.Size > 64<<20 {
				continue
			}
			s := imageFile{h.Name, make([]byte, h.Size)}
			if _, err := io.ReadFull(layer, s.body); err != nil {
				b.Fatal(err)
			}
			if bytes.IndexByte(s.head(), 0) < 0 {
				text = append(text, s)
			} else {
				binary = append(binary, s)
			}
		}
	}
}

func (s *imageFile) head() []byte { return s.body[:min(len(s.body), seaworthy.HeadSize)] }

// coreTime is how long this thread has run, in nanoseconds.
func coreTime(b *testing.B) int64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// perCore reports how much a core does of what takes size bytes, whatever else
// the machine does meanwhile.
func perCore(b *testing.B, size int, do func()) {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := coreTime(b)
	for b.Loop() {
		do()
	}
	b.ReportMetric(float64(size)*float64(b.N)/float64(coreTime(b)-before)*1e3, "MB/core-s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkImage looks for secrets in files of a real image, and for the mere
// keywords of the rules.
func BenchmarkImage(b *testing.B) {
	rs := mustDefault(b)
	text, binary := imageFiles(b)
	for name, files := range map[string][]imageFile{"text": text, "binary": binary} {
		size := 0
		for _, f := range files {
			size += len(f.body)
		}
		b.Run("prefilter/"+name, func(b *testing.B) {
			hits := 0
			perCore(b, size, func() {
				for _, f := range files {
					rs.set.Find(f.body, func(prefilter.Hit) bool { hits++; return true })
				}
			})
			b.ReportMetric(float64(hits)/float64(b.N)/(float64(size)/1e6), "hits/MB")
		})
		b.Run("all/"+name, func(b *testing.B) {
			found, used := 0, 0.0
			perCore(b, size, func() {
				for _, f := range files {
					origin := OriginOf(f.path, f.head())
					effort := NewEffort()
					found += len(rs.FindWithin(f.body, &origin, effort).Matches)
					whole := NewEffort()
					whole.Grant(len(f.body))
					used = max(used, float64(whole.left-effort.left)/float64(whole.left))
				}
			})
			b.ReportMetric(float64(found)/float64(b.N), "found")
			b.ReportMetric(used*100, "%effort") // of the file that takes the largest part of its allowance
		})
	}
}

// BenchmarkHostile searches texts that are made to be slow, for each rule: its keywords
// in a row, joined in the ways that let most expressions go on. It reports the slowest.
func BenchmarkHostile(b *testing.B) {
	rs := mustDefault(b)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	slowest, where := math.Inf(1), ""
	for b.Loop() {
		for text, origin := range hostileTexts(rs, 32<<10) {
			rs.FindWithin(text, &origin, NewEffort()) // which compiles what it needs
			before := coreTime(b)
			rs.FindWithin(text, &origin, NewEffort())
			if speed := float64(len(text)) / float64(max(1, coreTime(b)-before)) * 1e3; speed < slowest {
				slowest, where = speed, string(text[:40])
			}
		}
	}
	b.ReportMetric(slowest, "MB/core-s")
	b.ReportMetric(0, "ns/op")
	b.Logf("the slowest is %q", where)
}
