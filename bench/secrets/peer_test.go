package main

import (
	"os"
	"path/filepath"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/bench/secrets/corpus"
)

func TestReadGitleaks(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.json")
	text := `[{"RuleID": "npm", "File": "/made/image-03/app/.npmrc", "StartLine": 2, "StartColumn": 5}]`
	if err := os.WriteFile(report, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	files := []corpus.File{{Path: "app/.npmrc", Body: []byte("a=1\nkey=value\n"), Labels: []corpus.Label{
		{Class: corpus.Secret, Start: 8, End: 13, FirstLine: 2, LastLine: 2},
	}}}
	seen, err := readGitleaks(report, "/made", files)
	if err != nil {
		t.Fatal(err)
	}
	s := newScore(files)
	s.image(seen)
	if got := s.marks["app/.npmrc"].worst[0]; got != (hit{seaworthy.High, "npm"}) {
		t.Errorf("the value has %v", got)
	}
	if _, err := readGitleaks(report, "/elsewhere", files); err == nil {
		t.Error("a report on another directory is taken")
	}
}
