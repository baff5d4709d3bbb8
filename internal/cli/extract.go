package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/extract"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/layer"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
	"seaworthy.dev/seaworthy/scanner"
)

// extractFlags are the flags of extract.
type extractFlags struct {
	image       imageFlags
	layer       int
	allVersions bool
	output      string
	keepModes   bool
	force       bool
	maxSize     byteCount
	maxFiles    int
}

func (a *app) extractCommand() *cobra.Command {
	var f extractFlags
	cmd := &cobra.Command{
		Use:   "extract IMAGE PATH",
		Short: "Extract files from any layer of an image, even deleted ones",
		Long: `Extract extracts the file or directory PATH from an image:
  by default         the version that a container would see
  --layer N          the version in layer N, even if later layers changed or deleted it
  --all-versions     every version in the image

A single file is written to standard output. With --output, files are written below
DIR, under their path in the image; with --all-versions, below DIR/layer-N. If the
digest of a layer is wrong, nothing of that layer is kept. PATH may be a path as ls and
reports show it, with *** in place of a credential.

Extracted files are safe to handle: only the user can read them, and they are not
executable. --keep-modes keeps permission bits, but never setuid, setgid and sticky.
Devices, pipes and links that could lead out of DIR are skipped and listed. Absolute
links become relative ones to the same file below DIR.`,
		Example: `  seaworthy extract alpine:3.20 /etc/os-release
  seaworthy extract --layer 2 image.tar root/.aws/credentials
  seaworthy extract --all-versions --output evidence image.tar root/.ssh`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return &usageError{err: errors.New("want two arguments: the image and a path in it, or / for all files"), command: cmd.CommandPath()}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("layer") {
				f.layer = extract.Merged
			} else if f.layer < 0 {
				return fmt.Errorf("--layer %d: layers are numbered from 0, the lowest", f.layer)
			}
			return a.extract(cmd.Context(), args[0], args[1], &f)
		},
	}
	f.image.register(cmd)
	f.maxSize = 16 << 30
	flags := cmd.Flags()
	flags.IntVar(&f.layer, "layer", 0, "`number` of the layer to extract from; 0 is the lowest layer")
	flags.BoolVar(&f.allVersions, "all-versions", false, "extract the versions of all layers")
	flags.StringVar(&f.output, "output", "", "`DIR` to write files to")
	flags.BoolVar(&f.keepModes, "keep-modes", false, "keep permission bits, without setuid, setgid and sticky")
	flags.BoolVar(&f.force, "force", false, "replace existing files")
	flags.Var(&f.maxSize, "max-size", "maximum total `size` of the files, such as 500MiB")
	flags.IntVar(&f.maxFiles, "max-files", 5_000_000, "maximum `number` of files, directories and links")
	cmd.MarkFlagsMutuallyExclusive("layer", "all-versions")
	return cmd
}

func (a *app) extract(ctx context.Context, reference, name string, f *extractFlags) error {
	if f.allVersions && f.output == "" {
		return &hintedError{"--all-versions needs an output directory", "set it with --output"}
	}
	if f.maxFiles < 1 {
		return errors.New("--max-files must be positive")
	}
	s, err := a.reader(&f.image, "")
	if err != nil {
		return err
	}
	src, err := s.Open(ctx, reference, true)
	if err != nil {
		return err
	}
	defer src.Close()
	plan, err := a.planExtraction(ctx, s, reference, src, f, extract.Request{
		Path:        path.Clean("/" + name)[1:],
		Layer:       f.layer,
		AllVersions: f.allVersions,
		Limits:      extract.Limits{Bytes: int64(f.maxSize), Entries: f.maxFiles},
	})
	if err != nil {
		return err
	}
	if to := plan.LinkTarget(); to != "" {
		fmt.Fprintf(a.Stderr, "%s is a link to %s\n", visible.NotCommand(visible.Path(name)), visible.Path(to))
	}
	if f.output == "" {
		return withReference(reference, a.extractFile(ctx, s, src, plan, name))
	}
	summary, err := plan.Write(ctx, src, f.output, extract.Options{KeepModes: f.keepModes, Force: f.force, Limits: layer.Limits(s.LayerLimits())})
	if err != nil {
		return withReference(reference, err)
	}
	a.printSkipped(summary.Skipped, summary.SkippedCount)
	if summary.Files+summary.Directories+summary.Links == 0 {
		return fmt.Errorf("%s: nothing to extract from %s: every file was skipped", reference, visible.Path(name))
	}
	fmt.Fprintf(a.Stderr, "wrote %s to %s\n", summaryText(summary), visible.Path(f.output))
	return nil
}

