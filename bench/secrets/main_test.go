package main

import (
	"testing"

	"seaworthy.dev/seaworthy/bench/secrets/corpus"
)

// The least that is found, and how seldom in vain: a change that costs more than
// a little of either has to say why.
const (
	leastRecall    = 0.94
	leastPrecision = 0.99
)

func TestRecallAndPrecision(t *testing.T) {
	made, err := corpus.Generate(1)
	if err != nil {
		t.Fatal(err)
	}
	s, dir := newScore("image", made.Files), t.TempDir()
	if err := s.files(t.Context(), dir, made.Files); err != nil {
		t.Fatal(err)
	}
	if err := s.instructions(t.Context(), dir, made.Instructions); err != nil {
		t.Fatal(err)
	}
	secrets, harmless, elsewhere := s.totals(s.tallies(func(_ *marked, l corpus.Label) string { return l.Kind }))
	if secrets.n < 2000 || harmless.n < 6000 {
		t.Fatalf("%d secrets and %d harmless values", secrets.n, harmless.n)
	}
	alarms := harmless.low + elsewhere.low
	recall, precision := float64(secrets.low)/float64(secrets.n), float64(secrets.low)/float64(secrets.low+alarms)
	t.Logf("recall %.3f, precision %.3f", recall, precision)
	if recall < leastRecall {
		t.Errorf("recall %.3f of %d secrets, want %.3f", recall, secrets.n, leastRecall)
	}
	if precision < leastPrecision {
		t.Errorf("precision %.3f with %d false alarms, want %.3f", precision, alarms, leastPrecision)
	}
}
