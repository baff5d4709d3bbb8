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
	// To make a builder, and to commit what it has, takes long.
	b, err := newBuilder(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(b.discard)
	f.Fuzz(func(t *testing.T, data []byte) {
		first := b.number
		b.sorter, b.rows = &sorter{dir: b.dir, limit: sorterMemory}, nil
		if err := read(t.Context(), bytes.NewReader(data), path, b); err != nil {
			return
		}
		err := b.sorter.groups(func(_, values []byte) error {
			d := decode{rest: values}
			for len(d.rest) > 0 && d.err == nil {
				if n := d.affects().number; n < first || n >= b.number {
					t.Errorf("advisory %d of %d to %d", n, first, b.number)
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
func FuzzOVAL(f *testing.F) { fuzzFeed(f, "oracle-oval/*", "oval.xml", readOVAL) }
func FuzzAzureOVAL(f *testing.F) {
	fuzzFeed(f, "azure-oval/*", "azurelinux-3.0-oval.xml", readAzureOVAL)
}
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
