package prefilter

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
)

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

func BenchmarkFind(b *testing.B) {
	const size = 8 << 20
	r := rand.New(rand.NewPCG(3, 3))
	random := make([]byte, size)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	code := bytes.Repeat([]byte("\tif err := s.visit(node, depth+1); err != nil {\n\t\treturn fmt.Errorf(\"layer %d: %w\", i, err)\n\t}\n"+
		"\t// The quick brown fox is read from the shared buffer, which must not be kept.\n"), size/170)
	// What most executables hold: code and tables with many zero bytes.
	binary := make([]byte, size)
	for i := range binary {
		if r.IntN(3) > 0 {
			binary[i] = byte(r.Uint32() & r.Uint32())
		}
	}
	for _, n := range []int{100, 600} {
		s, err := New(words(n, 4))
		if err != nil {
			b.Fatal(err)
		}
		for name, text := range map[string][]byte{"random": random, "code": code, "binary": binary} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				perCore(b, len(text), func() { s.Find(text, func(Hit) bool { return true }) })
			})
		}
	}
}

func BenchmarkMark(b *testing.B) {
	s, err := New(words(600, 4))
	if err != nil {
		b.Fatal(err)
	}
	text := make([]byte, 32*markSize+markSlack)
	for i, r := 0, rand.New(rand.NewPCG(3, 3)); i < len(text); i++ {
		text[i] = byte(r.Uint32())
	}
	marks := make([]uint64, 32)
	for name, mark := range map[string]func(*table, []byte, []uint64){"best": mark, "portable": markPortable} {
		b.Run(name, func(b *testing.B) {
			perCore(b, len(text), func() { mark(s.table, text, marks) })
		})
	}
}
