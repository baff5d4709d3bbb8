package secret

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// xzOf compresses a text with a type of check.
func xzOf(t testing.TB, text string, check byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := xz.WriterConfig{CheckSum: check, NoCheckSum: check == xz.None, BlockSize: 40_000}.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unpackXZ(data []byte) (string, error) {
	r := &fileScan{ctx: context.Background()}
	d, err := r.openXZ(bufio.NewReader(bytes.NewReader(data)))
	if err != nil {
		return "", err
	}
	defer d.Close()
	text, err := io.ReadAll(io.LimitReader(d, 1<<24))
	return string(text), err
}

// TestXZ reads streams of several blocks, with each check, one behind the other.
func TestXZ(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 10_000) + "end"
	for _, check := range []byte{xz.None, xz.CRC32, xz.CRC64, xz.SHA256} {
		one := xzOf(t, text, check)
		for name, c := range map[string]struct {
			data []byte
			want string
		}{
			"one stream":          {one, text},
			"an empty stream":     {xzOf(t, "", check), ""},
			"padding":             {append(bytes.Clone(one), 0, 0, 0, 0), text},
			"two streams":         {append(bytes.Clone(one), one...), text + text},
			"padding between two": {append(append(bytes.Clone(one), 0, 0, 0, 0), one...), text + text},
		} {
			if got, err := unpackXZ(c.data); got != c.want || err != nil {
				t.Errorf("%s with check %d: %d bytes, %v", name, check, len(got), err)
			}
		}
		for n := range one {
			if _, err := unpackXZ(one[:n]); err == nil {
				t.Fatalf("no error for the first %d of %d bytes", n, len(one))
			}
			if n == 200 {
				break
			}
		}
	}
	damaged := xzOf(t, text, xz.CRC32)
	at := bytes.LastIndex(damaged, []byte("YZ")) - 60
	damaged[at] ^= 1
	if got, err := unpackXZ(damaged); err == nil {
		t.Errorf("no error for damaged data: %d bytes", len(got))
	}
}

// TestXZDictionaries has a second block that asks for a dictionary of 4 GiB.
func TestXZDictionaries(t *testing.T) {
	data := xzOf(t, strings.Repeat("a", 100_000), xz.CRC32)
	second := bytes.Index(data[40:], []byte{2, 0, 0x21, 1})
	if second < 0 {
		t.Skip("the blocks have other headers")
	}
	header := data[40+second:][:12]
	header[4] = 40
	if _, err := unpackXZ(data); err == nil {
		t.Error("no error for a dictionary of 4 GiB")
	}
}

func FuzzXZ(f *testing.F) {
	for _, check := range []byte{xz.None, xz.CRC32, xz.CRC64, xz.SHA256} {
		f.Add(xzOf(f, strings.Repeat("abc", 50_000), check))
		f.Add(append(xzOf(f, "abc", check), xzOf(f, "", check)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		imagetest.LimitInput(t, func() {
			got, err := unpackXZ(data)
			if err != nil {
				return
			}
			reference, err := xz.ReaderConfig{SingleStream: true}.NewReader(bytes.NewReader(data))
			if err != nil {
				return
			}
			want, err := io.ReadAll(io.LimitReader(reference, 1<<24))
			if err == nil && !strings.HasPrefix(got, string(want)) {
				t.Errorf("%d bytes; the xz module has %d", len(got), len(want))
			}
		})
	})
}
