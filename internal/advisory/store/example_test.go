package store_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// A dataset with what a distribution says about one vulnerability is written and read.
func ExampleBuilder() {
	dir, err := os.MkdirTemp("", "advisories")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	debian := seaworthy.ParseEcosystem("Debian:12")
	cve, _ := osv.ParseCVE("CVE-2024-0001")
	b, err := store.NewBuilder(dir)
	if err != nil {
		log.Fatal(err)
	}
	err = b.AddStatements(&store.Advisory{ID: "CVE-2024-0001", CVEs: []string{"CVE-2024-0001"}}, store.NewText("A summary", "Details"),
		[]store.Statement{{Ecosystem: debian, Name: "openssl", Affected: store.Affected{CVE: cve, Spans: version.All(), Status: store.StatusNoDSA}}})
	if err != nil {
		b.Discard()
		log.Fatal(err)
	}
	if err := b.Commit(context.Background(), store.Info{Name: store.DebianStates}, time.Now()); err != nil {
		log.Fatal(err)
	}

	file, err := store.Open(dir, store.DebianStates)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	rows, err := file.Affected(store.Vulnerable, debian, "openssl")
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range rows {
		a, err := file.Advisory(row.Number)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(a.ID, row.Status)
	}
	// Output:
	// CVE-2024-0001 no-dsa
}
