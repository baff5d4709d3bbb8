package image_test

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"seaworthy.dev/seaworthy/internal/image"
)

// Open a root file system as an image, and list the entries of its only layer.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "rootfs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "motd"), []byte("ahoy\n"), 0o644); err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	src, err := image.Open(ctx, "dir:"+dir, image.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer src.Close()
	err = src.Layers(ctx, func(ctx context.Context, b image.Blob) error {
		body, err := b.Open(ctx)
		if err != nil {
			return err
		}
		defer body.Close()
		for r := tar.NewReader(body); ; {
			h, err := r.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Println(b.Name, h.Name, h.Size)
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(src.Manifests()), "image")

	// Output:
	// root file system ./ 0
	// root file system motd 5
	// 1 image
}
