package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// heapGrowth is the growth of the heap between two garbage collections, in percent of
	// the live heap. It is half of Go's default: a third less memory for 1 % more time.
	heapGrowth = 50
	// smallHeap is the size of the heap in bytes below which no collection runs. A scan whose
	// layers are in the cache ends before it is reached.
	smallHeap = 64 << 20
	// largeHeap is the size in bytes from which the heap grows less: by a quarter.
	largeHeap = 256 << 20
)

// collectRarely sets how often the garbage collector runs, and adjusts that after each
// collection. It learns of a collection by a finalizer: the runtime has no other
// notification.
func collectRarely() {
	debug.SetGCPercent(growth(4 << 20)) // Go's minimum heap size
	debug.SetMemoryLimit(memoryLimit(0))
	runtime.SetFinalizer(new([16]byte), collected)
}

// collected is the finalizer of an object that nothing refers to, so it runs after each
// collection. It sets itself again for the next one.
func collected(again *[16]byte) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(growth(live[0].Value.Uint64()))
	debug.SetMemoryLimit(memoryLimit(live[0].Value.Uint64()))
	runtime.SetFinalizer(again, collected)
}

// growth returns the GC percentage for a live heap of so many bytes.
func growth(live uint64) int {
	live = max(live, 4<<20)
	return max(heapGrowth, int(smallHeap*100/live)-100)
}

// memoryLimit returns the memory from which a collection runs in any case.
func memoryLimit(live uint64) int64 { return int64(max(largeHeap, live+live/4)) }
