package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"seaworthy.dev/seaworthy/internal/layer"
)

// Limits of the merge. Each layer was limited when it was read; but an image may name
// one layer a thousand times, and a path of 4 KiB may have two thousand elements.
const (
	maxLayers  = 1 << 12
	maxEntries = 20_000_000 // of all layers

	// An image may have as many nodes as it has entries this many times over: those
	// beyond are directories that no layer has as an entry.
	nodesPerEntry = 4
	// stepsPerEntry bounds the elements of all paths that are followed, those of
	// the links on the way among them.
	stepsPerEntry = 64
	// Small images may be odd.
	freeNodes = 1 << 20
	freeSteps = 1 << 23

	// checkEvery is the number of entries after which the merge checks whether it was
	// cancelled.
	checkEvery = 256
)

var errBound = errors.New("exceeds a limit")

// bounds are the limits of one merge, and what it has used of them.
type bounds struct {
	ctx             context.Context
	maxNodes        int
	maxSteps, steps int
}

// boundsOf returns the limits for a merge of these layers, or an error if there are
// too many.
func boundsOf(ctx context.Context, tables []*layer.Table) (*bounds, error) {
	if len(tables) > maxLayers {
		return nil, fmt.Errorf("%w: %d layers; the limit is %d", errBound, len(tables), maxLayers)
	}
	entries := 0
	for _, t := range tables {
		entries += t.Len()
	}
	if entries > maxEntries {
		return nil, fmt.Errorf("%w: %d entries in all layers; the limit is %d", errBound, entries, maxEntries)
	}
	return &bounds{
		ctx:      ctx,
		maxNodes: nodesPerEntry*entries + freeNodes,
		maxSteps: stepsPerEntry*entries + freeSteps,
	}, nil
}

// follow counts the elements of a path.
func (b *bounds) follow(path []byte) { b.steps += 1 + bytes.Count(path, []byte{'/'}) }

// check is called once for each entry.
func (b *bounds) check(ordinal, nodes int) error {
	switch {
	case nodes > b.maxNodes:
		return fmt.Errorf("%w: more than %d directories without an entry of their own", errBound, b.maxNodes)
	case b.steps > b.maxSteps:
		return fmt.Errorf("%w: its paths and links are too deep: more than %d elements in all", errBound, b.maxSteps)
	case ordinal%checkEvery == 0 && b.ctx.Err() != nil:
		return context.Cause(b.ctx)
	}
	return nil
}
