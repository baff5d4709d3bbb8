package layer

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listing is the output of a tar reader: a line for each entry, and the error.
func listing(next func() (*tarEntry, error), body io.Reader) (lines []string, failed bool) {
	for {
		e, err := next()
		if err != nil {
			return lines, err != io.EOF
		}
		line := fmt.Sprintf("%c %q %q %o %d:%d %q", e.typeflag, e.name, e.link, e.mode, e.uid, e.gid, e.capability)
		if e.typeflag == tar.TypeReg || e.typeflag == tar.TypeGNUSparse || e.typeflag == tar.TypeCont {
			sum := sha256.New()
			n, err := io.Copy(sum, io.LimitReader(body, 1<<26))
			line += fmt.Sprintf(" %d bytes %x %v", n, sum.Sum(nil)[:4], err != nil)
		}
		lines = append(lines, line)
		if len(lines) > 1000 {
			return lines, false
		}
	}
}

func ours(data []byte) ([]string, bool) {
	q := newQueue()
	go func() {
		for rest := data; len(rest) > 0; {
			b := newBlock()
			b.users.Store(1)
			b.data = b.space[:copy(b.space[:], rest)]
			rest = rest[len(b.data):]
			q.c <- b
		}
		q.close(io.EOF)
	}()
	stream := &blockReader{ctx: context.Background(), queue: q}
	r := &tarReader{stream: stream}
	lines, failed := listing(r.next, r)
	stream.drain()
	return lines, failed
}

func archiveTar(data []byte) ([]string, bool) {
	r := tar.NewReader(bytes.NewReader(data))
	return listing(func() (*tarEntry, error) {
		h, err := r.Next()
		if err != nil {
			return nil, err
		}
		return &tarEntry{name: h.Name, link: h.Linkname, typeflag: h.Typeflag, mode: h.Mode, uid: h.Uid, gid: h.Gid, capability: h.PAXRecords[capabilityRecord]}, nil
	}, r)
}

func archives(t testing.TB) map[string][]byte {
	list := make(map[string][]byte)
	for _, format := range []tar.Format{tar.FormatUSTAR, tar.FormatPAX, tar.FormatGNU} {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		write := func(h tar.Header, body string) {
			h.Format, h.Size = format, int64(len(body))
			if err := w.WriteHeader(&h); err != nil {
				return // this format cannot say it
			}
			io.WriteString(w, body)
		}
		write(tar.Header{Typeflag: tar.TypeDir, Name: "dir/", Mode: 0o1777}, "")
		write(tar.Header{Typeflag: tar.TypeReg, Name: "dir/file", Mode: 0o4755, Uid: 1000, Gid: 7}, "body")
		write(tar.Header{Typeflag: tar.TypeReg, Name: "dir/block", Mode: 0o644}, strings.Repeat("b", 512))
		write(tar.Header{Typeflag: tar.TypeReg, Name: strings.Repeat("p/", 60) + "prefixed", Mode: 0o644}, "x")
		write(tar.Header{Typeflag: tar.TypeReg, Name: strings.Repeat("n", 300), Mode: 0o644}, "x")
		write(tar.Header{Typeflag: tar.TypeSymlink, Name: "sym", Linkname: strings.Repeat("l", 200)}, "")
		write(tar.Header{Typeflag: tar.TypeSymlink, Name: "short", Linkname: "../dir"}, "")
		write(tar.Header{Typeflag: tar.TypeLink, Name: "hard", Linkname: "dir/file", Mode: 0o755}, "")
		write(tar.Header{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3}, "")
		write(tar.Header{Typeflag: tar.TypeFifo, Name: "pipe"}, "")
		write(tar.Header{Typeflag: tar.TypeReg, Name: "caf\xe9", Uid: 1 << 30}, "y")
		if format == tar.FormatPAX {
			write(tar.Header{Typeflag: tar.TypeReg, Name: "cap", PAXRecords: map[string]string{capabilityRecord: "\x01\x00\x00\x02"}}, "z")
			w.WriteHeader(&tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "global", PAXRecords: map[string]string{"comment": "hello"}})
		}
		write(tar.Header{Typeflag: tar.TypeReg, Name: "last"}, "end")
		w.Close()
		list[format.String()] = buf.Bytes()
	}
	return list
}

func TestTarReader(t *testing.T) {
	for name, data := range archives(t) {
		want, wantFailed := archiveTar(data)
		got, gotFailed := ours(data)
		if diff := cmp.Diff(want, got); diff != "" || wantFailed || gotFailed {
			t.Errorf("%s: failed %v, archive/tar %v\n%s", name, gotFailed, wantFailed, diff)
		}
		for cut := 0; cut < len(data); cut += 97 {
			compareReaders(t, data[:cut])
		}
	}
}

// TestSparse reads sparse files in all formats of GNU tar.
func TestSparse(t *testing.T) {
	if _, err := exec.LookPath("tar"); err != nil {
		t.Skip("tar is not installed")
	}
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "holes"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(12) { // more fragments than one header of the old format holds
		if _, err := f.WriteAt([]byte("data"), i<<20); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Truncate(20<<20), f.Close(), os.WriteFile(filepath.Join(dir, "next"), []byte("after"), 0o644)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "holes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, options := range [][]string{{"--format=gnu"}, {"--format=posix", "--sparse-version=0.0"}, {"--format=posix", "--sparse-version=0.1"}, {"--format=posix", "--sparse-version=1.0"}} {
		args := append([]string{"--sparse", "-C", dir, "-c", "holes", "next"}, options...)
		data, err := exec.Command("tar", args...).Output()
		if err != nil {
			t.Fatalf("tar %v: %v", args, err)
		}
		if len(data) > 1<<20 {
			t.Fatalf("tar %v wrote %d bytes, so the file is not sparse", args, len(data))
		}
		want, _ := archiveTar(data)
		got, failed := ours(data)
		if diff := cmp.Diff(want, got); diff != "" || failed {
			t.Errorf("%v: failed %v\n%s", options, failed, diff)
		}
		sum := fmt.Sprintf("%d bytes %x", len(whole), sha256Sum(whole))
		if len(got) != 2 || !strings.Contains(got[0], sum) {
			t.Errorf("%v: got %q, want %s", options, got, sum)
		}
	}
}

func sha256Sum(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:4]
}

// FuzzTarReader compares the reader with archive/tar.
func FuzzTarReader(f *testing.F) {
	for _, data := range archives(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		compareReaders(t, data)
	})
}

// compareReaders compares the reader with archive/tar. The reader may fail where
// archive/tar returns io.EOF: in an extension header that no entry follows.
func compareReaders(t *testing.T, data []byte) {
	t.Helper()
	want, wantFailed := archiveTar(data)
	got, gotFailed := ours(data)
	if gotFailed && !wantFailed && len(got) <= len(want) {
		want, wantFailed = want[:len(got)], true
	}
	if diff := cmp.Diff(want, got); diff != "" || wantFailed != gotFailed {
		t.Fatalf("of %d bytes: failed %v, archive/tar %v\n%s", len(data), gotFailed, wantFailed, diff)
	}
}
