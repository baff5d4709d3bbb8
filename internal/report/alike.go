package report

import "seaworthy.dev/seaworthy"

// isAdvice is true for a finding that is advice, not alarm.
func isAdvice(f *seaworthy.Finding) bool {
	return f.Severity == seaworthy.Low || f.Severity == seaworthy.Negligible
}

// kind is what findings have in common that make up one entry.
type kind struct {
	id, title        string
	severity         seaworthy.Severity
	evidence, remedy string // of an alarm
}

// kindOf gives the kind of a finding; ok is false if it stands alone. Secrets that
// are to be mended in the same way are alike, and all advice of the same title.
func kindOf(f *seaworthy.Finding) (k kind, ok bool) {
	k = kind{id: f.ID, title: f.Title, severity: f.Severity}
	if !isAdvice(f) {
		k.evidence, k.remedy = f.Evidence, f.Remedy.String()
	}
	return k, f.Package == nil && (isAdvice(f) || f.Risk == seaworthy.Secret && len(f.Locations) > 0 && f.Locations[0].Path != "")
}

// inKinds gives the findings in runs of one kind, in the order of the first of
// each.
func inKinds(findings []*seaworthy.Finding) [][]*seaworthy.Finding {
	var runs [][]*seaworthy.Finding
	at := make(map[kind]int)
	for _, f := range findings {
		k, ok := kindOf(f)
		i, known := at[k]
		switch {
		case ok && known:
			runs[i] = append(runs[i], f)
		case ok:
			at[k] = len(runs)
			fallthrough
		default:
			runs = append(runs, []*seaworthy.Finding{f})
		}
	}
	return runs
}

// inOnes gives each finding alone.
func inOnes(findings []*seaworthy.Finding) [][]*seaworthy.Finding {
	var runs [][]*seaworthy.Finding
	for _, f := range findings {
		runs = append(runs, []*seaworthy.Finding{f})
	}
	return runs
}

// joined is a finding with the places of all of its kind.
func joined(alike []*seaworthy.Finding) *seaworthy.Finding {
	f := *alike[0]
	f.Locations = nil
	for _, a := range alike {
		f.Locations = append(f.Locations, a.Locations...)
	}
	return &f
}

// firstPlaces gives at most n places of findings, of each file the first, and how
// many places there are beside them.
func firstPlaces(findings []*seaworthy.Finding, n int) (first []seaworthy.Location, more int) {
	seen := make(map[string]bool)
	for _, f := range findings {
		for _, l := range f.Locations {
			if l.Path == "" && len(findings) == 1 {
				continue // of the image itself: the title says so
			}
			if len(first) == n || seen[l.Path] {
				more++
				continue
			}
			seen[l.Path] = true
			first = append(first, l)
		}
	}
	return first, more
}
