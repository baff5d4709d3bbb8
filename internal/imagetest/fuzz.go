package imagetest

import (
	"testing"
	"time"
)

// The time that one input of a fuzz target may take: of the CPU, and on the clock.
const inputCPU, inputClock = 5 * time.Second, 2 * time.Minute

// LimitInput runs a fuzz target on one input. An input that takes too long is an error, and
// one that does not end is a panic, so that the input is kept.
func LimitInput(t testing.TB, run func()) {
	t.Helper()
	hanging := time.AfterFunc(inputClock, func() { panic("the input takes too long") })
	defer hanging.Stop()
	CheckCPU(t, inputCPU, run)
}