// planExtraction reads as few layers as possible. It reads only the requested layer if
// the source can open it alone and it contains everything that is needed.
func (a *app) planExtraction(ctx context.Context, s *scanner.Scanner, reference string, src image.Source, f *extractFlags, r extract.Request) (*extract.Plan, error) {
	if known := src.Manifests(); len(known) == 1 {
		if err := checkLayer(reference, r.Layer, len(known[0].Layers)); err != nil {
			return nil, err
		}
	}
	if r.Layer >= 0 {
		if one := extract.SingleLayer(src, r.Layer); one != nil {
			alone := r
			alone.Layer = 0
			plan, err := a.planFrom(ctx, s, reference, one, f, alone)
			var e *extract.Error
			switch {
			case err == nil && plan.IsComplete():
				return plan, nil
			case err != nil && !(errors.As(err, &e) && e.Problem == extract.NotFound):
				return nil, err
			}
		}
	}
	return a.planFrom(ctx, s, reference, src, f, r)
}

func (a *app) planFrom(ctx context.Context, s *scanner.Scanner, reference string, src image.Source, f *extractFlags, r extract.Request) (*extract.Plan, error) {
	p := a.startProgress(f.image.noProgress, reference, seaworthy.NopHandler{})
	defer p.stop()
	reading, err := s.Read(ctx, reference, src, p)
	if err != nil {
		return nil, err
	}
	manifests := src.Manifests()
	if len(manifests) > 1 {
		return nil, &hintedError{
			fmt.Sprintf("%s contains %d images, and extract needs one", reference, len(manifests)),
			"choose one with --platform, for example --platform " + manifests[0].Config.Platform(),
		}
	}
	for m, err := range reading.Images(ctx) {
		if err != nil {
			return nil, err
		}
		if err := checkLayer(reference, r.Layer, len(m.Image().Layers)); err != nil {
			return nil, err
		}
		if r.Path, err = unredactedPath(m, r.Path, s.Redactor()); err != nil {
			return nil, withReference(reference, err)
		}
		plan, err := extract.NewPlan(m, manifests[0], r)
		return plan, withReference(reference, err)
	}
	return nil, fmt.Errorf("%s contains no image", reference)
}

func checkLayer(reference string, layer, layers int) error {
	if layer < layers {
		return nil
	}
	return fmt.Errorf("--layer %d: the layers of %s are 0 to %d", layer, reference, layers-1)
}

// extractFile writes a single file to standard output.
func (a *app) extractFile(ctx context.Context, s *scanner.Scanner, src image.Source, plan *extract.Plan, name string) error {
	if _, ok := plan.Single(); !ok {
		what := "is not a single file"
		if skipped, n := plan.Skipped(); n == 1 && plan.Len() == 0 {
			what = "is " + skipped[0].Reason
		} else if plan.Len() == 1 {
			what = "is a link or a directory"
		}
		return &hintedError{fmt.Sprintf("%s %s, and only a single file can be written to standard output", visible.Path(name), what), "set an output directory with --output"}
	}
	var w io.Writer = a.Stdout
	if out, ok := file(a.Stdout); ok && term.IsTerminal(int(out.Fd())) {
		w = &terminalText{Writer: w}
	}
	return plan.Copy(ctx, src, w, layer.Limits(s.LayerLimits()))
}

// printSkipped prints the first 20 skipped paths, and the number of the others.
func (a *app) printSkipped(skipped []extract.SkippedPath, count int) {
	const limit = 20
	for _, s := range skipped[:min(len(skipped), limit)] {
		fmt.Fprintf(a.Stderr, "skipped: %s: %s\n", visible.Path(s.Path), visible.Text(s.Reason))
	}
	if count > limit {
		fmt.Fprintf(a.Stderr, "skipped: %d more\n", count-limit)
	}
}

func summaryText(s *extract.Summary) string {
	var parts []string
	for _, c := range []struct {
		n         int
		one, many string
	}{{s.Files, "file", "files"}, {s.Directories, "directory", "directories"}, {s.Links, "link", "links"}} {
		switch c.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+c.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.many))
		}
	}
	return fmt.Sprintf("%s (%s)", strings.Join(parts, ", "), words.Size(s.Bytes))
}

// terminalText writes to a terminal, and fails on control characters: a file of an image
// must not control the terminal.
type terminalText struct {
	io.Writer
	cut []byte // the first bytes of an incomplete character
}

// Write implements [io.Writer].
func (t *terminalText) Write(p []byte) (int, error) {
	text := append(t.cut, p...)
	at := 0
	for at < len(text) && utf8.FullRune(text[at:]) {
		r, n := utf8.DecodeRune(text[at:])
		isText := r >= ' ' && r < 0x7f || r >= 0xa0 || r == '\n' || r == '\t' || r == '\r'
		if !isText || r == utf8.RuneError && n == 1 {
			return 0, &hintedError{"the file is not plain text, and standard output is a terminal", "redirect it to a file: seaworthy extract ... > FILE"}
		}
		at += n
	}
	t.cut = slices.Clone(text[at:])
	_, err := t.Writer.Write(text[:at])
	return len(p), err
}
