package advisory

import (
	"cmp"
	"errors"
	"slices"
)

// zero as the version of an introduction stands before all versions, whatever
// their order.
const zero = "0"

// span is a stretch of versions that are affected: from the introduction, which
// belongs to it, to the end.
type span struct {
	from string // zero: from the beginning
	to   string // "": without an end
	// through is true if the end is the last affected version, and false if it
	// is the first fixed one.
	through bool
	// limited is true if the end is where the range stops to speak of, no fix.
	limited bool
}

// spans turns the events of a range into stretches, in order. The order of events
// in a record means nothing.
func (o order) spans(events []Event) ([]span, error) {
	type point struct {
		Event
		at    Version
		first bool // before all versions
	}
	points := make([]point, 0, len(events))
	for _, e := range events {
		if e.Limit == "*" {
			continue
		}
		p := point{Event: e, first: e.Introduced == zero}
		if !p.first {
			var err error
			if p.at, err = o.parse(cmp.Or(e.Introduced, e.Fixed, e.LastAffected, e.Limit)); err != nil {
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
	var all []span
	open := false
	for i, p := range points {
		if p.Limit != "" && i != limit {
			continue
		}
		if p.Introduced != "" {
			if !open {
				all = append(all, span{from: p.Introduced})
			}
			open = true
			continue
		}
		if open {
			last := &all[len(all)-1]
			last.to, last.through, last.limited = p.at.text, p.LastAffected != "", p.Limit != ""
			open = false
		}
		if i == limit {
			break
		}
	}
	return all, failed
}

// credible leaves out the fixes that a record itself lists among the affected versions,
// where its range goes on to name a later one.
func (o order) credible(events []Event, listed []string) []Event {
	if !slices.ContainsFunc(events, func(e Event) bool { return e.Fixed != "" && slices.Contains(listed, e.Fixed) }) {
		return events
	}
	before := func(a, b string) bool { // both are versions
		v, errV := o.parse(a)
		w, errW := o.parse(b)
		if errV != nil || errW != nil {
			return false
		}
		c, err := v.Compare(w)
		return c < 0 && err == nil
	}
	return slices.DeleteFunc(slices.Clone(events), func(e Event) bool {
		return e.Fixed != "" && slices.Contains(listed, e.Fixed) && slices.ContainsFunc(events, func(later Event) bool {
			return later.Fixed != "" && !slices.Contains(listed, later.Fixed) && before(e.Fixed, later.Fixed) &&
				!slices.ContainsFunc(events, func(i Event) bool {
					return i.Introduced != "" && i.Introduced != zero && !before(i.Introduced, e.Fixed) && !before(later.Fixed, i.Introduced)
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

// stretch is a span whose ends have their place in the order.
type stretch struct {
	span
	begin, end Version
	err        error // why an end has none
}

func (o order) place(spans []span) []stretch {
	all := make([]stretch, len(spans))
	for i, s := range spans {
		t := &all[i]
		t.span = s
		if s.from != zero {
			t.begin, t.err = o.parse(s.from)
		}
		if s.to != "" && t.err == nil {
			t.end, t.err = o.parse(s.to)
		}
	}
	return all
}

// holds tells whether a version lies in the stretch.
func (s *stretch) holds(v Version) (bool, error) {
	if s.err != nil {
		return false, s.err
	}
	if s.from != zero {
		if c, err := v.Compare(s.begin); c < 0 || err != nil {
			return false, err
		}
	}
	if s.to == "" {
		return true, nil
	}
	c, err := v.Compare(s.end)
	return err == nil && (c < 0 || c == 0 && s.through), err
}

// fix is the version that mends what the stretch affects, or "".
func (s *span) fix() string {
	if s.through || s.limited {
		return ""
	}
	return s.to
}
