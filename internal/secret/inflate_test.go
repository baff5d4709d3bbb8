package secret

import (
	"archive/zip"
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"seaworthy.dev/seaworthy"
)

// FuzzAtOnce tests that it makes no difference whether an archive is in memory.
func FuzzAtOnce(f *testing.F) {
	text := strings.Repeat("nothing to see here\n", 500) + "x = '" + githubToken(30) + "'\n"
	named := gzipped(f, text)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name, w.Comment, w.Extra = "x.js", "of a test", []byte("more")
	w.Write([]byte(text))
	w.Close()
	wrong := []byte(named)
	wrong[len(wrong)-6] ^= 1 // the checksum
	for _, s := range []string{
		named, b.String(), string(wrong), named + named, named + "\x00\x00", named[:len(named)-3], named[:70], gzipped(f, ""),
		gzipped(f, tarred(f, "d/x.js", text)), gzipped(f, strings.Repeat(text, 450)),
		zipped(f, map[string]string{"a/x.js": text, "b": "", "c.txt": text}, zip.Deflate),
		zipped(f, map[string]string{"x": strings.Repeat("\x00", 20<<20)}, zip.Deflate),
	} {
		f.Add([]byte(s))
	}
	a, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) == 0 {
			t.Skip("no body")
		}
		h := &seaworthy.Header{Path: "srv/x.js.gz", Size: int64(len(body))}
		head := body[:min(len(body), seaworthy.HeadSize)]
		var each [2]*fileScan
		for i, file := range []*seaworthy.File{seaworthy.NewFile(h, body, true), seaworthy.NewSpooledFile(h, head, bytes.NewReader(body))} {
			each[i] = a.newFileScan(t.Context(), h.Path, h.Size)
			if err := each[i].scan(file); err != nil {
				t.Fatal(err)
			}
		}
		if at, other := each[0], each[1]; !reflect.DeepEqual(at.found, other.found) || !reflect.DeepEqual(at.gaps, other.gaps) {
			t.Fatalf("in memory: %+v, %q; else: %+v, %q", at.found, at.gaps, other.found, other.gaps)
		}
	})
}
