package layer_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/layer"
)

func Example() {
	blob, err := os.Open("layer.tar.gz")
	if err != nil {
		log.Fatal(err)
	}
	defer blob.Close()
	l, err := layer.Walk(context.Background(), blob, layer.Limits{}, func(h *seaworthy.Header, body io.Reader) error {
		if h.Path != "etc/os-release" {
			return nil // the walk skips the body
		}
		_, err := io.Copy(os.Stdout, body)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Digest, l.DiffID, l.Table.Len(), "entries")
}
