// Secrets measures the detection of secrets: it generates files in which every value is
// labelled as a secret or as harmless, scans them as an image, and prints recall and
// precision by kind of value and kind of file.
//
//	secrets [-seed N] [-misses] [-keep DIR [-gitleaks REPORT]]
//
// A secret is found if a finding of severity low or higher is at its location. A harmless
// value with such a finding is a false alarm, and so is a finding without a label.
// Debatable values do not count. The held-out files, whose author did not know the
// detection code, are counted separately.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/bench/secrets/corpus"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/secret"
)

// filesInImage is the number of files in an image. The report of an image with thousands
// of secrets is truncated.
const filesInImage = 100

type options struct {
	seed     uint64
	misses   bool
	keep     string
	gitleaks string
}

func main() {
	var o options
	flag.Uint64Var(&o.seed, "seed", 1, "`number` to generate the values from")
	flag.BoolVar(&o.misses, "misses", false, "print every missed secret and every false alarm; the values are generated")
	flag.StringVar(&o.keep, "keep", "", "`directory` to write the files to and keep them in")
	flag.StringVar(&o.gitleaks, "gitleaks", "", "score a JSON `report` of gitleaks instead of a scan; -keep names the directory that an earlier run with the same seed wrote")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, &o); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
}

func run(ctx context.Context, w io.Writer, o *options) error {
	made, err := corpus.Generate(o.seed)
	if err != nil {
		return err
	}
	sets := []*score{newScore("image", made.Files), newScore("held-out", made.HeldOut)}
	if o.gitleaks != "" {
		for _, set := range sets {
			seen, err := readGitleaks(o.gitleaks, o.keep, set)
			if err != nil {
				return err
			}
			set.image(seen)
		}
		return report(w, o, sets)
	}
	dir := o.keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "seaworthy-secrets-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	for i, files := range [][]corpus.File{made.Files, made.HeldOut} {
		if err := sets[i].files(ctx, dir, files); err != nil {
			return err
		}
	}
	if err := sets[0].instructions(ctx, dir, made.Instructions); err != nil {
		return err
	}
	return report(w, o, sets)
}

// report prints all sets.
func report(w io.Writer, o *options, sets []*score) error {
	for i, set := range sets {
		if i > 0 {
			fmt.Fprintln(w, "\nHELD OUT: WRITTEN WITHOUT KNOWLEDGE OF THE DETECTION CODE")
		}
		if err := set.print(w, o); err != nil {
			return err
		}
	}
	return nil
}

// files scans files, some in each image.
func (s *score) files(ctx context.Context, dir string, files []corpus.File) error {
	for batch := range slices.Chunk(files, filesInImage) {
		root := filepath.Join(dir, fmt.Sprintf("%s-%02d", s.name, len(s.images)))
		if err := write(root, batch); err != nil {
			return err
		}
		seen, err := scanImage(ctx, "dir:"+root)
		if err != nil {
			return err
		}
		s.image(seen)
	}
	return nil
}

// instructions scans an image for each instruction.
func (s *score) instructions(ctx context.Context, dir string, list []corpus.File) error {
	archive := filepath.Join(dir, "instruction.tar")
	defer os.Remove(archive)
	for i, f := range list {
		if err := writeInstruction(archive, f); err != nil {
			return err
		}
		seen, err := scanImage(ctx, "docker-archive:"+archive)
		if err != nil {
			return err
		}
		s.instruction(i, f, seen)
	}
	return nil
}

// write writes files to a directory, which is scanned as an image of one layer.
func write(root string, files []corpus.File) error {
	for _, f := range files {
		path := filepath.Join(root, filepath.FromSlash(f.Path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Body, 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// scanImage scans an image for secrets.
func scanImage(ctx context.Context, reference string) (*collector, error) {
	analyzer, err := secret.New(secret.Options{})
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	src, err := image.Open(ctx, reference, image.Options{Log: log})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	analyzers := []seaworthy.Analyzer{analyzer}
	reading, err := scan.Read(ctx, src, scan.Options{Analyzers: analyzers, Log: log})
	if err != nil {
		return nil, err
	}
	seen := &collector{}
	for merged, err := range reading.Images(ctx) {
		if err != nil {
			return nil, err
		}
		if err := scan.Analyze(ctx, merged, analyzers, seen); err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// collector is a Handler that keeps findings and coverage of secrets.
type collector struct {
	findings []*seaworthy.Finding
	gaps     []*seaworthy.Coverage
}

func (*collector) Provenance(*seaworthy.Provenance) error { return nil }
func (*collector) Progress(*seaworthy.Progress) error     { return nil }
func (*collector) Image(*seaworthy.Image) error           { return nil }
func (*collector) Package(*seaworthy.Package) error       { return nil }
func (*collector) Verdict(*seaworthy.Verdict) error       { return nil }

// Finding implements [seaworthy.Sink].
func (c *collector) Finding(f *seaworthy.Finding) error {
	if f.Risk == seaworthy.Secret {
		c.findings = append(c.findings, f)
	}
	return nil
}

// Coverage implements [seaworthy.Sink].
func (c *collector) Coverage(v *seaworthy.Coverage) error {
	if v.Risk == seaworthy.Secret && v.State != seaworthy.Checked {
		c.gaps = append(c.gaps, v)
	}
	return nil
}
