package advisory

import (
	"fmt"
	"strings"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// EndOfLife says how long a release of a distribution is supported.
type EndOfLife struct {
	// Release is the release that is meant: "3.18" for Alpine 3.18.4.
	Release string
	// Ends is the last day of support for everybody; zero if it is not known.
	Ends time.Time
	// Ended is true if it has ended on a day that is not known.
	Ended bool
	// Extended is the last day of paid support, or of a team that continues with less,
	// such as Debian's LTS; zero if there is none.
	Extended time.Time
}

// Over reports whether support for everybody has ended.
func (e *EndOfLife) Over(now time.Time) bool {
	return e.Ended || !e.Ends.IsZero() && now.After(e.Ends.AddDate(0, 0, 1))
}

// EndOfLife says how long a release is supported, by the ID and VERSION_ID of its
// os-release. The ID of CentOS Stream is "centos-stream" here. It is false if nothing is
// known of the release. The error wraps [ErrNoData] if the database has no such data at
// all.
func (db *Database) EndOfLife(id, versionID string) (end EndOfLife, known bool, err error) {
	file, err := db.dataset(store.EOL)
	if err != nil {
		return end, false, err
	}
	if file == nil {
		return end, false, fmt.Errorf("%w about the ends of releases: run seaworthy db update", ErrNoData)
	}
	for release := strings.TrimSuffix(versionID, ".0"); release != ""; {
		kept, err := file.ReleaseEnd(id, release)
		if err != nil {
			return end, false, err
		}
		if kept != nil {
			end.Release, end.Ended = release, kept.Ended
			end.Ends, end.Extended = parseDate(kept.Ends), parseDate(kept.Extended)
			return end, true, nil
		}
		cut := strings.LastIndexByte(release, '.')
		release = release[:max(0, cut)]
	}
	return end, false, nil
}

// parseDate returns the zero time for what is no date.
func parseDate(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return t
}
