//go:build linux

// Images builds the images of the benchmark: over a gigabyte of typical content, in
// four forms with different costs.
//
//	images DIR
//
// writes many-gzip and squashed-gzip (OCI layouts) and many.tar and squashed.tar
// (archives with uncompressed layers) into DIR, unless they exist. It needs root,
// debootstrap, npm, Go, and about 9 GB of temporary space.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"seaworthy.dev/seaworthy/bench/layout"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: images DIR")
		os.Exit(2)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(ctx, log, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
}

// form is a way of storing the image.
type form struct {
	name  string
	write func(string, *layout.Image) error
	image *layout.Image
}

func run(ctx context.Context, log *slog.Logger, dir string) error {
	forms := []form{
		{name: "many-gzip", write: layout.WriteOCI},
		{name: "squashed-gzip", write: layout.WriteOCI},
		{name: "many.tar", write: layout.WriteArchive},
		{name: "squashed.tar", write: layout.WriteArchive},
	}
	missing := false
	for _, f := range forms {
		_, err := os.Stat(filepath.Join(dir, f.name))
		missing = missing || errors.Is(err, os.ErrNotExist)
	}
	if !missing {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("building the images of the benchmark requires root, for debootstrap and chroot")
	}
	work := filepath.Join(dir, "work")
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(work, 0o755)); err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(work); err != nil {
			log.Warn("left behind", "directory", work, "error", err)
		}
	}()
	many, squashed, err := build(ctx, log, work)
	if err != nil {
		return err
	}
	for i := range forms {
		f := &forms[i]
		f.image = many
		if i%2 == 1 {
			f.image = squashed
		}
		log.Info("writing", "image", f.name)
		path := filepath.Join(dir, f.name)
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		if err := f.write(path, f.image); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	return nil
}

// build runs all steps and records what each changed.
func build(ctx context.Context, log *slog.Logger, work string) (many, squashed *layout.Image, err error) {
	m := &machine{root: filepath.Join(work, "root"), work: work, log: log}
	if err := os.Mkdir(m.root, 0o755); err != nil {
		return nil, nil, err
	}
	many = &layout.Image{Reference: "bench:many", Config: config}
	before := tree{}
	for i, s := range steps {
		if s.do == nil {
			many.Steps = append(many.Steps, layout.Step{Instruction: s.instruction})
			continue
		}
		log.Info("step", "number", i, "instruction", s.instruction)
		if err := s.do(ctx, m); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.instruction, err)
		}
		after, err := readTree(m.root)
		if err != nil {
			return nil, nil, err
		}
		layer, err := store(filepath.Join(work, fmt.Sprintf("layer-%02d.tar", i)), m.root, after.since(before))
		if err != nil {
			return nil, nil, err
		}
		many.Steps = append(many.Steps, layout.Step{Instruction: s.instruction, Tar: layer})
		before = after
	}
	layer, err := store(filepath.Join(work, "squashed.tar"), m.root, before.since(tree{}))
	if err != nil {
		return nil, nil, err
	}
	return many, &layout.Image{
		Reference: "bench:squashed", Config: config,
		Steps: []layout.Step{{Instruction: "COPY / / # buildkit", Tar: layer}},
	}, nil
}

// store writes a layer to a file and returns a function that copies it.
func store(file, root string, c change) (func(io.Writer) error, error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(c.writeTar(f, root), f.Close()); err != nil {
		return nil, err
	}
	return func(w io.Writer) error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	}, nil
}

// config has defects on purpose, so that the checks find something.
var config = v1.Config{
	Env: []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/srv/app/node_modules/.bin",
		"JAVA_HOME=/usr/lib/jvm/default-java",
		"NODE_ENV=production",
	},
	Entrypoint:   []string{"/usr/local/bin/gateway"},
	Cmd:          []string{"--listen", ":8080"},
	WorkingDir:   "/srv/app",
	ExposedPorts: map[string]struct{}{"80/tcp": {}, "8080/tcp": {}},
	Volumes:      map[string]struct{}{"/var/lib/gateway": {}},
}
