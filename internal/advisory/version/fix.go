package version

import (
	"errors"
	"slices"
)

// Fix reports whether a version lies in one of the spans, and returns the first later
// version that lies in none, or "" if the spans name none. The error says that a span
// could not be compared with the version.
func (o Order) Fix(v Version, spans []Span) (inside bool, fixed string, err error) {
	placed := o.place(spans)
	var failed error
	for range placed { // each round leaves one span or more behind
		moved := false
		for i := range placed {
			s := &placed[i]
			in, err := s.contains(v)
			failed = errors.Join(failed, err)
			if !in {
				continue
			}
			inside = true
			if s.Fix() == "" {
				return true, nextFix(placed, v, s.To != ""), nil
			}
			if c, err := s.end.Compare(v); c > 0 && err == nil {
				v, fixed, moved = s.end, s.Fix(), true
			}
		}
		if !moved {
			break
		}
	}
	return inside, fixed, failed
}

// nextFix returns, for a version in a span without a fix, the first fix of a later
// span. After a span without an end there is none.
func nextFix(placed []placedSpan, v Version, ends bool) string {
	if !ends {
		return ""
	}
	var first *placedSpan
	for i := range placed {
		s := &placed[i]
		if s.Fix() == "" || s.err != nil {
			continue
		}
		if c, err := s.end.Compare(v); c <= 0 || err != nil {
			continue
		}
		if first != nil {
			if c, err := s.end.Compare(first.end); c >= 0 || err != nil {
				continue
			}
		}
		affected := func(other placedSpan) bool { in, err := other.contains(s.end); return in || err != nil }
		if !slices.ContainsFunc(placed, affected) {
			first = s
		}
	}
	if first == nil {
		return ""
	}
	return first.Fix()
}

// Outside returns the versions that do not lie in the spans. Versions that are longer
// than [MaxLength] are dropped.
func (o Order) Outside(versions []string, spans []Span) []string {
	var rest []string
	placed := o.place(spans)
	for _, text := range versions {
		if len(text) > MaxLength || text == "" {
			continue
		}
		inside := false
		if v, err := o.Parse(text); err == nil {
			for i := range placed {
				in, err := placed[i].contains(v)
				inside = inside || in && err == nil
			}
		}
		if !inside {
			rest = append(rest, text)
		}
	}
	return rest
}

// Listed reports whether a version is among others however it is written: in many
// ecosystems 1.0 is 1.0.0.
func (o Order) Listed(v Version, versions []string) bool {
	return slices.ContainsFunc(versions, func(text string) bool {
		w, err := o.Parse(text)
		if err != nil {
			return false
		}
		c, err := v.Compare(w)
		return c == 0 && err == nil
	})
}
