// The command packages prints the packages of an image, one a line, and the number
// of layers that it took from the cache: packages CACHE REFERENCE. A test builds it
// from changed sources.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/scan"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cacheDir, reference string) error {
	cache, err := scan.OpenCache(cacheDir, slog.Default())
	if err != nil {
		return err
	}
	src, err := image.Open(ctx, reference, image.Options{})
	if err != nil {
		return err
	}
	defer src.Close()
	cached := 0
	reading, err := scan.Read(ctx, src, scan.Options{
		Cache: cache,
		Log:   slog.Default(),
		Progress: func(e *seaworthy.Progress) error {
			if e.Done && e.Cached {
				cached++
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	for m, err := range reading.Images(ctx) {
		if err != nil {
			return err
		}
		for _, p := range m.Packages() {
			fmt.Println(p.Name, p.Version)
		}
	}
	fmt.Println("layers from the cache:", cached)
	return nil
}
