package feed

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// fuzzFeed fuzzes the reader of a feed.
func fuzzFeed(f *testing.F, dataset, pattern, path string) {
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
	feed, ok := Lookup(dataset)
	if !ok {
		f.Fatalf("no feed %s", dataset)
	}
	// To make a builder takes long.
	b, err := store.NewBuilder(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(b.Discard)
	f.Fuzz(func(t *testing.T, data []byte) {
		before := b.Records()
		var skipped Skipped
		err := feed.Read(t.Context(), bytes.NewReader(data), path, b, &skipped)
		if err == nil {
			err = skipped.Check(b.Records() - before)
		}
		if err == nil && len(data) == 0 {
			t.Error("an empty file is no error")
		}
		if b.Records() < before {
			t.Error("records were lost")
		}
	})
}

func FuzzDebianTracker(f *testing.F) {
	fuzzFeed(f, store.DebianStates, "debian-tracker/*", "data.json")
}
func FuzzUbuntuVEX(f *testing.F) { fuzzFeed(f, store.UbuntuStates, "ubuntu-vex/*", "vex.json") }
func FuzzRedHatVEX(f *testing.F) { fuzzFeed(f, store.RedHatStates, "redhat-vex/*", "vex.json") }
func FuzzUpdateInfo(f *testing.F) {
	fuzzFeed(f, "Amazon Linux", "amazon-updateinfo/*/*", "2/updateinfo.xml")
}
func FuzzOVAL(f *testing.F) { fuzzFeed(f, "Oracle Linux", "oracle-oval/*", "oval.xml") }
func FuzzAzureOVAL(f *testing.F) {
	fuzzFeed(f, "Azure Linux", "azure-oval/*", "azurelinux-3.0-oval.xml")
}
func FuzzEndOfLife(f *testing.F) { fuzzFeed(f, store.EOL, "endoflife/*", "debian.json") }

// FuzzUnpack reads what claims to be compressed, as a file or an archive.
func FuzzUnpack(f *testing.F) {
	for _, magic := range []string{"\x1f\x8b\x08", "BZh9", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "{}"} {
		f.Add([]byte(magic))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		body, err := unpack(bytes.NewReader(data))
		if err != nil {
			return
		}
		defer body.Close()
		eachDocument(io.LimitReader(body, 1<<20), func(string, []byte) error { return nil })
	})
}
func FuzzNVD(f *testing.F)        { fuzzFeed(f, store.NVD, "nvd/*", "nvdcve-2.0-2024.json") }
func FuzzCVERecords(f *testing.F) { fuzzFeed(f, store.CVEProgram, "cve/*", "cve.json") }
