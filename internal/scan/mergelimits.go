package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"seaworthy.dev/seaworthy/internal/layer"
)

// Limits of the merge. Each layer was limited when it was read. That is not enough: an
// image may use one layer a thousand times, and a path of 4 KiB may have two thousand
// elements.
const (
	maxLayers  = 1 << 12
	maxEntries = 20_000_000 // of all layers
	// maxRepeated is the maximum number of entries in layers that repeat another layer.
	maxRepeated = 500_000

	// nodesPerEntry limits the nodes of the tree. It has more nodes than entries only
	// because of directories that no layer has as an entry.
	nodesPerEntry = 4
	// stepsPerEntry limits the elements of all paths that are resolved, including the
	// targets of links.
	stepsPerEntry = 64
	// freeNodes and freeSteps are added to both limits, so that an unusual small image
	// does not exceed them.
	freeNodes = 1 << 20
	freeSteps = 1 << 23

	// checkEvery is the number of entries after which the merge checks whether it was
	// canceled.
	checkEvery = 256
)

var errMergeLimit = errors.New("exceeds a limit")

// mergeLimits limits the memory and time of one merge.
type mergeLimits struct {
	ctx      context.Context
	maxNodes int
	maxSteps int
	steps    int // path elements so far
}

// newMergeLimits returns the limits for a merge of these layers. It returns an error if
// there are too many layers or entries.
func newMergeLimits(ctx context.Context, tables []*layer.Table) (*mergeLimits, error) {
	if len(tables) > maxLayers {
		return nil, fmt.Errorf("%w: %d layers; the limit is %d", errMergeLimit, len(tables), maxLayers)
	}
	entries, repeated := 0, 0
	seen := make(map[*layer.Table]bool)
	for _, t := range tables {
		entries += t.Len()
		if seen[t] {
			repeated += t.Len()
		}
		seen[t] = true
	}
	if repeated > maxRepeated {
		return nil, fmt.Errorf("%w: layers that repeat others have %d entries; the limit is %d", errMergeLimit, repeated, maxRepeated)
	}
	if entries > maxEntries {
		return nil, fmt.Errorf("%w: %d entries in all layers; the limit is %d", errMergeLimit, entries, maxEntries)
	}
	return &mergeLimits{
		ctx:      ctx,
		maxNodes: nodesPerEntry*entries + freeNodes,
		maxSteps: stepsPerEntry*entries + freeSteps,
	}, nil
}

// countElements adds the elements of a path to the steps.
func (l *mergeLimits) countElements(path []byte) { l.steps += 1 + bytes.Count(path, []byte{'/'}) }

// check returns an error if the merge exceeds a limit or was canceled. The merge calls
// it once for each entry.
func (l *mergeLimits) check(ordinal, nodes int) error {
	switch {
	case nodes > l.maxNodes:
		return fmt.Errorf("%w: more than %d directories without an entry of their own", errMergeLimit, l.maxNodes)
	case l.steps > l.maxSteps:
		return fmt.Errorf("%w: its paths and links are too deep: more than %d elements in all", errMergeLimit, l.maxSteps)
	case ordinal%checkEvery == 0 && l.ctx.Err() != nil:
		return context.Cause(l.ctx)
	}
	return nil
}
