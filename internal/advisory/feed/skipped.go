package feed

import "fmt"

// maxSkippedShare limits the files that may be skipped: fewer than one in so many. If it is
// more, the source is probably in another format.
const maxSkippedShare = 100

// Skipped counts the files of a source that could not be parsed, while the others were
// read.
type Skipped struct {
	Count int
	First error // why the first one could not be parsed
}

func (s *Skipped) add(err error) {
	if s.Count == 0 {
		s.First = err
	}
	s.Count++
}

// Check returns an error if too many files were skipped. The number of the others is good.
func (s *Skipped) Check(good int) error {
	if s.Count > 0 && s.Count >= (s.Count+good)/maxSkippedShare {
		return fmt.Errorf("%d of %d files are invalid; %w", s.Count, s.Count+good, s.First)
	}
	return nil
}
