package policy

import (
	"fmt"

	"seaworthy.dev/seaworthy"
)

// Level is the severity from which a finding fails an image. The zero Level is
// no choice at all.
type Level uint8

// Never is the Level that no finding reaches.
const Never Level = 1

// levelFrom is the Level that a finding of the severity or a worse one reaches.
func levelFrom(s seaworthy.Severity) Level { return Level(s) + 2 }

// ParseLevel reads the name of a severity, or never.
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

// String is the inverse of [ParseLevel]; of the zero Level it is empty.
func (l Level) String() string {
	switch l {
	case 0:
		return ""
	case Never:
		return "never"
	}
	return seaworthy.Severity(l - 2).String()
}

// ReachedBy says if a finding of the severity fails the image.
func (l Level) ReachedBy(s seaworthy.Severity) bool { return l > Never && levelFrom(s) >= l }
