package report

import "seaworthy.dev/seaworthy"

// isAdvice is true for a finding that is advice, not alarm.
func isAdvice(f *seaworthy.Finding) bool {
	return f.Severity == seaworthy.Low || f.Severity == seaworthy.Negligible
}

// inKinds gives the findings in runs, in the order of the first of each: those
// that are brief and of the same kind and severity make up one run, each other
// one stands alone.
func inKinds(findings []*seaworthy.Finding, brief func(*seaworthy.Finding) bool) [][]*seaworthy.Finding {
	type kind struct {
		id, title string
		severity  seaworthy.Severity
	}
	var runs [][]*seaworthy.Finding
	at := make(map[kind]int)
	for _, f := range findings {
		k := kind{f.ID, f.Title, f.Severity}
		i, ok := at[k]
		switch {
		case f.Package != nil || !brief(f):
			runs = append(runs, []*seaworthy.Finding{f})
		case ok:
			runs[i] = append(runs[i], f)
		default:
			at[k] = len(runs)
			runs = append(runs, []*seaworthy.Finding{f})
		}
	}
	return runs
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
