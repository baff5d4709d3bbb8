//go:build !amd64

package prefilter

func mark(t *table, text []byte, marks []uint64) { markPortable(t, text, marks) }
