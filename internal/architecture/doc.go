// Package architecture holds the tests of the rules that keep the code base
// readable: which package may import which, how long a file and a function may
// be, and what a package may not be called.
package architecture
