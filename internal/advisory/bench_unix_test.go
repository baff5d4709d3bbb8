//go:build unix

package advisory

import (
	"syscall"
	"testing"
)

// reportPeak tells the most memory that the process has had so far.
func reportPeak(b *testing.B) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err == nil {
		b.ReportMetric(float64(usage.Maxrss)/1024, "peak-MiB")
	}
}
