package advisory

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// fuzzFeed feeds a reader of a feed. What it takes in must make a body of data.
func fuzzFeed(f *testing.F, pattern, path string, read func(context.Context, io.Reader, string, *builder) error) {
	seeds, err := filepath.Glob(filepath.Join("testdata/native", pattern))
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds %s: %v", pattern, err)
	}
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := newBuilder(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := read(t.Context(), bytes.NewReader(data), path, b); err != nil {
			b.discard()
			return
		}
		name := filepath.Join(dir, "fuzzed")
		if err := b.commit(t.Context(), name, Info{}, now); err != nil {
			t.Fatal(err)
		}
		file, err := openFile(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.close()
		err = file.each(packagesTable, func(_, values []byte) error {
			d := decode{rest: values}
			for len(d.rest) > 0 && d.err == nil {
				if _, err := file.advice(d.affects().number); err != nil {
					return err
				}
			}
			return d.err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func FuzzDebianTracker(f *testing.F) { fuzzFeed(f, "debian-tracker/*", "data.json", readDebianTracker) }
func FuzzUbuntuVEX(f *testing.F)     { fuzzFeed(f, "ubuntu-vex/*", "vex.json", readUbuntuVEX) }
func FuzzRedHatVEX(f *testing.F)     { fuzzFeed(f, "redhat-vex/*", "vex.json", readRedHatVEX) }
func FuzzUpdateInfo(f *testing.F) {
	fuzzFeed(f, "amazon-updateinfo/*/*", "2/updateinfo.xml", readUpdateInfo)
}
func FuzzOVAL(f *testing.F)      { fuzzFeed(f, "oracle-oval/*", "oval.xml", readOVAL) }
func FuzzEndOfLife(f *testing.F) { fuzzFeed(f, "endoflife/*", "debian.json", readEndOfLife) }

// FuzzUnpacked reads what claims to be compressed, as a file or an archive.
func FuzzUnpacked(f *testing.F) {
	for _, magic := range []string{"\x1f\x8b\x08", "BZh9", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "{}"} {
		f.Add([]byte(magic))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		body, err := unpacked(bytes.NewReader(data))
		if err != nil {
			return
		}
		defer body.Close()
		eachDocument(io.LimitReader(body, 1<<20), func(string, []byte) error { return nil })
	})
}
