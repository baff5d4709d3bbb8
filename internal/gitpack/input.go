package gitpack

import "io"

// input reads pieces of a pack.
type input struct {
	file io.ReaderAt
	size int64
	body []byte // all of it, if it is in memory
	// window is what was read last, from an offset on.
	window []byte
	from   int64
	err    error // why it could not be read
}

// readAhead is how much is read where the next piece follows this one, readExactly
// where it does not.
const readAhead, readExactly = 256 << 10, 0

// bytes returns up to n bytes from an offset on, fewer only at the end. They are there
// until the next call.
func (in *input) bytes(at int64, n, ahead int) []byte {
	n = int(max(0, min(int64(n), in.size-at)))
	if n == 0 || in.err != nil {
		return nil
	}
	if in.body != nil {
		return in.body[at : at+int64(n)]
	}
	if at < in.from || at+int64(n) > in.from+int64(len(in.window)) {
		want := int(min(int64(max(n, ahead)), in.size-at))
		if cap(in.window) < want {
			in.window = make([]byte, want)
		}
		got, err := in.file.ReadAt(in.window[:want], at)
		if got < want {
			in.err = err
		}
		in.window, in.from = in.window[:got], at
		n = min(n, got)
	}
	return in.window[at-in.from:][:n]
}
