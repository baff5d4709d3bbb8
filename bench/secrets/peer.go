package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/bench/secrets/corpus"
)

// readGitleaks reads the JSON report of gitleaks on the files that -keep wrote. It
// knows no severities: all count as high.
func readGitleaks(report, dir string, files []corpus.File) (*collector, error) {
	data, err := os.ReadFile(report)
	if err != nil {
		return nil, err
	}
	var leaks []struct {
		RuleID, File           string
		StartLine, StartColumn int
	}
	if err := json.Unmarshal(data, &leaks); err != nil {
		return nil, fmt.Errorf("%s is no JSON report of gitleaks: %w", report, err)
	}
	bodies := map[string][]byte{}
	for _, f := range files {
		bodies[f.Path] = f.Body
	}
	seen := &collector{}
	for _, l := range leaks {
		rel, err := filepath.Rel(dir, l.File)
		if err != nil || strings.HasPrefix(rel, "..") {
			return nil, fmt.Errorf("%s is about %s, which is not in %s: name with -keep the directory that gitleaks was given", report, l.File, dir)
		}
		_, path, _ := strings.Cut(filepath.ToSlash(rel), "/") // after image-NN/
		if archive, member, ok := strings.Cut(path, "!"); ok && bodies[archive] != nil {
			path = archive + "!/" + member
		}
		at := seaworthy.Location{Path: path, Line: l.StartLine, Offset: int64(lineStart(bodies[path], l.StartLine) + l.StartColumn - 1)}
		seen.findings = append(seen.findings, &seaworthy.Finding{
			Risk: seaworthy.Secret, ID: l.RuleID, Severity: seaworthy.High, Locations: []seaworthy.Location{at},
		})
	}
	return seen, nil
}

// lineStart is the offset of a line, counted from 1.
func lineStart(body []byte, line int) int {
	at := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(body[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	return at
}
