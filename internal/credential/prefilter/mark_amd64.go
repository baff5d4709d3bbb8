package prefilter

import "golang.org/x/sys/cpu"

// mark does what markPortable does, the fastest way that the processor has.
func mark(t *table, text []byte, marks []uint64) {
	if !cpu.X86.HasAVX2 || len(marks) == 0 {
		markPortable(t, text, marks)
		return
	}
	_ = text[len(marks)*markSize+markSlack-1]
	markAVX2(t, &text[0], marks)
}

// markAVX2 checks eight places at once. There must be marks, and the text must be
// as long as markPortable demands.
//
//go:noescape
func markAVX2(t *table, text *byte, marks []uint64)
