package policy

import (
	"fmt"

	"seaworthy.dev/seaworthy"
)

// Level is the lowest severity of findings that fail an image. The zero value means that
// no level is chosen.
type Level uint8

// Never is the Level of an image that no finding fails.
const Never Level = 1

// levelFrom returns the Level that findings of a severity, or a worse one, reach.
func levelFrom(s seaworthy.Severity) Level { return Level(s) + 2 }

// ParseLevel parses the name of a severity, or "never".
func ParseLevel(s string) (Level, error) {
	if s == "never" {
		return Never, nil
	}
	severity, err := seaworthy.ParseSeverity(s)
	if err != nil {
		return 0, fmt.Errorf("unknown severity %q: one of critical, high, medium, low, negligible, unknown, or never", s)
	}
	return levelFrom(severity), nil
}

// String returns what [ParseLevel] parses, or "" for the zero value.
func (l Level) String() string {
	switch l {
	case 0:
		return ""
	case Never:
		return "never"
	}
	return seaworthy.Severity(l - 2).String()
}

// ReachedBy reports whether a finding of the severity fails the image.
func (l Level) ReachedBy(s seaworthy.Severity) bool { return l > Never && levelFrom(s) >= l }
