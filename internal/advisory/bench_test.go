//go:build unix

package advisory

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// BenchmarkBuildReal builds datasets of all real records next to the module.
func BenchmarkBuildReal(b *testing.B) {
	for b.Loop() {
		sharedDatabase(b)
	}
	reportPeak(b)
}

// generated writes an archive of records as npm's is made: many of malicious
// packages, and of vulnerabilities of which some are in the same package. GENERATED_RECORDS
// says how many.
func generated(b *testing.B) (source string, records int) {
	b.Helper()
	records = 20_000
	if n, err := strconv.Atoi(os.Getenv("GENERATED_RECORDS")); err == nil {
		records = n
	}
	source = b.TempDir()
	path := filepath.Join(source, "npm", "all.zip")
	advisorytest.WriteFile(b, path, nil)
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriter(f)
	z := zip.NewWriter(out)
	random := rand.New(rand.NewPCG(1, 2))
	details := strings.Repeat("This vulnerability lets an attacker do what only the owner should be able to do. ", 20)
	for i := range records {
		id, name, aliases := fmt.Sprintf("GHSA-%08d", i), packageName(random.IntN(records/3)), fmt.Sprintf(`"CVE-2024-%06d"`, i)
		if i%3 == 0 {
			id, name, aliases = fmt.Sprintf("MAL-2024-%d", i), fmt.Sprintf("malicious-%d", i), ""
		}
		w, err := z.Create(id + ".json")
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(w, `{"schema_version": "1.7.0", "id": %q, "modified": "2024-01-01T00:00:00Z", "published": "2023-01-01T00:00:00Z", "aliases": [%s], "summary": "A vulnerability in %s", "details": "%d %s",
			"severity": [{"type": "CVSS_V3", "score": %q}], "references": [{"type": "WEB", "url": "https://example.org/advisories/%d"}, {"type": "PACKAGE", "url": "https://example.org/%s"}],
			"affected": [{"package": {"ecosystem": "npm", "name": %q}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "%d.%d.0"}]}]}]}`,
			id, aliases, name, i, details, vectorMedium, i, name, name, random.IntN(9), random.IntN(30))
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return source, records
}

func packageName(i int) string { return fmt.Sprintf("package-%06d", i) }

func BenchmarkBuildGenerated(b *testing.B) {
	source, records := generated(b)
	dir := b.TempDir()
	for b.Loop() {
		os.Remove(store.Path(dir, "npm"))
		mustUpdate(b, newUpdater(b, dir, source), "npm")
	}
	b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	reportPeak(b)
}

// BenchmarkLookUp opens the database and looks up 3,000 packages all over
// it, of which about two thirds have vulnerabilities.
func BenchmarkLookUp(b *testing.B) {
	source, records := generated(b)
	dir := b.TempDir()
	mustUpdate(b, newUpdater(b, dir, source), "npm")
	b.Run("open", func(b *testing.B) {
		since := cpuTime()
		for b.Loop() {
			db := Open(dir)
			if _, err := db.Info("npm"); err != nil {
				b.Fatal(err)
			}
			db.Close()
		}
		reportCPU(b, since)
	})
	b.Run("3000", func(b *testing.B) {
		vulnerabilities := 0
		since := cpuTime()
		for b.Loop() {
			db := Open(dir)
			random := rand.New(rand.NewPCG(3, 4))
			queries := make([]Query, 3000)
			for i := range queries {
				queries[i] = Query{Ecosystem: seaworthy.ParseEcosystem("npm"), Name: packageName(random.IntN(records / 3)), Version: "3.1.0"}
			}
			for _, m := range db.MatchAll(context.Background(), queries) {
				if m.Err != nil {
					b.Fatal(m.Err)
				}
				vulnerabilities += len(m.Vulnerabilities)
			}
			db.Close()
		}
		b.ReportMetric(float64(vulnerabilities)/float64(b.N), "vulnerabilities")
		reportCPU(b, since)
	})
}
