package inventory

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/rpmdb"
)

func gunzip(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRPMAgainstRPM compares a database of rpm with the output of rpm -qa. Each block of the
// output is a package and its files.
func TestRPMAgainstRPM(t *testing.T) {
	packages, err := parseRPM(rpmdb.SQLite)(context.Background(), fileOf("var/lib/rpm/rpmdb.sqlite", gunzip(t, "testdata/rpmdb.sqlite.gz")))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, p := range packages {
		var b strings.Builder
		version, modularity := p.Version, p.Modularity
		if !strings.Contains(version, ":") {
			version = "0:" + version
		}
		if modularity == "" {
			modularity = "(none)"
		}
		fmt.Fprintf(&b, "%s %s %s %s-%s.src.rpm %s %s\n", p.Name, version, p.Arch, p.SourceName, p.SourceVersion, modularity, p.Licenses[0])
		for path, digest := range p.Files.All() {
			b.WriteString(strings.TrimSpace(fmt.Sprintf("/%s %x", path, digest)) + "\n")
		}
		blocks = append(blocks, b.String())
	}
	slices.Sort(blocks)
	want, err := os.ReadFile("testdata/rpmdb.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(strings.Join(blocks, ""), "\n")); diff != "" {
		t.Error(diff)
	}
}

// rpmBackends are real databases, with the number of their packages according to rpm, and
// one of the packages.
func rpmBackends() []struct {
	shared string
	open   openRPM
	count  int
	one    Package
} {
	return []struct {
		shared string
		open   openRPM
		count  int
		one    Package
	}{
		{"rpmdb/cbl-mariner-2.0/rpmdb.sqlite", rpmdb.SQLite, 129, Package{
			Type: "rpm", Name: "curl-libs", Version: "7.76.0-6.cm2", Arch: "x86_64",
			SourceName: "curl", SourceVersion: "7.76.0-6.cm2", Vendor: "Microsoft Corporation", Licenses: []string{"MIT"},
		}},
		{"rpmdb/sle15-bci/Packages.db", rpmdb.NDB, 35, Package{
			Type: "rpm", Name: "libbz2-1", Version: "1.0.6-5.11.1", Arch: "x86_64",
			SourceName: "bzip2", SourceVersion: "1.0.6-5.11.1", Vendor: "SUSE LLC <https://www.suse.com/>", Licenses: []string{"BSD-3-Clause"},
		}},
		{"rpmdb/libuuid/Packages", rpmdb.Berkeley, 1, Package{
			Type: "rpm", Name: "libuuid", Version: "2.32.1-42.el8_8", Arch: "x86_64",
			SourceName: "util-linux", SourceVersion: "2.32.1-42.el8_8", Vendor: "Red Hat, Inc.", Licenses: []string{"BSD"},
		}},
	}
}

func TestRPMBackends(t *testing.T) {
	for _, c := range rpmBackends() {
		t.Run(c.shared, func(t *testing.T) {
			data, err := os.ReadFile(imagetest.Shared(t, c.shared))
			if err != nil {
				t.Fatal(err)
			}
			packages, err := parseRPM(c.open)(context.Background(), fileOf("x", data))
			if err != nil {
				t.Fatal(err)
			}
			if len(packages) != c.count {
				t.Errorf("%d packages, want %d", len(packages), c.count)
			}
			i := slices.IndexFunc(packages, func(p Package) bool { return p.Name == c.one.Name })
			if i < 0 {
				t.Fatalf("no %s", c.one.Name)
			}
			got := packages[i]
			if got.Files == nil {
				t.Errorf("%s has no files", got.Name)
			}
			got.Files = nil
			if diff := cmp.Diff(c.one, got); diff != "" {
				t.Error(diff)
			}
			for _, size := range []int{0, 10, 100, len(data) / 3, len(data) - len(data)/10} {
				got, err := parseRPM(c.open)(context.Background(), fileOf("x", data[:size]))
				if err == nil {
					t.Errorf("%d of %d bytes gave %d packages and no error", size, len(data), len(got))
				}
			}
		})
	}
}

func TestRPMManifest(t *testing.T) {
	const text = "openssl-libs\t1.1.1k-7.cm2\t1650000000\t1640000000\tMicrosoft Corporation\t(none)\t100\tx86_64\t0\topenssl-1.1.1k-7.cm2.src.rpm\n" +
		"bind\t9.16-1.cm2\t1\t1\tMicrosoft Corporation\t32\t100\tx86_64\t32\tbind-9.16-1.cm2.src.rpm\n"
	got, err := parseRPMManifest(context.Background(), fileOf("x", []byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Package{
		{Type: "rpm", Name: "openssl-libs", Version: "1.1.1k-7.cm2", Arch: "x86_64", SourceName: "openssl", SourceVersion: "1.1.1k-7.cm2", Vendor: "Microsoft Corporation"},
		{Type: "rpm", Name: "bind", Version: "32:9.16-1.cm2", Arch: "x86_64", SourceName: "bind", SourceVersion: "9.16-1.cm2", Vendor: "Microsoft Corporation"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := parseRPMManifest(context.Background(), fileOf("x", []byte(text[:len(text)-40]))); err == nil {
		t.Error("a truncated manifest: no error")
	}
}

func TestSplitSourceRPM(t *testing.T) {
	for file, want := range map[string][2]string{
		"glibc-2.28-5.el8.src.rpm": {"glibc", "2.28-5.el8"},
		"a-b-1-2.nosrc.rpm":        {"a-b", "1-2"},
		"a-1":                      {},
		"(none)":                   {},
	} {
		if name, version := splitSourceRPM(file); name != want[0] || version != want[1] {
			t.Errorf("%s: %q, %q", file, name, version)
		}
	}
}
