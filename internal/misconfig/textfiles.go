package misconfig

// textFiles is where a configuration with includes is read from. Paths are as
// in [seaworthy.Header.Path].
type textFiles struct {
	// read gives a file's text; ok is false if there is no such file.
	read func(path string) (text string, ok bool)
	// list gives the names of a directory's files, sorted.
	list func(dir string) []string
}

// maxTextFiles bounds the bytes read of one configuration with its includes.
const maxTextFiles = 4 << 20

// textProblem is something in a configuration file that is not judged.
type textProblem struct {
	file string
	line int // 0 for the file as a whole
	err  error
}
