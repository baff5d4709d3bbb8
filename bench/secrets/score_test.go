package main

import (
	"bytes"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/bench/secrets/corpus"
)

func TestLabelAt(t *testing.T) {
	text := &marked{File: corpus.File{Path: "a", Labels: []corpus.Label{
		{Start: 10, End: 20, FirstLine: 2, LastLine: 2},
		{Start: 30, End: 40, FirstLine: 2, LastLine: 2},
		{Start: 50, End: 90, FirstLine: 4, LastLine: 6},
	}}}
	archive := &marked{File: corpus.File{Path: "b.zip", Packed: true, Labels: []corpus.Label{
		{Start: 10, End: 20, FirstLine: 2, LastLine: 2, Member: "x"},
		{Start: 10, End: 20, FirstLine: 2, LastLine: 2, Member: "y"},
	}}}
	for _, c := range []struct {
		name   string
		in     *marked
		member string
		line   int
		offset int64
		want   int
	}{
		{"in the value", text, "", 2, 35, 1},
		{"at the name before it", text, "", 2, 25, 1},
		{"behind it", text, "", 2, 21, 0},
		{"in a value of several lines", text, "", 5, 60, 2},
		{"in the line alone", text, "", 4, 0, 2},
		{"in a line without values", text, "", 3, 45, -1},
		{"near, without a line", text, "", 0, 45, 2},
		{"far, without a line", text, "", 0, 400, -1},
		{"in the second member", archive, "y", 2, 12, 1},
		{"in no member", archive, "z", 2, 12, -1},
	} {
		if got := c.in.labelAt(c.member, seaworthy.Location{Line: c.line, Offset: c.offset}); got != c.want {
			t.Errorf("%s: label %d, want %d", c.name, got, c.want)
		}
	}
}

func TestScore(t *testing.T) {
	s := newScore("image", []corpus.File{{Path: "a", Kind: "k", Labels: []corpus.Label{
		{Class: corpus.Secret, Kind: "s", Start: 0, End: 5, FirstLine: 1, LastLine: 1},
		{Class: corpus.Secret, Kind: "s", Start: 6, End: 9, FirstLine: 2, LastLine: 2},
		{Class: corpus.Harmless, Kind: "h", Start: 10, End: 15, FirstLine: 3, LastLine: 3},
		{Class: corpus.Debatable, Kind: "d", Start: 16, End: 19, FirstLine: 4, LastLine: 4},
	}}})
	at := func(line int, off int64) seaworthy.Location {
		return seaworthy.Location{Path: "a", Line: line, Offset: off}
	}
	s.image(&collector{findings: []*seaworthy.Finding{
		{ID: "one", Severity: seaworthy.Low, Locations: []seaworthy.Location{at(1, 0), at(4, 16)}},
		{ID: "two", Severity: seaworthy.High, Locations: []seaworthy.Location{at(1, 0), at(3, 10), at(9, 99)}},
	}})
	var out bytes.Buffer
	if err := s.print(&out, &options{misses: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"high and worse    1      1       1       1          0.500   0.333      0.400\n",
		"2 secrets of 1 kinds and 1 harmless values of 1 kinds, in 1 files and instructions of 1 kinds\n",
		"\nmissed\ts\ta:2\t", "\nalarm\th\ta:3\thigh two\t", "elsewhere\ta:9\toffset 99\thigh two\n",
	} {
		if !bytes.Contains(out.Bytes(), []byte(want)) {
			t.Errorf("the report lacks %q:\n%s", want, &out)
		}
	}
}
