package feed

import "fmt"

// maxSkipped is the part of the files, one in so many, that may be no records. With more
// of them it is something else than a source of advisories.
const maxSkipped = 100

// Skipped are the files of a source that are no records. The other files are still of
// use.
type Skipped struct {
	Count int
	First error // what is wrong with the first one
}

func (s *Skipped) add(err error) {
	if s.Count == 0 {
		s.First = err
	}
	s.Count++
}

// Check returns an error if too many were skipped, compared with the good ones.
func (s *Skipped) Check(good int) error {
	if s.Count > 0 && s.Count >= (s.Count+good)/maxSkipped {
		return fmt.Errorf("%d of %d files are invalid; %w", s.Count, s.Count+good, s.First)
	}
	return nil
}
