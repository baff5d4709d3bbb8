package main

import (
	"testing"

	"seaworthy.dev/seaworthy/bench/secrets/corpus"
)

// The minimum recall and precision. A change that lowers one of them needs a reason.
const (
	leastRecall    = 0.98
	leastPrecision = 0.99
	// Of the held-out files.
	leastHeldOutRecall    = 0.74
	leastHeldOutPrecision = 0.99
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
	s.reaches(t, leastRecall, leastPrecision)
	if secrets, harmless, _ := s.sums(); secrets.n < 2000 || harmless.n < 6000 {
		t.Fatalf("%d secrets and %d harmless values", secrets.n, harmless.n)
	}
}

func TestHeldOutRecallAndPrecision(t *testing.T) {
	made, err := corpus.Generate(1)
	if err != nil {
		t.Fatal(err)
	}
	s := newScore("held-out", made.HeldOut)
	if err := s.files(t.Context(), t.TempDir(), made.HeldOut); err != nil {
		t.Fatal(err)
	}
	s.reaches(t, leastHeldOutRecall, leastHeldOutPrecision)
}

func (s *score) sums() (secrets, harmless, elsewhere tally) {
	return s.totals(s.tallies(func(_ *marked, l corpus.Label) string { return l.Kind }))
}

// reaches checks that a score has the minimum recall and precision.
func (s *score) reaches(t *testing.T, leastRecall, leastPrecision float64) {
	t.Helper()
	secrets, harmless, elsewhere := s.sums()
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
