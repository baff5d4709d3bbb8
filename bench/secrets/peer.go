package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"seaworthy.dev/seaworthy"
)

// readGitleaks returns the findings for one set in a JSON report of gitleaks about the
// files that -keep wrote. They have no severity and count as high.
func readGitleaks(report, dir string, set *score) (*collector, error) {
	data, err := os.ReadFile(report)
	if err != nil {
		return nil, err
	}
	var leaks []struct {
		RuleID, File           string
		StartLine, StartColumn int
	}
	if err := json.Unmarshal(data, &leaks); err != nil {
		return nil, fmt.Errorf("%s is not a JSON report of gitleaks: %w", report, err)
	}
	seen := &collector{}
	for _, l := range leaks {
		rel, err := filepath.Rel(dir, l.File)
		if err != nil || strings.HasPrefix(rel, "..") {
			return nil, fmt.Errorf("%s is about %s, which is not in %s: name with -keep the directory that gitleaks was given", report, l.File, dir)
		}
		root, path, _ := strings.Cut(filepath.ToSlash(rel), "/") // image-NN/
		if !strings.HasPrefix(root, set.name+"-") {
			continue
		}
		var body []byte
		if m := set.marks[path]; m != nil {
			body = m.Body
		} else if archive, member, ok := strings.Cut(path, "!"); ok && set.marks[archive] != nil {
			path = archive + "!/" + member
		}
		at := seaworthy.Location{Path: path, Line: l.StartLine, Offset: int64(lineStart(body, l.StartLine) + l.StartColumn - 1)}
		seen.findings = append(seen.findings, &seaworthy.Finding{
			Risk: seaworthy.Secret, ID: l.RuleID, Severity: seaworthy.High, Locations: []seaworthy.Location{at},
		})
	}
	return seen, nil
}

// lineStart returns the offset of a line, counted from 1.
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
