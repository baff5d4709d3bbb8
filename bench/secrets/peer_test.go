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
	text := `[{"RuleID": "npm", "File": "/made/image-03/app/.npmrc", "StartLine": 2, "StartColumn": 5},
		{"RuleID": "npm", "File": "/made/image-03/srv/a.zip!b/c", "StartLine": 7, "StartColumn": 1},
		{"RuleID": "npm", "File": "/made/held-out-00/app/.npmrc", "StartLine": 1, "StartColumn": 1}]`
	if err := os.WriteFile(report, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	files := []corpus.File{{Path: "app/.npmrc", Body: []byte("a=1\nkey=value\n"), Labels: []corpus.Label{
		{Class: corpus.Secret, Start: 8, End: 13, FirstLine: 2, LastLine: 2},
	}}, {Path: "srv/a.zip", Body: []byte("PK"), Packed: true, Labels: []corpus.Label{
		{Class: corpus.Secret, Start: 100, End: 105, FirstLine: 7, LastLine: 7, Member: "b/c"},
	}}}
	s := newScore("image", files)
	seen, err := readGitleaks(report, "/made", s)
	if err != nil {
		t.Fatal(err)
	}
	s.image(seen)
	if len(seen.findings) != 2 {
		t.Errorf("%d findings in the set, want those of its own directories, 2", len(seen.findings))
	}
	for _, path := range []string{"app/.npmrc", "srv/a.zip"} {
		if got := s.marks[path].worst[0]; got != (hit{seaworthy.High, "npm"}) {
			t.Errorf("the value in %s has %v", path, got)
		}
	}
	if _, err := readGitleaks(report, "/elsewhere", s); err == nil {
		t.Error("a report on another directory is taken")
	}
}
