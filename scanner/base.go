package scanner

import (
	"context"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
)

// BaseError is the reason of an [OptionError] if an image was not built on the base
// image that the options name.
type BaseError struct {
	Base, Image string // references
	Reason      string
	// Label is the digest of the base image that a label of the image gives; "" if
	// there is none.
	Label string
}

// Error implements [error].
func (e *BaseError) Error() string {
	return fmt.Sprintf("%s is not the base of %s: %s", e.Base, e.Image, e.Reason)
}

// Hint is what the user can do about it.
func (e *BaseError) Hint() string {
	hint := "name the very image that was built on, by its digest: a tag may have moved since"
	if e.Label != "" {
		hint += "; a label of the image gives the digest " + e.Label
	}
	return hint
}

// setBase sets where the base image ends, if the options name one: its layers must be
// the first ones of the image.
func (s *Scanner) setBase(ctx context.Context, img *seaworthy.Image) error {
	if s.opt.Base == "" {
		return nil
	}
	m, err := s.manifest(ctx, s.opt.Base, img.Platform)
	if err == nil {
		err = isBase(m, img)
	}
	if err != nil {
		return &OptionError{"Base", err}
	}
	img.BaseBoundary = new(len(m.Layers))
	img.Base = &seaworthy.Base{Reference: s.opt.Base, Digest: m.Digest, Evidence: "it was given, and its layers are the first ones of the image", Exact: true}
	return nil
}

// manifest gives the manifest of an image for a platform, without reading layers
// where the source allows that.
func (s *Scanner) manifest(ctx context.Context, reference, platform string) (image.Manifest, error) {
	src, err := image.Open(ctx, reference, s.imageOptions(s.platform(platform)))
	if err != nil {
		return image.Manifest{}, err
	}
	defer src.Close()
	if src.Manifests() == nil {
		if err := src.Layers(ctx, skipLayer); err != nil {
			return image.Manifest{}, named(reference, err)
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

// isBase fails unless the layers of one image are the first ones of another.
func isBase(base image.Manifest, img *seaworthy.Image) error {
	fail := func(format string, args ...any) error {
		e := &BaseError{Base: base.Reference, Image: img.Reference, Reason: fmt.Sprintf(format, args...)}
		if img.Base != nil {
			e.Label = img.Base.Digest
		}
		return e
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
