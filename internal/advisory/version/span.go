package version

import (
	"cmp"
	"errors"
	"slices"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// Zero as the version of an introduction comes before all versions of any order.
const Zero = "0"

// Span is an interval of affected versions.
type Span struct {
	From string // the first affected version; Zero: from the beginning
	To   string // "": without an end
	// Inclusive is true if To is the last affected version, and false if it is the
	// first fixed one.
	Inclusive bool
	// Limited is true if To is the limit of the range, which is no fix.
	Limited bool
}

// All returns the Span of all versions.
func All() []Span { return []Span{{From: Zero}} }

// Before returns the Span of all versions before a fixed one.
func Before(fixed string) []Span { return []Span{{From: Zero, To: fixed}} }

// Spans turns the events of a range into spans, sorted. The order of events in a record
// has no meaning.
func (o Order) Spans(events []osv.Event) ([]Span, error) {
	type point struct {
		osv.Event
		at    Version
		first bool // before all versions
	}
	points := make([]point, 0, len(events))
	for _, e := range events {
		if e.Limit == "*" {
			continue
		}
		p := point{Event: e, first: e.Introduced == Zero}
		if !p.first {
			var err error
			if p.at, err = o.Parse(cmp.Or(e.Introduced, e.Fixed, e.LastAffected, e.Limit)); err != nil {
				return nil, err
			}
		}
		points = append(points, p)
	}
	var failed error
	slices.SortStableFunc(points, func(a, b point) int {
		if a.first || b.first {
			return cmp.Compare(b2i(b.first), b2i(a.first))
		}
		c, err := a.at.Compare(b.at)
		failed = errors.Join(failed, err)
		// A version may be the first and the last that is affected.
		return cmp.Or(c, cmp.Compare(b2i(a.LastAffected != ""), b2i(b.LastAffected != "")))
	})
	// A version need only come before one of the limits: the last one counts.
	limit := len(points)
	for i, p := range points {
		if p.Limit != "" {
			limit = i
		}
	}
	var all []Span
	open := false
	for i, p := range points {
		if p.Limit != "" && i != limit {
			continue
		}
		if p.Introduced != "" {
			if !open {
				all = append(all, Span{From: p.Introduced})
			}
			open = true
			continue
		}
		if open {
			last := &all[len(all)-1]
			last.To, last.Inclusive, last.Limited = p.at.text, p.LastAffected != "", p.Limit != ""
			open = false
		}
		if i == limit {
			break
		}
	}
	return all, failed
}

// DropListedFixes drops the fixes that a record itself lists among the affected
// versions, where its range names a later one.
func (o Order) DropListedFixes(events []osv.Event, listed []string) []osv.Event {
	if !slices.ContainsFunc(events, func(e osv.Event) bool { return e.Fixed != "" && slices.Contains(listed, e.Fixed) }) {
		return events
	}
	before := func(a, b string) bool { // both are versions
		v, errV := o.Parse(a)
		w, errW := o.Parse(b)
		if errV != nil || errW != nil {
			return false
		}
		c, err := v.Compare(w)
		return c < 0 && err == nil
	}
	return slices.DeleteFunc(slices.Clone(events), func(e osv.Event) bool {
		return e.Fixed != "" && slices.Contains(listed, e.Fixed) && slices.ContainsFunc(events, func(later osv.Event) bool {
			return later.Fixed != "" && !slices.Contains(listed, later.Fixed) && before(e.Fixed, later.Fixed) &&
				!slices.ContainsFunc(events, func(i osv.Event) bool {
					return i.Introduced != "" && i.Introduced != Zero && !before(i.Introduced, e.Fixed) && !before(later.Fixed, i.Introduced)
				})
		})
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// placedSpan is a Span whose ends have their place in the order.
type placedSpan struct {
	Span
	begin, end Version
	err        error // why an end has none
}

func (o Order) place(spans []Span) []placedSpan {
	all := make([]placedSpan, len(spans))
	for i, s := range spans {
		t := &all[i]
		t.Span = s
		if s.From != Zero {
			t.begin, t.err = o.Parse(s.From)
		}
		if s.To != "" && t.err == nil {
			t.end, t.err = o.Parse(s.To)
		}
	}
	return all
}

// contains reports whether a version lies in the span.
func (s *placedSpan) contains(v Version) (bool, error) {
	if s.err != nil {
		return false, s.err
	}
	if s.From != Zero {
		if c, err := v.Compare(s.begin); c < 0 || err != nil {
			return false, err
		}
	}
	if s.To == "" {
		return true, nil
	}
	c, err := v.Compare(s.end)
	return err == nil && (c < 0 || c == 0 && s.Inclusive), err
}

// Fix is the version that fixes what the span affects, or "".
func (s *Span) Fix() string {
	if s.Inclusive || s.Limited {
		return ""
	}
	return s.To
}
