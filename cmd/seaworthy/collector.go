package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// heapGrowth is by how many percent of what is in use the heap grows between two
	// runs of the garbage collector: half of Go's own, for a third less memory and a
	// hundredth more time.
	heapGrowth = 50
	// smallHeap is the size in bytes up to which a heap may grow in any case. A scan
	// that is answered from the cache is over before it has filled as much.
	smallHeap = 64 << 20
)

// collectRarely sets how often the garbage collector runs, and does so anew whenever
// it has run.
func collectRarely() {
	debug.SetGCPercent(growth(4 << 20)) // what Go takes for the size of a smaller heap
	runtime.SetFinalizer(new([16]byte), collected)
}

// collected runs once the collector has found out that nobody holds its argument.
func collected(again *[16]byte) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(growth(live[0].Value.Uint64()))
	runtime.SetFinalizer(again, collected)
}

// growth is the percentage for a heap of which so many bytes are in use.
func growth(live uint64) int {
	live = max(live, 4<<20)
	return max(heapGrowth, int(smallHeap*100/live)-100)
}
