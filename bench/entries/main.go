// Entries writes a synthetic image of many small files. It is for measuring the cost of
// an entry, in memory and in the merge of layers.
//
//	entries -files 100000 -layers 10 DIR    writes an OCI layout
//
// The files are the same for any number of layers. Each layer has an equal share of
// them and, as in real images, the directories above them.
package main

import (
	"archive/tar"
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"seaworthy.dev/seaworthy/bench/layout"
)

const filesPerDirectory = 50

func main() {
	files := flag.Int("files", 100_000, "number of files in the image")
	layers := flag.Int("layers", 10, "number of layers that they are spread over")
	flag.Parse()
	if flag.NArg() != 1 || *files < 1 || *layers < 1 {
		fmt.Fprintln(os.Stderr, "usage: entries [-files N] [-layers N] DIR")
		os.Exit(2)
	}
	if err := layout.WriteOCI(flag.Arg(0), entries(*files, *layers)); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
}

func entries(files, layers int) *layout.Image {
	img := &layout.Image{
		Reference: fmt.Sprintf("entries:%dx%d", files, layers),
		Config:    v1.Config{User: "65532", Cmd: []string{"/srv/app"}},
	}
	for layer := range layers {
		img.Steps = append(img.Steps, layout.Step{
			Instruction: fmt.Sprintf("COPY part-%d /srv/app # buildkit", layer),
			Tar:         func(w io.Writer) error { return writeLayer(w, files, layers, layer) },
		})
	}
	return img
}

// writeLayer writes the files of one layer. The first file of a directory is preceded by
// the directory and its parents.
func writeLayer(dst io.Writer, files, layers, layer int) error {
	buffered := bufio.NewWriterSize(dst, 1<<20)
	w := tar.NewWriter(buffered)
	written := map[string]bool{".": true}
	var parents func(string) error
	parents = func(dir string) error {
		if written[dir] {
			return nil
		}
		written[dir] = true
		if err := parents(path.Dir(dir)); err != nil {
			return err
		}
		return w.WriteHeader(header(dir+"/", tar.TypeDir, 0o755, 0))
	}
	for i := files * layer / layers; i < files*(layer+1)/layers; i++ {
		dir := directory(i / filesPerDirectory)
		if err := parents(dir); err != nil {
			return err
		}
		body := fmt.Sprintf("module.exports = %d\n", i)
		name := fmt.Sprintf("%s/file-%07d.js", dir, i)
		if err := w.WriteHeader(header(name, tar.TypeReg, 0o644, int64(len(body)))); err != nil {
			return err
		}
		if _, err := io.WriteString(w, body); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// directory returns the path of a directory, as deep as in real packages.
func directory(n int) string {
	return fmt.Sprintf("srv/app/node_modules/package-%04d/dist/module-%02d", n/20, n%20)
}

func header(name string, kind byte, mode, size int64) *tar.Header {
	return &tar.Header{
		Typeflag: kind, Name: name, Mode: mode, Size: size,
		ModTime: time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), Format: tar.FormatUSTAR,
	}
}
