package inflate

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
)

func deflated(t testing.TB, text []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// texts are compressed with each kind of block.
func texts(t testing.TB) map[string][]byte {
	t.Helper()
	code, err := os.ReadFile("inflate_test.go")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 100_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	skewed := make([]byte, 300_000) // needs codes of up to 15 bits
	for i := range skewed {
		for skewed[i] = 0; r.IntN(3) > 0 && skewed[i] < 255; skewed[i]++ {
		}
	}
	return map[string][]byte{
		"empty": nil, "byte": []byte("a"), "short": []byte("abcabcabcabcabc"), "code": code, "random": random, "skewed": skewed,
		"long": bytes.Repeat(code, 100), "zeros": make([]byte, 70_000), "two": []byte(strings.Repeat("ab", 5000)), "seven": []byte(strings.Repeat("abcdefg", 5000)),
		"far": append(append(append([]byte(nil), random[:32<<10]...), random[:300]...), code...),
	}
}

func TestInflate(t *testing.T) {
	var d Decoder
	for name, text := range texts(t) {
		for level := flate.HuffmanOnly; level <= 9; level++ {
			packed := deflated(t, text, level)
			for _, room := range []int{0, 1, 300} {
				dst := make([]byte, len(text)+room)
				n, taken, err := d.Inflate(dst, append(packed[:len(packed):len(packed)], "behind it"...))
				if err != nil || taken != len(packed) || !bytes.Equal(dst[:n], text) {
					t.Errorf("%s at level %d with room for %d more: %d bytes of %d taken, %v", name, level, room, taken, len(packed), err)
				}
			}
			if len(text) == 0 {
				continue
			}
			if _, _, err := d.Inflate(make([]byte, len(text)-1), packed); !errors.Is(err, ErrShort) {
				t.Errorf("%s at level %d without room: %v", name, level, err)
			}
			for _, cut := range []int{0, 1, len(packed) / 2, len(packed) - 1} {
				if _, _, err := d.Inflate(make([]byte, len(text)+300), packed[:cut]); !errors.Is(err, ErrDamaged) {
					t.Errorf("%s at level %d cut to %d of %d bytes: %v", name, level, cut, len(packed), err)
				}
			}
		}
	}
}

// FuzzInflate compares the results of Inflate and of a streaming decompressor.
func FuzzInflate(f *testing.F) {
	for _, text := range texts(f) {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 9} {
			f.Add(deflated(f, text[:min(len(text), 2000)], level))
		}
	}
	f.Add([]byte("\x03\x00"))
	d := new(Decoder)
	f.Fuzz(func(t *testing.T, packed []byte) {
		const most = 1 << 18
		r := bytes.NewReader(packed)
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(r), most+1))
		got := make([]byte, most)
		n, taken, err := d.Inflate(got, packed)
		switch {
		case len(want) > most:
			if err == nil {
				t.Fatalf("%d bytes of more than %d", n, most)
			}
		case (err == nil) != (wantErr == nil):
			t.Fatalf("%v, want %v as from the streaming decompressor", err, wantErr)
		case err == nil && (!bytes.Equal(got[:n], want) || taken != len(packed)-r.Len()):
			t.Fatalf("%d bytes of %d taken, where the library gives %d of %d", n, taken, len(want), len(packed)-r.Len())
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	for _, name := range []string{"code", "skewed", "long"} {
		text := texts(b)[name]
		packed := deflated(b, text, 9)
		b.Run(name+"/here", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			dst := make([]byte, len(text)+300)
			var d Decoder
			for b.Loop() {
				if _, _, err := d.Inflate(dst, packed); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/stream", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			dst := make([]byte, len(text))
			r := flate.NewReader(nil)
			for b.Loop() {
				r.(flate.Resetter).Reset(bytes.NewReader(packed), nil)
				if _, err := io.ReadFull(r, dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
