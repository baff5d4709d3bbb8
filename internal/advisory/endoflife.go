package advisory

import (
	"fmt"
	"strings"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// EndOfLife says how long a release of a distribution is supported.
type EndOfLife struct {
	// Release is the release that the dates are for: "3.18" if Alpine 3.18.4 was asked for.
	Release string
	// Ends is the last day of support for all users; zero if it is not known.
	Ends time.Time
	// Ended is true if support for all users has ended on an unknown day.
	Ended bool
	// Extended is the last day of extended support; zero if there is none. Such support is
	// paid, or is for fewer packages, such as Debian LTS.
	Extended time.Time
}

// Over reports whether support for all users has ended.
func (e *EndOfLife) Over(now time.Time) bool {
	return e.Ended || !e.Ends.IsZero() && now.After(e.Ends.AddDate(0, 0, 1))
}

// EndOfLife returns how long a release is supported. The release is given by the ID and
// VERSION_ID of os-release, except that the ID of CentOS Stream is "centos-stream". If no
// dates are known for 3.18.4, those of 3.18 and then of 3 are returned; known is false if
// there are none either. The error wraps [ErrNoData] if the database has no dates at all.
func (db *Database) EndOfLife(id, versionID string) (end EndOfLife, known bool, err error) {
	file, err := db.dataset(store.EOL)
	if err != nil {
		return end, false, err
	}
	if file == nil {
		return end, false, fmt.Errorf("%w about the ends of releases: run seaworthy db update", ErrNoData)
	}
	for release := strings.TrimSuffix(versionID, ".0"); release != ""; {
		found, err := file.ReleaseEnd(id, release)
		if err != nil {
			return end, false, err
		}
		if found != nil {
			end.Release, end.Ended = release, found.Ended
			end.Ends, end.Extended = parseDate(found.Ends), parseDate(found.Extended)
			return end, true, nil
		}
		cut := strings.LastIndexByte(release, '.')
		release = release[:max(0, cut)]
	}
	return end, false, nil
}

// parseDate parses a date. It returns the zero time for any other text.
func parseDate(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return t
}
