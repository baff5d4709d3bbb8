package extract_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"

	"seaworthy.dev/seaworthy/internal/extract"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/scan"
)

// Print one file of an image.
func Example() {
	dir, err := os.MkdirTemp("", "rootfs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "motd"), []byte("ahoy\n"), 0o644); err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	src, err := image.Open(ctx, "dir:"+dir, image.Options{Rereadable: true})
	if err != nil {
		log.Fatal(err)
	}
	defer src.Close()
	read, err := scan.Read(ctx, src, scan.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	for merged, err := range read.Images(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		plan, err := extract.NewPlan(merged, src.Manifests()[0], extract.Request{Layer: extract.Merged, Path: "motd"})
		if err != nil {
			log.Fatal(err)
		}
		entry, _ := plan.Single()
		fmt.Println(entry.Path, entry.Size)
		if err := plan.Copy(ctx, src, os.Stdout, layer.Limits{}); err != nil {
			log.Fatal(err)
		}
	}

	// Output:
	// motd 5
	// ahoy
}
