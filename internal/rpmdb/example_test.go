package rpmdb_test

import (
	"fmt"
	"log"
	"os"

	"seaworthy.dev/seaworthy/internal/rpmdb"
)

func Example() {
	f, err := os.Open("/var/lib/rpm/rpmdb.sqlite")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		log.Fatal(err)
	}
	for header, err := range rpmdb.SQLite(f, info.Size()) {
		if err != nil {
			log.Fatal(err)
		}
		p, err := rpmdb.ParseHeader(header)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(p.Name, p.Version, p.Release, p.Arch, len(p.Files))
	}
}
