package advisory_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

func ExampleDatabase_Match() {
	dir, err := os.MkdirTemp("", "advisories")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := write(dir); err != nil {
		log.Fatal(err)
	}

	db := advisory.Open(dir)
	defer db.Close()
	answer, err := db.Match(context.Background(), advisory.Query{
		Ecosystem: seaworthy.ParseEcosystem("npm"), Name: "left-pad", Version: "1.2.0",
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, v := range answer.Vulnerabilities {
		fmt.Println(v.ID, v.Severity, v.Status, v.FixedVersion)
	}
	// Output:
	// CVE-2024-0001 high fixed 1.3.0
}

// write writes a database with one advisory.
func write(dir string) error {
	record, err := osv.Parse([]byte(`{"id": "GHSA-1", "aliases": ["CVE-2024-0001"], "database_specific": {"severity": "HIGH"}, "affected": [
		{"package": {"ecosystem": "npm", "name": "left-pad"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.3.0"}]}]}]}`))
	if err != nil {
		return err
	}
	b, err := store.NewBuilder(dir)
	if err != nil {
		return err
	}
	if err := b.Add(record); err != nil {
		b.Discard()
		return err
	}
	return b.Commit(context.Background(), store.Info{Name: "npm"}, time.Now())
}
