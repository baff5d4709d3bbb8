package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
)

// baseFlags say what an image was built on.
type baseFlags struct {
	base   string
	ignore bool
}

func (f *baseFlags) register(cmd *cobra.Command) {
	f.registerBase(cmd)
	cmd.Flags().BoolVar(&f.ignore, "ignore-base", false, "do not count findings that lie wholly in the base image; where it ends must be known")
}

func (f *baseFlags) registerBase(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.base, "base", "", "`IMAGE` that the image was built on (default what its history gives away)")
}

// giveBase sets where the base image ends, if the user named one: the layers of
// that must be the first ones of the image.
func (a *app) giveBase(ctx context.Context, img *seaworthy.Image, f *scanFlags) error {
	if f.base.base == "" {
		return nil
	}
	m, err := a.manifest(ctx, f.base.base, img.Platform, &f.image)
	if err != nil {
		return fmt.Errorf("--base: %w", err)
	}
	if err := isBase(m, img); err != nil {
		return err
	}
	img.BaseBoundary = new(len(m.Layers))
	img.Base = &seaworthy.Base{Reference: f.base.base, Digest: m.Digest, Evidence: "it was given, and its layers are the first ones of the image", Exact: true}
	return nil
}

// manifest gives the manifest of an image for a platform, without reading layers
// where the source allows that.
func (a *app) manifest(ctx context.Context, reference, platform string, f *imageFlags) (image.Manifest, error) {
	of := *f
	if platform != "" {
		of.platform = platform
	}
	src, err := a.openImage(ctx, reference, &of, false)
	if err != nil {
		return image.Manifest{}, err
	}
	defer src.Close()
	if src.Manifests() == nil {
		if err := src.Layers(ctx, skipLayer); err != nil {
			return image.Manifest{}, naming(reference, err)
		}
	}
	if n := len(src.Manifests()); n != 1 {
		return image.Manifest{}, fmt.Errorf("%s stands for %d images", reference, n)
	}
	return src.Manifests()[0], nil
}

// skipLayer passes over a layer of a stream.
func skipLayer(ctx context.Context, b image.Blob) error {
	rc, err := b.Open(ctx)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, rc)
	rc.Close()
	return err
}

// baseError is an image that another one was not built on.
type baseError struct{ message, hint string }

// Error implements [error].
func (e *baseError) Error() string { return e.message }

// Hint is what the user can do about it.
func (e *baseError) Hint() string { return e.hint }

// isBase fails unless the layers of one image are the first ones of another.
func isBase(base image.Manifest, img *seaworthy.Image) error {
	fail := func(format string, args ...any) error {
		hint := "name the very image that was built on, by its digest: a tag may have moved since"
		if img.Base != nil && img.Base.Digest != "" {
			hint += "; a label of the image gives the digest " + img.Base.Digest
		}
		return &baseError{fmt.Sprintf("--base: %s is not the base of %s: ", base.Reference, img.Reference) + fmt.Sprintf(format, args...), hint}
	}
	if len(base.Layers) == 0 {
		return fail("it has no layers")
	}
	if n := len(img.Layers); len(base.Layers) > n {
		return fail("it has %d layers, and the image only %d", len(base.Layers), n)
	}
	for i, l := range base.Layers {
		switch {
		case l.DiffID == "":
			return fail("nothing says what its layers are")
		case l.DiffID != img.Layers[i].DiffID:
			return fail("its layer %d is %s, and that of the image %s", i, strings.TrimPrefix(l.DiffID, "sha256:"), strings.TrimPrefix(img.Layers[i].DiffID, "sha256:"))
		}
	}
	return nil
}
