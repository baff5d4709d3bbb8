package sqlite_test

import (
	"fmt"
	"log"
	"os"

	"seaworthy.dev/seaworthy/internal/sqlite"
)

func Example() {
	f, err := os.Open("settings.db")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		log.Fatal(err)
	}
	db, err := sqlite.Open(f, info.Size())
	if err != nil {
		log.Fatal(err)
	}
	tables, err := db.Tables()
	if err != nil {
		log.Print(err) // tables before the damage are in the list
	}
	for _, t := range tables {
		err := db.Rows(t, 1<<20, func(r *sqlite.Record) error {
			columns, err := r.Columns()
			if err != nil {
				return err
			}
			for i, name := range t.Columns() {
				if i < len(columns) && columns[i].IsText() {
					fmt.Printf("%s.%s = %s\n", t.Name, name, columns[i].Value)
				}
			}
			return nil
		})
		if err != nil {
			log.Fatal(err)
		}
	}
}
