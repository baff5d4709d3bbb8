//go:build unix

package imagetest

import (
	"syscall"
	"testing"
	"time"
)

// CheckCPU runs work and reports an error if the process spends more CPU time during it
// than most. Unlike the time on the clock, that does not depend on what else the machine
// does.
func CheckCPU(t testing.TB, most time.Duration, work func()) {
	t.Helper()
	before := cpuTime(t)
	work()
	if spent := cpuTime(t) - before; spent > most {
		t.Errorf("it takes %v of CPU time; at most %v", spent, most)
	}
}

func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	check(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
