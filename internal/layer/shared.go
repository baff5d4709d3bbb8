package layer

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"seaworthy.dev/seaworthy/internal/limit"
)

// shared limits what several calls of [Walk] use together.
type shared struct {
	// windows limits the bytes of decompression windows; nil means no limit. A window that
	// is larger is the only one.
	windows *limit.Pool

	raw, plain atomic.Int64 // bytes of all blobs, and of their tar streams
}

// sharedFloor is the uncompressed length of all layers together, in bytes, from which
// [Limits.MaxRatio] applies to them.
const sharedFloor = 2 * RatioFloor

type sharedKey struct{}

// WithShared returns a context for the layers of one image. Their windows may be shared with
// other images.
func WithShared(ctx context.Context, windows *limit.Pool) context.Context {
	return context.WithValue(ctx, sharedKey{}, &shared{windows: windows})
}

// sharedBy returns the shared of a context, which has no limits if there is none.
func sharedBy(ctx context.Context) *shared {
	if s, ok := ctx.Value(sharedKey{}).(*shared); ok {
		return s
	}
	return new(shared)
}

// check returns an error if all layers together decompress into too much.
func (s *shared) check(limits Limits) error {
	if plain := s.plain.Load(); plain > sharedFloor && plain > limits.MaxRatio*s.raw.Load() {
		return fmt.Errorf("%w: together with other layers, it is more than %d times as large when decompressed", ErrBomb, limits.MaxRatio)
	}
	return nil
}

// minZstdWindow is the window in bytes that any frame may have. It is that of the zstd
// command at level 19.
const minZstdWindow = 8 << 20

// zstdWindow returns the window in bytes that the first frame of a zstd stream asks for. The
// frames that follow may not ask for more, unless they need less than minZstdWindow.
func zstdWindow(r *bufio.Reader) uint64 {
	head, _ := r.Peek(zstd.HeaderMaxSize)
	var h zstd.Header
	if h.Decode(head) != nil || h.Skippable {
		return maxZstdWindow
	}
	return min(max(cmp.Or(h.WindowSize, h.FrameContentSize), minZstdWindow), maxZstdWindow)
}
