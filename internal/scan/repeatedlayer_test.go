package scan

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/layer"
)

// TestRepeatedLayer merges an image that uses one layer very often.
func TestRepeatedLayer(t *testing.T) {
	var entries imagetest.Layer
	for i := range 10_000 {
		entries = append(entries, imagetest.File(fmt.Sprint("d/", i), ""))
	}
	l, err := layer.Walk(t.Context(), bytes.NewReader(entries.Tar()), layer.Limits{}, func(*seaworthy.Header, io.Reader) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	_, err = newTree(t.Context(), slices.Repeat([]*layer.Table{l.Table}, maxRepeated/10_000+2))
	if err == nil || !strings.Contains(err.Error(), "layers that repeat others have 510000 entries") {
		t.Errorf("%v", err)
	}
	if _, err := newTree(t.Context(), slices.Repeat([]*layer.Table{l.Table}, 3)); err != nil {
		t.Error(err)
	}
}
