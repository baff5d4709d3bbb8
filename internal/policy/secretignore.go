package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/jsonerror"
	"seaworthy.dev/seaworthy/internal/textfile"
	"seaworthy.dev/seaworthy/internal/userfile"
)

// place is where a known secret is permitted: a line of a file, or an instruction of the
// configuration.
type place struct {
	path string
	line int // 0 for any
	// instruction is the instruction, if there is no path.
	instruction string
}

func placeOf(l *seaworthy.Location) place {
	if l.Path == "" {
		return place{instruction: l.Instruction}
	}
	return place{path: l.Path, line: l.Line}
}

// permits reports whether the places or fingerprints of the exception permit the finding.
// It returns true for an exception without places.
func (e *exception) permits(f *seaworthy.Finding) bool {
	if e.places == nil {
		return true
	}
	if f.Fingerprint != "" && e.fingerprints[f.Fingerprint] != nil {
		return true
	}
	for i := range f.Locations {
		p := placeOf(&f.Locations[i])
		_, known := e.places[p]
		if _, whole := e.places[place{path: p.path}]; !known && !(p.path != "" && whole) {
			return false
		}
	}
	return len(f.Locations) > 0
}

// permitted collects exceptions by the id of the rule.
type permitted struct {
	kind           seaworthy.RuleKind
	source, reason string
	all            []exception
	byID           map[string]int
}

func (p *permitted) add(id string, line int, at ...place) *exception {
	i, ok := p.byID[id]
	if !ok {
		if p.byID == nil {
			p.byID = make(map[string]int)
		}
		i = len(p.all)
		p.byID[id] = i
		p.all = append(p.all, exception{
			kind: p.kind, source: p.source, line: line, name: "id " + id, id: normalizeID(id), risks: []seaworthy.Risk{seaworthy.Secret},
			reason: p.reason, places: make(map[place]int), fingerprints: make(map[string][]place),
		})
	}
	for _, at := range at {
		p.all[i].places[at] = line
	}
	return &p.all[i]
}

// parseSecretIgnore parses .gitleaksignore of gitleaks, which has lines file:rule:line. A
// commit before the file is ignored, because an image has no commits.
func parseSecretIgnore(source string, data []byte) ([]exception, error) {
	if len(data) > maxFileSize {
		return nil, tooLarge(source)
	}
	p := permitted{kind: seaworthy.RuleIgnore, source: source, reason: fmt.Sprintf("ignored (%s)", source)}
	n := 0
	for line := range bytes.Lines(textfile.Decode(data)) {
		n++
		entry := strings.TrimSpace(string(line))
		if entry == "" || strings.HasPrefix(entry, "#") {
			continue
		}
		rest, number := cutLast(entry)
		file, rule := cutLast(rest)
		at, err := strconv.Atoi(number)
		if err != nil || at < 0 || file == "" || rule == "" {
			return nil, &Error{source, n, 0, fmt.Sprintf("%q is not file:rule:line", entry)}
		}
		if commit, path, ok := strings.Cut(file, ":"); ok && isCommit(commit) {
			file = path
		}
		p.add(rule, n, place{path: strings.TrimLeft(strings.TrimPrefix(file, "./"), "/"), line: at})
	}
	return p.all, nil
}

// cutLast splits a text at the last colon.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+1:]
}

func isCommit(s string) bool {
	return len(s) >= 7 && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// maxBaseline is the maximum size of a baseline in bytes.
const maxBaseline = 256 << 20

// LoadBaseline reads a report with known secrets: a JSON report of this program or of
// gitleaks. A finding does not count if the report has it with all of its locations.
func LoadBaseline(path string) (*IgnoreFile, error) {
	file, err := userfile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the baseline: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxBaseline+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read the baseline: %w", err)
	case len(data) > maxBaseline:
		return nil, fmt.Errorf("the baseline %s has more than %d bytes", path, maxBaseline)
	}
	data = textfile.Decode(data)
	p := permitted{kind: seaworthy.RuleBaseline, source: path, reason: fmt.Sprintf("known (%s)", path)}
	if err := p.baseline(data); err != nil {
		return nil, &Error{path, 0, 0, "invalid baseline: " + jsonerror.Explain(data, err).Error()}
	}
	return &IgnoreFile{source: path, digest: digest(data), exceptions: p.all}, nil
}

func (p *permitted) baseline(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		var list []struct {
			RuleID, File string
			StartLine    int
		}
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
		for _, f := range list {
			if f.RuleID == "" || f.File == "" {
				return errors.New("it has an entry without RuleID or File, so it is not a report of gitleaks")
			}
			p.add(f.RuleID, 0, place{path: strings.TrimLeft(f.File, "/"), line: f.StartLine})
		}
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	for n := 0; ; n++ {
		var report struct {
			SchemaVersion int                  `json:"schemaVersion"`
			Findings      []*seaworthy.Finding `json:"findings"`
		}
		switch err := d.Decode(&report); {
		case err == io.EOF && n > 0:
			return nil
		case err == io.EOF:
			return errors.New("it is empty")
		case err != nil:
			return err
		case report.SchemaVersion != seaworthy.SchemaVersion:
			return errors.New("it is neither a JSON report of this program nor one of gitleaks")
		}
		for _, f := range report.Findings {
			if f.Risk != seaworthy.Secret {
				continue
			}
			e := p.add(f.ID, 0)
			places := make([]place, len(f.Locations))
			for i := range f.Locations {
				places[i] = placeOf(&f.Locations[i])
				e.places[places[i]] = 0
			}
			if f.Fingerprint != "" {
				e.fingerprints[f.Fingerprint] = append(e.fingerprints[f.Fingerprint], places...)
			}
		}
	}
}
