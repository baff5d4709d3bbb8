package sbom_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/sbom"
	"seaworthy.dev/seaworthy/internal/scan"
)

func read(t *testing.T, reference string) *scan.Merged {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	src, err := image.Open(t.Context(), reference, image.Options{Log: log, Platform: "linux/amd64"})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	reading, err := scan.Read(t.Context(), src, scan.Options{Log: log, Limits: layer.Limits{MaxSize: 1 << 30, MaxRatio: 200, MaxEntries: 1 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	for m, err := range reading.Images(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	return nil
}

// write returns the SBOM of an image.
func write(t *testing.T, m *scan.Merged, f report.Format) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := report.New(f, &b, report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Provenance(&seaworthy.Provenance{Tool: seaworthy.Tool{Version: "v1"}}))
	must(w.Image(m.Image()))
	for _, p := range m.Packages() {
		must(w.Package(p))
	}
	for _, g := range m.InventoryGaps() {
		must(w.Coverage(g))
	}
	must(w.Verdict(&seaworthy.Verdict{}))
	must(w.Close())
	return b.Bytes()
}

// comparable removes the differences that an SBOM cannot keep: the licences of a
// package are one expression there.
func comparable(packages []*seaworthy.Package) []*seaworthy.Package {
	var out []*seaworthy.Package
	for _, p := range packages {
		q := *p
		if len(q.Licenses) > 0 {
			q.Licenses = []string{strings.NewReplacer("(", "", ")", "").Replace(strings.Join(q.Licenses, " AND "))}
		}
		out = append(out, &q)
	}
	return out
}

func roundTrip(t *testing.T, m *scan.Merged) {
	t.Helper()
	for _, f := range []report.Format{report.CycloneDX, report.SPDX} {
		d, err := sbom.Parse(write(t, m, f))
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		back, err := scan.MergedFromPackages(t.Context(), d.Image, d.Packages, d.Gaps, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(comparable(m.Packages()), comparable(back.Packages())); diff != "" {
			t.Errorf("%s: the packages (-image +SBOM):\n%s", f, diff)
		}
		if diff := cmp.Diff(m.InventoryGaps(), back.InventoryGaps()); diff != "" {
			t.Errorf("%s: the gaps (-image +SBOM):\n%s", f, diff)
		}
		want := *m.Image()
		want.Config, want.Tag, want.Created = seaworthy.ImageConfig{}, "", nil
		want.Config.OS, _, _ = strings.Cut(want.Platform, "/")
		if diff := cmp.Diff(&want, back.Image()); diff != "" {
			t.Errorf("%s: the image (-image +SBOM):\n%s", f, diff)
		}
	}
}

// TestRoundTrip checks that an image and its SBOM have the same packages and gaps.
func TestRoundTrip(t *testing.T) {
	const metadata = "Metadata-Version: 2.1\nName: Typing_Extensions\nVersion: 4.0\nLicense: PSF\n"
	img := imagetest.Image{Layers: []imagetest.Layer{
		{
			imagetest.File("etc/os-release", "ID=sles\nVERSION_ID=\"15.4\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP4\"\n"),
			imagetest.File("var/lib/rpmmanifest/container-manifest-2", "bash\t5.1-2\t1\t2\tSUSE\t(none)\t3\tx86_64\t1\tbash-5.1-1.src.rpm\n"),
			imagetest.File("usr/lib/python3/typing.egg-info/PKG-INFO", metadata),
		},
		{
			imagetest.File("srv/node_modules/@babel/core/package.json", `{"name": "@babel/core", "version": "7.0.0", "license": "(MIT OR ISC)"}`),
			imagetest.File("srv/node_modules/weird\xff/package.json", `{"name": "Weird", "version": "1.0.0+b", "license": ["MIT AND ISC", "no idea"]}`),
			imagetest.File("srv/vendor/composer/installed.json", `{"packages": [{"name": "Monolog/Monolog", "version": "2.0.0", "license": ["MIT"]}]}`),
		},
	}}
	img.Config.Architecture, img.Config.OS = "amd64", "linux"
	m := read(t, img.OCILayout(t))
	if n := len(m.Packages()); n != 5 {
		t.Fatalf("%d packages, want 5", n)
	}
	roundTrip(t, m)
}

// TestRoundTripOfGaps does the same for images with unknown software, and without any.
func TestRoundTripOfGaps(t *testing.T) {
	for _, layer := range []imagetest.Layer{
		{imagetest.File("bin/sh", "x"), imagetest.File("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\nPackage:")},
		{imagetest.File("lib/x", "x")},
		{imagetest.File("x", "x")},
	} {
		roundTrip(t, read(t, imagetest.Image{Layers: []imagetest.Layer{layer}}.OCILayout(t)))
	}
}

func TestRoundTripOfAlpine(t *testing.T) {
	m := read(t, imagetest.Shared(t, "images/alpine-310.tar.gz"))
	if n := len(m.Packages()); n < 14 {
		t.Fatalf("%d packages", n)
	}
	roundTrip(t, m)
}

// TestSyftOfAlpine checks that Syft's SBOM of an image has the packages of the image.
func TestSyftOfAlpine(t *testing.T) {
	m := read(t, imagetest.Shared(t, "images/alpine-310.tar.gz"))
	data, err := os.ReadFile(imagetest.Shared(t, "peers/alpine-310/syft.cyclonedx.json"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := sbom.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	print := func(packages []*seaworthy.Package) []string {
		var lines []string
		for _, p := range packages {
			if p.OwnedBy != "" {
				continue
			}
			source := p.Name
			if p.Source != nil {
				source = p.Source.Name
			}
			licenses := strings.Split(strings.Join(p.Licenses, " AND "), " AND ") // in any order
			slices.Sort(licenses)
			lines = append(lines, fmt.Sprintf("%s %s %s %s from %s, %s", p.Name, p.Version, p.Ecosystem, p.PURL, source, licenses))
		}
		slices.Sort(lines)
		return lines
	}
	if diff := cmp.Diff(print(m.Packages()), print(d.Packages)); diff != "" {
		t.Errorf("(-image +SBOM)\n%s", diff)
	}
	if len(d.Gaps) > 0 {
		text, _ := json.Marshal(d.Gaps)
		t.Errorf("gaps: %s", text)
	}
}
