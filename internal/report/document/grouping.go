package document

import "seaworthy.dev/seaworthy"

// IsAdvice reports whether a finding is of low severity: advice, not alarm.
func IsAdvice(f *seaworthy.Finding) bool {
	return f.Severity == seaworthy.Low || f.Severity == seaworthy.Negligible
}

// groupKey is what findings have in common that make up one entry.
type groupKey struct {
	id, title        string
	severity         seaworthy.Severity
	evidence, remedy string // of an alarm
}

// groupKeyOf gives the key of a finding; ok is false if it stands alone. Secrets with
// the same remedy are grouped, and all advice of the same title.
func groupKeyOf(f *seaworthy.Finding) (k groupKey, ok bool) {
	k = groupKey{id: f.ID, title: f.Title, severity: f.Severity}
	if !IsAdvice(f) {
		k.evidence, k.remedy = f.Evidence, f.Remedy.String()
	}
	return k, f.Package == nil && (IsAdvice(f) || f.Risk == seaworthy.Secret && len(f.Locations) > 0 && f.Locations[0].Path != "")
}

// Grouped gives the findings in groups, in the order of the first of each.
func Grouped(findings []*seaworthy.Finding) [][]*seaworthy.Finding {
	var groups [][]*seaworthy.Finding
	at := make(map[groupKey]int)
	for _, f := range findings {
		k, ok := groupKeyOf(f)
		i, known := at[k]
		switch {
		case ok && known:
			groups[i] = append(groups[i], f)
		case ok:
			at[k] = len(groups)
			fallthrough
		default:
			groups = append(groups, []*seaworthy.Finding{f})
		}
	}
	return groups
}

// Ungrouped gives each finding alone.
func Ungrouped(findings []*seaworthy.Finding) [][]*seaworthy.Finding {
	var groups [][]*seaworthy.Finding
	for _, f := range findings {
		groups = append(groups, []*seaworthy.Finding{f})
	}
	return groups
}

// Merged is a finding with the places of all of its group.
func Merged(group []*seaworthy.Finding) *seaworthy.Finding {
	f := *group[0]
	f.Locations = nil
	for _, a := range group {
		f.Locations = append(f.Locations, a.Locations...)
	}
	return &f
}

// FirstPlaces gives at most n places of findings, of each file the first, and how
// many more places there are.
func FirstPlaces(findings []*seaworthy.Finding, n int) (first []seaworthy.Location, more int) {
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
