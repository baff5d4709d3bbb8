package credential

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
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

// perCore reports how much a core does of what takes size bytes, whatever else
// the machine does meanwhile.
func perCore(b *testing.B, size int, do func()) {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := used()
	for b.Loop() {
		do()
	}
	b.ReportMetric(float64(size)*float64(b.N)/float64(used()-before)*1e3, "MB/core-s")
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
			found := 0
			perCore(b, size, func() {
				for _, f := range files {
					origin := OriginOf(f.path, f.head())
					found += len(rs.Find(f.body, &origin).Matches)
				}
			})
			b.ReportMetric(float64(found)/float64(b.N), "found")
		})
	}
}
