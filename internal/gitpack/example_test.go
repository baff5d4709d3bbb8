package gitpack_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"seaworthy.dev/seaworthy/internal/gitpack"
)

// The example prints the changes that each version of each file in a pack adds.
func Example() {
	f, err := os.Open("pack-0123.pack")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		log.Fatal(err)
	}
	budget := 1000 * info.Size()
	err = gitpack.NewReader().Read(context.Background(), f, info.Size(), gitpack.Options{
		Budget: &budget,
		Object: func(o *gitpack.Object) error {
			commit, path := o.Name()
			for _, c := range o.Changed {
				fmt.Printf("%s %s in %s, %s: %q\n", o.Kind, o.ID(), commit, path, o.Text[c.From:c.To])
			}
			return nil
		},
		Long: func(_ *gitpack.Object, text io.Reader) error {
			_, err := io.Copy(os.Stdout, text)
			return err
		},
		Gap: func(g gitpack.Gap) { fmt.Println("not read:", g) },
	})
	if err != nil {
		log.Fatal(err)
	}
}
