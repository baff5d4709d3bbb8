package scanner

import (
	"context"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
)

// BaseError is wrapped by the [OptionError] that a scan returns if [Options.Base] is not the
// base image of the image: the first layers of the image are not those of the base image.
type BaseError struct {
	Base, Image string // references
	Reason      string
	// Label is the digest of the base image according to a label of the image; "" if there
	// is no such label.
	Label string
}

// Error implements [error].
func (e *BaseError) Error() string {
	return fmt.Sprintf("%s is not the base of %s: %s", e.Base, e.Image, e.Reason)
}

// Hint returns what the user can do about it.
func (e *BaseError) Hint() string {
	hint := "give the base image by digest: its tag may have moved since the build"
	if e.Label != "" {
		hint += "; a label of the image gives the digest " + e.Label
	}
	return hint
}

// setBase sets the base image of an image to [Options.Base], if that is set. It returns a
// [BaseError] if the first layers of the image are not those of the base image.
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

// manifest returns the manifest of an image for a platform. It skips layers if the source is
// a stream, in which they precede the manifest.
func (s *Scanner) manifest(ctx context.Context, reference, platform string) (image.Manifest, error) {
	src, err := image.Open(ctx, reference, s.imageOptions(s.platform(platform)))
	if err != nil {
		return image.Manifest{}, err
	}
	defer src.Close()
	if src.Manifests() == nil {
		if err := src.Layers(ctx, skipLayer); err != nil {
			return image.Manifest{}, withReference(reference, err)
		}
	}
	if n := len(src.Manifests()); n != 1 {
		return image.Manifest{}, fmt.Errorf("%s contains %d images", reference, n)
	}
	return src.Manifests()[0], nil
}

// skipLayer reads a layer of a stream without using it.
func skipLayer(ctx context.Context, b image.Blob) error {
	rc, err := b.Open(ctx)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, rc)
	rc.Close()
	return err
}

// isBase returns an error unless the layers of base are the first ones of an image.
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
			return fail("the digests of its layers are not known")
		case l.DiffID != img.Layers[i].DiffID:
			return fail("its layer %d is %s, and that of the image %s", i, strings.TrimPrefix(l.DiffID, "sha256:"), strings.TrimPrefix(img.Layers[i].DiffID, "sha256:"))
		}
	}
	return nil
}
