package layer_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/layer"
)

func zstdFrames(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	for _, p := range parts {
		w, err := zstd.NewWriter(&buf)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(p); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return buf.Bytes()
}

var sample = imagetest.Layer{
	imagetest.Dir("./etc", 0o755),
	imagetest.FileMode("etc//passwd", 0o4755, "root:x:0:0\n").Owned(1, 2),
	imagetest.Symlink("/etc/link", "../usr/passwd"),
	imagetest.Link("etc/hard", "./etc/passwd"),
	imagetest.File("big", strings.Repeat("0123456789abcdef", 1<<16)),
	imagetest.Whiteout("var/gone"),
	imagetest.Opaque("opt/dir"),
	imagetest.File("var/.wh..wh.plnk", ""),
	imagetest.File("a/../../b", "x"),
	imagetest.File("cap", "").Xattr("security.capability", "\x01\x02"),
	imagetest.File("long/"+strings.Repeat("n", 300), "y"),
}

// TestWalk reads the same tar stream with every compression: entries and diffID are the same.
func TestWalk(t *testing.T) {
	stream := sample.Tar()
	half := len(stream) / 2
	blobs := map[string][]byte{
		"plain":              stream,
		"gzip":               imagetest.Gzip(stream),
		"gzip of members":    append(imagetest.Gzip(stream[:half]), imagetest.Gzip(stream[half:])...),
		"zstd":               zstdFrames(t, stream),
		"zstd of frames":     zstdFrames(t, stream[:half], stream[half:]),
		"zstd, skippable":    append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"), zstdFrames(t, stream)...),
		"plain, padded tar":  append(bytes.Clone(stream), make([]byte, 10240)...),
		"gzip, empty member": append(imagetest.Gzip(stream), imagetest.Gzip(nil)...),
	}
	for name, blob := range blobs {
		t.Run(name, func(t *testing.T) {
			var visited []string
			l, err := layer.Walk(t.Context(), iotest.HalfReader(bytes.NewReader(blob)), layer.Limits{}, func(h *seaworthy.Header, body io.Reader) error {
				sum, err := io.ReadAll(body)
				visited = append(visited, fmt.Sprintf("%d %s %v %d:%d %q %x %s", h.Ordinal, h.Path, h.FileMode(), h.UID, h.GID, h.Link, h.Capability, imagetest.Digest(sum)[:12]))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			want := []string{
				`0 etc drwxr-xr-x 0:0 ""  sha256:e3b0c`,
				`1 etc/passwd urwxr-xr-x 1:2 ""  sha256:d96a8`,
				`2 etc/link Lrwxrwxrwx 0:0 "../usr/passwd"  sha256:e3b0c`,
				`3 etc/hard ---------- 0:0 "etc/passwd"  sha256:e3b0c`,
				`4 big -rw-r--r-- 0:0 ""  ` + imagetest.Digest(sample[4].Body)[:12],
				`8 b -rw-r--r-- 0:0 ""  ` + imagetest.Digest([]byte("x"))[:12],
				`9 cap -rw-r--r-- 0:0 "" 0102 sha256:e3b0c`,
				`10 long/` + strings.Repeat("n", 300) + ` -rw-r--r-- 0:0 ""  ` + imagetest.Digest([]byte("y"))[:12],
			}
			want[1] = `1 etc/passwd urwxr-xr-x 1:2 ""  ` + imagetest.Digest(sample[1].Body)[:12]
			if diff := cmp.Diff(want, visited); diff != "" {
				t.Error(diff)
			}
			if want := (layer.Anomalies{OutsideRoot: 1, FirstOutsideRoot: "a/../../b"}); l.Anomalies != want {
				t.Errorf("anomalies %+v, want %+v", l.Anomalies, want)
			}
			if got, want := l.Digest, imagetest.Digest(blob); got != want {
				t.Errorf("digest %s, want %s", got, want)
			}
			plain := stream
			if name == "plain, padded tar" {
				plain = blob
			}
			if got, want := l.DiffID, imagetest.Digest(plain); got != want {
				t.Errorf("diffID %s, want %s", got, want)
			}
			if l.Size != int64(len(plain)) || l.BlobSize != int64(len(blob)) {
				t.Errorf("sizes %d and %d, want %d and %d", l.Size, l.BlobSize, len(plain), len(blob))
			}
			checkTable(t, l.Table)
		})
	}
}

// TestPiecesStayUnchanged shows that a Piece keeps its bytes until Release, and that Take
// and Read can be mixed.
func TestPiecesStayUnchanged(t *testing.T) {
	var entries imagetest.Layer
	want := map[string]string{}
	for i := range 40 {
		name, body := fmt.Sprint(i), strings.Repeat(string(rune('A'+i)), 1000*(1+i*i/2))
		entries = append(entries, imagetest.File(name, body))
		want[name] = body
	}
	stream := entries.Tar()
	type held struct {
		name  string
		piece layer.Piece
	}
	for name, blob := range map[string][]byte{"plain": stream, "gzip": imagetest.Gzip(stream)} {
		var pieces []held
		l, err := layer.Walk(t.Context(), bytes.NewReader(blob), layer.Limits{}, func(h *seaworthy.Header, body io.Reader) error {
			if _, ok := body.(*layer.Body).Take(int(h.Size) + 1); ok {
				t.Errorf("%s: Take returned more bytes of %s than it has", name, h.Path)
			}
			if p, ok := body.(*layer.Body).Take(int(h.Size) - 500); ok {
				pieces = append(pieces, held{h.Path, p})
			}
			rest, err := io.ReadAll(body)
			if !strings.HasSuffix(want[h.Path], string(rest)) || len(rest) != 500 && len(rest) != int(h.Size) {
				t.Errorf("%s: %d bytes are left of %s, which differ", name, len(rest), h.Path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := imagetest.Digest(stream); l.DiffID != got {
			t.Errorf("%s: diffID %s, want %s", name, l.DiffID, got)
		}
		if len(pieces) < 10 || len(pieces) == len(entries) {
			t.Errorf("%s: %d pieces were taken; some should be, and some not", name, len(pieces))
		}
		for _, h := range pieces {
			if body := want[h.name]; string(h.piece.Bytes) != body[:len(body)-500] {
				t.Errorf("%s: the piece of %s has changed", name, h.name)
			}
			h.piece.Release()
		}
	}
}

func checkTable(t *testing.T, table *layer.Table) {
	t.Helper()
	var buf bytes.Buffer
	if _, err := table.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	parsed, err := layer.ParseTable(buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dump(table), dump(parsed)); diff != "" {
		t.Errorf("after writing and parsing:\n%s", diff)
	}
	want := []string{"etc", "etc/passwd", "etc/link", "etc/hard", "big", "var/gone whiteout", "opt/dir opaque", "var/.wh..wh.plnk ignored", "b", "cap", "long/" + strings.Repeat("n", 300)}
	var got []string
	for _, line := range dump(table) {
		got = append(got, strings.TrimSpace(strings.SplitN(line, "|", 2)[0]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func dump(table *layer.Table) []string {
	var lines []string
	for i, p := range table.Paths() {
		r := table.Record(i)
		word := ""
		switch {
		case r.Whiteout:
			word = "whiteout"
		case r.Opaque:
			word = "opaque"
		case r.Ignored:
			word = "ignored"
		}
		lines = append(lines, fmt.Sprintf("%s %s|%v %o %d %d %d %q", p, word, r.Type, r.Mode, r.UID, r.GID, r.Size, table.Link(r)))
	}
	return lines
}

func TestWalkErrors(t *testing.T) {
	stream := sample.Tar()
	broken := errors.New("the wire broke")
	garbage := bytes.Repeat([]byte("no tar at all. "), 1000)
	damaged := bytes.Clone(stream)
	copy(damaged[512:], garbage[:512])
	for _, test := range []struct {
		name   string
		blob   io.Reader
		limits layer.Limits
		is     error
		text   string
	}{
		{"not a tar", bytes.NewReader(garbage), layer.Limits{}, layer.ErrNotTar, "is not a tar archive"},
		{"short garbage", strings.NewReader("zip"), layer.Limits{}, layer.ErrNotTar, "is not a tar archive"},
		{"gzip of garbage", bytes.NewReader(imagetest.Gzip(garbage)), layer.Limits{}, layer.ErrNotTar, "is not a tar archive"},
		{"damaged header", bytes.NewReader(damaged), layer.Limits{}, nil, "entry 1: the tar header is damaged"},
		{"cut in a body", bytes.NewReader(stream[:5000]), layer.Limits{}, io.ErrUnexpectedEOF, "ends in the middle of entry 5"},
		{"cut gzip", bytes.NewReader(imagetest.Gzip(stream)[:300]), layer.Limits{}, io.ErrUnexpectedEOF, "the compressed data is truncated"},
		{"cut gzip header", bytes.NewReader([]byte{0x1f, 0x8b, 8}), layer.Limits{}, io.ErrUnexpectedEOF, "the compressed data is truncated"},
		{"broken source", io.MultiReader(bytes.NewReader(stream[:700]), iotest.ErrReader(broken)), layer.Limits{}, broken, "cannot read the blob: the wire broke"},
		{"broken gzip source", io.MultiReader(bytes.NewReader(imagetest.Gzip(stream)[:300]), iotest.ErrReader(broken)), layer.Limits{}, broken, "cannot read the blob: the wire broke"},
		{"too many entries", bytes.NewReader(stream), layer.Limits{MaxEntries: 3}, layer.ErrLimit, "exceeds a limit: more than 3 entries"},
		{"too large", bytes.NewReader(imagetest.Gzip(stream)), layer.Limits{MaxSize: 4096}, layer.ErrBomb, "is a decompression bomb: more than 4096 bytes"},
		{"too large, plain", bytes.NewReader(append(stream, make([]byte, 1<<20)...)), layer.Limits{MaxSize: 4096}, layer.ErrLimit, "exceeds a limit: more than 4096 bytes"},
		{"long path", bytes.NewReader(imagetest.Layer{imagetest.File(strings.Repeat("p", 100_000), "")}.Tar()), layer.Limits{}, layer.ErrLimit, "entry 0: exceeds a limit: a path of 100000 bytes; the limit is 4096"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := layer.Walk(t.Context(), test.blob, test.limits, func(*seaworthy.Header, io.Reader) error { return nil })
			if err == nil {
				t.Fatal("no error")
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%v is not %v", err, test.is)
			}
			if !strings.HasPrefix(err.Error(), test.text) {
				t.Errorf("got %q, want %q", err, test.text)
			}
		})
	}
}

// TestBomb reads a stream of zeros that exceeds MaxRatio.
func TestBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("decompresses a gigabyte")
	}
	r, w := io.Pipe()
	go func() {
		defer w.Close()
		z, _ := zstd.NewWriter(w)
		defer z.Close()
		tw := tar.NewWriter(z)
		const size = 2 << 30
		tw.WriteHeader(&tar.Header{Name: "zeros", Size: size, Mode: 0o644})
		zeros := make([]byte, 1<<20)
		for range size >> 20 {
			if _, err := tw.Write(zeros); err != nil {
				return
			}
		}
	}()
	_, err := layer.Walk(t.Context(), r, layer.Limits{}, func(*seaworthy.Header, io.Reader) error { return nil })
	r.Close()
	if !errors.Is(err, layer.ErrBomb) {
		t.Errorf("got %v, want a bomb", err)
	}
}

// TestText exceeds the limit on the bytes of paths and links.
func TestText(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a third of a gigabyte")
	}
	r, w := io.Pipe()
	go func() {
		tw := tar.NewWriter(w)
		target := strings.Repeat("t", 4000)
		for i := 0; ; i++ {
			if tw.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: fmt.Sprintf("link%d", i), Linkname: target}) != nil {
				return
			}
		}
	}()
	_, err := layer.Walk(t.Context(), r, layer.Limits{}, func(*seaworthy.Header, io.Reader) error { return nil })
	r.Close()
	if !errors.Is(err, layer.ErrLimit) || !strings.Contains(err.Error(), "paths and link targets of more than 256 MiB") {
		t.Errorf("got %v", err)
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(sample.Tar())
	f.Add(imagetest.Gzip(sample.Tar()))
	f.Add(zstdFrames(f, sample.Tar()))
	f.Fuzz(func(t *testing.T, blob []byte) {
		imagetest.LimitInput(t, func() {
			entries := 0
			l, err := layer.Walk(t.Context(), bytes.NewReader(blob), layer.Limits{MaxSize: 1 << 24, MaxEntries: 1000}, func(h *seaworthy.Header, _ io.Reader) error {
				entries++
				if strings.HasPrefix(h.Path, "/") || strings.HasPrefix(h.Path, "../") {
					t.Errorf("path %q", h.Path)
				}
				return nil
			})
			if err != nil {
				return
			}
			if l.Digest != imagetest.Digest(blob) {
				t.Error("wrong digest")
			}
			if entries > l.Table.Len() {
				t.Errorf("%d entries visited, %d in the table", entries, l.Table.Len())
			}
			var buf bytes.Buffer
			l.Table.WriteTo(&buf)
			if _, err := layer.ParseTable(buf.Bytes()); err != nil {
				t.Error(err)
			}
		})
	})
}

func FuzzParseTable(f *testing.F) {
	l, err := layer.Walk(f.Context(), bytes.NewReader(sample.Tar()), layer.Limits{}, func(*seaworthy.Header, io.Reader) error { return nil })
	if err != nil {
		f.Fatal(err)
	}
	var buf bytes.Buffer
	l.Table.WriteTo(&buf)
	f.Add(buf.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := layer.ParseTable(data)
		if err == nil {
			dump(table)
		}
	})
}

// retyped returns a tar stream whose first entry has another type.
func retyped(stream []byte, typeflag byte) []byte {
	block := stream[:512]
	block[156] = typeflag
	copy(block[148:], "        ")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	return stream
}

// TestUnknownType shows that the body of an entry of an unknown type is read.
func TestUnknownType(t *testing.T) {
	var got string
	stream := retyped(imagetest.Layer{imagetest.File("a", "text")}.Tar(), 'Z')
	_, err := layer.Walk(t.Context(), bytes.NewReader(stream), layer.Limits{}, func(h *seaworthy.Header, body io.Reader) error {
		data, err := io.ReadAll(body)
		got = fmt.Sprint(h.Path, h.Type == seaworthy.Regular, string(data))
		return err
	})
	if want := "atruetext"; err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

func TestOddities(t *testing.T) {
	hidden := imagetest.Layer{imagetest.File("hidden", "x")}.Tar()
	for name, test := range map[string]struct {
		tar  []byte
		want layer.Anomalies
	}{
		"nothing":          {imagetest.Layer{imagetest.File("./a/../b..c/..d", ""), imagetest.Symlink("up", "../../x")}.Tar(), layer.Anomalies{}},
		"two archives":     {append(imagetest.Layer{imagetest.File("a", "")}.Tar(), hidden...), layer.Anomalies{TrailingBytes: int64(len(hidden))}},
		"an absolute name": {imagetest.Layer{imagetest.File("/../a", ""), imagetest.File("b", "")}.Tar(), layer.Anomalies{OutsideRoot: 1, FirstOutsideRoot: "/../a"}},
		"a hard link":      {imagetest.Layer{imagetest.File("a", ""), imagetest.Link("b", "./../a")}.Tar(), layer.Anomalies{OutsideRoot: 1, FirstOutsideRoot: "b"}},
		"invalid whiteouts": {imagetest.Layer{imagetest.File("d/.wh.", ""), imagetest.File(".wh..", ""), imagetest.File("d/.wh...", ""), imagetest.File(".wh..wh.plnk", ""), imagetest.File(".wh.a", "")}.Tar(),
			layer.Anomalies{InvalidWhiteouts: 3, FirstInvalidWhiteout: "d/.wh."}},
		"unknown type": {retyped(imagetest.Layer{imagetest.File("a", "text")}.Tar(), 'Z'), layer.Anomalies{UnknownTypes: 1, FirstUnknownType: "a"}},
		"volume name":  {retyped(imagetest.Layer{imagetest.File("a", "")}.Tar(), 'V'), layer.Anomalies{}},
		"a long name":  {imagetest.Layer{imagetest.File("../"+strings.Repeat("x", 300), "")}.Tar(), layer.Anomalies{OutsideRoot: 1, FirstOutsideRoot: "../" + strings.Repeat("x", 197)}},
	} {
		l, err := layer.Walk(t.Context(), bytes.NewReader(test.tar), layer.Limits{}, func(*seaworthy.Header, io.Reader) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if l.Anomalies != test.want {
			t.Errorf("%s: %+v, want %+v", name, l.Anomalies, test.want)
		}
	}
}

// TestOversizedSparse shows that a sparse file of a terabyte is not read, and that the
// entries after it are.
func TestOversizedSparse(t *testing.T) {
	after := imagetest.Layer{imagetest.File("after", "x")}.Tar()
	for _, test := range []struct {
		size   int64
		limits layer.Limits
		hollow bool
	}{
		{1 << 40, layer.Limits{}, true},
		{math.MaxInt64, layer.Limits{MaxRatio: math.MaxInt64}, true},
		{layer.RatioFloor + 1, layer.Limits{}, true},
		{layer.RatioFloor + 1, layer.Limits{MaxRatio: math.MaxInt64}, false},
		{1 << 20, layer.Limits{MaxSize: 1 << 19}, true},
		{1 << 20, layer.Limits{}, false},
	} {
		stream := slices.Concat(imagetest.SparseTar("holes", "data", test.size)[:1024], after)
		var seen []string
		l, err := layer.Walk(t.Context(), bytes.NewReader(stream), test.limits, func(h *seaworthy.Header, body io.Reader) error {
			seen = append(seen, h.Path)
			if h.Path == "holes" && ((body == layer.NoBody) != test.hollow || h.Size != test.size) {
				t.Errorf("size %d: %+v has a body: %v", test.size, h, body != layer.NoBody)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := layer.Anomalies{}
		if test.hollow {
			want = layer.Anomalies{OversizedSparse: 1, FirstOversizedSparse: "holes"}
		}
		if l.Anomalies != want || !slices.Equal(seen, []string{"holes", "after"}) {
			t.Errorf("size %d: %+v, want %+v; seen %q", test.size, l.Anomalies, want, seen)
		}
	}
	if _, err := layer.NoBody.Read(nil); !errors.Is(err, layer.ErrLimit) {
		t.Errorf("NoBody.Read: %v", err)
	}
}
