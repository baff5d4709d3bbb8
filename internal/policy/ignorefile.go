package policy

// IgnoreFile holds the exceptions of a file written for another program.
type IgnoreFile struct {
	source     string
	exceptions []exception
}
