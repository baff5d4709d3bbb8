package zipfile_test

import (
	"fmt"
	"log"
	"os"

	"seaworthy.dev/seaworthy/internal/zipfile"
)

func Example() {
	f, err := os.Open("app.jar")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		log.Fatal(err)
	}
	z, err := zipfile.Open(f, info.Size())
	if err != nil {
		log.Fatal(err)
	}
	budget := int64(100 << 20)
	err = z.Walk(func(e *zipfile.Entry) error {
		if string(e.Name) != "META-INF/MANIFEST.MF" {
			return nil
		}
		text, err := z.Read(e, 1<<20, &budget)
		if err != nil {
			return err
		}
		fmt.Printf("%s", text)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
}
